//! How long to wait for an answer before asking again: longer each time, up to a bound.
//!
//! The clients of an instance's link begin sooner than their RFCs have it, because whoever answers is on the same machine,
//! and then fall silent as these want it: nobody may be there. No random part: a link has one client.

use std::time::Duration;

/// The waits of one exchange.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl Backoff {
    /// The first wait, and the longest.
    pub(super) fn new(first: Duration, last: Duration) -> Self {
        Self { first, last, next: first }
    }

    /// How long to wait this time.
    pub(super) fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.last);
        wait
    }

    /// Whether the waits have become as long as they become.
    pub(super) fn is_at_its_end(&self) -> bool {
        self.next >= self.last
    }

    /// Another exchange begins.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_the_longest() {
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::new(seconds(1), seconds(5));
        let waits = [1, 2, 4, 5, 5].map(seconds);
        assert_eq!([(); 5].map(|()| backoff.wait()), waits);
        assert!(backoff.is_at_its_end());
        backoff.reset();
        assert!(!backoff.is_at_its_end());
        assert_eq!([(); 5].map(|()| backoff.wait()), waits);
    }
}
