//! The store of messages as its callers use it, across restarts.

use std::path::PathBuf;

use model::Timestamp;

use super::*;

fn folder() -> Folder {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    Folder(std::env::temp_dir().join(format!("hamlet-messages-{:x}", u64::from_be_bytes(bytes))))
}

/// A folder that is gone with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Opens it, once the thread of the one before has gone.
async fn open(folder: &Folder) -> Messages {
    for _ in 0..500 {
        match Messages::open(&folder.0) {
            Err(Problem::Storage(error)) if error.contains("already open") => {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("the store is still open");
}

const JOBS: QueueOf = QueueOf { messages: 1, in_order: false };
const DEAD: QueueOf = QueueOf { messages: 2, in_order: false };
const ORDERED: QueueOf = QueueOf { messages: 3, in_order: true };
const ASKING: Asking = Asking { count: 10, visibility_ms: 1000, receives_max: None, retention_ms: 60_000 };

fn message(body: &str) -> NewMessage {
    let content = Content { id: format!("id of {body}"), body: body.to_owned(), ..Content::default() };
    NewMessage { content, group: None, delay_ms: 0, mark: None }
}

fn bodies(answer: &Answer) -> Vec<&str> {
    answer.delivered.iter().map(|it| it.content.body.as_str()).collect()
}

async fn send(messages: &Messages, queue: QueueOf, bodies: &[&str], at: i64) -> Vec<Sent> {
    messages.send(queue, bodies.iter().map(|it| message(it)).collect(), Timestamp(at)).await.unwrap()
}

fn receipts(messages: &Messages, answer: &Answer) -> Vec<Receipt> {
    answer.delivered.iter().map(|it| messages.handles.read(&it.handle).unwrap()).collect()
}

#[tokio::test]
async fn what_was_sent_is_there_after_a_restart_and_what_was_deleted_is_not() {
    let folder = folder();
    {
        let messages = open(&folder).await;
        send(&messages, JOBS, &["one", "two", "three"], 0).await;
        let one = messages.receive(JOBS, Asking { count: 1, ..ASKING }, Timestamp(1)).await.unwrap();
        assert_eq!(bodies(&one), ["one"]);
        messages.delete(JOBS, receipts(&messages, &one), Timestamp(2)).await.unwrap();
        messages.receive(JOBS, Asking { count: 1, ..ASKING }, Timestamp(3)).await.unwrap();
        messages.store_states().await.unwrap();
    }
    let messages = open(&folder).await;
    assert_eq!(messages.counts(JOBS, Timestamp(4)), Counts { waiting: 1, in_flight: 1, delayed: 0 });
    let rest = messages.receive(JOBS, ASKING, Timestamp(2000)).await.unwrap();
    assert_eq!(bodies(&rest), ["two", "three"]);
    let receives: Vec<u32> = rest.delivered.iter().map(|it| it.picked.entry.receives).collect();
    assert_eq!(receives, [2, 1]);
}

#[tokio::test]
async fn copies_are_known_after_a_restart_and_in_the_same_commit() {
    let folder = folder();
    let copy = |body: &str| NewMessage { group: Some("g".to_owned()), mark: Some([7; 32]), ..message(body) };
    let first = {
        let messages = open(&folder).await;
        let sent = messages.send(ORDERED, vec![copy("one"), copy("two")], Timestamp(0)).await.unwrap();
        assert_eq!(sent[0], sent[1]);
        sent[0].clone()
    };
    let messages = open(&folder).await;
    let again = messages.send(ORDERED, vec![copy("three")], Timestamp(299_999)).await.unwrap();
    assert_eq!(again, std::slice::from_ref(&first));
    let later = messages.send(ORDERED, vec![copy("four")], Timestamp(300_000)).await.unwrap();
    assert_ne!(later, [first]);
    assert_eq!(messages.counts(ORDERED, Timestamp(0)).waiting, 2);
}

#[tokio::test]
async fn what_is_received_too_often_goes_elsewhere_and_says_where_it_was() {
    let folder = folder();
    let messages = open(&folder).await;
    send(&messages, JOBS, &["poison"], 5).await;
    let asking = Asking { visibility_ms: 0, receives_max: Some(2), ..ASKING };
    for now in [10, 11] {
        let got = messages.receive(JOBS, Asking { count: 1, ..asking }, Timestamp(now)).await.unwrap();
        assert_eq!((bodies(&got), got.leaving.len()), (vec!["poison"], 0));
    }
    let third = messages.receive(JOBS, asking, Timestamp(12)).await.unwrap();
    assert_eq!((third.delivered.len(), third.leaving.len()), (0, 1));
    let way = Move { from: JOBS, to: DEAD, source: Some("arn of jobs".to_owned()) };
    assert_eq!(messages.shift(way, third.leaving, Timestamp(13)).await.unwrap(), 1);
    let dead = messages.receive(DEAD, ASKING, Timestamp(14)).await.unwrap();
    assert_eq!(bodies(&dead), ["poison"]);
    assert_eq!(dead.delivered[0].content.source.as_deref(), Some("arn of jobs"));
    assert_eq!(dead.delivered[0].picked.entry.sent, Timestamp(5));
    assert_eq!(messages.counts(JOBS, Timestamp(15)), Counts::default());
}

#[tokio::test]
async fn a_purged_queue_is_empty_and_what_comes_after_stays() {
    let folder = folder();
    {
        let messages = open(&folder).await;
        send(&messages, JOBS, &["one", "two"], 0).await;
        messages.purge(JOBS, Timestamp(1)).await.unwrap();
        assert_eq!(messages.purge(JOBS, Timestamp(60_000)).await, Err(Problem::Purging));
        send(&messages, JOBS, &["three"], 2).await;
    }
    let messages = open(&folder).await;
    let rest = messages.receive(JOBS, ASKING, Timestamp(3)).await.unwrap();
    assert_eq!(bodies(&rest), ["three"]);
}

#[tokio::test]
async fn what_is_too_old_and_what_is_of_queues_that_are_gone_gives_its_room_back() {
    let folder = folder();
    let messages = open(&folder).await;
    send(&messages, JOBS, &["old"], 0).await;
    send(&messages, JOBS, &["new"], 50_000).await;
    send(&messages, DEAD, &["lost"], 0).await;
    let kept = || HashMap::from([(JOBS.messages, Kept { retention_ms: 60_000 })]);
    messages.keep_house(Timestamp(60_000), kept).await.unwrap();
    assert_eq!(messages.count.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(rows(&messages), 1);
    let rest = messages.receive(JOBS, ASKING, Timestamp(60_001)).await.unwrap();
    assert_eq!(bodies(&rest), ["new"]);
}

#[tokio::test]
async fn a_handle_of_an_ordered_queue_ends_with_its_time() {
    let folder = folder();
    let messages = open(&folder).await;
    let grouped = NewMessage { group: Some("g".to_owned()), ..message("one") };
    messages.send(ORDERED, vec![grouped], Timestamp(0)).await.unwrap();
    let got = messages.receive(ORDERED, ASKING, Timestamp(1)).await.unwrap();
    let receipt = receipts(&messages, &got);
    let late = messages.delete(ORDERED, receipt.clone(), Timestamp(1001)).await.unwrap();
    assert_eq!(late, [Err(Problem::Expired)]);
    let again = messages.receive(ORDERED, ASKING, Timestamp(1002)).await.unwrap();
    assert_eq!(messages.delete(ORDERED, receipt, Timestamp(1003)).await.unwrap(), [Err(Problem::Expired)]);
    let receipt = receipts(&messages, &again);
    assert_eq!(messages.delete(ORDERED, receipt, Timestamp(1004)).await.unwrap(), [Ok(())]);
}

#[tokio::test]
async fn there_are_only_so_many_messages() {
    let folder = folder();
    let messages = open(&folder).await;
    messages.count.store(MESSAGES_MAX - 1, std::sync::atomic::Ordering::Relaxed);
    let two = messages.send(JOBS, vec![message("one"), message("two")], Timestamp(0)).await;
    assert_eq!(two, Err(Problem::TooMany));
    send(&messages, JOBS, &["one"], 0).await;
}

fn rows(messages: &Messages) -> u64 {
    use redb::{ReadableDatabase, ReadableTableMetadata};
    messages.database.begin_read().unwrap().open_table(index::CONTENTS).unwrap().len().unwrap()
}

#[tokio::test]
async fn only_so_many_wait_at_once() {
    let folder = folder();
    let messages = open(&folder).await;
    let places: Vec<_> = (0..WAITERS_MAX).map(|_| messages.place().unwrap()).collect();
    assert!(matches!(messages.place(), Err(Problem::TooMany)));
    drop(places);
    assert!(messages.place().is_ok(), "who goes away gives the place back");
}

/// A task that empties the queue of dead letters.
fn task(to: Option<&str>, per_second: Option<u32>) -> Task {
    let destination = to.map(str::to_owned);
    Task { id: "task".to_owned(), source: "dead".to_owned(), destination, per_second, ..Task::default() }
}

fn found(arn: &str) -> Option<QueueOf> {
    match arn {
        "jobs" => Some(JOBS),
        "dead" => Some(DEAD),
        _ => None,
    }
}

#[tokio::test]
async fn a_task_moves_messages_to_where_they_were_and_goes_on_after_a_restart() {
    let folder = folder();
    {
        let messages = open(&folder).await;
        send(&messages, DEAD, &["direct"], 0).await;
        let mut come = vec![message("one"), message("two"), message("three")];
        come.iter_mut().for_each(|it| it.content.source = Some("jobs".to_owned()));
        messages.send(DEAD, come, Timestamp(0)).await.unwrap();
        messages.start_task(DEAD, task(None, None), Timestamp(0)).await.unwrap();
        assert_eq!(messages.start_task(DEAD, task(None, None), Timestamp(0)).await, Err(NoTask::Running));
        assert!(messages.go_on(Timestamp(500), found).await);
    }
    let messages = open(&folder).await;
    let [going] = messages.tasks_of(DEAD).try_into().unwrap();
    assert_eq!((going.status, going.to_move), (Status::Running, 4));
    assert!(!messages.go_on(Timestamp(1000), found).await, "nobody knows where the last one was");
    let [ended] = messages.tasks_of(DEAD).try_into().unwrap();
    let reason = Some("CouldNotDetermineMessageSource".to_owned());
    assert_eq!((ended.status, ended.moved, ended.reason), (Status::Failed, 3, reason));
    let back = messages.receive(JOBS, ASKING, Timestamp(10_001)).await.unwrap();
    assert_eq!(bodies(&back), ["one", "two", "three"]);
    let left = messages.receive(DEAD, ASKING, Timestamp(10_001)).await.unwrap();
    assert_eq!(bodies(&left), ["direct"]);
}

#[tokio::test]
async fn a_task_that_was_cancelled_moves_nothing_more_and_ten_are_remembered() {
    let folder = folder();
    let messages = open(&folder).await;
    send(&messages, DEAD, &["one"], 0).await;
    for round in 0..12 {
        messages.start_task(DEAD, task(Some("jobs"), None), Timestamp(round)).await.unwrap();
        assert_eq!(messages.cancel_task(DEAD, "other").await, Err(NoTask::Gone));
        assert_eq!(messages.cancel_task(DEAD, "task").await, Ok(0));
    }
    assert!(!messages.go_on(Timestamp(20), found).await);
    assert_eq!(messages.tasks_of(DEAD).len(), 10);
    assert_eq!(messages.counts(DEAD, Timestamp(20)).waiting, 1);
    messages.start_task(DEAD, task(Some("jobs"), None), Timestamp(20)).await.unwrap();
    while messages.go_on(Timestamp(21), found).await {}
    assert_eq!(messages.tasks_of(DEAD)[0].status, Status::Completed);
    assert_eq!(messages.counts(JOBS, Timestamp(22)).waiting, 1);
}
