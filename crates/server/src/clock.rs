//! Where time and randomness enter.

use model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time of day.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Random bits from the system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a source of randomness");
    bytes
}

/// A source of identifiers.
pub fn ids() -> awsproto::IdSource {
    awsproto::IdSource::new(u64::from_le_bytes(random()))
}
