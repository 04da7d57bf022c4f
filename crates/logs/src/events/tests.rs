//! The store as its users see it, against a list of everything that came; over restarts and crashes, too.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::testing::Folder;
use super::*;

const GROUP: u64 = 7;

fn open(folder: &Folder) -> Events {
    Events::open(folder.path()).unwrap()
}

fn new(stream: &str, events: &[(i64, &str)]) -> NewEvents {
    let events = events.iter().map(|(time, message)| (*time, (*message).to_owned())).collect();
    NewEvents { stream: stream.to_owned(), make: true, layout: None, now: 1000, events }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn put(events: &Events, stream: &str, all: &[(i64, &str)]) {
    wait(events.put(GROUP, new(stream, all))).unwrap();
}

fn all(events: &Events) -> Vec<(i64, String, String)> {
    let question = Question {
        group: GROUP,
        streams: Wanted::All,
        from: i64::MIN,
        to: i64::MAX,
        direction: Direction::Forward,
        after: None,
        limit: usize::MAX,
        bytes_max: usize::MAX,
        scan_bytes_max: usize::MAX,
        matches: &|_| true,
    };
    let page = events.page(&question).unwrap();
    assert_eq!(page.next, None);
    page.events.into_iter().map(|it| (it.timestamp, it.stream.to_string(), it.message)).collect()
}

fn files(folder: &Path, end: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path, end)),
            false if path.to_string_lossy().ends_with(end) => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

#[test]
fn what_was_answered_is_there_after_a_restart_with_and_without_a_flush() {
    let folder = Folder::new();
    let events = open(&folder);
    put(&events, "a", &[(1, "one"), (3, "three")]);
    put(&events, "b", &[(2, "two")]);
    let wanted = [(1, "a", "one"), (2, "b", "two"), (3, "a", "three")]
        .map(|(t, s, m)| (t, s.to_owned(), m.to_owned()));
    assert_eq!(all(&events), wanted);
    drop(events);
    let events = open(&folder);
    assert_eq!(all(&events), wanted);
    wait(events.flush()).unwrap();
    assert_eq!(all(&events), wanted);
    drop(events);
    let events = open(&folder);
    assert_eq!(all(&events), wanted);
    assert_eq!(files(folder.path(), ".segment").len(), 1);
    assert_eq!(events.stored_bytes(GROUP), 3 * 26 + 11);
}

#[test]
fn a_stream_that_is_made_again_is_empty_and_no_event_comes_back() {
    let folder = Folder::new();
    let events = open(&folder);
    put(&events, "a", &[(1, "one")]);
    wait(events.flush()).unwrap();
    put(&events, "a", &[(2, "two")]);
    wait(events.delete_stream(GROUP, "a")).unwrap();
    assert_eq!(wait(events.delete_stream(GROUP, "a")), Err(Problem::NoStream));
    wait(events.create_stream(GROUP, "a", 5)).unwrap();
    assert_eq!(wait(events.create_stream(GROUP, "a", 5)), Err(Problem::StreamExists));
    assert_eq!(all(&events), []);
    drop(events);
    let events = open(&folder);
    assert_eq!((all(&events), events.stored_bytes(GROUP)), (Vec::new(), 0));
    put(&events, "a", &[(3, "three")]);
    wait(events.flush()).unwrap();
    drop(events);
    assert_eq!(all(&open(&folder)), [(3, "a".to_owned(), "three".to_owned())]);
}

#[test]
fn nothing_is_put_where_there_is_no_stream() {
    let folder = Folder::new();
    let events = open(&folder);
    let refused = wait(events.put(GROUP, NewEvents { make: false, ..new("a", &[(1, "x")]) }));
    assert_eq!(refused, Err(Problem::NoStream));
    assert_eq!(all(&events), []);
}

