//! Queries of Logs Insights as clients see them.

use serde_json::{Value, json};

use super::rig::{HOUR, NOW, Rig};

/// Asks about the last hour.
fn start(rig: &mut Rig, query: &str) -> String {
    let asked = json!({"logGroupName": "app", "startTime": (NOW - HOUR) / 1000, "endTime": NOW / 1000, "queryString": query});
    rig.ok("StartQuery", asked)["queryId"].as_str().unwrap().to_owned()
}

fn answered(rig: &mut Rig, query: &str) -> Value {
    let id = start(rig, query);
    rig.found(&id)
}

/// The rows, each as `field=value`, without pointers.
fn rows(answer: &Value) -> Vec<String> {
    let text =
        |field: &Value| format!("{}={}", field["field"].as_str().unwrap(), field["value"].as_str().unwrap());
    let row = |row: &Value| {
        let fields = row.as_array().unwrap().iter().filter(|field| field["field"] != "@ptr");
        fields.map(text).collect::<Vec<_>>().join(" ")
    };
    answer["results"].as_array().unwrap().iter().map(row).collect()
}

fn refused(rig: &mut Rig, changes: &Value) -> String {
    let mut asked = json!({"logGroupName": "app", "startTime": 0, "endTime": 10, "queryString": "fields a"});
    for (member, value) in changes.as_object().unwrap() {
        asked[member] = value.clone();
    }
    rig.refused("StartQuery", asked)
}

#[test]
fn a_query_finds_events_and_where_they_are() {
    let mut rig = Rig::with_stream();
    rig.put(&[
        (NOW - 3000, "{\"level\":\"ERROR\"}"),
        (NOW - 2000, "{\"level\":\"INFO\"}"),
        (NOW - 1000, "plain"),
    ]);
    let answer = answered(&mut rig, "fields @message | filter level = 'ERROR'");
    assert_eq!(
        (answer["status"].as_str(), answer["queryLanguage"].as_str()),
        (Some("Complete"), Some("CWLI"))
    );
    assert_eq!(rows(&answer), ["@message={\"level\":\"ERROR\"}"]);
    let statistics = &answer["statistics"];
    assert_eq!((&statistics["recordsMatched"], &statistics["recordsScanned"]), (&json!(1.0), &json!(3.0)));
    assert_eq!(statistics["bytesScanned"], json!(38.0));
    let pointer = &answer["results"][0][1];
    assert_eq!(pointer["field"], "@ptr");
    let record = rig.ok("GetLogRecord", json!({"logRecordPointer": pointer["value"]}));
    assert_eq!(record["logRecord"]["level"], "ERROR");
}

#[test]
fn a_query_counts_groups_of_several_log_groups() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 2000, "a 1"), (NOW - 1000, "b 2")]);
    rig.ok("CreateLogGroup", json!({"logGroupName": "application"}));
    rig.ok("CreateLogStream", json!({"logGroupName": "application", "logStreamName": "two"}));
    let event = json!([{"timestamp": NOW, "message": "a 3"}]);
    rig.ok(
        "PutLogEvents",
        json!({"logGroupName": "application", "logStreamName": "two", "logEvents": event}),
    );
    let query = "parse '* *' as word, n | stats count(*), sum(n) by word | sort word";
    let mut asked = json!({"logGroupNames": ["app", "application"], "startTime": 0, "endTime": NOW, "queryString": query});
    let id = rig.ok("StartQuery", asked.clone())["queryId"].clone();
    assert_eq!(
        rows(&rig.found(id.as_str().unwrap())),
        ["word=a count(*)=2 sum(n)=4", "word=b count(*)=1 sum(n)=2"]
    );
    asked = json!({"startTime": 0, "endTime": NOW,
        "queryString": "SOURCE logGroups(namePrefix: ['appl']) | stats count(*) by @log, @logStream"});
    let id = rig.ok("StartQuery", asked)["queryId"].clone();
    let of_source = rig.found(id.as_str().unwrap());
    assert_eq!(rows(&of_source), ["@log=123456789012:application @logStream=two count(*)=1"]);
    assert_eq!(of_source["statistics"]["logGroupsScanned"], json!(1.0));
}

#[test]
fn both_ends_of_the_time_belong_to_it_and_are_seconds() {
    let mut rig = Rig::with_stream();
    let second = NOW / 1000;
    rig.put(&[(NOW - 1001, "before"), (NOW - 1000, "first"), (NOW + 999, "last"), (NOW + 1000, "behind")]);
    let asked = json!({"logGroupName": "app", "startTime": second - 1, "endTime": second, "queryString": "fields @message"});
    let id = rig.ok("StartQuery", asked)["queryId"].clone();
    assert_eq!(rows(&rig.found(id.as_str().unwrap())), ["@message=last", "@message=first"]);
}

#[test]
fn results_come_in_pages() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 3, "a"), (NOW - 2, "b"), (NOW - 1, "c")]);
    let id = start(&mut rig, "fields @message");
    rig.found(&id);
    let first = rig.ok("GetQueryResults", json!({"queryId": id, "maxItems": 2}));
    assert_eq!(rows(&first), ["@message=c", "@message=b"]);
    let second =
        rig.ok("GetQueryResults", json!({"queryId": id, "maxItems": 2, "nextToken": first["nextToken"]}));
    assert_eq!((rows(&second), &second["nextToken"]), (vec!["@message=a".to_owned()], &Value::Null));
    let wrong = rig.refused("GetQueryResults", json!({"queryId": id, "nextToken": "x"}));
    assert_eq!(wrong, "InvalidParameterException: The specified nextToken is invalid.");
}

