//! Somebody who calls the service with JSON, about queues without messages.

use awsproto::testing::JsonCaller;

/// About a world with nothing in it.
pub(crate) fn caller() -> JsonCaller {
    JsonCaller::new(&crate::API, "us-west-2")
}
