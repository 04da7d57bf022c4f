//! The driver with a toy controller. Where time matters it is an argument; where it does not, nothing is waited for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lamps::{Lamps, Step};
use super::{Driver, Waker};
use crate::controllers::agenda::STEPS_AT_ONCE;
use crate::controllers::retries::PAUSE_MAX;

/// Long enough for any machine; nothing waits for it.
const LONG: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(20);

/// A driver without a thread of its own, at a time that the test says.
struct Lab {
    lamps: Lamps,
    driver: Driver<Lamps>,
    now: Instant,
}

impl Lab {
    fn new(wanted: impl IntoIterator<Item = u8>) -> Lab {
        let lamps = Lamps::default();
        lamps.want(wanted);
        Lab { driver: Driver::idle(lamps.clone(), Waker::default()), lamps, now: Instant::now() }
    }

    fn look(&self) -> Duration {
        self.driver.0.look(self.now)
    }

    /// Looks, waits until the steps are taken, and looks what became of them.
    fn look_and_settle(&self) -> Duration {
        self.look();
        self.settle();
        self.look()
    }

    fn settle(&self) {
        assert_eq!(self.driver.0.waker.wait_for_steps(LONG), 0);
    }

    /// Looks when the driver would, for so long. How often it has looked.
    fn drive(&mut self, how_long: Duration) -> usize {
        let (end, mut looks) = (self.now + how_long, 0);
        while self.now < end {
            let pause = self.look();
            self.settle();
            looks += 1;
            // The end of a step is a wake.
            let woken = self.driver.0.agenda().has_ended_steps();
            self.now += if woken { Duration::ZERO } else { pause };
        }
        looks
    }

    fn error(&self) -> Option<String> {
        self.driver.status(self.now).last_error.map(|last| last.error)
    }
}

/// A hand that waits for a word each time, and says when it is asked.
fn waiting(lamps: &Lamps) -> (Receiver<u8>, Sender<()>) {
    let (asked, is_asked) = channel();
    let (word, words) = channel::<()>();
    let words = Mutex::new(words);
    lamps.by(move |lamp, _| {
        asked.send(lamp)?;
        Ok(words.lock().unwrap().recv()?)
    });
    (is_asked, word)
}

#[test]
fn a_look_leads_from_what_there_is_to_what_should_be() {
    let lab = Lab::new([1, 2]);
    assert_eq!(lab.look_and_settle(), PAUSE_MAX, "nothing to do unless something happens");
    assert_eq!(lab.lamps.burning(), [1, 2]);
    lab.lamps.want([2, 3]);
    lab.look_and_settle();
    assert_eq!(lab.lamps.burning(), [2, 3]);
}

#[test]
fn wakes_that_come_before_a_look_are_one() {
    let waker = Waker::default();
    for _ in 0..100 {
        waker.wake();
    }
    assert!(waker.wait(LONG), "at once");
    let began = Instant::now();
    assert!(waker.wait(MOMENT));
    assert!(began.elapsed() >= MOMENT, "none is left");
}

#[test]
fn a_driver_looks_when_it_is_woken_and_when_a_step_has_ended() {
    let lamps = Lamps::default();
    let waker = Waker::default();
    let driver = Driver::start(lamps.clone(), waker.clone()).unwrap();
    let (asked, word) = waiting(&lamps);
    lamps.want([1]);
    waker.wake();
    assert_eq!(asked.recv_timeout(LONG), Ok(1));
    lamps.want([1, 2]);
    word.send(()).unwrap();
    assert_eq!(asked.recv_timeout(LONG), Ok(2), "nobody has woken it");
    word.send(()).unwrap();
    assert_eq!(driver.quit(LONG), 0);
    assert_eq!(lamps.burning(), [1, 2]);
}

#[test]
fn a_step_that_fails_is_tried_again_with_pauses_and_nobody_is_without_one() {
    let mut lab = Lab::new([1]);
    let tried = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tried);
    lab.lamps.by(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        anyhow::bail!("no matches")
    });
    let looks = lab.drive(Duration::from_secs(3600));
    let tried = tried.load(Ordering::Relaxed);
    assert!((100..150).contains(&tried), "{tried} times in an hour");
    assert!(looks <= 2 * tried + 130, "{looks} looks for {tried} steps");
    assert_eq!(lab.driver.problem(1), Some(format!("no matches (tried {tried} times)")));
    assert_eq!(lab.driver.problem(2), None);
}

