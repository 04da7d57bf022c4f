//! How the thread works: what whoever starts it may choose.

use std::thread;
use std::time::Duration;

/// How the thread works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long it goes on looking for frames after the last one before it sleeps.
    ///
    /// Waking a thread up takes longer than moving a frame. 40 microseconds take a third off the round-trip time and
    /// give a quarter more connections a second, measured on two processors; longer gains nothing more. What they cost
    /// is bounded by the traffic: a link with a hundred packets a second keeps a processor busy for 0.4 % of the time,
    /// an idle one not at all.
    pub spin: Duration,
}

impl Default for Options {
    fn default() -> Self {
        // With one processor, looking would only keep the sender from sending.
        let is_shared = thread::available_parallelism().is_ok_and(|count| count.get() == 1);
        Options { spin: if is_shared { Duration::ZERO } else { Duration::from_micros(40) } }
    }
}