#[test]
fn a_limit_of_the_request_is_the_last_command() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 2, "a"), (NOW - 1, "b")]);
    let asked = json!({"logGroupName": "app", "startTime": 0, "endTime": NOW, "queryString": "fields @message", "limit": 1});
    let id = rig.ok("StartQuery", asked)["queryId"].clone();
    assert_eq!(rows(&rig.found(id.as_str().unwrap())), ["@message=b"]);
}

#[test]
fn wrong_queries_say_where() {
    let mut rig = Rig::with_stream();
    let error = rig.error(
        "StartQuery",
        json!({"logGroupName": "app", "startTime": 0, "endTime": 1, "queryString": "fields ?"}),
    );
    assert_eq!(
        error.to_string(),
        "MalformedQueryException: unexpected symbol found ? at line 1 and position 7"
    );
    let told = error.members.expect("the error says where");
    let location = json!({"startCharOffset": 7, "endCharOffset": 8});
    assert_eq!(told["queryCompileError"]["location"], location);
    let sql = refused(&mut rig, &json!({"queryLanguage": "SQL", "queryString": "SELECT 1"}));
    assert_eq!(
        sql,
        "MalformedQueryException: Queries in the language SQL are not supported here; the language CWLI is"
    );
    assert!(refused(&mut rig, &json!({"queryLanguage": "KQL"})).contains("enum value set: [CWLI, SQL, PPL]"));
    assert!(
        refused(&mut rig, &json!({"endTime": 5, "startTime": 6}))
            .contains("end date and time is either before")
    );
    assert!(refused(&mut rig, &json!({"limit": 100_001})).contains("'limit'"));
    assert!(refused(&mut rig, &json!({"logGroupNames": ["app"]})).contains("Exactly one of"));
    assert!(refused(&mut rig, &json!({"logGroupName": null})).contains("No log group"));
    let missing = refused(&mut rig, &json!({"logGroupName": "none"}));
    let begins = "ResourceNotFoundException: Log group 'none' does not exist for account ID '123456789012' (Service: AWSLogs; \
                  Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ";
    assert!(missing.starts_with(begins) && missing.ends_with("; Proxy: null)"), "{missing}");
}

#[test]
fn a_class_has_what_it_has() {
    let mut rig = Rig::new();
    rig.ok("CreateLogGroup", json!({"logGroupName": "app", "logGroupClass": "INFREQUENT_ACCESS"}));
    assert_eq!(answered(&mut rig, "fields @message")["status"], "Complete");
    let refused = refused(&mut rig, &json!({"queryString": "pattern @message"}));
    assert!(
        refused
            .contains("The command pattern is not supported for log groups of the INFREQUENT_ACCESS class.")
    );
}

#[test]
fn queries_are_described_the_newest_first_and_stopped_while_they_run() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 1, "a")]);
    let first = start(&mut rig, "fields @message");
    rig.found(&first);
    let second = start(&mut rig, "stats count(*)");
    let described = rig.ok("DescribeQueries", json!({"logGroupName": "app"}));
    let ids: Vec<&str> =
        described["queries"].as_array().unwrap().iter().map(|it| it["queryId"].as_str().unwrap()).collect();
    assert_eq!(ids, [second.as_str(), first.as_str()]);
    let (from, to) = (NOW - HOUR, NOW + 999);
    let text = format!("SOURCE \"app\" START={from} END={to} | fields @message");
    assert_eq!(described["queries"][1]["queryString"], text);
    assert_eq!(described["queries"][1]["status"], "Complete");
    let complete = rig.ok("DescribeQueries", json!({"status": "Complete", "maxResults": 1}));
    assert_eq!(complete["queries"][0]["queryId"], first);
    assert_eq!(rig.ok("StopQuery", json!({"queryId": second}))["success"], true);
    assert_eq!(rig.found(&second)["status"], "Cancelled");
    let ended = rig.refused("StopQuery", json!({"queryId": first}));
    assert_eq!(ended, format!("InvalidParameterException: Query with ID {first} is not running"));
    let unknown = rig.refused("GetQueryResults", json!({"queryId": "none"}));
    assert_eq!(unknown, "ResourceNotFoundException: The specified query does not exist.");
}

#[test]
fn so_many_may_be_open_and_no_more() {
    let mut rig = Rig::with_stream();
    for _ in 0..crate::queries::OPEN_MAX {
        start(&mut rig, "fields a");
    }
    assert!(refused(&mut rig, &json!({})).starts_with("LimitExceededException"));
}

#[test]
fn the_fields_of_a_group_are_told_with_how_frequent_they_are() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 2, "{\"a\":1}"), (NOW - 1, "{\"a\":2,\"b\":{\"c\":3}}")]);
    let fields = rig.ok("GetLogGroupFields", json!({"logGroupName": "app"}));
    let percent = |name: &str| {
        let all = fields["logGroupFields"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).map(|it| it["percent"].as_i64().unwrap())
    };
    assert_eq!(
        (percent("a"), percent("b.c"), percent("@message"), percent("z")),
        (Some(100), Some(50), Some(100), None)
    );
}
