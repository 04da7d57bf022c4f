//! What S3 needs of the program that it is in.

use async_trait::async_trait;
use awsproto::delivery::Courier;
use model::{Timestamp, World};
use s3::surroundings::{NotChanged, Surroundings, WorldChange};
use std::sync::Arc;

use crate::clock;
use crate::writer::{Applied, State};

pub(super) struct Around {
    pub(super) state: State,
    pub(super) courier: Option<Arc<dyn Courier>>,
}

#[async_trait]
impl Surroundings for Around {
    fn world(&self) -> Arc<World> {
        self.state.snapshot()
    }

    async fn change(&self, change: WorldChange) -> Result<(), NotChanged> {
        let changed = self.state.change(move |world| match change(world) {
            Ok(()) => (Applied::Keep, Ok(())),
            Err(refusal) => (Applied::TakeBack, Err(NotChanged::Refused(refusal))),
        });
        changed.await.unwrap_or_else(|error| Err(NotChanged::NotStored(error.to_string())))
    }

    fn now(&self) -> Timestamp {
        clock::now()
    }

    fn bits(&self) -> u128 {
        u128::from_le_bytes(clock::random())
    }

    fn courier(&self) -> Option<Arc<dyn Courier>> {
        self.courier.clone()
    }
}
