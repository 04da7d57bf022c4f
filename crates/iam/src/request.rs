//! What all actions do with a request: the time, new identifiers.

use awsproto::Call;
use model::Ids;

/// The moment of the call, as the model writes it.
pub(crate) fn now(call: &Call) -> model::Timestamp {
    model::Timestamp(call.now.as_millis())
}

/// A moment of the model, as answers write it.
pub(crate) fn timestamp(moment: model::Timestamp) -> awsproto::Timestamp {
    awsproto::Timestamp::from_millis(moment.0)
}

/// Runs a change that needs new identifiers.
pub(crate) fn with_ids<T>(call: &mut Call, change: impl FnOnce(&mut Ids<'_>) -> T) -> T {
    let mut random = || call.ids.hex17();
    change(&mut Ids::new(&mut random))
}
