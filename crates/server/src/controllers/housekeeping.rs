//! Housekeeping: forgets what is over, when its time has come.

use model::{Expiring, Timestamp, World};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::driver::Controller;
use crate::clock;
use crate::writer::State;

/// The controller. What it finds is the time of day.
pub struct Housekeeping {
    /// What is kept, and who forgets.
    pub state: State,
}

/// What is to be done for one kind of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forget;

impl fmt::Display for Forget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("forget")
    }
}

impl Controller for Housekeeping {
    const NAME: &'static str = "housekeeping";
    const LOOK_EVERY: Duration = Duration::from_secs(15);
    type Wanted = World;
    type Found = Timestamp;
    type Key = Expiring;
    type Step = Forget;

    fn wanted(&self) -> Arc<World> {
        self.state.snapshot()
    }

    fn found(&self) -> Timestamp {
        clock::now()
    }

    fn plan(world: &World, now: &Timestamp) -> Vec<(Expiring, Forget)> {
        let over = Expiring::ALL.into_iter().filter(|what| world.has_expired(*what, *now));
        over.map(|what| (what, Forget)).collect()
    }

    fn take(&self, what: Expiring, Forget: &Forget) -> anyhow::Result<()> {
        Ok(self.state.change_blocking(move |world| world.forget_expired(what, clock::now()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::instance_connect_endpoint::NewInstanceConnectEndpoint;
    use model::{AccountId, Ids, Scope, Tags};

    const HOUR_MS: i64 = 60 * 60 * 1000;

    #[test]
    fn what_is_over_is_forgotten_when_its_time_has_come_and_only_then() {
        let (mut world, mut number) = (World::default(), 0);
        let mut draw = || {
            number += 1;
            number
        };
        let ids = &mut Ids::new(&mut draw);
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        world.ensure_scope(scope, ids);
        let subnet = world.network.subnets.values().next().unwrap().id;
        let new = NewInstanceConnectEndpoint {
            subnet,
            groups: Vec::new(),
            ip_address_type: None,
            preserve_client_ip: false,
            tags: Tags::new(),
        };
        let id = world.create_instance_connect_endpoint(scope, new, Timestamp(0), ids).unwrap();
        let planned = |world: &World, now: i64| Housekeeping::plan(world, &Timestamp(now));
        assert_eq!(planned(&world, 10 * HOUR_MS), [], "it is not over");
        world.endpoint_could_not_be_made(id, "no more links".into(), Timestamp(0));
        assert_eq!(planned(&world, HOUR_MS - 1), []);
        assert_eq!(planned(&world, HOUR_MS), [(Expiring::InstanceConnectEndpoints, Forget)]);
        world.forget_expired(Expiring::InstanceConnectEndpoints, Timestamp(HOUR_MS));
        assert_eq!(planned(&world, HOUR_MS), []);
    }
}
