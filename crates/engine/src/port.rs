//! Ports: the links that frames come from and go to.

use model::{MacAddress, NetworkInterfaceId};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::clock::Moment;
use crate::flow_ring::EntryAllowance;
use crate::metric::Metric;

/// A link, by its number. Numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u32);

/// What is at the other end of a link.
#[derive(Clone, Debug, PartialEq)]
pub enum PortKind {
    /// An instance, by one of its network interfaces.
    Interface(NetworkInterfaceId),
    /// Hosts of the simulated internet, by their addresses.
    Internet(Vec<model::IpNet>),
    /// The services that answer inside every VPC, such as instance metadata.
    Services,
}

/// A link and what was counted on it.
#[derive(Clone, Debug)]
pub struct Port {
    /// Its number.
    pub id: PortId,
    /// What is at its other end.
    pub kind: PortKind,
    /// The link-layer address of its other end. It never changes.
    pub mac: MacAddress,
    /// Packets and bytes received from the other end and sent to it.
    pub counters: PortCounters,
    /// Connections that it began or answers.
    pub connections: u32,
    /// Those of them that its interface's security groups track.
    pub tracked: u32,
    /// The current second's packets to link services.
    link_service_second: (u64, u32),
    /// Packets to link services beyond what a second allows.
    link_services_exceeded: u64,
    /// Packets that would have begun a tracked connection too many.
    tracked_exceeded: u64,
    /// Entries that it may still begin in the live book.
    pub(crate) entries: EntryAllowance,
}

/// Packets as they would appear on a wire: a frame that was handed over unsegmented counts once per segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortCounters {
    /// Packets received from the other end.
    pub packets_in: u64,
    /// Bytes received from the other end.
    pub bytes_in: u64,
    /// Packets sent to the other end.
    pub packets_out: u64,
    /// Bytes sent to the other end.
    pub bytes_out: u64,
}

/// "Each EC2 instance can send 1024 packets per second per network interface to Route 53 Resolver" (VPC DNS). Instance
/// metadata and time share it: "the Amazon DNS service, the Instance Metadata Service, and the Amazon Time Sync Service"
/// (`linklocal_allowance_exceeded`, EC2 User Guide). DHCP, which that page leaves out, counts here as well.
const LINK_SERVICE_PACKETS_PER_SECOND: u32 = 1024;

impl Port {
    /// Whether one more packet to a link service is within this second's allowance.
    pub fn allows_link_service(&mut self, now: Moment) -> bool {
        let second = now.0 / 1000;
        if self.link_service_second.0 != second {
            self.link_service_second = (second, 0);
        }
        self.link_service_second.1 += 1;
        let allowed = self.link_service_second.1 <= LINK_SERVICE_PACKETS_PER_SECOND;
        self.link_services_exceeded += u64::from(!allowed);
        allowed
    }

    /// Whether its security groups may track one more connection, of at most `limit`.
    pub fn allows_connection(&mut self, limit: u32) -> bool {
        let allowed = self.tracked < limit || !matches!(self.kind, PortKind::Interface(_));
        self.tracked_exceeded += u64::from(!allowed);
        allowed
    }

    /// How it stands with its allowances, under the names of "Metrics for the ENA driver" (EC2 User Guide). Left out: those
    /// of bandwidth and packets per second, which nothing limits here.
    pub fn allowances(&self, tracked_max: u32) -> Vec<Metric> {
        vec![
            Metric::gauge("conntrack_allowance_available", tracked_max.saturating_sub(self.tracked).into()),
            Metric::count("conntrack_allowance_exceeded", self.tracked_exceeded),
            Metric::count("linklocal_allowance_exceeded", self.link_services_exceeded),
        ]
    }
}

/// All links.
#[derive(Clone, Debug, Default)]
pub struct PortTable {
    ports: Vec<Option<Port>>,
    by_interface: BTreeMap<NetworkInterfaceId, PortId>,
    by_mac: BTreeMap<MacAddress, PortId>,
    services: Option<PortId>,
    /// The links to the internet, in the order in which they were opened.
    internet: Vec<PortId>,
}

/// Interfaces appear to link services under an address of these ranges, made from the number of their port, because their
/// own addresses are not unique.
const STAND_IN_BASE_V6: u128 = 0xfd00_0ec2_ffff_0000_0000_0000_0000_0000;
const STAND_IN_BASE: u32 = u32::from_be_bytes([100, 64, 0, 0]);
const STAND_IN_BITS: u32 = 22;

/// How many ports can be opened in one run; bounded by the stand-in addresses.
pub const PORTS_MAX: u32 = 1 << STAND_IN_BITS;

impl PortTable {
    /// Opens a link. `None` when [`PORTS_MAX`] have been opened.
    pub fn open(&mut self, kind: PortKind, mac: MacAddress) -> Option<PortId> {
        let number = u32::try_from(self.ports.len()).ok().filter(|number| *number < PORTS_MAX)?;
        let id = PortId(number);
        match &kind {
            PortKind::Interface(interface) => {
                self.by_interface.insert(*interface, id);
            }
            PortKind::Services => self.services = Some(id),
            PortKind::Internet(_) => self.internet.push(id),
        }
        self.by_mac.insert(mac, id);
        self.ports.push(Some(Port {
            id,
            kind,
            mac,
            counters: PortCounters::default(),
            connections: 0,
            tracked: 0,
            link_service_second: (0, 0),
            link_services_exceeded: 0,
            tracked_exceeded: 0,
            entries: EntryAllowance::default(),
        }));
        Some(id)
    }