#[test]
fn however_often_it_is_woken_what_failed_waits() {
    let lab = Lab::new([1]);
    let tried = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tried);
    lab.lamps.by(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        anyhow::bail!("no matches")
    });
    for _ in 0..50 {
        lab.look_and_settle();
    }
    assert_eq!(tried.load(Ordering::Relaxed), 1);
}

#[test]
fn what_fails_for_one_key_keeps_no_other_waiting() {
    let lab = Lab::new([1, 2]);
    lab.lamps.by(|lamp, _| if lamp == 1 { anyhow::bail!("broken") } else { Ok(()) });
    lab.look_and_settle();
    assert_eq!(lab.lamps.burning(), [2]);
    lab.lamps.want([1, 2, 3]);
    lab.look_and_settle();
    assert_eq!(lab.lamps.burning(), [2, 3]);
}

#[test]
fn something_else_that_is_wanted_of_the_same_key_is_done_at_once() {
    let lab = Lab::new([]);
    lab.lamps.burning.lock().unwrap().insert(1);
    lab.lamps.by(|_, step| if step == Step::PutOut { anyhow::bail!("hot") } else { Ok(()) });
    lab.look_and_settle();
    lab.lamps.burning.lock().unwrap().clear();
    lab.lamps.want([1]);
    lab.look_and_settle();
    assert_eq!(lab.lamps.burning(), [1]);
}

#[test]
fn a_step_that_panics_is_an_error_of_that_step_and_the_driver_goes_on() {
    let mut lab = Lab::new([1, 2]);
    lab.lamps.by(|lamp, _| if lamp == 1 { panic!("the lamp is an onion") } else { Ok(()) });
    lab.look_and_settle();
    assert_eq!(lab.error().as_deref(), Some("the step panicked: the lamp is an onion"));
    assert_eq!(lab.lamps.burning(), [2]);
    lab.lamps.by(|_, _| Ok(()));
    lab.now += LONG;
    lab.look_and_settle();
    assert_eq!((lab.lamps.burning(), lab.error()), (vec![1, 2], None));
}

#[test]
fn steps_of_one_key_are_never_taken_at_once() {
    let mut lab = Lab::new([1]);
    let (asked, word) = waiting(&lab.lamps);
    lab.look();
    assert_eq!(asked.recv_timeout(LONG), Ok(1));
    for _ in 0..100 {
        lab.now += LONG;
        lab.look();
    }
    lab.lamps.want([]);
    lab.look();
    assert_eq!(lab.driver.status(lab.now).busy, 1);
    assert!(asked.recv_timeout(MOMENT).is_err(), "nobody else is at it");
    word.send(()).unwrap();
    lab.settle();
    lab.look();
    assert_eq!(asked.recv_timeout(LONG), Ok(1), "now it is put out");
    word.send(()).unwrap();
    lab.settle();
    assert_eq!(lab.lamps.burning(), Vec::<u8>::new());
}

#[test]
fn so_many_steps_are_taken_at_once_and_the_others_wait_without_spinning() {
    let lab = Lab::new(0..20);
    let (asked, word) = waiting(&lab.lamps);
    assert_eq!(lab.look(), PAUSE_MAX);
    let first: Vec<u8> = (0..STEPS_AT_ONCE).map(|_| asked.recv_timeout(LONG).unwrap()).collect();
    assert!(asked.recv_timeout(MOMENT).is_err(), "{first:?} and more");
    for _ in 0..20 {
        word.send(()).unwrap();
    }
    lab.settle();
    while lab.lamps.burning().len() < 20 {
        lab.look_and_settle();
    }
}

