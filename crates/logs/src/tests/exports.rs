//! Events go to buckets.

use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use model::bucket::Bucket;
use model::bucket_name::BucketName;
use model::log_export::LogExportState;
use model::{Ids, Timestamp};
use policy::{Document, Kind};
use serde_json::{Value, json};

use super::rig::{DAY, HOUR, NOW, Rig};
use crate::ExportReader;

/// What the User Guide has.
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Action": "s3:GetBucketAcl", "Effect": "Allow", "Resource": "arn:aws:s3:::archive",
     "Principal": {"Service": "logs.us-west-2.amazonaws.com"},
     "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]},
                   "ArnLike": {"aws:SourceArn": ["arn:aws:logs:us-west-2:123456789012:log-group:*"]}}},
    {"Action": "s3:PutObject", "Effect": "Allow", "Resource": "arn:aws:s3:::archive/*",
     "Principal": {"Service": "logs.us-west-2.amazonaws.com"},
     "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control",
                                    "aws:SourceAccount": ["123456789012"]},
                   "ArnLike": {"aws:SourceArn": ["arn:aws:logs:us-west-2:123456789012:log-group:*"]}}}]}"#;

/// A bucket of the caller's, with this policy.
fn add_bucket(rig: &mut Rig, region: &str, policy: &str) {
    let call = &rig.caller.inner.call;
    let key = BucketName::new(call.partition(), "archive").unwrap();
    let (account, region) = (call.scope.account, region.parse().unwrap());
    let mut source = || 7 << 64;
    let mut bucket = Bucket::new(&key, account, region, Timestamp(0), &mut Ids::new(&mut source));
    bucket.policy = Some(Document::parse(policy, Kind::Resource).unwrap());
    rig.caller.inner.world.buckets.insert(key, bucket);
}