#[test]
fn room_of_what_is_too_old_and_of_what_is_gone_comes_back() {
    let folder = Folder::new();
    let events = open(&folder);
    let long = "x".repeat(1000);
    for time in 0..50 {
        put(&events, "old", &[(time, &long)]);
    }
    wait(events.flush()).unwrap();
    for time in 100..150 {
        put(&events, "new", &[(time, &long)]);
    }
    wait(events.flush()).unwrap();
    let size = |folder: &Folder| -> u64 {
        files(folder.path(), ".segment").iter().map(|it| it.metadata().unwrap().len()).sum()
    };
    let before = size(&folder);
    let clean = |events: &Events, kept: Option<Kept>| {
        wait(events.keep_house(|| kept.map(|it| (GROUP, it)).into_iter().collect())).unwrap();
    };
    clean(&events, Some(Kept { oldest: None }));
    assert_eq!(size(&folder), before);
    clean(&events, Some(Kept { oldest: Some(100) }));
    assert!(size(&folder) <= before / 2 + 1000, "half of it is gone");
    assert_eq!(all(&events).len(), 50);
    drop(events);
    let events = open(&folder);
    assert_eq!(all(&events).len(), 50);
    wait(events.delete_stream(GROUP, "new")).unwrap();
    clean(&events, Some(Kept { oldest: None }));
    assert_eq!(size(&folder), 0);
    put(&events, "more", &[(200, &long)]);
    wait(events.flush()).unwrap();
    clean(&events, None);
    assert_eq!((size(&folder), all(&events).len()), (0, 0));
    drop(events);
    assert_eq!(all(&open(&folder)), []);
}

#[test]
fn a_crash_in_the_middle_of_a_flush_loses_nothing_and_doubles_nothing() {
    let folder = Folder::new();
    let events = open(&folder);
    put(&events, "a", &[(1, "one")]);
    wait(events.flush()).unwrap();
    put(&events, "a", &[(2, "two")]);
    wait(events.put(GROUP + 1, new("z", &[(1, "other")]))).unwrap();
    drop(events);
    let copy = |from: &Path, to: &Path| {
        for file in [files(from, ".journal"), files(from, ".redb"), files(from, ".segment")].concat() {
            let there = to.join(file.strip_prefix(from).unwrap());
            std::fs::create_dir_all(there.parent().unwrap()).unwrap();
            std::fs::copy(&file, there).unwrap();
        }
    };
    let before = Folder::new();
    copy(folder.path(), before.path());
    let events = open(&folder);
    wait(events.flush()).unwrap();
    drop(events);
    // The segments and the new journal are written, the index is not.
    for file in [files(folder.path(), ".segment"), files(folder.path(), ".journal")].concat() {
        let there = before.path().join(file.strip_prefix(folder.path()).unwrap());
        std::fs::create_dir_all(there.parent().unwrap()).unwrap();
        std::fs::copy(&file, there).unwrap();
    }
    // And the index is, but the old journal is still there.
    let after = Folder::new();
    copy(before.path(), after.path());
    copy(folder.path(), after.path());
    for crashed in [before, after] {
        let events = open(&crashed);
        assert_eq!(all(&events).len(), 2, "{:?}", all(&events));
        put(&events, "a", &[(3, "three")]);
        wait(events.flush()).unwrap();
        drop(events);
        let events = open(&crashed);
        let messages: Vec<String> = all(&events).into_iter().map(|it| it.2).collect();
        assert_eq!(messages, ["one", "two", "three"]);
    }
}

#[test]
fn a_damaged_block_is_an_error_and_not_nothing() {
    let record = "2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40000 6 5 300 1 60 ACCEPT OK";
    for message in ["one", record] {
        let folder = Folder::new();
        let events = open(&folder);
        put(&events, "a", &[(1, message), (2, message)]);
        wait(events.flush()).unwrap();
        let [segment] = &files(folder.path(), ".segment")[..] else { panic!("there is one segment") };
        let sound = std::fs::read(segment).unwrap();
        let number = std::cell::Cell::new(0);
        let look_at_messages = || {
            events.scan(GROUP, (0, 9), &mut |part| {
                number.set(part.columns.pointers()[0]);
                drop(part.columns.message(0));
                std::ops::ControlFlow::Continue(())
            })
        };
        look_at_messages().unwrap();
        for place in 0..sound.len() {
            let mut bytes = sound.clone();
            bytes[place] ^= 1;
            std::fs::write(segment, bytes).unwrap();
            let found = events.event(GROUP, number.get());
            assert!(matches!(found, Err(Problem::Storage(_))), "{message} {place}: {found:?}");
        }
        let mut bytes = sound.clone();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(segment, bytes).unwrap();
        assert!(matches!(look_at_messages(), Err(Problem::Storage(_))));
    }
}

