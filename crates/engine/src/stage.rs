//! The stages: where something can be decided about a packet. One list for traces, reasons of drops and documentation.
//!
//! In which order they are asked is not here: [`crate::stages`] has the stages of an interface in their order, routes say
//! which target comes next.

use std::fmt;

macro_rules! stages {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal;)*) => {
        /// Where something can be decided about a packet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Stage {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Stage {
            /// Every stage: those of interfaces, then targets, then what is around both.
            pub const ALL: &'static [Stage] = &[$(Stage::$variant,)*];

            /// Its name in traces.
            pub fn name(self) -> &'static str {
                match self { $(Stage::$variant => $name,)* }
            }
        }
    };
}

stages! {
    /// Source/destination check of what leaves an interface.
    SourceCheck "source check";
    /// Services that every link offers, and ranges that are kept for AWS's.
    LinkService "link service";
    /// The security groups of an interface.
    SecurityGroup "security group";
    /// Neighbours in one subnet.
    SameSubnet "same subnet";
    /// The network ACL of a subnet.
    NetworkAcl "network acl";
    /// The route table of a subnet, or of a gateway by which packets come in.
    RouteTable "route table";
    /// Whether anything is behind an interface.
    InterfaceState "interface state";
    /// Source/destination check of what enters an interface.
    DestinationCheck "destination check";
    /// The interface's link, or the gateway whose interface it is.
    Delivery "delivery";
    /// The local route.
    Local "local";
    /// An internet gateway, both ways.
    InternetGateway "internet gateway";
    /// An egress-only internet gateway, both ways.
    EgressOnlyInternetGateway "egress-only internet gateway";
    /// A NAT gateway.
    NatGateway "nat gateway";
    /// An interface that a route points to.
    Appliance "appliance";
    /// A gateway endpoint, both ways.
    VpcEndpoint "gateway endpoint";
    /// An interface endpoint, both ways.
    InterfaceEndpoint "interface endpoint";
    /// A VPC peering connection.
    VpcPeeringConnection "peering connection";
    /// The simulated internet.
    Internet "internet";
    /// An instance that is assumed to forward; in explanations alone.
    Instance "instance";
    /// The journey as a whole, which does not go on for ever.
    Journey "journey";
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
