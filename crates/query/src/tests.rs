//! Queries as people write them, and what AWS says about those that it refuses.

use crate::plan::{End, Keep, Origin, Step};
use crate::{CompileError, Input, Location, Plan, SortKey, compile};
use proptest::prelude::*;

fn plan(text: &str) -> Plan {
    compile(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> CompileError {
    compile(text, None).expect_err(text)
}

fn columns(text: &str) -> Vec<String> {
    plan(text).outputs.iter().map(|output| output.name.to_string()).collect()
}

fn last_keep(plan: &Plan) -> Keep {
    match plan.phases.last().unwrap().steps.last() {
        Some(Step::Keep(keep)) => keep.clone(),
        other => panic!("{other:?}"),
    }
}

/// The console's sample queries, those of the documentation, and the text that its editor begins with.
const SAMPLES: &[&str] = &[
    "stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr",
    "filter protocol=17 | stats count(*) by srcAddr",
    "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 10",
    "filter action=\"REJECT\" | stats count(*) as numRejections by srcAddr | sort numRejections desc | limit 20",
    "stats sum(packets) as packetsTransferred by srcAddr, dstAddr | sort packetsTransferred  desc | limit 15",
    "filter isIpv4InSubnet(srcAddr, \"192.0.2.0/24\") | stats sum(bytes) as bytesTransferred by dstAddr
     | sort bytesTransferred desc | limit 15",
    "filter logStatus=\"SKIPDATA\" | stats count(*) by bin(1h) as t | sort t",
    "filter (dstAddr like 'x.x.x.x' and srcAddr like 'y.y.') | stats sum(bytes) as bytesTransferred by srcAddr, dstAddr
     | sort bytesTransferred desc | limit 10",
    "filter @type = \"REPORT\" | fields @requestId, @billedDuration | sort by @billedDuration desc | limit 25",
    "fields @timestamp, @message, @logStream, @log | sort @timestamp desc | limit 10000",
    "FIELDS strlen(@message) AS message_length | STATS sum(message_length)/1024/1024 as logs_mb BY bin(5m)
     | STATS max(logs_mb) AS peak_ingest_mb, min(logs_mb) AS min_ingest_mb, avg(logs_mb) AS avg_ingest_mb",
    "STATS count_distinct(client_ip) AS session_ips, count(*) AS requests BY session_id, client_platform
     | FILTER session_ips > 1
     | STATS count(*) AS multiple_ip_sessions, sum(requests) / count(*) AS avg_session_requests BY client_platform",
    "FIELDS strlen(@message) AS message_length | STATS sum(message_length) / 1024 / 1024 AS logs_mb BY BIN(5m) as @t
     | STATS max(logs_mb) AS peak_ingest_mb BY dateceil(@t, 10m)",
    "parse @message \"user=*, method:*, latency := *\" as @user, @method, @latency | stats avg(@latency) by @method, @user",
    "parse @message /user=(?<user2>.*?), method:(?<method2>.*?), latency := (?<latency2>.*?)/
     | stats avg(latency2) by @method2, @user2",
    "FIELDS @message | PARSE @message \"* [*] *\" as loggingTime, loggingType, loggingMessage
     | FILTER loggingType IN [\"ERROR\", \"INFO\"] | DISPLAY loggingMessage, loggingType = \"ERROR\" as isError",
    "parse @message /(?<NetworkInterface>eni-.*?) / | display NetworkInterface, @message",
    "fields jsonParse(@message) as json_message | unnest json_message.events into event | display event.name",
    "fields jsonParse(@message) as j | filter j.users[1].action = \"PutData\" and j.`user.id` = \"123\"",
    "filter @message like /(?i)(error|failure)/ | filter toMillis(@timestamp) >= (now() * 1000 - 18000000)",
    "fields @timestamp, server, severity | sort @timestamp desc | dedup server, severity | limit 5",
    "# all of it\nfields @timestamp # when\n| pattern @message",
    "filter @message not like \"health\" and @logStream not in [\"a\", \"b\"] and not ispresent(error)",
    "stats pct(@duration, 95) as p95, stddev(x), earliest(a), latest(a), sortsFirst(b), sortsLast(b) by bin(1h) offset 10m",
    "SOURCE logGroups(namePrefix: ['abc', 'def'], class: ['STANDARD']) | fields @message",
    "where a.b.0 = -5 or `x-y` =~ /^\\d+\\/x$/ | head 3",
];

#[test]
fn the_samples_are_queries() {
    for sample in SAMPLES {
        plan(sample);
    }
}

#[test]
fn an_empty_query_ends_where_it_should_begin() {
    let error = refused("");
    assert_eq!(error.message, "unexpected symbol found <EOF> at line 1 and position 0");
    assert_eq!(error.location, Some(Location { start: 0, end: 0 }));
    assert_eq!(refused("fields a |").message, "unexpected symbol found <EOF> at line 1 and position 10");
}

#[test]
fn an_error_says_what_stands_where() {
    let error = refused("fields a\n| sort bin(1d)");
    assert_eq!(error.message, "unexpected symbol found ( at line 2 and position 10");
    assert_eq!(error.location, Some(Location { start: 19, end: 20 }));
}

#[test]
fn flags_behind_an_expression_are_refused_as_aws_does() {
    let error = refused("filter @message like /error/i");
    assert_eq!(error.message, "unexpected symbol found i at line 1 and position 28");
}

#[test]
fn characters_are_counted_and_not_bytes() {
    let error = refused("filter a = \"äö𝄞\" ?");
    assert_eq!(error.location, Some(Location { start: 18, end: 19 }));
}

#[test]
fn after_dedup_there_is_a_limit_at_most() {
    let error = refused("dedup a | sort a");
    assert_eq!(error.message, "unexpected symbol found sort at line 1 and position 10");
    assert_eq!(last_keep(&plan("sort a | dedup a | limit 5")).limit, Some(5));
}

#[test]
fn there_are_two_stats_at_most_and_nothing_is_sorted_before_the_second() {
    let third = "stats count(*) as n by a | stats sum(n) as m by a | stats sum(m)";
    assert_eq!(refused(third).message, "unexpected symbol found stats at line 1 and position 52");
    for between in ["sort n", "limit 5"] {
        let error = refused(&format!("stats count(*) as n by a | {between} | stats sum(n)"));
        assert!(error.message.starts_with(&format!("unexpected symbol found {}", &between[..4])), "{error}");
    }
}

#[test]
fn the_second_stats_knows_what_the_first_one_defines() {
    let error = refused("stats sum(Fault) by Operation | stats max(strlen(@message))");
    assert_eq!(error.message, "@message is not defined by the first stats command");
    let error = refused("stats sum(a) as b by @logStream | stats avg(b) by bin(5m)");
    assert_eq!(error.message, "bin needs @timestamp, which the first stats command does not define");
    plan("stats sum(a) as b, max(@timestamp) as @timestamp by c | stats avg(b) by bin(5m)");
}

#[test]
fn what_is_not_run_is_refused_by_name() {
    for (query, name) in [
        ("fields a | diff", "diff"),
        ("pattern @message | anomaly", "anomaly"),
        ("filterIndex a = 1", "filterIndex"),
        ("unmask a", "unmask"),
        ("join type=inner left=l right=r where l.k=r.k (SOURCE x)", "join"),
        ("lookup t k OUTPUT c", "lookup"),
        ("parse @message logfmt as l", "logfmt"),
        ("stats rate(a, 1m) by bin(5m)", "rate"),
        ("fields md5(@message)", "md5"),
    ] {
        let error = refused(query);
        let says = error.message.to_lowercase().contains(&name.to_lowercase());
        assert!(says && error.message.contains("not supported here"), "{query}: {error}");
    }
}

#[test]
fn functions_are_checked() {
    for (query, message) in [
        ("fields foo(a)", "There is no function foo"),
        ("fields abs(a, b)", "Invalid number of arguments for abs"),
        ("fields abs(\"x\")", "\"x\" is not a number"),
        ("fields a + \"x\"", "\"x\" is not a number"),
        ("filter sum(a) > 1", "The aggregation sum can be used in the stats command only"),
        ("filter 5", "A condition must be true or false"),
        ("filter a and \"b\"", "A condition must be true or false"),
        ("filter strlen(a)", "A condition must be true or false"),
        ("stats a by b", "a must be aggregated or be one of the fields after by"),
        ("stats pct(a)", "Invalid number of arguments for pct"),
        ("stats pct(a, 101)", "A percentile is a number between 0 and 100"),
        ("stats count(*) by bin(5x)", "5x is not a period of time"),
        ("filter isIpv4InSubnet(a, \"::/0\")", "\"::/0\" is not a subnet for isIpv4InSubnet"),
        ("filter isIpInSubnet(a, \"10.0.0.0\")", "\"10.0.0.0\" is not a subnet for isIpInSubnet"),
        ("parse @message \"a * b *\" as x", "The pattern has 2 wildcards for 1 fields"),
        ("limit 0", "The limit must be a whole number between 1 and 100000"),
        ("limit 1000000", "The limit must be a whole number between 1 and 100000"),
    ] {
        assert_eq!(refused(query).message, message, "{query}");
    }
}

#[test]
fn columns_are_called_as_they_are_written() {
    assert_eq!(
        columns("stats count(*), sum(bytes) / 2 by srcAddr, bin(5m)"),
        ["srcAddr", "bin(5m)", "count(*)", "sum(bytes) / 2"]
    );
    assert_eq!(columns("filter a = 1"), ["@timestamp", "@message"]);
    assert_eq!(columns("fields a | fields b as c | filter c = 1"), ["a", "c"]);
    assert_eq!(columns("fields a, b | display b"), ["b"]);
    assert_eq!(columns("parse @message \"*\" as x"), ["@timestamp", "@message", "x"]);
}

#[test]
fn a_sort_and_a_limit_come_together_over_a_filter() {
    let plan = plan("sort a | filter b = 1 | sort c desc | limit 7 | limit 9");
    let [.., Step::Filter(_), Step::Keep(keep)] = plan.phases[0].steps.as_slice() else { panic!() };
    assert_eq!(keep.limit, Some(7));
    assert_eq!(keep.order, [SortKey { slot: 2, descending: true }, SortKey { slot: 0, descending: false }]);
}

#[test]
fn a_limit_before_a_filter_stays_before_it() {
    let plan = plan("limit 7 | filter b = 1");
    let [Step::Keep(first), Step::Filter(_), Step::Keep(last)] = plan.phases[0].steps.as_slice() else {
        panic!()
    };
    assert_eq!((first.limit, last.limit), (Some(7), Some(10_000)));
}

#[test]
fn the_limit_of_the_request_comes_last() {
    let limit = |text, limit| last_keep(&compile(text, limit).unwrap()).limit;
    assert_eq!(limit("fields a", Some(3)), Some(3));
    assert_eq!(limit("limit 2", Some(3)), Some(2));
    assert_eq!(limit("limit 20000", None), Some(10_000));
}

#[test]
fn only_fields_that_are_named_are_asked_for() {
    let plan = plan("filter action = \"REJECT\" | stats sum(bytes) by srcAddr, bin(1h)");
    let input = |name: &str| Origin::Event(Input::Discovered(name.into()));
    assert_eq!(
        plan.phases[0].slots,
        [input("action"), input("srcAddr"), Origin::Event(Input::Timestamp), input("bytes")]
    );
    assert!(matches!(&plan.phases[0].end, End::Group(grouping) if grouping.keys.len() == 2));
}

#[test]
fn what_costs_too_much_is_refused() {
    let deep = format!("filter {}a{}", "(".repeat(4000), ")".repeat(4000));
    assert_eq!(refused(&deep).message, "The query is nested deeper than 64 levels");
    let long = format!("fields {}", ["1"; 4000].join("+"));
    assert_eq!(refused(&long).message, "An expression has more than 256 steps in a row");
    assert!(refused(&format!("fields {}a", "-".repeat(5000))).message.contains("nested deeper"));
    assert!(refused(&format!("filter {}a", "not ".repeat(2000))).message.contains("nested deeper"));
    assert!(refused(&format!("fields a{}", "^a".repeat(4000))).message.contains("nested deeper"));
    assert_eq!(refused(&"a".repeat(10_001)).message, "The query is longer than 10000 characters");
    plan(&format!("filter {}", vec!["a=1"; 1200].join(" or ")));
    let fields: Vec<String> = (0..1200).map(|number| format!("f{number}")).collect();
    assert_eq!(
        refused(&format!("fields {}", fields.join(","))).message,
        "The query has more than 1000 fields"
    );
}

/// Pieces of queries, put together without sense.
const PIECES: &[&str] = &[
    "fields ",
    "filter ",
    "stats ",
    "sort ",
    "limit ",
    "parse ",
    "dedup ",
    "pattern ",
    "unnest ",
    "display ",
    " by ",
    " as ",
    " | ",
    ", ",
    "(",
    ")",
    "[",
    "]",
    "@timestamp",
    "@message",
    "a",
    "b.c",
    "`x y`",
    "1",
    "2.5",
    "5m",
    "\"t\"",
    "'*'",
    "/r(e)/",
    " = ",
    " != ",
    " < ",
    " like ",
    " =~ ",
    " in ",
    " not ",
    " and ",
    " or ",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "count(*)",
    "sum(",
    "bin(1h)",
    "strlen(",
    "if(",
    "jsonParse(",
    " desc",
    " into ",
    "# c\n",
    "SOURCE logGroups(",
    "é",
    "\"",
    "`",
    ".",
    ":",
];

proptest! {
    /// Whatever is asked: an answer comes, and an error's place lies in the text.
    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        if let Err(CompileError { location: Some(location), .. }) = compile(&text, None) {
            prop_assert!(location.start <= location.end && location.end <= text.encode_utf16().count());
        }
    }

    #[test]
    fn nothing_panics_over_texts(text in "\\PC{0,80}") {
        let _ = compile(&text, Some(1));
        let _ = compile(&format!("filter @message like /{text}/"), None);
        let _ = compile(&format!("parse @message '{text}' as a"), None);
    }
}
