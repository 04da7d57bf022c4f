//! Address blocks that a VPC or a subnet had: AWS shows an association for a while after it ended, as `disassociated`, and
//! clients wait to see that.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::ids::{SubnetCidrAssociationId, VpcCidrAssociationId};
use crate::timestamp::Timestamp;
use crate::world::World;

/// How long an association is shown after it ended. AWS does not say.
const SHOWN_MS: i64 = 10 * 60 * 1000;
/// How many are remembered of one VPC or subnet; the oldest is forgotten first.
const REMEMBERED_MAX: usize = 20;

/// An association that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerCidr<I> {
    /// The association's identifier.
    pub id: I,
    /// The block.
    pub cidr: IpNet,
    /// When it ended.
    pub ended: Timestamp,
}

/// The associations of a VPC that have ended.
pub type FormerVpcCidrs = Vec<FormerCidr<VpcCidrAssociationId>>;
/// The associations of a subnet that have ended.
pub type FormerSubnetCidrs = Vec<FormerCidr<SubnetCidrAssociationId>>;

impl<I> FormerCidr<I> {
    /// Whether it is still shown.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        now.is_within(SHOWN_MS, self.ended)
    }
}

/// Remembers one more.
pub(crate) fn remember<I>(former: &mut Vec<FormerCidr<I>>, new: FormerCidr<I>) {
    let excess = (former.len() + 1).saturating_sub(REMEMBERED_MAX);
    former.drain(..excess);
    former.push(new);
}

fn any_over<I>(former: &[FormerCidr<I>], now: Timestamp) -> bool {
    former.iter().any(|it| !it.is_shown(now))
}

impl World {
    /// Whether there is an association that is shown no more.
    pub(crate) fn has_former_cidrs_to_forget(&self, now: Timestamp) -> bool {
        self.network.vpcs.values().any(|vpc| any_over(&vpc.former_cidrs, now))
            || self.network.subnets.values().any(|subnet| any_over(&subnet.former_ipv6_cidrs, now))
    }

    /// Forgets the associations that are shown no more.
    pub(crate) fn forget_former_cidrs(&mut self, now: Timestamp) {
        let vpcs = self.network.vpcs.values().filter(|vpc| any_over(&vpc.former_cidrs, now));
        for id in vpcs.map(|vpc| vpc.id).collect::<Vec<_>>() {
            self.vpc_mut(id).former_cidrs.retain(|it| it.is_shown(now));
        }
        let subnets = self.network.subnets.values().filter(|it| any_over(&it.former_ipv6_cidrs, now));
        for id in subnets.map(|subnet| subnet.id).collect::<Vec<_>>() {
            self.subnet_mut(id).former_ipv6_cidrs.retain(|it| it.is_shown(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let former = |second| FormerCidr {
            id: VpcCidrAssociationId::numbered(1),
            cidr: "10.0.0.0/16".parse().unwrap(),
            ended: Timestamp::from_secs(second),
        };
        let mut remembered = Vec::new();
        for second in 0..30 {
            remember(&mut remembered, former(second));
        }
        assert_eq!(remembered.len(), REMEMBERED_MAX);
        assert_eq!(remembered[0], former(10));
    }
}
