//! Somebody who calls the service with JSON.

use awsproto::testing::JsonCaller;

/// About a world with nothing in it.
pub(crate) fn caller() -> JsonCaller {
    JsonCaller::new(&crate::API, "us-west-2")
}

/// A second goes by.
pub(crate) fn pass_a_second(caller: &mut JsonCaller) {
    caller.inner.call.now.0 += 1000;
}
