//! What flow logs say of packets: what a packet was at an interface, and the records that are made of it.
//!
//! Follows "Flow log records" (VPC User Guide). A record is of one interface, one direction, one flow and one action, in one
//! window of time. How it is written is for others; here are numbers.

use model::{Direction, NetworkInterfaceId, Timestamp};
use std::collections::BTreeMap;
use wire::{Flow, TcpFlags};

/// What packets have in common that are counted in one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowKey {
    /// The interface that they pass, or die at.
    pub interface: NetworkInterfaceId,
    /// Which way, seen from it.
    pub direction: Direction,
    /// What they are there: what only their sender calls them, or an internet gateway, is not seen. Ports are zero where the
    /// protocol has none.
    pub flow: Flow,
    /// What was decided about them.
    pub action: FlowAction,
}

/// What groups, network ACLs and VPC Block Public Access decide about a packet at an interface. What routes decide is no
/// matter of flow logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowAction {
    /// It may pass.
    Accept,
    /// It may not.
    Reject(Option<RejectReason>),
}

/// Why a packet was rejected, where records say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// VPC Block Public Access closes the gateway.
    PublicAccessBlocked,
}

/// By which way a packet leaves an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficPath {
    /// To another interface of the VPC, whatever is behind it.
    SameVpc,
    /// By an internet gateway, or an egress-only one.
    InternetGateway,
    /// By a gateway endpoint.
    GatewayEndpoint,
    /// To a peer in the same Region.
    Peering,
    /// To a peer in another Region.
    InterRegionPeering,
}

/// What a packet was at one interface on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// In which record it counts.
    pub key: FlowKey,
    /// By which way it goes on; none for what enters.
    pub path: Option<TrafficPath>,
    /// The interface that it goes to next, or has come from, in the same VPC or a peer.
    pub peer: Option<NetworkInterfaceId>,
    /// Whether it is of the address family there that it was sent in.
    pub as_sent: bool,
}

/// What was counted of one flow at one interface in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowRecord {
    /// Of what.
    pub key: FlowKey,
    /// By which way the last packet left.
    pub path: Option<TrafficPath>,
    /// The interface at the other end of that.
    pub peer: Option<NetworkInterfaceId>,
    /// How many packets.
    pub packets: u64,
    /// How many bytes, headers of the network layer included.
    pub bytes: u64,
    /// When the first came.
    pub first: Timestamp,
    /// When the last came.
    pub last: Timestamp,
    /// The flags of records that any of them had: [`counted_flags`].
    pub tcp_flags: u8,
}

/// All records of a window of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowWindow {
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// What was counted.
    pub records: Vec<FlowRecord>,
    /// At which interfaces records were left out because there were too many, with how many packets began one.
    pub skipped: BTreeMap<NetworkInterfaceId, u64>,
}

/// SYN and ACK together, as records have them.
const SYN_ACK: u8 = TcpFlags::SYN.0 | TcpFlags::ACK.0;

/// What a packet's TCP flags are in records: "SYN 2, SYN-ACK 18, FIN 1, RST 4"; others are not told.
pub fn counted_flags(flags: TcpFlags) -> u8 {
    let ends = flags.0 & (TcpFlags::FIN.0 | TcpFlags::RST.0);
    match flags.contains(TcpFlags::SYN) {
        true => ends | flags.0 & SYN_ACK,
        false => ends,
    }
}
