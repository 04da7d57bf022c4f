//! What a driver remembers: the steps that are being taken, those that were, and what is to be tried again when.
//!
//! No thread and no clock: time is an argument.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::{Duration, Instant};

use super::retries::{Retries, Said};
use super::status::{ControllerStatus, FailedStep, LastStep};

/// How many steps of one controller are taken at once.
pub(super) const STEPS_AT_ONCE: usize = 8;

/// Said of a step that changes nothing: otherwise it would be taken again and again without a pause.
const IN_VAIN: &str = "it is done, and still to be done";

/// The steps of one controller.
pub(super) struct Agenda<K, S> {
    busy: BTreeMap<K, S>,
    /// Steps that have ended, in the order in which they did, since [`Agenda::settle`].
    ended: Vec<(K, Result<(), String>)>,
    /// Steps that went well, until the next plan shows whether they were any good.
    worked: BTreeMap<K, S>,
    retries: Retries<K, S>,
    last_step: Option<(K, S, Instant)>,
    last_error: Option<Failure<K, S>>,
    /// What the log is to say with the next plan.
    told: Vec<Told<K, S>>,
}

struct Failure<K, S> {
    key: K,
    step: S,
    error: String,
    at: Instant,
}

/// What is to be done now, and what the log is to say.
pub(super) struct Due<K, S> {
    pub(super) steps: Vec<(K, S)>,
    pub(super) told: Vec<Told<K, S>>,
}

/// What the log is to say about a step.
pub(super) struct Told<K, S> {
    pub(super) key: K,
    pub(super) step: S,
    pub(super) said: Said,
}

impl<K: Ord + Copy, S: PartialEq> Default for Agenda<K, S> {
    fn default() -> Self {
        Agenda {
            busy: BTreeMap::new(),
            ended: Vec::new(),
            worked: BTreeMap::new(),
            retries: Retries::default(),
            last_step: None,
            last_error: None,
            told: Vec::new(),
        }
    }
}

impl<K: Ord + Copy, S: Clone + PartialEq> Agenda<K, S> {
    /// A step has ended, well or not.
    pub(super) fn end(&mut self, key: K, result: Result<(), String>) {
        self.ended.push((key, result));
    }

    #[cfg(test)]
    pub(super) fn has_ended_steps(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Takes note of the steps that have ended: from now on their keys can be planned for.
    pub(super) fn settle(&mut self, now: Instant) {
        for (key, result) in std::mem::take(&mut self.ended) {
            let Some(step) = self.busy.remove(&key) else { continue };
            self.last_step = Some((key, step.clone(), now));
            match result {
                Ok(()) => {
                    self.worked.insert(key, step);
                }
                Err(error) => self.failed(key, step, error, now),
            }
        }
    }

    /// Which of the planned steps are to be taken now: not those of busy keys, of what failed only that of which the pause
    /// is over, and only so many at once. They are busy from here on.
    pub(super) fn due(&mut self, mut planned: BTreeMap<K, S>, now: Instant) -> Due<K, S> {
        for (key, step) in std::mem::take(&mut self.worked) {
            match planned.get(&key) == Some(&step) {
                true => self.failed(key, step, IN_VAIN.to_owned(), now),
                false => self.worked(key, step, now),
            }
        }
        self.retries.keep(|key| planned.contains_key(&key) || self.busy.contains_key(&key), now);
        planned.retain(|key, step| !self.busy.contains_key(key) && self.retries.is_due(*key, step, now));
        let room = STEPS_AT_ONCE.saturating_sub(self.busy.len());
        let steps: Vec<(K, S)> = planned.into_iter().take(room).collect();
        self.busy.extend(steps.iter().cloned());
        Due { steps, told: std::mem::take(&mut self.told) }
    }

    /// How long until something is to be tried again. What is busy, and what waits for room, is woken by the end of a step.
    pub(super) fn pause(&self, now: Instant) -> Option<Duration> {
        match self.busy.len() < STEPS_AT_ONCE {
            true => self.retries.next(|key| !self.busy.contains_key(&key), now),
            false => None,
        }
    }

    /// Why the last step of a key failed, while it fails.
    pub(super) fn problem(&self, key: K) -> Option<String> {
        self.retries.problem(key)
    }

    fn failed(&mut self, key: K, step: S, error: String, now: Instant) {
        self.last_error = Some(Failure { key, step: step.clone(), error: error.clone(), at: now });
        let said = self.retries.failed(key, step.clone(), error, now);
        self.told.extend(said.map(|said| Told { key, step, said }));
    }

    fn worked(&mut self, key: K, step: S, now: Instant) {
        let said = self.retries.worked(key, &step, now);
        self.told.extend(said.map(|said| Told { key, step, said }));
        // What another key waits for is still to be seen.
        if self.last_error.as_ref().is_some_and(|last| last.key == key) {
            let last = self.retries.last_failure();
            self.last_error = last.map(|(key, step, error, at)| Failure {
                key,
                step: step.clone(),
                error: error.to_owned(),
                at,
            });
        }
    }
}

impl<K: Ord + Copy + Display, S: Clone + PartialEq + Display> Agenda<K, S> {
    /// What is done, was done and will be, for people.
    pub(super) fn status(&self, name: &str, now: Instant) -> ControllerStatus {
        let ago = |at: Instant| milliseconds(now.saturating_duration_since(at));
        let last_step = self.last_step.as_ref().map(|(key, step, at)| LastStep {
            key: key.to_string(),
            step: step.to_string(),
            ago_ms: ago(*at),
        });
        let last_error = self.last_error.as_ref().map(|last| FailedStep {
            key: last.key.to_string(),
            step: last.step.to_string(),
            error: last.error.clone(),
            ago_ms: ago(last.at),
        });
        ControllerStatus {
            name: name.to_owned(),
            busy: self.busy.len(),
            last_step,
            last_error,
            next_retry_ms: self.pause(now).map(milliseconds),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
