//! A line against rules that are written down plainly.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use proptest::prelude::*;

use super::line::*;

const ASKING: Asking = Asking { count: 10, visibility_ms: 100, receives_max: None, retention_ms: 1_000_000 };

fn entry(sent: i64, group: Option<&str>) -> Entry {
    let group = group.map(Arc::from);
    Entry { sent: Timestamp(sent), group, place: Place::Waiting, receives: 0, first_receive: None }
}

fn line(in_order: bool, groups: &[&str]) -> Line {
    let mut line = Line::new(in_order);
    for (number, group) in groups.iter().enumerate() {
        line.add(number as u64, entry(0, in_order.then_some(*group)));
    }
    line
}

fn numbers(line: &mut Line, now: i64, count: usize) -> Vec<u64> {
    let received = line.receive(Timestamp(now), &Asking { count, ..ASKING }).unwrap();
    received.picked.iter().map(|it| it.number).collect()
}

#[test]
fn what_somebody_has_nobody_else_gets_until_its_time_is_over() {
    let mut line = line(false, &["", ""]);
    assert_eq!(numbers(&mut line, 0, 1), [0]);
    assert_eq!(numbers(&mut line, 1, 10), [1]);
    assert_eq!(numbers(&mut line, 99, 10), [0_u64; 0]);
    assert_eq!(line.next_wake(), Some(Timestamp(100)));
    assert_eq!(numbers(&mut line, 100, 10), [0]);
    assert_eq!(line.get(0).unwrap().receives, 2);
    assert_eq!(line.get(0).unwrap().first_receive, Some(Timestamp(0)));
}

#[test]
fn more_time_and_none_are_given_to_who_has_a_message() {
    let mut line = line(false, &[""]);
    assert_eq!(line.change(0, 1, Timestamp(0), 5), Err(NotChanged::NotInFlight));
    numbers(&mut line, 0, 1);
    line.change(0, 1, Timestamp(50), 100).unwrap();
    assert_eq!(numbers(&mut line, 149, 1), [0_u64; 0]);
    line.change(0, 1, Timestamp(149), 0).unwrap();
    assert_eq!(numbers(&mut line, 149, 1), [0]);
    assert_eq!(line.change(9, 1, Timestamp(0), 5), Err(NotChanged::Gone));
}

#[test]
fn a_group_waits_for_its_message_and_others_go_on() {
    let mut line = line(true, &["a", "b", "a", "b", "c"]);
    assert_eq!(numbers(&mut line, 0, 1), [0]);
    assert_eq!(numbers(&mut line, 1, 10), [1, 3, 4]);
    assert_eq!(numbers(&mut line, 2, 10), [0_u64; 0]);
    line.remove(0);
    assert_eq!(numbers(&mut line, 3, 10), [2]);
    // What comes back keeps its place before what came later.
    line.add(5, entry(0, Some("a")));
    assert_eq!(numbers(&mut line, 103, 10), [1, 3, 2, 5, 4]);
}

#[test]
fn as_many_as_there_can_be_are_received_and_not_deleted() {
    let mut line = Line::new(false);
    (0..=IN_FLIGHT_MAX as u64).for_each(|number| line.add(number, entry(0, None)));
    while line.counts(Timestamp(0)).in_flight < IN_FLIGHT_MAX {
        line.receive(Timestamp(0), &ASKING).unwrap();
    }
    assert_eq!(line.receive(Timestamp(0), &ASKING), Err(OverLimit));
}

/// What can happen to a line.
#[derive(Clone, Debug)]
enum Step {
    Send(u8, i64),
    Receive(usize, i64, Option<u32>),
    Delete(usize),
    Change(usize, i64),
    Stay(usize),
    Pass(i64),
    Expire(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_u8, prop_oneof![Just(0), 0..50_i64]).prop_map(|(group, delay)| Step::Send(group, delay)),
        4 => (1..11_usize, 0..50_i64, prop::option::of(1..4_u32))
            .prop_map(|(count, visibility, most)| Step::Receive(count, visibility, most)),
        3 => any::<usize>().prop_map(Step::Delete),
        2 => (any::<usize>(), 0..50_i64).prop_map(|(which, ms)| Step::Change(which, ms)),
        1 => any::<usize>().prop_map(Step::Stay),
        2 => (0..40_i64).prop_map(Step::Pass),
        1 => (50..400_i64).prop_map(Step::Expire),
    ]
}

/// The rules: every message, looked through each time.
#[derive(Default)]
struct Plain(BTreeMap<u64, Entry>);

impl Plain {
    fn wake(&mut self, now: i64) {
        for entry in self.0.values_mut() {
            if let Place::Delayed(until) | Place::InFlight(until) = entry.place
                && until.0 <= now
            {
                entry.place = Place::Waiting;
            }
        }
    }

