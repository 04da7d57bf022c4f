//! Why a packet died. The list is closed: nothing is dropped without one of these names, and the same names appear in
//! traces, counters, `hamlet status` and the documentation.

use std::fmt;

use crate::stage::Stage;

macro_rules! drop_reasons {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal $code:expr, [$($stage:ident),*];)*) => {
        /// Why a packet died.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DropReason {
            $($(#[doc = $doc])* $variant,)*
        }

        impl DropReason {
            /// Every reason, in the order in which a packet can meet them.
            pub const ALL: &'static [DropReason] = &[$(DropReason::$variant,)*];

            /// The name in counters and traces.
            pub fn name(self) -> &'static str {
                match self { $(DropReason::$variant => $name,)* }
            }

            /// The Reachability Analyzer's explanation code, where AWS has one.
            pub fn explanation_code(self) -> Option<&'static str> {
                match self { $(DropReason::$variant => $code,)* }
            }

            /// The stages at which packets die of it; none for what dies before its journey, or after.
            pub fn stages(self) -> &'static [Stage] {
                match self { $(DropReason::$variant => &[$(Stage::$stage),*],)* }
            }
        }
    };
}

drop_reasons! {
    /// The frame is not what its headers say.
    Malformed "malformed-frame" None, [];
    /// The offload header does not fit the frame.
    BadOffload "bad-offload" None, [];
    /// Not IPv4, IPv6 or ARP: "only IPv4, IPv6 and ARP pass".
    Ethertype "ethertype" None, [];
    /// The link-layer source is not the interface's own.
    SourceMac "source-mac" None, [];
    /// The link-layer destination is neither the router's nor that of a neighbour which takes the packet.
    DestinationMac "destination-mac" None, [];
    /// Broadcast or multicast, which a VPC does not carry.
    Broadcast "broadcast-or-multicast" None, [];
    /// What a guest claims about its link unasked: ARP answers, neighbour and router advertisements, redirects.
    Announcement "announcement" None, [];
    /// An IP option that asks for a route.
    SourceRoute "source-route" None, [];
    /// The interface is not attached to a running instance.
    InterfaceDown "interface-down" Some("BAD_STATE"), [InterfaceState, Delivery];
    /// Source/destination check: the source is not one of the interface's addresses.
    SourceCheck "source-check" Some("ENI_SOURCE_DEST_CHECK_RESTRICTION"), [SourceCheck];
    /// A packet to a service of the link, such as the resolver, that the service does not answer.
    LinkService "link-service" None, [LinkService];
    /// More packets to link services than the 1,024 a second that an interface may send.
    LinkServiceRate "link-service-rate" None, [];
    /// 169.254.168.0/22 and fd00:ec2::/32 are never forwarded.
    ReservedRange "reserved-range" None, [LinkService];
    /// No outbound rule of any security group allows it.
    SecurityGroupEgress "security-group-egress" Some("ENI_SG_RULES_MISMATCH"), [SecurityGroup];
    /// The network ACL of the subnet it leaves denies it.
    NetworkAclEgress "network-acl-egress" Some("SUBNET_ACL_RESTRICTION"), [NetworkAcl];
    /// No route leads to the destination.
    NoRoute "no-route" Some("NO_ROUTE_TO_DESTINATION"), [RouteTable];
    /// The best route is a blackhole: what it points to is gone.
    Blackhole "blackhole-route" Some("BAD_STATE_ROUTE"),
        [RouteTable, Appliance, NatGateway, VpcEndpoint, VpcPeeringConnection];
    /// No interface has the destination address.
    NoSuchAddress "no-such-address" Some("NO_POSSIBLE_DESTINATION"), [SameSubnet, Local, InternetGateway];
    /// An internet gateway sends only what comes from an address with a public one.
    NoPublicAddress "no-public-address" Some("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
        [InternetGateway, EgressOnlyInternetGateway];
    /// An internet gateway sends nothing to private ranges.
    PrivateDestination "private-destination" Some("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"), [InternetGateway];
    /// An internet gateway lets nothing in that claims to come from a private range.
    PrivateSource "private-source" Some("IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"), [InternetGateway];
    /// A sender on the internet used an address that is not its own.
    SpoofedSource "spoofed-source" Some("GATEWAY_REJECTS_SPOOFED_TRAFFIC"), [];
    /// VPC Block Public Access closes the gateway, this way at least.
    PublicAccessBlocked "public-access-blocked" Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"),
        [InternetGateway, EgressOnlyInternetGateway];
    /// The public address stands for no interface of a VPC with this internet gateway.
    NoPublicMapping "no-public-mapping" Some("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"), [InternetGateway];
    /// Nobody on the simulated internet has the address.
    NoSuchHost "no-such-internet-host" None, [Internet];
    /// An egress-only gateway lets in only what answers a connection from inside.
    EgressOnly "egress-only" None, [EgressOnlyInternetGateway];
    /// A gateway endpoint takes packets from addresses of its own VPC alone, an interface endpoint none from the internet.
    EndpointSource "endpoint-source" None, [VpcEndpoint, InternetGateway, InterfaceEndpoint];
    /// A gateway endpoint carries TCP and ICMP echo, an interface endpoint TCP, both in whole packets.
    EndpointProtocol "endpoint-protocol" Some("VPCE_GATEWAY_PROTOCOL_RESTRICTION"), [VpcEndpoint, InterfaceEndpoint];
    /// Through an endpoint come only answers to what goes out through it.
    EndpointUnsolicited "endpoint-unsolicited" None, [VpcEndpoint, InterfaceEndpoint];
    /// An interface has no port left at an endpoint, near to the one that it wants.
    EndpointPortsExhausted "endpoint-ports-exhausted" None, [VpcEndpoint, InterfaceEndpoint];
    /// A peering connection carries only packets from one VPC's blocks to the other's.
    PeeringAddress "peering-address" Some("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"), [VpcPeeringConnection];
    /// A NAT gateway serves only sources in its own VPC.
    NatSource "nat-source" Some("NGW_REQUIRES_SOURCE_IN_VPC"), [NatGateway];
    /// A NAT gateway translates TCP, UDP and ICMP echo, and fragments of UDP alone.
    NatProtocol "nat-protocol" Some("PROTOCOL_RESTRICTION"), [NatGateway];
    /// All 55,000 ports towards this destination are taken.
    NatPortsExhausted "nat-ports-exhausted" None, [NatGateway];
    /// A NAT gateway lets in only what answers a connection from inside.
    NatUnsolicited "nat-unsolicited" None, [NatGateway];
    /// The connection was idle for too long, and the NAT gateway reset it.
    NatIdle "nat-idle-timeout" None, [NatGateway];
    /// The time to live ran out.
    TimeToLive "time-to-live" None, [NatGateway];
    /// The packet went round between gateways of one network.
    RoutingLoop "routing-loop" None, [NatGateway, Instance, Journey];
    /// The network ACL of the subnet it enters denies it.
    NetworkAclIngress "network-acl-ingress" Some("SUBNET_ACL_RESTRICTION"), [NetworkAcl];
    /// Source/destination check: the destination is not one of the interface's addresses.
    DestinationCheck "destination-check" Some("ENI_SOURCE_DEST_CHECK_RESTRICTION"), [DestinationCheck];
    /// No inbound rule of any security group allows it.
    SecurityGroupIngress "security-group-ingress" Some("ENI_SG_RULES_MISMATCH"), [SecurityGroup];
    /// The answer arrives, but not from the address and port that were asked, or not where they were asked from; nobody
    /// listens to it. In explanations alone: for the network it is a packet like any other.
    UnexpectedAnswer "unexpected-answer" None, [Instance, Internet];
    /// Larger than the path allows, and not to be fragmented; the sender was told.
    TooBig "too-big" None, [];
    /// The interface has as many tracked connections as it may have.
    ConnectionLimit "connection-limit" None, [];
    /// Nearly all the connections that can be remembered are, and the interface has its share of them.
    ConnectionShare "connection-share" None, [];
    /// The receiving link does not take frames fast enough.
    LinkFull "link-full" None, [];
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many packets died of each reason.
#[derive(Clone, Debug)]
pub struct DropCounters([u64; DropReason::ALL.len()]);

impl Default for DropCounters {
    fn default() -> Self {
        DropCounters([0; DropReason::ALL.len()])
    }
}

impl DropCounters {
    /// Counts packets that died of `reason`.
    pub fn count(&mut self, reason: DropReason, packets: u64) {
        self.0[reason as usize] += packets;
    }

    /// How many died of `reason`.
    pub fn get(&self, reason: DropReason) -> u64 {
        self.0[reason as usize]
    }

    /// The reasons that killed any packet, with how many.
    pub fn nonzero(&self) -> impl Iterator<Item = (DropReason, u64)> {
        DropReason::ALL.iter().map(|reason| (*reason, self.get(*reason))).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_counter_of_its_own_and_a_name_of_its_own() {
        let mut counters = DropCounters::default();
        for (position, reason) in DropReason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, position);
            counters.count(*reason, 1);
            assert!(DropReason::ALL.iter().filter(|other| other.name() == reason.name()).count() == 1);
        }
        assert_eq!(counters.nonzero().count(), DropReason::ALL.len());
    }
}
