//! Trying again what failed: after a pause that doubles, and without saying the same over and over.
//!
//! A guest can make a step fail for ever, by taking the name of the interface that it is to get, say. Whatever fails costs
//! less and less then, in time and in the log. Time is an argument.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

/// The pause after the first failure.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_secs(30);
/// How long something must have worked to be no continuation of its last failure when it fails again.
const SETTLED: Duration = Duration::from_secs(60);

/// How long to wait after so many failures, one after the other.
pub fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    (PAUSE_MIN * (1 << doublings)).min(PAUSE_MAX)
}

/// What failed, for each `K`. `W` is what was wanted; wanting something else is a new beginning.
#[derive(Debug)]
pub struct Retries<K, W>(BTreeMap<K, Trouble<W>>);

#[derive(Debug)]
struct Trouble<W> {
    wanted: W,
    error: String,
    /// When it failed last.
    failed: Instant,
    /// Failures one after the other.
    failures: u32,
    /// When to try again.
    due: Instant,
    /// How often the same error came again.
    repeats: u64,
    /// How many of those were not said.
    unsaid: u64,
    /// Since when it works again.
    works_since: Option<Instant>,
}

/// What the log is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An error that is new.
    Failed(String),
    /// An error that was said before, so many times more.
    Repeated(String, u64),
    /// It works again; so many equal errors were not said.
    Works(u64),
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Failed(error) => f.write_str(error),
            Said::Repeated(error, times) => write!(f, "{error} (the same {times} times more)"),
            Said::Works(0) => f.write_str("it works again"),
            Said::Works(times) => write!(f, "it works again (the same error {times} times more)"),
        }
    }
}

impl<K: Ord + Copy, W: PartialEq> Default for Retries<K, W> {
    fn default() -> Self {
        Retries(BTreeMap::new())
    }
}

impl<K: Ord + Copy, W: PartialEq> Retries<K, W> {
    /// Whether it is time to try this.
    pub fn is_due(&self, id: K, wanted: &W, now: Instant) -> bool {
        self.0.get(&id).is_none_or(|trouble| trouble.wanted != *wanted || now >= trouble.due)
    }

    /// Notes a failure. Says what is worth saying: what is new, and the tenth, hundredth, thousandth time of what is not.
    pub fn failed(&mut self, id: K, wanted: W, error: String, now: Instant) -> Option<Said> {
        let last = self.0.remove(&id).filter(|last| last.wanted == wanted && !last.is_over(now));
        let failures = last.as_ref().map_or(0, |last| last.failures).saturating_add(1);
        let due = now + pause(failures);
        let same = last.filter(|last| last.error == error);
        let repeats = same.as_ref().map_or(0, |last| last.repeats + 1);
        let unsaid = same.as_ref().map_or(0, |last| last.unsaid + 1);
        let said = match (repeats, is_power_of_ten(repeats)) {
            (0, _) => Some(Said::Failed(error.clone())),
            (_, true) => Some(Said::Repeated(error.clone(), unsaid)),
            (_, false) => None,
        };
        let unsaid = if said.is_some() { 0 } else { unsaid };
        let works_since = None;
        self.0
            .insert(id, Trouble { wanted, error, failed: now, failures, due, repeats, unsaid, works_since });
        said
    }

    /// Notes that something worked. Whether it goes on working is to be seen. That something else works that was wanted
    /// meanwhile is nothing to speak of.
    pub fn worked(&mut self, id: K, wanted: &W, now: Instant) -> Option<Said> {
        if self.0.get(&id).is_some_and(|trouble| trouble.wanted != *wanted) {
            self.0.remove(&id);
        }
        let trouble = self.0.get_mut(&id).filter(|trouble| trouble.works_since.is_none())?;
        trouble.works_since = Some(now);
        Some(Said::Works(std::mem::take(&mut trouble.unsaid)))
    }

    /// Forgets what is no longer to be done, and what has worked for long enough.
    pub fn keep(&mut self, is_wanted: impl Fn(K) -> bool, now: Instant) {
        self.0.retain(|id, trouble| match trouble.works_since {
            Some(_) => !trouble.is_over(now),
            None => is_wanted(*id),
        });
    }

    /// How long until something of `whose` is to be tried again.
    pub fn next(&self, whose: impl Fn(K) -> bool, now: Instant) -> Option<Duration> {
        let waiting = self.0.iter().filter(|(id, trouble)| trouble.works_since.is_none() && whose(**id));
        waiting.map(|(_, trouble)| trouble.due.saturating_duration_since(now)).min()
    }

    /// What has failed last, of all that fails: what was wanted, why it failed, and when.
    pub fn last_failure(&self) -> Option<(K, &W, &str, Instant)> {
        let failing = self.0.iter().filter(|(_, trouble)| trouble.works_since.is_none());
        let (id, last) = failing.max_by_key(|(_, trouble)| trouble.failed)?;
        Some((*id, &last.wanted, &last.error, last.failed))
    }