    /// Whether a message may be handed out: it waits, and in a queue with order everything of its group before it has left or
    /// is in the same answer.
    fn may(&self, number: u64, in_order: bool, answer: &[u64]) -> bool {
        let entry = &self.0[&number];
        if entry.place != Place::Waiting {
            return false;
        }
        !in_order
            || self.0.iter().filter(|(_, it)| it.group == entry.group).all(|(other, it)| match it.place {
                Place::Waiting => *other >= number,
                Place::Delayed(_) => *other > number,
                Place::InFlight(_) | Place::Leaving => answer.contains(other),
            })
    }
}

fn run(in_order: bool, steps: Vec<Step>) {
    let (mut line, mut plain, mut now, mut next) = (Line::new(in_order), Plain::default(), 0_i64, 0_u64);
    let nth = |plain: &Plain, which: usize| plain.0.keys().nth(which % plain.0.len().max(1)).copied();
    for step in steps {
        plain.wake(now);
        match step {
            Step::Send(group, delay) => {
                let place = if delay > 0 { Place::Delayed(Timestamp(now + delay)) } else { Place::Waiting };
                let group = in_order.then(|| format!("g{group}"));
                let new = Entry { place, ..entry(now, group.as_deref()) };
                line.add(next, new.clone());
                plain.0.insert(next, new);
                next += 1;
            }
            Step::Receive(count, visibility_ms, receives_max) => {
                let asking = Asking { count, visibility_ms, receives_max, ..ASKING };
                let got = line.receive(Timestamp(now), &asking).unwrap();
                let mut answer = Vec::new();
                for number in &got.leaving {
                    let entry = plain.0.get_mut(number).unwrap();
                    assert!(
                        entry.place == Place::Waiting
                            && receives_max.is_some_and(|most| entry.receives >= most)
                    );
                }
                for picked in &got.picked {
                    assert!(receives_max.is_none_or(|most| picked.entry.receives <= most));
                    assert!(plain.may(picked.number, in_order, &answer), "{picked:?} of {:?}", plain.0);
                    answer.push(picked.number);
                    plain.0.insert(picked.number, picked.entry.clone());
                }
                for number in &got.leaving {
                    plain.0.get_mut(number).unwrap().place = Place::Leaving;
                }
                let left = plain.0.keys().any(|it| plain.may(*it, in_order, &answer));
                // What was handed out for no time at all can be handed out again.
                assert!(got.picked.len() == count || !left || visibility_ms == 0, "{:?}", plain.0);
            }
            Step::Delete(which) => {
                if let Some(number) = nth(&plain, which) {
                    line.remove(number);
                    plain.0.remove(&number);
                }
            }
            Step::Change(which, ms) => {
                if let Some(number) = nth(&plain, which) {
                    let receives = plain.0[&number].receives;
                    let changed = line.change(number, receives, Timestamp(now), ms).is_ok();
                    let entry = plain.0.get_mut(&number).unwrap();
                    assert_eq!(changed, matches!(entry.place, Place::InFlight(_)));
                    if changed {
                        entry.place =
                            if ms == 0 { Place::Waiting } else { Place::InFlight(Timestamp(now + ms)) };
                    }
                }
            }
            Step::Stay(which) => {
                if let Some(number) = nth(&plain, which) {
                    line.stay(number);
                    let entry = plain.0.get_mut(&number).unwrap();
                    if entry.place == Place::Leaving {
                        entry.place = Place::Waiting;
                    }
                }
            }
            Step::Pass(ms) => now += ms,
            Step::Expire(retention) => {
                let mut gone = line.expire(Timestamp(now), retention);
                gone.sort_unstable();
                let old: Vec<u64> = plain
                    .0
                    .iter()
                    .filter(|(_, it)| it.sent.0 + retention <= now)
                    .map(|(number, _)| *number)
                    .collect();
                assert_eq!(gone, old);
                old.iter().for_each(|number| drop(plain.0.remove(number)));
            }
        }
        plain.wake(now);
        let count = |is: fn(&Place) -> bool| plain.0.values().filter(|it| is(&it.place)).count();
        let expected = Counts {
            waiting: count(|it| matches!(it, Place::Waiting | Place::Leaving)),
            in_flight: count(|it| matches!(it, Place::InFlight(_))),
            delayed: count(|it| matches!(it, Place::Delayed(_))),
        };
        assert_eq!(line.counts(Timestamp(now)), expected);
        for (number, entry) in &plain.0 {
            assert_eq!(line.get(*number), Some(entry));
        }
    }
}

proptest! {
    #[test]
    fn a_standard_queue_hands_out_what_waits_and_nothing_else(steps in prop::collection::vec(step(), 0..80)) {
        run(false, steps);
    }

    #[test]
    fn a_fifo_queue_keeps_the_order_of_each_group(steps in prop::collection::vec(step(), 0..80)) {
        run(true, steps);
    }
}
