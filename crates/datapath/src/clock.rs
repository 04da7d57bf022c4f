//! The time, read once per round of the loop and not per frame.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::{Moment, Now};
use model::Timestamp;

/// A clock that stands still until it is looked at.
pub(crate) struct Clock {
    started: Instant,
    looked: Instant,
    now: Now,
    /// By how much packets are told more.
    ahead: Duration,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        let started = Instant::now();
        let mut clock = Clock { started, looked: started, now: Now::default(), ahead: Duration::ZERO };
        clock.look();
        clock
    }

    /// Reads the time.
    pub(crate) fn look(&mut self) {
        self.looked = Instant::now();
        // A clock set before 1970 reads as 1970.
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.now = Now {
            moment: Moment(milliseconds(self.looked - self.started + self.ahead)),
            wall: Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)),
        };
    }

    /// Goes ahead.
    pub(crate) fn skip(&mut self, time: Duration) {
        self.ahead += time;
        self.look();
    }

    /// The time when it was last looked at.
    #[inline]
    pub(crate) fn now(&self) -> Now {
        self.now
    }

    /// The same, to measure from.
    #[inline]
    pub(crate) fn looked(&self) -> Instant {
        self.looked
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