    /// Why something is not as it should be, for people.
    pub fn problem(&self, id: K) -> Option<String> {
        let trouble = self.0.get(&id).filter(|trouble| trouble.works_since.is_none())?;
        Some(match trouble.failures {
            0 | 1 => trouble.error.clone(),
            failures => format!("{} (tried {failures} times)", trouble.error),
        })
    }
}

impl<W> Trouble<W> {
    fn is_over(&self, now: Instant) -> bool {
        self.works_since.is_some_and(|since| now.saturating_duration_since(since) >= SETTLED)
    }
}

/// From ten on.
fn is_power_of_ten(mut number: u64) -> bool {
    while number >= 10 && number.is_multiple_of(10) {
        number /= 10;
        if number == 1 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: u8 = 7;

    fn taken() -> String {
        "eth1 is taken".to_owned()
    }

    #[test]
    fn the_pause_doubles_up_to_half_a_minute() {
        let pauses: Vec<u128> = (1..=12).map(|failures| pause(failures).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000, 30000]);
        assert_eq!(pause(u32::MAX), PAUSE_MAX);
    }

    #[test]
    fn what_failed_is_not_due_until_its_pause_is_over_and_something_else_is_at_once() {
        let (mut retries, start) = (Retries::default(), Instant::now());
        assert!(retries.is_due(ID, &"attach", start));
        retries.failed(ID, "attach", taken(), start);
        assert_eq!(retries.next(|_| true, start), Some(Duration::from_millis(100)));
        assert!(!retries.is_due(ID, &"attach", start + Duration::from_millis(99)));
        assert!(retries.is_due(ID, &"attach", start + Duration::from_millis(100)));
        assert!(retries.is_due(ID, &"detach", start), "what is wanted has changed");
        assert!(retries.is_due(8, &"attach", start), "others are not concerned");
        retries.failed(ID, "detach", taken(), start);
        assert_eq!(retries.next(|_| true, start), Some(Duration::from_millis(100)), "a new beginning");
    }

    /// However often it is looked at, in an hour it is tried some 130 times and logged four times.
    #[test]
    fn an_hour_of_the_same_failure_is_few_attempts_and_fewer_lines() {
        let (mut retries, start) = (Retries::default(), Instant::now());
        let (mut attempts, mut lines) = (0, Vec::new());
        for step in 0..360_000u64 {
            let now = start + Duration::from_millis(10 * step);
            if retries.is_due(ID, &"attach", now) {
                attempts += 1;
                lines.extend(retries.failed(ID, "attach", taken(), now).map(|said| said.to_string()));
            }
        }
        assert!((100..150).contains(&attempts), "{attempts}");
        assert_eq!(
            lines,
            [
                "eth1 is taken",
                "eth1 is taken (the same 10 times more)",
                "eth1 is taken (the same 90 times more)"
            ]
        );
        assert_eq!(retries.problem(ID), Some(format!("eth1 is taken (tried {attempts} times)")));
    }

    #[test]
    fn another_error_is_said_and_does_not_shorten_the_pause() {
        let (mut retries, now) = (Retries::default(), Instant::now());
        for turn in 0..6 {
            let error = format!("error {}", turn % 2);
            assert_eq!(retries.failed(ID, (), error.clone(), now), Some(Said::Failed(error)));
        }
        assert_eq!(retries.next(|_| true, now), Some(Duration::from_millis(3200)));
    }

    #[test]
    fn what_works_for_a_moment_only_is_still_failing() {
        let (mut retries, start) = (Retries::default(), Instant::now());
        retries.failed(ID, (), taken(), start);
        retries.failed(ID, (), taken(), start);
        assert_eq!(retries.worked(ID, &(), start), Some(Said::Works(1)));
        assert_eq!(retries.worked(ID, &(), start), None, "said once");
        assert_eq!((retries.problem(ID), retries.next(|_| true, start)), (None, None));
        retries.keep(|_| false, start);
        retries.failed(ID, (), taken(), start + Duration::from_secs(5));
        assert_eq!(retries.0[&ID].failures, 3);
        retries.worked(ID, &(), start + Duration::from_secs(5));
        retries.failed(ID, (), taken(), start + Duration::from_secs(65));
        assert_eq!(retries.0[&ID].failures, 1, "it has worked for a minute");
    }

    #[test]
    fn that_something_else_works_is_nothing_to_speak_of() {
        let (mut retries, now) = (Retries::default(), Instant::now());
        retries.failed(ID, "attach", taken(), now);
        assert_eq!(retries.worked(ID, &"stop", now), None);
        assert_eq!(retries.problem(ID), None);
    }

    #[test]
    fn what_is_no_longer_wanted_is_forgotten() {
        let (mut retries, now) = (Retries::default(), Instant::now());
        retries.failed(ID, (), taken(), now);
        retries.failed(8, (), taken(), now);
        retries.keep(|id| id == 8, now);
        assert_eq!((retries.problem(ID), retries.0.len()), (None, 1));
        retries.worked(8, &(), now);
        retries.keep(|_| true, now + SETTLED);
        assert!(retries.0.is_empty());
    }
}
