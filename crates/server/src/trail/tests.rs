use super::*;
use awsproto::trail::Actor;
use awsproto::{AwsError, Origin, Principal, Sender};
use model::AccountId;

fn call(operation: &str, region: &str, is_write: bool) -> Finished {
    let account = AccountId::DEFAULT;
    Finished {
        request_id: "r".to_owned(),
        actor: Actor { principal: Principal::Root(account), access_key_id: "AKIA".to_owned(), session: None },
        scope: scope(region),
        is_global: false,
        at: clock::now(),
        origin: Origin { sender: Sender::UsersMachine, seen_as: [127, 0, 0, 1].into(), is_secure: false },
        user_agent: None,
        service: ec2::API.service,
        operation: operation.to_owned(),
        is_write,
        input: None,
        outcome: Err(AwsError::new("UnauthorizedOperation", "No.")),
    }
}

fn scope(region: &str) -> Scope {
    Scope { account: AccountId::DEFAULT, region: region.parse().unwrap() }
}

fn names(trail: &Trail, region: &str) -> Vec<String> {
    trail.events(scope(region), clock::now()).into_iter().map(|(_, event)| event.name.clone()).collect()
}

/// A data directory of one's own, removed afterwards.
struct Data(std::path::PathBuf);

impl Data {
    fn new(name: &str) -> Data {
        let path = std::env::temp_dir().join(format!("hamlet-trail-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Data(path)
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_was_done_is_found_at_once_by_region_and_the_newest_first() {
    let trail = Trail::on(None);
    trail.record(call("CreateVpc", "us-east-1", true), 0);
    trail.record(call("DeleteVpc", "us-east-1", true), 0);
    trail.record(call("DescribeVpcs", "us-west-2", false), 0);
    assert_eq!(names(&trail, "us-east-1"), ["DeleteVpc", "CreateVpc"]);
    assert_eq!(names(&trail, "us-west-2"), ["DescribeVpcs"]);
    assert!(names(&trail, "eu-west-1").is_empty());
}

#[test]
fn it_survives_a_restart_and_goes_on_behind_what_was_there() {
    let data = Data::new("restart");
    let trail = Trail::kept_in(&data.0);
    trail.record(call("CreateVpc", "us-east-1", true), 0);
    trail.end();
    drop(trail);
    let trail = Trail::kept_in(&data.0);
    trail.record(call("DeleteVpc", "us-east-1", true), 0);
    assert_eq!(names(&trail, "us-east-1"), ["DeleteVpc", "CreateVpc"]);
    trail.end();
}

#[test]
fn the_thread_writes_down_what_nobody_looks_at() {
    let data = Data::new("thread");
    let trail = Trail::kept_in(&data.0);
    trail.record(call("CreateVpc", "us-east-1", true), 0);
    let deadline = std::time::Instant::now() + 30 * PERIOD;
    let is_written = || !trail.store.as_ref().unwrap().streams().is_empty();
    while !is_written() && std::time::Instant::now() < deadline {
        std::thread::sleep(PERIOD / 20);
    }
    assert!(is_written());
    trail.end();
}

#[test]
fn under_load_reads_are_left_out_and_counted_and_changes_are_not() {
    let trail = Trail::on(None);
    for _ in 0..READS_WAITING_MAX + 5 {
        trail.record(call("DescribeVpcs", "us-east-1", false), 0);
    }
    trail.record(call("CreateVpc", "us-east-1", true), 0);
    trail.record(call("RunInstances", "us-east-1", true), WAITING_BYTES_MAX);
    let counts = trail.counts();
    assert_eq!((counts["events kept"], counts["calls left out"]), (READS_WAITING_MAX as u64 + 1, 6));
    assert_eq!(names(&trail, "us-east-1")[0], "CreateVpc");
    trail.record(call("DescribeVpcs", "us-east-1", false), 0);
    assert_eq!(names(&trail, "us-east-1")[0], "DescribeVpcs", "there is room again");
}

#[test]
fn a_busy_region_loses_its_own_oldest_and_nobody_elses() {
    let trail = Trail::on(None);
    trail.record(call("CreateVpc", "us-west-2", true), 0);
    let mut kept = trail.write_down();
    let events =
        (0..EVENTS_OF_A_PLACE_MAX + 7).map(|number| call(&format!("Create{number}"), "us-east-1", true));
    events.for_each(|call| kept.keep(call.event("e")));
    let bytes: usize = kept.of_place.values().flatten().map(|(_, event)| event.cost()).sum();
    assert_eq!(kept.bytes, bytes);
    assert!(bytes <= KEPT_BYTES_MAX);
    assert_eq!(kept.of_place[&scope("us-west-2")].len(), 1);
    assert_eq!(kept.of_place[&scope("us-east-1")].len(), EVENTS_OF_A_PLACE_MAX);
    assert_eq!(kept.of_place[&scope("us-east-1")][0].1.name, "Create7");

    let mut large = call("CreateVpc", "eu-west-1", true);
    large.outcome = Ok(Some(format!("<vpc>{}</vpc>", "x".repeat(64 << 10))));
    for _ in 0..KEPT_BYTES_MAX / (64 << 10) {
        kept.keep(large.event("e"));
    }
    assert!(kept.bytes <= KEPT_BYTES_MAX);
    assert_eq!(kept.of_place[&scope("us-west-2")].len(), 1, "who has least keeps it");
}

#[test]
fn what_is_older_than_ninety_days_is_not_found() {
    let trail = Trail::on(None);
    let mut old = call("CreateVpc", "us-east-1", true);
    old.at = old.at.saturating_sub(KEPT + Duration::from_secs(2));
    trail.record(old, 0);
    trail.record(call("DeleteVpc", "us-east-1", true), 0);
    assert_eq!(names(&trail, "us-east-1"), ["DeleteVpc"]);
}

#[test]
fn a_trail_that_cannot_be_read_begins_anew() {
    let data = Data::new("damaged");
    let store = AppendStore::open(&data.0.join("trail"), OPTIONS).unwrap();
    store.append(&stream(), &[NewEntry { time_ms: clock::now().0, bytes: b"\xffnot an event" }]).unwrap();
    drop(store);
    let trail = Trail::kept_in(&data.0);
    assert!(names(&trail, "us-east-1").is_empty(), "what is no event is stepped over");
    trail.record(call("CreateVpc", "us-east-1", true), 0);
    assert_eq!(names(&trail, "us-east-1"), ["CreateVpc"]);
    trail.end();
}
