//! How many tunnels an EC2 Instance Connect Endpoint carries at once, and for whom.
//!
//! "Each EC2 Instance Connect Endpoint can support up to 20 concurrent connections" (EC2 User Guide). Half of them are for
//! the account's own keys, so that roles, which instances have, cannot keep their owners out: that is Hamlet's choice. How
//! long a tunnel lasts is bounded by an hour; how long it may be silent is not, as with AWS.

use awsproto::Principal;
use model::quotas::TUNNELS_PER_INSTANCE_CONNECT_ENDPOINT_MAX;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusals::{Refusals, Service, Why};

/// How many tunnels roles have between them.
pub const TUNNELS_OF_ROLES_MAX: usize = TUNNELS_PER_INSTANCE_CONNECT_ENDPOINT_MAX / 2;

/// Whose share a tunnel comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TunnelCaller {
    /// The account, by a key of its own.
    Account,
    /// A role, by temporary credentials.
    Role,
}

impl TunnelCaller {
    /// Whose share a caller's tunnels take.
    pub fn of(caller: &Principal) -> TunnelCaller {
        match caller {
            Principal::AssumedRole { .. } => TunnelCaller::Role,
            Principal::Root(_)
            | Principal::User { .. }
            | Principal::FederatedUser { .. }
            | Principal::WebIdentity { .. } => TunnelCaller::Account,
        }
    }
}

/// The places of one endpoint's tunnels.
pub struct Tunnels {
    all: Arc<Semaphore>,
    of_roles: Arc<Semaphore>,
    refusals: Arc<Refusals>,
}

/// A tunnel's place, held as long as this lives.
pub struct Holding {
    _place: OwnedSemaphorePermit,
    _share: Option<OwnedSemaphorePermit>,
}

impl Tunnels {
    /// All of them free.
    pub fn new(refusals: &Arc<Refusals>) -> Tunnels {
        Tunnels {
            all: Arc::new(Semaphore::new(TUNNELS_PER_INSTANCE_CONNECT_ENDPOINT_MAX)),
            of_roles: Arc::new(Semaphore::new(TUNNELS_OF_ROLES_MAX)),
            refusals: Arc::clone(refusals),
        }
    }

    /// A place for one more tunnel; or how many there are at most, which it was refused for and is counted.
    pub fn take(&self, caller: TunnelCaller) -> Result<Holding, usize> {
        let take = |from: &Arc<Semaphore>, why, limit| {
            let permit = Arc::clone(from).try_acquire_owned();
            permit.map_err(|_| {
                self.refusals.count(Service::Tunnel, why);
                limit
            })
        };
        let share = match caller {
            TunnelCaller::Account => None,
            TunnelCaller::Role => Some(take(&self.of_roles, Why::OverShare, TUNNELS_OF_ROLES_MAX)?),
        };
        let place = take(&self.all, Why::Full, TUNNELS_PER_INSTANCE_CONNECT_ENDPOINT_MAX)?;
        Ok(Holding { _place: place, _share: share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_have_half_of_an_endpoints_tunnels_and_the_account_all_that_are_left() {
        let refusals = Arc::new(Refusals::default());
        let tunnels = Tunnels::new(&refusals);
        let mut held: Vec<Holding> = (0..10).map(|_| tunnels.take(TunnelCaller::Role).unwrap()).collect();
        assert_eq!(tunnels.take(TunnelCaller::Role).err(), Some(10));
        held.extend((0..10).map(|_| tunnels.take(TunnelCaller::Account).unwrap()));
        assert_eq!(tunnels.take(TunnelCaller::Account).err(), Some(20));
        let counted = |why| refusals.get(Service::Tunnel, why);
        assert_eq!((counted(Why::OverShare), counted(Why::Full)), (1, 1));
        held.remove(0);
        let again = tunnels.take(TunnelCaller::Role);
        assert!(again.is_ok(), "what was given back may be had again");
        drop((again, held));
        assert_eq!(
            (0..20).filter_map(|_| tunnels.take(TunnelCaller::Account).ok()).collect::<Vec<_>>().len(),
            20
        );
    }
}