#[test]
fn who_scans_sees_columns_with_their_layout_and_nothing_outside_of_the_times() {
    let folder = Folder::new();
    let events = open(&folder);
    let with =
        |layout: &str, all: &[(i64, &str)]| NewEvents { layout: Some(layout.to_owned()), ..new("a", all) };
    wait(events.put(GROUP, with("${version} ${action}", &[(1, "2 ACCEPT"), (5, "2 REJECT")]))).unwrap();
    wait(events.put(GROUP, with("${action}", &[(6, "ACCEPT"), (9, "REJECT")]))).unwrap();
    for _ in 0..2 {
        let mut seen = BTreeMap::new();
        let scanned = events.scan(GROUP, (5, 6), &mut |part| {
            for event in 0..part.timestamps.len() {
                let message = String::from_utf8(part.columns.message(event).into_owned()).unwrap();
                seen.insert(
                    (part.timestamps[event], message),
                    (part.layout.unwrap().to_owned(), part.columns.pointers()[event]),
                );
            }
            std::ops::ControlFlow::Continue(())
        });
        assert_eq!(scanned.unwrap(), Scanned { events: 2, bytes: 14 });
        let seen: Vec<_> = seen.into_iter().collect();
        let [((5, reject), (first, number)), ((6, accept), (second, _))] = &seen[..] else {
            panic!("{seen:?}")
        };
        assert_eq!((reject.as_str(), accept.as_str()), ("2 REJECT", "ACCEPT"));
        assert_eq!((first.as_str(), second.as_str()), ("${version} ${action}", "${action}"));
        let (found, layout) = events.event(GROUP, *number).unwrap().unwrap();
        assert_eq!((found.message.as_str(), layout.as_deref()), ("2 REJECT", Some("${version} ${action}")));
        assert_eq!(events.event(GROUP, 12345).unwrap(), None);
        wait(events.flush()).unwrap();
    }
    drop(events);
    let events = open(&folder);
    let mut layouts = Vec::new();
    let look = &mut |part: &Part<'_>| {
        layouts.push(part.layout.map(str::to_owned));
        std::ops::ControlFlow::Break(())
    };
    events.scan(GROUP, (0, 9), look).unwrap();
    assert!(layouts[0].is_some());
}

#[test]
fn parts_touch_and_have_about_as_much_each() {
    let folder = Folder::new();
    let events = open(&folder);
    assert_eq!(events.parts(GROUP, (5, 9), 4), [(5, 9)]);
    for time in 0..100 {
        put(&events, "a", &[(time, "xxxx")]);
    }
    let parts = events.parts(GROUP, (0, 1000), 4);
    assert_eq!(parts, [(0, 24), (25, 49), (50, 74), (75, 1000)]);
    assert_eq!(events.parts(GROUP, (0, 1000), 1), [(0, 1000)]);
}

#[test]
fn streams_are_listed_by_name_and_by_their_last_event() {
    let folder = Folder::new();
    let events = open(&folder);
    put(&events, "b", &[(1, "x"), (9, "x")]);
    put(&events, "a", &[(5, "x")]);
    wait(events.create_stream(GROUP, "aa", 3)).unwrap();
    let list = |prefix: &str, way, after, limit| {
        let (page, more) = events.list_streams(GROUP, prefix, way, after, limit);
        (page.iter().map(|it| it.name.to_string()).collect::<Vec<_>>().join(" "), more)
    };
    let (name, last) = (StreamOrder::Name, StreamOrder::LastEvent);
    assert_eq!(list("", (name, false), None, 9), ("a aa b".to_owned(), false));
    assert_eq!(list("a", (name, true), None, 9), ("aa a".to_owned(), false));
    assert_eq!(list("", (name, false), Some((0, "a")), 1), ("aa".to_owned(), true));
    assert_eq!(list("", (last, true), None, 2), ("b a".to_owned(), true));
    assert_eq!(list("", (last, true), Some((5, "a")), 2), ("aa".to_owned(), false));
    let (page, _) = events.list_streams(GROUP, "b", (name, false), None, 1);
    assert_eq!(page[0].seen, Some((1, 9, 1000)));
}

