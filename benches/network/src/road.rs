//! The roads that are measured, and who is compared on each: a bare pair of the same family and packet size comes
//! first, because the others are measured against it.

use std::any::Any;
use std::net::IpAddr;

use datapath::Options;

use crate::hamlet;
use crate::linux::{self, Ends};
use crate::namespace::Namespace;

/// Where a measurement runs.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) client: Namespace,
    pub(crate) server: Namespace,
    /// The server's address.
    pub(crate) address: IpAddr,
}

/// One way to connect a client with a server.
pub(crate) struct Rival {
    pub(crate) name: &'static str,
    pub(crate) path: Measured,
    /// Namespaces, instances and threads, for as long as they are needed.
    pub(crate) _parts: Box<dyn Any>,
}

/// Connects them, when its turn has come.
pub(crate) type Build = Box<dyn FnOnce() -> Result<Rival, String>>;

/// What lies between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Road {
    /// Two subnets of a VPC; and two VPCs with a peering connection, which has the same limit.
    Subnets,
    /// Two subnets of a VPC, with IPv6.
    Ipv6,
    /// A private subnet, a NAT gateway, an internet gateway, and a host on the internet.
    Nat,
    /// Two subnets whose VPC has a flow log, compared with the same without one.
    FlowLog,
}

impl Road {
    pub(crate) const ALL: [Road; 4] = [Road::Subnets, Road::Ipv6, Road::Nat, Road::FlowLog];

    /// For the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Road::Subnets => "subnets",
            Road::Ipv6 => "ipv6",
            Road::Nat => "nat",
            Road::FlowLog => "flow-log",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Road::Subnets => "between two subnets, and over a peering connection; the router has 100 rules",
            Road::Ipv6 => "between two subnets over IPv6; the router has 100 rules",
            Road::Nat => "through a NAT gateway to the internet; the router masquerades",
            Road::FlowLog => {
                "between two subnets, without and with a flow log of all that they say (goal 0.95)"
            }
        }
    }

    /// All who are compared. `other` is Hamlet once more, with these options.
    pub(crate) fn rivals(self, other: Option<Options>) -> Vec<(&'static str, Build)> {
        let ends = match self {
            Road::FlowLog => {
                let without = || hamlet::between_instances("without", &hamlet::SUBNETS, Options::default());
                let with = || hamlet::with_flow_log("with", Options::default());
                return vec![("without", Box::new(without)), ("with", Box::new(with))];
            }
            Road::Subnets => Ends::IPV4,
            Road::Ipv6 => Ends::IPV6,
            Road::Nat => Ends::INTERNET,
        };
        let mut rivals: Vec<(&'static str, Build)> = vec![
            ("veth", Box::new(move || linux::veth(ends))),
            ("router", Box::new(move || linux::router(ends))),
            ("hamlet", Box::new(move || self.hamlet("hamlet", Options::default()))),
        ];
        if self == Road::Subnets {
            let peering = || hamlet::between_instances("peering", &hamlet::PEERING, Options::default());
            rivals.push(("peering", Box::new(peering)));
        }
        if let Some(options) = other {
            rivals.push(("other", Box::new(move || self.hamlet("other", options))));
        }
        rivals
    }

    fn hamlet(self, name: &'static str, options: Options) -> Result<Rival, String> {
        match self {
            Road::Subnets | Road::FlowLog => hamlet::between_instances(name, &hamlet::SUBNETS, options),
            Road::Ipv6 => hamlet::between_instances(name, &hamlet::IPV6, options),
            Road::Nat => hamlet::to_the_internet(name, options),
        }
    }
}
