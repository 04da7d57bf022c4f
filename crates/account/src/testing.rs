//! Somebody who calls the service with JSON.

use awsproto::testing::JsonCaller;

/// About a world with nothing in it.
pub(crate) fn caller() -> JsonCaller {
    JsonCaller::new(&crate::API, "us-east-1")
}
