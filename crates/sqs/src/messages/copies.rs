//! Copies of messages in queues that take each once.
//!
//! Follows "Exactly-once processing in Amazon SQS" (Amazon SQS Developer Guide): what is sent again within five minutes is
//! accepted and not delivered.

use std::collections::{BTreeSet, HashMap};

use model::Timestamp;

use super::line::Number;

/// For how long copies are known.
pub(super) const INTERVAL_MS: i64 = 5 * 60 * 1000;

/// By what copies are known.
pub(super) type Mark = [u8; 32];

/// The first of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// Until when copies of it are known.
    pub(super) until: Timestamp,
    /// Its number.
    pub(super) number: Number,
    /// Its identifier.
    pub(super) id: String,
}

/// What was sent lately.
#[derive(Default)]
pub(super) struct Copies {
    by_mark: HashMap<Mark, First>,
    /// By when they are forgotten.
    ends: BTreeSet<(Timestamp, Mark)>,
}

impl Copies {
    /// The first of which this is a copy.
    pub(super) fn first(&self, mark: &Mark, now: Timestamp) -> Option<&First> {
        self.by_mark.get(mark).filter(|it| it.until > now)
    }

    pub(super) fn note(&mut self, mark: Mark, first: First) {
        self.ends.insert((first.until, mark));
        self.by_mark.insert(mark, first);
    }

    /// It was not stored after all.
    pub(super) fn forget(&mut self, mark: &Mark, number: Number) {
        if self.by_mark.get(mark).is_some_and(|it| it.number == number) {
            self.by_mark.remove(mark);
        }
    }

    /// Forgets what is over, and says what.
    pub(super) fn expire(&mut self, now: Timestamp) -> Vec<Mark> {
        let mut over = Vec::new();
        while let Some((until, mark)) = self.ends.first().copied()
            && until <= now
        {
            self.ends.pop_first();
            if self.by_mark.get(&mark).is_some_and(|it| it.until <= now) {
                self.by_mark.remove(&mark);
                over.push(mark);
            }
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_for_a_while() {
        let mut copies = Copies::default();
        let mark = [7; 32];
        copies.note(mark, First { until: Timestamp(10), number: 1, id: "m".to_owned() });
        assert_eq!(copies.first(&mark, Timestamp(9)).unwrap().number, 1);
        assert_eq!(copies.first(&mark, Timestamp(10)), None);
        copies.note(mark, First { until: Timestamp(20), number: 2, id: "n".to_owned() });
        assert_eq!(copies.expire(Timestamp(10)), Vec::<Mark>::new());
        assert_eq!(copies.first(&mark, Timestamp(10)).unwrap().number, 2);
        copies.forget(&mark, 1);
        assert!(copies.first(&mark, Timestamp(10)).is_some());
        assert_eq!(copies.expire(Timestamp(20)), [mark]);
    }
}