fn wanted(more: Value) -> Value {
    let mut all = json!({"logGroupName": "app", "from": 0, "to": NOW + DAY, "destination": "archive"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// What a task would write: names of objects below its folder, and their lines.
fn written(rig: &mut Rig, id: &Value, object_bytes_max: usize) -> Vec<(String, Vec<String>)> {
    let world = &rig.caller.inner.world;
    let scope = rig.caller.inner.call.scope;
    let export = world.log_export(scope, id.as_str().unwrap().parse().unwrap()).unwrap();
    let group = world.log_group(scope, &export.group).unwrap();
    let mut reader = ExportReader::new(Arc::clone(&rig.events), group, export, Timestamp(NOW));
    reader.object_bytes_max = object_bytes_max;
    let mut all = Vec::new();
    while let Some(object) = reader.next_object().unwrap() {
        let mut text = String::new();
        GzDecoder::new(&*object.bytes).read_to_string(&mut text).unwrap();
        all.push((object.name, text.lines().map(str::to_owned).collect()));
    }
    all
}

fn end(rig: &mut Rig, id: &Value, state: LogExportState) {
    let id = id.as_str().unwrap().parse().unwrap();
    rig.caller.inner.world.set_log_export_state(id, state, Timestamp(NOW + 5));
}

#[test]
fn a_task_is_told_of_until_it_has_ended_and_one_is_active_at_a_time() {
    let mut rig = Rig::with_stream();
    add_bucket(&mut rig, "us-west-2", POLICY);
    let id = rig.ok("CreateExportTask", wanted(json!({"taskName": "nightly"})))["taskId"].clone();
    let shown = rig.ok("DescribeExportTasks", json!({"taskId": id}));
    let task = json!({
        "destination": "archive", "destinationPrefix": "exportedlogs", "from": 0, "to": NOW + DAY,
        "executionInfo": {"creationTime": NOW}, "logGroupName": "app", "status": {"code": "PENDING"},
        "taskId": id, "taskName": "nightly",
    });
    assert_eq!(shown, json!({"exportTasks": [task]}));
    assert_eq!(
        rig.refused("CreateExportTask", wanted(json!({}))),
        "LimitExceededException: Resource limit exceeded."
    );
    end(&mut rig, &id, LogExportState::Completed);
    let shown = rig.ok("DescribeExportTasks", json!({"statusCode": "COMPLETED"}));
    let [task] = &shown["exportTasks"].as_array().unwrap()[..] else { panic!("{shown}") };
    assert_eq!(task["status"], json!({"code": "COMPLETED", "message": "Completed successfully"}));
    assert_eq!(task["executionInfo"], json!({"creationTime": NOW, "completionTime": NOW + 5}));
    let second = rig.ok("CreateExportTask", wanted(json!({})))["taskId"].clone();
    let both = rig.ok("DescribeExportTasks", json!({}));
    let page = rig.ok("DescribeExportTasks", json!({"limit": 1}));
    let rest = rig.ok("DescribeExportTasks", json!({"limit": 1, "nextToken": page["nextToken"]}));
    let told = |it: &Value| it["exportTasks"].as_array().unwrap().clone();
    assert_eq!([told(&page), told(&rest)].concat(), told(&both));
    assert_eq!((told(&both).len(), &rest["nextToken"]), (2, &Value::Null));
    rig.ok("CancelExportTask", json!({"taskId": second}));
    let over = "InvalidOperationException: The specified export task has already finished";
    for id in [&id, &second] {
        assert_eq!(rig.refused("CancelExportTask", json!({"taskId": id})), over);
    }
    let unknown = json!({"taskId": "00000000-0000-0000-0000-000000000000"});
    assert!(rig.refused("CancelExportTask", unknown.clone()).starts_with("ResourceNotFoundException"));
    assert_eq!(rig.ok("DescribeExportTasks", unknown), json!({"exportTasks": []}));
}

#[test]
fn a_bucket_must_be_there_in_the_region_and_let_the_service_in() {
    let mut rig = Rig::with_stream();
    let no_bucket =
        "InvalidParameterException: The given bucket does not exist. Please make sure the bucket is valid.";
    assert_eq!(rig.refused("CreateExportTask", wanted(json!({}))), no_bucket);
    add_bucket(&mut rig, "us-east-1", POLICY);
    assert_eq!(rig.refused("CreateExportTask", wanted(json!({}))), no_bucket);
    let not_granted = |action: &str| {
        format!(
            "InvalidParameterException: {action} call on the given bucket failed. Please check if CloudWatch Logs has \
             been granted permission to perform this operation."
        )
    };
    let other_region = POLICY.replace("logs.us-west-2.", "logs.us-east-1.");
    let other_account = POLICY.replace(r#"SourceAccount": ["1234"#, r#"SourceAccount": ["9999"#);
    let only_to_look = POLICY.replace("archive/*", "archive/elsewhere/*");
    let other_group = POLICY.replace("log-group:*", "log-group:other:*");
    for (policy, action) in [
        (&other_region, "GetBucketAcl"),
        (&other_account, "GetBucketAcl"),
        (&other_group, "GetBucketAcl"),
        (&only_to_look, "PutObject"),
    ] {
        add_bucket(&mut rig, "us-west-2", policy);
        assert_eq!(rig.refused("CreateExportTask", wanted(json!({}))), not_granted(action));
    }
    add_bucket(&mut rig, "us-west-2", &only_to_look);
    rig.ok("CreateExportTask", wanted(json!({"destinationPrefix": "elsewhere/"})));
}

#[test]
fn what_is_no_request_is_refused() {
    let mut rig = Rig::with_stream();
    add_bucket(&mut rig, "us-west-2", POLICY);
    for (more, code) in [
        (json!({"logGroupName": "other"}), "ResourceNotFoundException"),
        (json!({"from": 2, "to": 1}), "InvalidParameterException"),
        (json!({"from": -1}), "InvalidParameterException"),
        (json!({"from": null}), "ValidationException"),
        (json!({"taskName": ""}), "InvalidParameterException"),
        (json!({"logStreamNamePrefix": "a:b"}), "InvalidParameterException"),
        (json!({"destinationPrefix": "x".repeat(257)}), "InvalidParameterException"),
        (json!({"destination": "Not_A_Bucket"}), "InvalidParameterException"),
    ] {
        let said = rig.refused("CreateExportTask", wanted(more.clone()));
        assert!(said.starts_with(code), "{more}: {said}");
    }
    assert!(rig.refused("DescribeExportTasks", json!({"statusCode": "DONE"})).contains("enum value set"));
    assert!(rig.refused("DescribeExportTasks", json!({"limit": 51})).starts_with("InvalidParameter"));
}

#[test]
fn events_are_lines_by_stream_within_the_times_and_too_old_ones_are_not_there() {
    let mut rig = Rig::with_stream();
    add_bucket(&mut rig, "us-west-2", POLICY);
    for stream in ["2026/11/[1]", "other", "empty"] {
        rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": stream}));
    }
    rig.put(&[(NOW - 2 * DAY, "old")]);
    rig.put(&[(NOW - 2 * HOUR, "before")]);
    rig.put(&[(NOW - HOUR, "first"), (NOW, "two\nlines"), (NOW + 1, "last"), (NOW + 2, "after")]);
    rig.put_into("2026/11/[1]", &[(NOW, "ünï")]);
    rig.put_into("other", &[(NOW - HOUR, "theirs")]);
    let times = json!({"from": NOW - HOUR, "to": NOW + 1});
    let id = rig.ok("CreateExportTask", wanted(times))["taskId"].clone();
    let line = |time: i64, message: &str| format!("{} {message}", Timestamp(time));
    let of_one = vec![line(NOW - HOUR, "first"), line(NOW, "two"), "lines".to_owned(), line(NOW + 1, "last")];
    let all = written(&mut rig, &id, usize::MAX);
    assert_eq!(
        all,
        [
            ("2026-11-[1]/000000.gz".to_owned(), vec![line(NOW, "ünï")]),
            ("one/000000.gz".to_owned(), of_one),
            ("other/000000.gz".to_owned(), vec![line(NOW - HOUR, "theirs")]),
        ]
    );
    end(&mut rig, &id, LogExportState::Completed);
    rig.ok("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1}));
    let id = rig.ok("CreateExportTask", wanted(json!({"logStreamNamePrefix": "one"})))["taskId"].clone();
    let all = written(&mut rig, &id, usize::MAX);
    let [(name, lines)] = &all[..] else { panic!("{all:?}") };
    assert_eq!(
        (name.as_str(), lines[0].as_str()),
        ("one/000000.gz", line(NOW - 2 * HOUR, "before").as_str())
    );
}

#[test]
fn what_is_long_is_several_objects_and_streams_of_one_folder_share_their_numbers() {
    let mut rig = Rig::with_stream();
    add_bucket(&mut rig, "us-west-2", POLICY);
    for stream in ["a/b", "a-b"] {
        rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": stream}));
        // Each is more than is read at once.
        for batch in 0..5 {
            let message = format!("{stream} {batch} {}", "x".repeat(900_000));
            rig.put_into(stream, &[(NOW + batch, &message)]);
        }
    }
    let id = rig.ok("CreateExportTask", wanted(json!({"logStreamNamePrefix": "a"})))["taskId"].clone();
    let all = written(&mut rig, &id, 1);
    assert_eq!(written(&mut rig, &id, 1), all, "another time the same");
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a-b/000000.gz", "a-b/000001.gz", "a-b/000002.gz", "a-b/000003.gz"]);
    let lines: Vec<&str> = all.iter().flat_map(|(_, lines)| lines).map(String::as_str).collect();
    let said = |stream: &str, batch: i64| format!("{} {stream} {batch} x", Timestamp(NOW + batch));
    for stream in ["a/b", "a-b"] {
        for batch in 0..5 {
            let count = lines.iter().filter(|line| line.starts_with(&said(stream, batch))).count();
            assert_eq!(count, 1, "{stream} {batch}");
        }
    }
    assert_eq!(lines.len(), 10);
}

#[test]
fn a_stream_s_long_name_is_cut_so_that_it_fits_into_a_key() {
    let mut rig = Rig::with_stream();
    add_bucket(&mut rig, "us-west-2", POLICY);
    let name = "ü".repeat(512);
    rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": name}));
    rig.put_into(&name, &[(NOW, "x")]);
    let id = rig.ok("CreateExportTask", wanted(json!({"logStreamNamePrefix": "ü"})))["taskId"].clone();
    assert_eq!(written(&mut rig, &id, 1)[0].0, format!("{}/000000.gz", "ü".repeat(350)));
}
