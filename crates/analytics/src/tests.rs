//! Queries over a few events, with what comes out written down by hand.

use crate::{
    Answer, Batch, Columns, FieldColumn, Layout, Lent, Search, SearchError, Source, SourceError, Streams,
    Strings, Window,
};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

/// Events that are written down: a time in milliseconds, and what was said.
#[derive(Clone)]
struct Written {
    times: Vec<i64>,
    offsets: Vec<u32>,
    bytes: Vec<u8>,
    layout: Option<Layout>,
    /// How many events a batch has.
    at_once: usize,
    /// Whether messages are fields in columns, as a store has records of flow logs.
    taken_apart: bool,
}

impl Written {
    fn new(events: &[(i64, &str)]) -> Written {
        let mut written = Written {
            times: vec![],
            offsets: vec![0],
            bytes: vec![],
            layout: None,
            at_once: 3,
            taken_apart: false,
        };
        for (time, message) in events {
            written.times.push(*time);
            written.bytes.extend_from_slice(message.as_bytes());
            written.offsets.push(written.bytes.len() as u32);
        }
        written
    }

    fn lines(text: &str) -> Written {
        let events: Vec<(i64, &str)> =
            (0..).map(|number| number * 1000).zip(text.lines().map(str::trim)).collect();
        Written::new(&events)
    }
}

/// Messages that were taken apart: of each field the words, and which of them each event has. The first field has a text for
/// each event instead.
struct Apart<'a> {
    lent: Lent<'a>,
    fields: Vec<(Vec<u32>, Vec<u8>, Vec<u16>)>,
}

impl<'a> Apart<'a> {
    fn of(lent: Lent<'a>) -> Apart<'a> {
        let messages: Vec<Vec<&[u8]>> =
            lent.messages.iter().map(|it| it.split(|byte| *byte == b' ').collect()).collect();
        let field = |place: usize| {
            let mut words: Vec<&[u8]> = messages.iter().map(|it| it[place]).collect();
            if place > 0 {
                words.sort_unstable();
                words.dedup();
            }
            let code = |it: &Vec<&[u8]>| words.iter().position(|word| *word == it[place]).unwrap() as u16;
            let codes = messages.iter().map(code).collect();
            let ends = words.iter().scan(0, |end, word| {
                *end += word.len() as u32;
                Some(*end)
            });
            (std::iter::once(0).chain(ends).collect(), words.concat(), codes)
        };
        Apart { lent, fields: (0..messages[0].len()).map(field).collect() }
    }
}

impl Columns for Apart<'_> {
    fn ingested(&self) -> &[i64] {
        self.lent.ingested
    }

    fn pointers(&self) -> &[u64] {
        self.lent.pointers
    }

    fn offsets(&self) -> &[u32] {
        self.lent.messages.offsets
    }

    fn fields(&self) -> Option<usize> {
        Some(self.fields.len())
    }

    fn texts(&self) -> Strings<'_> {
        self.lent.messages
    }

    fn field(&self, place: usize) -> FieldColumn<'_> {
        let (offsets, bytes, codes) = &self.fields[place];
        let words = Strings { offsets, bytes };
        if place == 0 { FieldColumn::Texts(words) } else { FieldColumn::Words { words, codes } }
    }
}