#[test]
fn a_plan_that_always_wants_the_same_does_not_spin() {
    let mut lab = Lab::new([1]);
    let lit = Arc::new(AtomicUsize::new(0));
    let (count, burning) = (Arc::clone(&lit), Arc::clone(&lab.lamps.burning));
    // Each time it seems to work, and a draught puts it out.
    lab.lamps.by(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let end = lab.now + Duration::from_secs(3600);
    while lab.now < end {
        lab.look();
        lab.settle();
        burning.lock().unwrap().clear();
        lab.now += lab.look();
    }
    let lit = lit.load(Ordering::Relaxed);
    assert!((100..150).contains(&lit), "{lit} times in an hour");
    assert_eq!(lab.error().as_deref(), Some("it is done, and still to be done"));
}

#[test]
fn quitting_waits_for_what_is_being_done_and_begins_nothing() {
    let lab = Lab::new([1, 2]);
    lab.look();
    assert_eq!(lab.driver.quit(LONG), 0);
    assert_eq!(lab.lamps.burning(), [1, 2]);
    lab.lamps.want([]);
    lab.look();
    assert_eq!(lab.driver.quit(LONG), 0);
    assert_eq!(lab.lamps.burning(), [1, 2], "nobody puts them out any more");
}

#[test]
fn quitting_leaves_to_itself_what_takes_too_long() {
    let lab = Lab::new([1]);
    let (asked, word) = waiting(&lab.lamps);
    lab.look();
    assert_eq!(asked.recv_timeout(LONG), Ok(1));
    let began = Instant::now();
    assert_eq!(lab.driver.quit(MOMENT), 1);
    assert!((MOMENT..LONG / 10).contains(&began.elapsed()));
    word.send(()).unwrap();
    lab.settle();
}

#[test]
fn a_driver_that_has_quit_looks_no_more() {
    let (lamps, waker) = (Lamps::default(), Waker::default());
    let driver = Driver::start(lamps.clone(), waker.clone()).unwrap();
    driver.quit(LONG);
    lamps.want([1]);
    waker.wake();
    std::thread::sleep(MOMENT);
    assert_eq!(lamps.burning(), Vec::<u8>::new());
}

#[test]
fn status_says_what_was_done_last_what_failed_last_and_when_it_is_tried_again() {
    let mut lab = Lab::new([1]);
    let status = |lab: &Lab| lab.driver.status(lab.now);
    assert_eq!((status(&lab).name.as_str(), status(&lab).last_step), ("lamps", None));
    lab.lamps.by(|lamp, _| if lamp == 1 { anyhow::bail!("no matches") } else { Ok(()) });
    lab.look_and_settle();
    lab.now += Duration::from_millis(40);
    let shown = status(&lab);
    let step = shown.last_step.unwrap();
    assert_eq!((step.key.as_str(), step.step.as_str(), step.ago_ms), ("1", "light", 40));
    let error = shown.last_error.unwrap();
    assert_eq!((error.error.as_str(), error.ago_ms, shown.next_retry_ms), ("no matches", 40, Some(60)));
    // Another key goes well: that is the last step, and the error stays.
    lab.lamps.want([1, 2]);
    lab.look_and_settle();
    let shown = status(&lab);
    assert_eq!(shown.last_step.map(|step| step.key), Some("2".to_owned()));
    assert!(shown.last_error.is_some());
    // The same key goes well: it is cleared.
    lab.lamps.by(|_, _| Ok(()));
    lab.now += Duration::from_millis(60);
    lab.look_and_settle();
    assert_eq!((status(&lab).last_error, status(&lab).next_retry_ms), (None, None));
}

#[test]
fn the_error_that_is_left_when_one_of_several_keys_goes_well_is_anothers() {
    let mut lab = Lab::new([1]);
    let broken = Arc::new(Mutex::new(BTreeMap::from([(1, "first"), (2, "second")])));
    let of = Arc::clone(&broken);
    lab.lamps.by(move |lamp, _| match of.lock().unwrap().get(&lamp) {
        Some(error) => anyhow::bail!("{error}"),
        None => Ok(()),
    });
    lab.look_and_settle();
    lab.lamps.want([1, 2]);
    lab.now += Duration::from_millis(10);
    lab.look_and_settle();
    assert_eq!(lab.error().as_deref(), Some("second"));
    broken.lock().unwrap().remove(&2);
    lab.now += Duration::from_millis(100);
    lab.look_and_settle();
    assert_eq!(lab.error().as_deref(), Some("first"));
}
