//! Elastic IP addresses on their way to another account of the same Region.
//!
//! Follows "Transfer Elastic IP addresses" (VPC User Guide). The address stays its owner's, and goes on working, until the
//! other account accepts it.

use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

use crate::elastic_ip::ElasticIp;
use crate::ids::*;
use crate::link::Link;
use crate::place::{AccountId, Scope};
use crate::refusal::{ElasticIpRefusal, Refusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// "You have seven days to accept the transfer."
const OFFER_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// "You can view accepted transfers for 14 days."
const SHOWN_AFTER_ACCEPTANCE_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// An offer to another account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferOffer {
    /// Who may accept it.
    pub to: AccountId,
    /// When it was made.
    pub offered: Timestamp,
}

/// Where an address came from that was accepted from another account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedTransfer {
    /// Who had it before.
    pub from: AccountId,
    /// As what.
    pub allocation: AllocationId,
    /// When the offer was made.
    pub offered: Timestamp,
    /// When it was accepted.
    pub accepted: Timestamp,
}

impl TransferOffer {
    /// Until when it may be accepted.
    pub fn expires(&self) -> Timestamp {
        expires(self.offered)
    }

    fn holds(&self, now: Timestamp) -> bool {
        now.is_within(OFFER_MS, self.offered)
    }
}

impl AcceptedTransfer {
    /// Until when the offer could have been accepted.
    pub fn offer_expires(&self) -> Timestamp {
        expires(self.offered)
    }
}

fn expires(offered: Timestamp) -> Timestamp {
    Timestamp(offered.0.saturating_add(OFFER_MS))
}

impl ElasticIp {
    /// The offer to another account, while it holds.
    pub fn offer(&self, now: Timestamp) -> Option<TransferOffer> {
        self.offer.filter(|offer| offer.holds(now))
    }

    /// How it came from another account, while that is shown there.
    pub fn accepted_from(&self, now: Timestamp) -> Option<AcceptedTransfer> {
        self.accepted.filter(|accepted| now.is_within(SHOWN_AFTER_ACCEPTANCE_MS, accepted.accepted))
    }
}

impl World {
    /// Offers an address to another account. An offer that holds is replaced.
    pub fn enable_address_transfer(
        &mut self,
        scope: Scope,
        id: AllocationId,
        to: AccountId,
        now: Timestamp,
    ) -> Result<TransferOffer, Refusal> {
        self.elastic_ip(scope, id)?;
        if to == scope.account {
            return Err(ElasticIpRefusal::TransferToOwner(to).into());
        }
        let offer = TransferOffer { to, offered: now };
        self.change_address(id, |elastic| elastic.offer = Some(offer));
        Ok(offer)
    }

    /// Takes an offer back; returns it.
    pub fn disable_address_transfer(
        &mut self,
        scope: Scope,
        id: AllocationId,
        now: Timestamp,
    ) -> Result<TransferOffer, Refusal> {
        let offer = self.elastic_ip(scope, id)?.offer(now);
        let offer = offer.ok_or(ElasticIpRefusal::NoTransferOf(id))?;
        self.change_address(id, |elastic| elastic.offer = None);
        Ok(offer)
    }

    /// Accepts an address that was offered: it is the accepting account's from now on, under another allocation.
    pub fn accept_address_transfer(
        &mut self,
        scope: Scope,
        address: Ipv4Addr,
        tags: Tags,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<AllocationId, Refusal> {
        let offered = self.network.elastic_ips.linked(Link::PublicAddress(address)).find_map(|elastic| {
            let offer = elastic.offer(now).filter(|offer| offer.to == scope.account)?;
            (elastic.public_ip == address && elastic.scope.region == scope.region).then_some((elastic, offer))
        });
        let (elastic, offer) = offered.ok_or(ElasticIpRefusal::NoTransferOfAddress(address))?;
        if elastic.association.is_some() {
            return Err(ElasticIpRefusal::TransferAssociated(address).into());
        }
        if elastic.domain_name.is_some() {
            return Err(ElasticIpRefusal::TransferWithDomainName(address).into());
        }
        let before = elastic.clone();
        self.check_address_quota(scope)?;
        let id = ids.fresh();
        let accepted = AcceptedTransfer {
            from: before.scope.account,
            allocation: before.id,
            offered: offer.offered,
            accepted: now,
        };
        self.network.elastic_ips.remove(&before.id);
        let row = ElasticIp { id, scope, tags, offer: None, accepted: Some(accepted), ..before };
        self.network.elastic_ips.insert(id, row);
        Ok(id)
    }

    pub(crate) fn change_address(&mut self, id: AllocationId, change: impl FnOnce(&mut ElasticIp)) {
        if let Some(elastic) = self.network.elastic_ips.get_mut(&id) {
            change(elastic);
        }
    }
}
