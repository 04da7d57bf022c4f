//! Amazon Route 53: hosted zones, their records and the VPCs that see the private ones.
//!
//! Follows the Route 53 API Reference. The service belongs to no Region. Left out: reusable delegation sets; signatures;
//! VPCs of other accounts; aliases and routing policies; everything around domains, health checks and the resolver's own
//! rules.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod association;
mod change;
mod dnssec;
mod errors;
mod hosted_zone;
mod list;
mod records;
mod request;
pub mod shapes;
mod tags;
mod touches;
#[rustfmt::skip]
mod vacant;
#[cfg(test)]
mod testing;

use awsproto::{Action, Api, read, write};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    write!(CreateHostedZone, hosted_zone::create),
    read!(GetHostedZone, hosted_zone::get),
    read!(GetDNSSEC, dnssec::get),
    read!(GetHostedZoneCount, hosted_zone::count),
    write!(UpdateHostedZoneComment, hosted_zone::update_comment),
    write!(DeleteHostedZone, hosted_zone::delete),
    read!(ListHostedZones, list::all),
    read!(ListHostedZonesByName, list::by_name),
    read!(ListHostedZonesByVPC, list::by_vpc),
    write!(AssociateVPCWithHostedZone, association::associate),
    write!(DisassociateVPCFromHostedZone, association::disassociate),
    write!(ChangeResourceRecordSets, records::change),
    read!(ListResourceRecordSets, records::list),
    read!(GetChange, change::get),
    write!(ChangeTagsForResource, tags::change),
    read!(ListTagsForResource, tags::list),
    read!(ListTagsForResources, tags::list_several),
];
