//! Holds a question about what is on its way from one state to the next, a little, so that its first answer shows where it
//! ends. Waiters ask again only after many seconds.
//!
//! The row says what to look for (`awsproto::action::Passing`). Whoever asks about nothing of the kind is not held, and
//! neither is anybody else when many are held already.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Ended, Exchange};
use crate::api::Api;

/// How long a question is held at most. Instances start and end in 8 to 90 ms.
const HELD_MAX: Duration = Duration::from_millis(200);
/// How many questions are held at once; more are answered as things are.
const HELD_AT_ONCE_MAX: usize = 64;

/// Places for questions that are held, of all callers.
static PLACES: Semaphore = Semaphore::const_new(HELD_AT_ONCE_MAX);

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    async move {
        let Some(is_passing) = exchange.action().passing else { return Ok(()) };
        let (scope, input) = (exchange.call().scope, exchange.input());
        let passes = || is_passing(&api.state.snapshot(), scope, input);
        if !passes() {
            return Ok(());
        }
        let Ok(_place) = PLACES.try_acquire() else { return Ok(()) };
        let mut published = api.state.published();
        // It is looked again first: what has changed meanwhile is not told of.
        let until_passed = async { while passes() && published.changed().await.is_ok() {} };
        // What takes longer is told as it is.
        let _ = timeout(HELD_MAX, until_passed).await;
        Ok(())
    }
    .boxed()
}