impl Source for Written {
    fn scan(
        &self,
        _: i64,
        _: i64,
        each: &mut dyn FnMut(&Batch<'_>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let pointers: Vec<u64> = (0..self.times.len() as u64).collect();
        let (names, by_event) = (["web", "db"], [0, 1].repeat(self.times.len()));
        for start in (0..self.times.len()).step_by(self.at_once) {
            let range = start..(start + self.at_once).min(self.times.len());
            let lent = Lent {
                ingested: &self.times[range.clone()],
                pointers: &pointers[range.clone()],
                messages: Strings { offsets: &self.offsets[range.start..=range.end], bytes: &self.bytes },
            };
            let apart = self.taken_apart.then(|| Apart::of(lent));
            let batch = Batch {
                timestamps: &self.times[range.clone()],
                columns: apart.as_ref().map_or(&lent, |it| it),
                streams: Streams { names: &names, by_event: &by_event[range] },
                log: "123456789012:group",
                layout: self.layout.as_ref(),
            };
            if each(&batch).is_break() {
                break;
            }
        }
        Ok(())
    }
}

const ALL: Window = Window { from_ms: 0, to_ms: 1 << 50, now_ms: 1_795_410_846_123 };

fn run(query: &str, source: &Written) -> Answer {
    try_run(query, source).unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// Records are asked twice, as texts and taken apart.
fn try_run(query: &str, source: &Written) -> Result<Answer, SearchError> {
    let answer = run_once(query, source);
    if source.layout.is_some() && !source.taken_apart {
        let apart = Written { taken_apart: true, ..source.clone() };
        assert_eq!(run_once(query, &apart), answer, "{query}");
    }
    answer
}

fn run_once(query: &str, source: &Written) -> Result<Answer, SearchError> {
    let plan = query::compile(query, None).unwrap_or_else(|error| panic!("{query}: {error}"));
    let going = AtomicBool::new(false);
    let search = Search::new(&plan, ALL, 7, &going);
    let mut worker = search.worker();
    worker.scan(source, ALL.from_ms, ALL.to_ms)?;
    search.finish(vec![worker])
}

/// The rows as lines, values with a line between them.
fn table(query: &str, source: &Written) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    run(query, source)
        .rows
        .iter()
        .map(|row| row.values.iter().map(value).collect::<Vec<_>>().join(" | "))
        .collect()
}

/// Of one event, what an expression is.
fn value(expression: &str, message: &str) -> Option<String> {
    let source = Written::new(&[(1_795_410_846_123, message)]);
    run(&format!("fields {expression} as x"), &source).rows[0].values[0].clone()
}

fn flow_records() -> Written {
    let mut records = Written::lines(
        "2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40000 6 5 300 1 60 ACCEPT OK
         2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40001 6 5 700 1 60 ACCEPT OK
         2 123456789012 eni-0a 10.0.0.2 10.0.1.1 53 40002 17 1 50 61 120 ACCEPT OK
         2 123456789012 eni-0a 203.0.113.9 10.0.1.1 51000 22 6 1 40 61 120 REJECT OK
         2 123456789012 eni-0b 203.0.113.9 10.0.1.2 51001 23 6 1 40 61 120 REJECT OK
         2 123456789012 eni-0b 203.0.113.8 10.0.1.2 51001 23 6 2 80 61 120 REJECT OK
         2 123456789012 eni-0c - - - - - - - 61 120 - NODATA
         2 123456789012 eni-0c - - - - - - - 61 120 - SKIPDATA",
    );
    records.layout = Some(Layout::of_default_format().clone());
    records
}

#[test]
fn the_consoles_samples_for_flow_logs() {
    let records = flow_records();
    assert_eq!(
        table("stats avg(bytes), min(bytes), max(bytes) by srcAddr, dstAddr", &records),
        [
            " |  |  |  | ",
            "10.0.0.1 | 10.0.1.1 | 500 | 300 | 700",
            "10.0.0.2 | 10.0.1.1 | 50 | 50 | 50",
            "203.0.113.8 | 10.0.1.2 | 80 | 80 | 80",
            "203.0.113.9 | 10.0.1.1 | 40 | 40 | 40",
            "203.0.113.9 | 10.0.1.2 | 40 | 40 | 40",
        ]
    );
    assert_eq!(table("filter protocol=17 | stats count(*) by srcAddr", &records), ["10.0.0.2 | 1"]);
    let top =
        "stats sum(bytes) as bytesTransferred by srcAddr, dstAddr | sort bytesTransferred desc | limit 2";
    assert_eq!(table(top, &records), ["10.0.0.1 | 10.0.1.1 | 1000", "203.0.113.8 | 10.0.1.2 | 80"]);
    let rejected = "filter action=\"REJECT\" | stats count(*) as numRejections by srcAddr
        | sort numRejections desc | limit 20";
    assert_eq!(table(rejected, &records), ["203.0.113.9 | 2", "203.0.113.8 | 1"]);
    let packets = "stats sum(packets) as packetsTransferred by srcAddr, dstAddr
        | sort packetsTransferred  desc | limit 1";
    assert_eq!(table(packets, &records), ["10.0.0.1 | 10.0.1.1 | 10"]);
    let subnet =
        "filter isIpv4InSubnet(srcAddr, \"10.0.0.0/24\") | stats sum(bytes) as bytesTransferred by dstAddr
        | sort bytesTransferred desc | limit 15";
    assert_eq!(table(subnet, &records), ["10.0.1.1 | 1050"]);
    let skipped = "filter logStatus=\"SKIPDATA\" | stats count(*) by bin(1h) as t | sort t";
    assert_eq!(table(skipped, &records), ["1970-01-01 00:00:00.000 | 1"]);
    let nat =
        "filter (dstAddr like '10.0.1.1' and srcAddr like '203.0.') | stats sum(bytes) as bytesTransferred
        by srcAddr, dstAddr | sort bytesTransferred desc | limit 10";
    assert_eq!(table(nat, &records), ["203.0.113.9 | 10.0.1.1 | 40"]);
}

#[test]
fn records_without_data_have_no_addresses() {
    assert_eq!(
        table("stats count(*), count(srcAddr), count_distinct(srcAddr), count(logStatus)", &flow_records()),
        ["8 | 6 | 4 | 8"]
    );
}

#[test]
fn whatever_is_asked_of_records_they_may_be_taken_apart() {
    let records = flow_records();
    for query in [
        "fields @timestamp, @message, @ptr, @ingestionTime | sort @timestamp asc",
        "filter @message like /REJECT/ | display @message",
        "filter dstPort in [22, 23] and not (srcAddr = '203.0.113.8') | fields strlen(action), dstPort * 2, toupper(action)",
        "stats count(*) by action, interfaceId, protocol | sort action, interfaceId",
        "stats count(*) by version | sort version",
        "stats count(*) by action | stats max(`count(*)`)",
        "stats count(*) by srcPort, action | sort srcPort",
        "stats sum(bytes), latest(action) by bin(1m), dstAddr",
        "fields concat(srcAddr, ' to ', dstAddr) as pair | sort pair | dedup pair",
        "parse @message '* * * * *' as version1, account, eni, source, rest | stats count(*) by source | sort source",
        "fields missing | filter not ispresent(missing) | stats count(*) by missing",
        "sort bytes desc, srcAddr asc | limit 3",
        "pattern @message",
    ] {
        assert!(!run(query, &records).rows.is_empty(), "{query}");
    }
}

#[test]
fn records_of_another_format_are_taken_apart_by_its_layout() {
    let mut records = Written::lines("ACCEPT 10.0.0.1 443\nREJECT 10.0.0.2 -");
    records.layout = Some(Layout::flow_log(&["action", "pkt-srcaddr", "dstport"]));
    assert_eq!(
        table("fields pktSrcAddr, dstPort, action", &records),
        ["10.0.0.2 |  | REJECT", "10.0.0.1 | 443 | ACCEPT"]
    );
}

#[test]
fn events_come_the_newest_first_and_say_which_they_are() {
    let answer = run(
        "fields @timestamp, @message, @logStream, @log | sort @timestamp desc | limit 2",
        &flow_records(),
    );
    let values = |row: usize, column: usize| answer.rows[row].values[column].clone().unwrap();
    assert_eq!(values(0, 0), "1970-01-01 00:00:07.000");
    assert!(values(1, 1).ends_with("NODATA"));
    assert_eq!((values(0, 2), values(0, 3)), ("db".to_owned(), "123456789012:group".to_owned()));
    let pointer = answer.rows[0].pointer.as_ref().unwrap();
    assert_eq!(crate::pointer::read(pointer), Some(("123456789012:group".to_owned(), 7)));
    assert_eq!((answer.statistics.records_scanned, answer.statistics.records_matched), (8, 8));
    assert_eq!(
        table("limit 2", &flow_records())[0],
        table("fields @timestamp, @message", &flow_records())[0]
    );
}

#[test]
fn statistics_count_what_was_looked_at() {
    let statistics = run("filter action = \"REJECT\"", &flow_records()).statistics;
    let bytes = flow_records().bytes.len() as u64;
    assert_eq!(
        (statistics.records_matched, statistics.records_scanned, statistics.bytes_scanned),
        (3, 8, bytes)
    );
}

#[test]
fn fields_of_json_are_found_by_their_paths() {
    let events = Written::lines(
        r#"{"level": "ERROR", "took": 12.5, "user": {"name": "mary", "roles": ["a", "b"]}, "ok": false}
           {"level": "INFO", "took": 3, "user": {"name": "joe", "roles": []}, "ok": true}
           no JSON"#,
    );
    assert_eq!(
        table("filter level = \"ERROR\" | fields user.name, user.roles.1, user.roles[0], ok", &events),
        ["mary | b | a | 0"]
    );
    assert_eq!(table("filter took > 3 | display took", &events), ["12.5"]);
    assert_eq!(table("filter ok | display user.name", &events), ["joe"]);
    assert_eq!(table("filter ok = false | display user.name", &events), ["mary"]);
    assert_eq!(table("filter not ispresent(level) | display @message", &events), ["no JSON"]);
    assert_eq!(table("filter level != \"INFO\" | display level", &events), ["ERROR"]);
}

#[test]
fn maps_and_lists_are_taken_apart() {
    let events =
        Written::lines(r#"{"events": [{"name": "exception"}, {"name": "user action"}], "user.id": 5}"#);
    let names = "fields jsonParse(@message) as json_message | unnest json_message.events into event | display event.name";
    assert_eq!(table(names, &events), ["exception", "user action"]);
    let access = "fields jsonParse(@message) as j | display j.events[1].name, j.`user.id`, jsonStringify(j.events[0]), toupper(j)";
    assert_eq!(table(access, &events), ["user action | 5 | {\"name\":\"exception\"} | "]);
    assert_eq!(table("fields jsonParse(@message) as j, j.events[1].name as n | display n", &events), [""]);
    assert_eq!(table("unnest @logStream into x | display x", &events), ["web"]);
}

#[test]
fn texts_are_parsed_by_patterns_and_expressions() {
    let events = Written::lines(
        "10:00 [WARN] disk at 90%
         10:01 [INFO] all well
         nothing of that",
    );
    let glob = "parse @message \"* [*] *\" as t, level, text | filter level in [\"WARN\", \"INFO\"] | display level, text";
    assert_eq!(table(glob, &events), ["INFO | all well", "WARN | disk at 90%"]);
    let named = "parse @message /\\[(?<@level>\\w+)\\] (?<what>\\w+)/ | stats count(*) by @level, what";
    assert_eq!(table(named, &events), [" |  | 1", "INFO | all | 1", "WARN | disk | 1"]);
    let multi = "parse @message /(\\d+)/ as n multi | stats count(n) as digits, sum(n) by @timestamp | sort digits desc | limit 1";
    assert_eq!(table(multi, &events), ["1970-01-01 00:00:00.000 | 3 | 100"]);
}

#[test]
fn duplicates_go_but_what_is_absent_stays() {
    let events = Written::lines(
        r#"{"server": "a", "n": 1}
           {"server": "b", "n": 2}
           {"server": "a", "n": 3}
           {"n": 4}
           {"n": 5}"#,
    );
    assert_eq!(table("fields n | dedup server", &events), ["5", "4", "3", "2"]);
    assert_eq!(table("fields n | sort n | dedup server | limit 3", &events), ["1", "2", "4"]);
}

#[test]
fn two_stats_follow_one_another() {
    let events = Written::lines(
        r#"{"ip": "1", "session": "s", "platform": "web"}
           {"ip": "2", "session": "s", "platform": "web"}
           {"ip": "1", "session": "t", "platform": "web"}
           {"ip": "1", "session": "u", "platform": "app"}"#,
    );
    let query = "STATS count_distinct(ip) AS session_ips, count(*) AS requests BY session, platform
        | FILTER session_ips > 1
        | STATS count(*) AS multiple_ip_sessions, sum(requests) / count(*) AS avg_session_requests BY platform";
    assert_eq!(table(query, &events), ["web | 1 | 2"]);
    let bins = "fields strlen(@message) as l | stats sum(l) as s by bin(2s) as @t | stats max(s) as m by dateceil(@t, 4s)";
    assert_eq!(table(bins, &events), ["1970-01-01 00:00:04.000 | 92", "1970-01-01 00:00:00.000 | 92"]);
}

#[test]
fn aggregations_over_numbers_and_texts() {
    let events = Written::lines(
        r#"{"v": 1, "w": "b10"}
           {"v": 2, "w": "b9"}
           {"v": 4, "w": "x"}
           {"v": "-", "w": 7}"#,
    );
    assert_eq!(
        table("stats sum(v), avg(v), stddev(v), min(v), max(v), pct(v, 50), pct(v, 100), median(v)", &events),
        ["7 | 2.3333 | 1.2472 | - | 4 | 2 | 4 | 2"]
    );
    assert_eq!(
        table("stats sortsFirst(w), sortsLast(w), earliest(w), latest(v), earliest(@timestamp)", &events),
        ["b9 | 7 | b10 | - | 0"]
    );
    assert_eq!(
        table("stats sum(nothing), avg(nothing), count(nothing), latest(nothing), pct(nothing, 5)", &events),
        [" |  | 0 |  | "]
    );
    assert_eq!(table("filter v > 100 | stats count(*)", &events), [""; 0]);
}

#[test]
fn groups_of_times_come_the_newest_first() {
    let query = "stats count(*) by bin(3s) offset 1s, logStatus";
    assert_eq!(
        table(query, &flow_records()),
        [
            "1970-01-01 00:00:07.000 | SKIPDATA | 1",
            "1970-01-01 00:00:04.000 | NODATA | 1",
            "1970-01-01 00:00:04.000 | OK | 2",
            "1970-01-01 00:00:01.000 | OK | 3",
            "1969-12-31 23:59:58.000 | OK | 1",
        ]
    );
}

#[test]
fn patterns_are_counted() {
    let events = Written::lines(
        "ERROR request 1 failed
         ERROR request 22 failed
         all well
         ERROR request 3 failed",
    );
    assert_eq!(
        table("pattern @message", &events),
        ["ERROR request <*> failed | 0.75 | 3 | ERROR", "all well | 0.25 | 1 | "]
    );
    assert_eq!(table("pattern @message | filter @sampleCount < 2 | display @pattern", &events), ["all well"]);
}

#[test]
fn functions_do_what_their_page_says() {
    let message = r#"{"s": "xyZxyfooxyZ", "n": -2.5, "ip": "10.1.2.3", "e": "", "b": "  ", "u": "äöü"}"#;
    for (expression, expected) in [
        ("abs(n)", "2.5"),
        ("ceil(n)", "-2"),
        ("floor(n)", "-3"),
        ("greatest(n, 1, \"3\")", "3"),
        ("least(n, 1)", "-2.5"),
        ("sqrt(16)", "4"),
        ("log(1)", "0"),
        ("round(2.345, 2)", "2.35"),
        ("2 ^ 3 ^ 2", "512"),
        ("10 % 3", "1"),
        ("-n * 2 + 1", "6"),
        ("(1 + 2) * 3 / 2", "4.5"),
        ("n > -3 and not (n > 0)", "1"),
        ("s = \"x\" or n < 0", "1"),
        ("ltrim(s, \"xyZ\")", "fooxyZ"),
        ("rtrim(s, \"xyZ\")", "xyZxyfoo"),
        ("trim(s, \"xyZ\")", "foo"),
        ("trim(b)", ""),
        ("strlen(u)", "3"),
        ("messageSize(u)", "6"),
        ("toupper(u)", "ÄÖÜ"),
        ("tolower(\"ABC\")", "abc"),
        ("substr(s, 3, 3)", "xyf"),
        ("substr(s, 9)", "yZ"),
        ("replace(s, \"xy\", \"-\")", "-Z-foo-Z"),
        ("strcontains(s, \"foo\")", "1"),
        ("strcontains(s, \"FOO\")", "0"),
        ("strcontains(s, \"FOO\", true)", "1"),
        ("startsWith(s, \"xyZ\")", "1"),
        ("endsWith(s, \"xyZ\")", "1"),
        ("concat(s, \"-\", n, nothing)", "xyZxyfooxyZ--2.5"),
        ("isempty(e)", "1"),
        ("isempty(nothing)", "1"),
        ("isempty(b)", "0"),
        ("isblank(b)", "1"),
        ("ispresent(e)", "1"),
        ("ispresent(nothing)", "0"),
        ("coalesce(nothing, e, s)", ""),
        ("if(n < 0, \"less\", \"more\")", "less"),
        ("case(n > 0, 1, n < -2, 2, 3)", "2"),
        ("case(n > 0, 1, 3)", "3"),
        ("isNumeric(n)", "1"),
        ("toNumber(n) + 0", "-2.5"),
        ("isValidIp(ip)", "1"),
        ("isValidIpV4(ip)", "1"),
        ("isValidIpV6(ip)", "0"),
        ("isValidIpV6(\"2001:db8::1\")", "1"),
        ("isIpInSubnet(ip, \"10.0.0.0/8\")", "1"),
        ("isIpv4InSubnet(ip, \"10.2.0.0/16\")", "0"),
        ("isIpv6InSubnet(\"2001:db8::1\", \"2001:db8::/32\")", "1"),
        ("datefloor(@timestamp, 1h)", "2026-11-23 05:00:00.000"),
        ("dateceil(@timestamp, 1h)", "2026-11-23 06:00:00.000"),
        ("bin(5m)", "2026-11-23 05:10:00.000"),
        ("toMillis(@timestamp)", "1795410846123"),
        ("fromMillis(1000)", "1970-01-01 00:00:01.000"),
        ("now()", "1795410846"),
        ("queryStartTime()", "0"),
        ("histogram(n, 2)", "-4"),
        ("s like /^xy.*Z$/", "1"),
        ("s like /(?i)FOO/", "1"),
        ("s not like \"foo\"", "0"),
        ("nothing not like \"foo\"", "0"),
        ("n in [1, -2.5]", "1"),
        ("s not in [\"a\"]", "1"),
    ] {
        assert_eq!(value(expression, message).as_deref(), Some(expected), "{expression}");
    }
    for expression in [
        "1 / 0",
        "log(-1)",
        "abs(s)",
        "n + nothing",
        "jsonParse(s)",
        "case(n > 0, 1)",
        "replace(nothing, \"a\", \"b\")",
    ] {
        assert_eq!(value(expression, message), None, "{expression}");
    }
}

#[test]
fn times_outside_of_those_that_are_asked_for_are_left_out() {
    let plan = query::compile("stats count(*), min(@timestamp), max(@timestamp)", None).unwrap();
    let going = AtomicBool::new(false);
    let search = Search::new(&plan, ALL, 7, &going);
    let mut worker = search.worker();
    worker.scan(&flow_records(), 2000, 4000).unwrap();
    let answer = search.finish(vec![worker]).unwrap();
    assert_eq!(answer.rows[0].values.iter().flatten().collect::<Vec<_>>(), ["3", "2000", "4000"]);
}

#[test]
fn two_workers_find_what_one_finds() {
    let records = flow_records();
    for query in [
        "stats count(*), count_distinct(dstAddr), sum(bytes), avg(bytes), stddev(bytes), min(bytes), max(bytes), pct(bytes, 50),
            earliest(bytes), latest(bytes) by srcAddr",
        "fields @message | sort bytes desc | limit 3",
        "fields srcAddr | dedup srcAddr",
        "pattern @message",
        "limit 5 | stats count(*) by action",
    ] {
        let plan = query::compile(query, None).unwrap();
        let going = AtomicBool::new(false);
        let search = Search::new(&plan, ALL, 7, &going);
        let (mut first, mut second) = (search.worker(), search.worker());
        first.scan(&records, 0, 3999).unwrap();
        second.scan(&records, 4000, ALL.to_ms).unwrap();
        assert_eq!(search.finish(vec![first, second]).unwrap(), run(query, &records), "{query}");
    }
}

#[test]
fn a_cancelled_query_ends() {
    let plan = query::compile("fields a", None).unwrap();
    let cancelled = AtomicBool::new(true);
    let search = Search::new(&plan, ALL, 7, &cancelled);
    assert_eq!(search.worker().scan(&flow_records(), 0, 9), Err(SearchError::Cancelled));
}

#[test]
fn memory_has_an_end() {
    let lines: Vec<String> = (0..20_000).map(|number| format!("{{\"n\": {number}}}")).collect();
    let events = Written::lines(&lines.join("\n"));
    for query in [
        "stats count(*) by n",
        "fields @message | sort n | unnest n into m",
        "stats count_distinct(n)",
        "stats pct(n, 5)",
    ] {
        let plan = query::compile(query, None).unwrap();
        let going = AtomicBool::new(false);
        let search = Search::new(&plan, ALL, 7, &going).within(100_000, 1);
        let mut worker = search.worker();
        assert_eq!(worker.scan(&events, 0, ALL.to_ms), Err(SearchError::TooLarge), "{query}");
    }
}

#[test]
fn a_message_is_not_multiplied_beyond_memory() {
    let list = format!("[{}]", vec!["1"; 100_000].join(","));
    let source = Written::new(&[(0, &format!("{{\"text\": \"{}\", \"l\": {list}}}", "x".repeat(500_000)))]);
    let by_list = "limit 1 | fields jsonParse(@message) as j | unnest j.l into e";
    assert_eq!(try_run(by_list, &source), Err(SearchError::TooLarge));
    let replaced = format!("fields replace(@message, \"x\", \"{}\")", "y".repeat(5000));
    assert_eq!(try_run(&replaced, &source), Err(SearchError::TooLarge));
    assert_eq!(try_run("limit 1 | parse @message /(x)/ as x multi", &source), Err(SearchError::TooLarge));
}

#[test]
fn the_first_of_many_are_the_first() {
    let lines: Vec<String> =
        (0..10_000u64).map(|number| format!("{{\"n\": {}}}", number * 7919 % 10_007)).collect();
    let events = Written::lines(&lines.join("\n"));
    let mut numbers: Vec<u64> = (0..10_000u64).map(|number| number * 7919 % 10_007).collect();
    numbers.sort_unstable();
    let expected: Vec<String> = numbers.iter().take(20).map(u64::to_string).collect();
    assert_eq!(table("fields n | sort n | limit 20", &events), expected);
    numbers.reverse();
    let expected: Vec<String> = numbers.iter().take(20).map(u64::to_string).collect();
    assert_eq!(table("stats count(*) by n | sort n desc | limit 20 | display n", &events), expected);
}