#[test]
fn many_who_write_at_once_all_get_what_they_were_promised() {
    let folder = Folder::new();
    let events = Arc::new(open(&folder));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for writer in 0..40 {
            let events = Arc::clone(&events);
            tasks.push(tokio::spawn(async move {
                for time in 0..25 {
                    events.put(GROUP, new(&format!("s{writer}"), &[(time, "x")])).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    drop(runtime);
    assert_eq!(all(&events).len(), 1000);
    drop(events);
    assert_eq!(all(&open(&folder)).len(), 1000);
}

/// What a random run does.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, Vec<(i64, String)>),
    Delete(u8),
    Flush,
    Reopen,
    Clean,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let event = (0..30_i64, "[ab]{1,3}");
    let step = prop_oneof![
        6 => (0..3_u8, prop::collection::vec(event, 1..6)).prop_map(|(stream, mut events)| {
            events.sort_by_key(|it| it.0);
            Step::Put(stream, events)
        }),
        1 => (0..3_u8).prop_map(Step::Delete),
        2 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        1 => Just(Step::Clean),
    ];
    prop::collection::vec(step, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn pages_put_together_are_everything_that_matches_in_its_order(
        steps in steps(), limit in 1..7_usize, bytes_max in 1..12_usize, from in 0..30_i64, to in 0..30_i64,
        backward in any::<bool>(), scan in any::<bool>(),
    ) {
        let folder = Folder::new();
        let mut events = open(&folder);
        // Time, order of coming, stream, message.
        let mut known: Vec<(i64, usize, u8, String)> = Vec::new();
        let mut count = 0;
        for step in steps {
            match step {
                Step::Put(stream, all) => {
                    let batch: Vec<(i64, &str)> = all.iter().map(|it| (it.0, it.1.as_str())).collect();
                    put(&events, &stream.to_string(), &batch);
                    for (time, message) in all {
                        count += 1;
                        known.push((time, count, stream, message));
                    }
                }
                Step::Delete(stream) => {
                    let was_there = events.has_stream(GROUP, &stream.to_string());
                    let deleted = wait(events.delete_stream(GROUP, &stream.to_string()));
                    prop_assert_eq!(deleted.is_ok(), was_there);
                    known.retain(|it| it.2 != stream);
                }
                Step::Flush => wait(events.flush()).unwrap(),
                Step::Reopen => {
                    drop(events);
                    events = open(&folder);
                }
                Step::Clean => wait(events.keep_house(|| [(GROUP, Kept { oldest: None })].into())).unwrap(),
            }
        }
        known.sort();
        let matches = |message: &str| message.contains('a');
        let mut wanted: Vec<(i64, String, String)> = known
            .iter()
            .filter(|it| (from..=to).contains(&it.0) && matches(&it.3))
            .map(|it| (it.0, it.2.to_string(), it.3.clone()))
            .collect();
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = events.page(&Question {
                group: GROUP, streams: Wanted::All, from, to, direction, after, limit, bytes_max,
                scan_bytes_max: if scan { 3 } else { usize::MAX }, matches: &matches,
            }).unwrap();
            prop_assert!(page.events.len() <= limit);
            let mut page_events: Vec<_> = page.events.into_iter().map(|it| (it.timestamp, it.stream.to_string(), it.message)).collect();
            if backward {
                page_events.reverse();
            }
            found.extend(page_events);
            match page.next {
                Some(next) => {
                    prop_assert_ne!(after, Some(next), "it goes on");
                    after = Some(next);
                }
                None => break,
            }
        }
        if backward {
            wanted.reverse();
        }
        prop_assert_eq!(found, wanted);
    }
}