    /// Closes a link.
    pub fn close(&mut self, id: PortId) {
        let Some(port) = self.ports.get_mut(id.0 as usize).and_then(Option::take) else { return };
        if self.by_mac.get(&port.mac) == Some(&id) {
            self.by_mac.remove(&port.mac);
        }
        match port.kind {
            PortKind::Interface(interface) if self.by_interface.get(&interface) == Some(&id) => {
                self.by_interface.remove(&interface);
            }
            PortKind::Services => self.services = None,
            PortKind::Internet(_) => self.internet.retain(|it| *it != id),
            PortKind::Interface(_) => {}
        }
    }

    /// The link with this number.
    #[inline]
    pub fn get(&self, id: PortId) -> Option<&Port> {
        self.ports.get(id.0 as usize)?.as_ref()
    }

    /// The link with this number, to be counted on.
    #[inline]
    pub fn get_mut(&mut self, id: PortId) -> Option<&mut Port> {
        self.ports.get_mut(id.0 as usize)?.as_mut()
    }

    /// All open links.
    pub fn iter(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().flatten()
    }

    /// The link of a network interface.
    pub fn of_interface(&self, interface: NetworkInterfaceId) -> Option<PortId> {
        self.by_interface.get(&interface).copied()
    }

    /// The link whose other end has this link-layer address.
    pub fn with_mac(&self, mac: MacAddress) -> Option<&Port> {
        self.get(*self.by_mac.get(&mac)?)
    }

    /// The link of the services inside every VPC.
    pub fn services(&self) -> Option<PortId> {
        self.services
    }

    /// The internet link behind which a host with this address is.
    pub fn internet_host(&self, address: IpAddr) -> Option<PortId> {
        let mut links = self.internet.iter().filter_map(|id| self.get(*id));
        links.find(|port| port.is_internet_host(address)).map(|port| port.id)
    }

    /// The address under which the services see the interface behind a link.
    pub fn stand_in(id: PortId, family_of: IpAddr) -> IpAddr {
        match family_of {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(STAND_IN_BASE | id.0)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(STAND_IN_BASE_V6 | u128::from(id.0))),
        }
    }

    /// The interface that a stand-in address is for.
    pub fn behind(&self, stand_in: IpAddr) -> Option<NetworkInterfaceId> {
        let number = match stand_in {
            IpAddr::V4(v4) => u32::from(v4).checked_sub(STAND_IN_BASE)?,
            IpAddr::V6(v6) => u32::try_from(u128::from(v6).checked_sub(STAND_IN_BASE_V6)?).ok()?,
        };
        match self.get(PortId(number))?.kind {
            PortKind::Interface(interface) => Some(interface),
            PortKind::Internet(_) | PortKind::Services => None,
        }
    }
}

impl Port {
    /// Whether a host with this address is behind the link.
    pub fn is_internet_host(&self, address: IpAddr) -> bool {
        match &self.kind {
            PortKind::Internet(hosts) => hosts.iter().any(|hosts| hosts.contains(&address)),
            PortKind::Interface(_) | PortKind::Services => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: MacAddress = MacAddress([2, 0, 0, 0, 0, 1]);

    #[test]
    fn an_interface_is_found_again_behind_its_stand_in_address() {
        let mut ports = PortTable::default();
        let interface = NetworkInterfaceId::numbered(1);
        let id = ports.open(PortKind::Interface(interface), MAC).unwrap();
        let stand_ins = ["10.0.0.1", "2600::1"].map(|own| PortTable::stand_in(id, own.parse().unwrap()));
        for stand_in in stand_ins {
            assert_eq!(ports.behind(stand_in), Some(interface), "{stand_in}");
        }
        for nobody in ["100.64.0.9", "10.0.0.1", "fd00:ec2:ffff::9", "2600::1", "::"] {
            assert_eq!(ports.behind(nobody.parse().unwrap()), None, "{nobody}");
        }
        ports.close(id);
        assert_eq!(stand_ins.map(|stand_in| ports.behind(stand_in)), [None, None]);
        assert_ne!(ports.open(PortKind::Interface(interface), MAC), Some(id));
    }

    #[test]
    fn an_interface_may_ask_its_link_services_1024_times_a_second() {
        let mut ports = PortTable::default();
        let id = ports.open(PortKind::Interface(NetworkInterfaceId::numbered(1)), MAC).unwrap();
        let port = ports.get_mut(id).unwrap();
        assert!((0..1024).all(|_| port.allows_link_service(Moment(5_000))));
        assert!(!port.allows_link_service(Moment(5_999)));
        assert!(port.allows_link_service(Moment(6_000)));
        let exceeded = port.allowances(10)[2];
        assert_eq!((exceeded.name, exceeded.value), ("linklocal_allowance_exceeded", 1));
    }
}
