//! Answers leave by the interface that was asked.
//!
//! Each interface has a routing table of its own, and each of its addresses a rule that leads there, as the package
//! amazon-ec2-net-utils sets it up on Amazon Linux. Otherwise an answer would leave by whichever interface is nearest to
//! the asker, where the source/destination check refuses what has another's address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::netlink::{Netlink, Route, RouteKind, Rule, Table};

/// Tables of interfaces are numbered from here.
const FIRST_TABLE: u8 = 100;
/// Before the main table's.
const PRIORITY: u32 = 10_000;

/// The table of one interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct SourceRoutes {
    interface: u32,
    table: Table,
}

impl SourceRoutes {
    /// Nothing for an interface beyond those that an instance can have.
    pub(super) fn of(interface: u32, position: u32) -> Option<Self> {
        let number = u8::try_from(position).ok()?;
        let table = FIRST_TABLE.checked_add(number).filter(|table| *table < 250)?;
        Some(Self { interface, table: Table::Own(table) })
    }

    /// Everything goes by this router.
    pub(super) fn set_router(self, netlink: &Netlink, router: IpAddr) -> io::Result<()> {
        let everything = match router {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        netlink.add_route(self.route((everything, 0), Some(router)))
    }

    /// These addresses are on the link.
    pub(super) fn set_link(self, netlink: &Netlink, network: (IpAddr, u8)) -> io::Result<()> {
        netlink.add_route(self.route(network, None))
    }

    /// What has this source goes by the table.
    pub(super) fn add_source(self, netlink: &Netlink, address: IpAddr) -> io::Result<()> {
        // The same rule twice would have to be removed twice.
        let _ = self.remove_source(netlink, address);
        netlink.add_rule(address, self.rule(address))
    }

    /// The address is no longer the interface's.
    pub(super) fn remove_source(self, netlink: &Netlink, address: IpAddr) -> io::Result<()> {
        netlink.remove_rule(address, self.rule(address))
    }

    fn route(self, destination: (IpAddr, u8), gateway: Option<IpAddr>) -> Route {
        let (interface, table) = (self.interface, self.table);
        Route { destination, gateway, interface, metric: 0, kind: RouteKind::Unicast, table }
    }

    fn rule(self, address: IpAddr) -> Rule<'static> {
        let length = if address.is_ipv4() { 32 } else { 128 };
        Rule {
            priority: PRIORITY,
            table: self.table,
            arriving_on: None,
            source: Some((address, length)),
            destination: None,
        }
    }
}
