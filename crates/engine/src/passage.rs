//! Where packets go, as it was decided, and the packet that is sent there.

use wire::{ChecksumState, Flow, Headers, Layer3, VnetHeader};

use crate::connection::{Sent, Way};
use crate::findings::NatVisits;
use crate::flow_record::Observation;
use crate::port::PortId;

/// Where a packet goes, as it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// To which link.
    pub to: PortId,
    /// As what it arrives.
    pub flow: Flow,
    /// How it travels.
    pub way: Way,
    /// How large it may be where it is of another address family than it was sent in.
    pub mtu_in_other_family: u16,
    /// Which NAT gateways it visits.
    pub nat_visits: NatVisits,
    /// What flow logs see of it.
    pub course: Vec<Observation>,
}

/// A packet that is being sent on.
/// A packet being handed from one link to another.
pub(crate) struct Transfer {
    pub(crate) from: PortId,
    pub(crate) to: PortId,
    /// As what it arrives, if it may have to be changed.
    pub(crate) flow: Option<Flow>,
    pub(crate) way: Way,
    pub(crate) packets: u32,
    pub(crate) bytes: u64,
}

pub(crate) struct Sending<'a> {
    /// The link it came from.
    pub(crate) port: PortId,
    pub(crate) frame: &'a mut [u8],
    pub(crate) headers: &'a mut Headers,
    pub(crate) vnet: &'a mut VnetHeader,
    pub(crate) checksum: ChecksumState,
}

/// What a frame counts as.
pub(crate) fn size(headers: &Headers, vnet: &VnetHeader) -> Sent {
    Sent { packets: u64::from(vnet.packets(headers)), bytes: vnet.bytes_on_wire(headers) }
}

impl Passage {
    pub(crate) fn transfer(&self, from: PortId, packets: u32, bytes: u64) -> Transfer {
        Transfer { from, to: self.to, flow: Some(self.flow), way: self.way, packets, bytes }
    }
}

impl Sending<'_> {
    pub(crate) fn transfer(&self, passage: &Passage) -> Transfer {
        let (headers, vnet) = (&*self.headers, &*self.vnet);
        passage.transfer(self.port, vnet.packets(headers), vnet.bytes_on_wire(headers))
    }

    /// Whether its longest packet would be longer than this.
    pub(crate) fn exceeds(&self, mtu: u16) -> bool {
        self.vnet.largest_packet(self.headers) > u32::from(mtu)
    }

    pub(crate) fn may_be_cut(&self) -> bool {
        self.headers.layer3 == Layer3::Ipv4 && !self.headers.dont_fragment
    }
}
