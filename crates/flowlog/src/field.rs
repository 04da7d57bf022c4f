//! What records can have.

/// How a field is kept in Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// A number of 32 bits.
    Int32,
    /// A number of 64 bits.
    Int64,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $name:literal $version:literal $kind:ident;)*) => {
        /// A field of records, as "Available fields" has them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// All of them, by the version that brought them.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// As formats and headers name it.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }

            /// The version of flow logs that brought it.
            pub fn version(self) -> u8 {
                match self { $(Field::$variant => $version,)* }
            }

            /// How Parquet keeps it.
            pub fn kind(self) -> FieldType {
                match self { $(Field::$variant => FieldType::$kind,)* }
            }

            /// The field of this name.
            pub fn named(name: &str) -> Option<Field> {
                match name { $($name => Some(Field::$variant),)* _ => None }
            }
        }
    };
}

fields! {
    /// The highest version of the fields that a format has.
    Version "version" 2 Int32;
    /// Whose interface it is.
    AccountId "account-id" 2 String;
    /// The interface.
    InterfaceId "interface-id" 2 String;
    /// The source; what leaves the interface has the interface's own address.
    SourceAddress "srcaddr" 2 String;
    /// The destination; what enters has the interface's own address.
    DestinationAddress "dstaddr" 2 String;
    /// The source port.
    SourcePort "srcport" 2 Int32;
    /// The destination port.
    DestinationPort "dstport" 2 Int32;
    /// The protocol's number.
    Protocol "protocol" 2 Int32;
    /// Packets.
    Packets "packets" 2 Int64;
    /// Bytes.
    Bytes "bytes" 2 Int64;
    /// When the first packet came, in seconds.
    Start "start" 2 Int64;
    /// When the last packet came, in seconds.
    End "end" 2 Int64;
    /// ACCEPT or REJECT.
    Action "action" 2 String;
    /// OK, NODATA or SKIPDATA.
    LogStatus "log-status" 2 String;
    /// The interface's VPC.
    VpcId "vpc-id" 3 String;
    /// The interface's subnet.
    SubnetId "subnet-id" 3 String;
    /// The instance that it is attached to.
    InstanceId "instance-id" 3 String;
    /// TCP flags of all packets.
    TcpFlags "tcp-flags" 3 Int32;
    /// IPv4 or IPv6.
    Type "type" 3 String;
    /// The source that packets themselves had.
    PacketSourceAddress "pkt-srcaddr" 3 String;
    /// The destination that packets themselves had.
    PacketDestinationAddress "pkt-dstaddr" 3 String;
    /// The Region.
    Region "region" 4 String;
    /// The Availability Zone's identifier.
    AvailabilityZoneId "az-id" 4 String;
    /// Of which type a sublocation is; there are none.
    SublocationType "sublocation-type" 4 String;
    /// A sublocation's identifier; there are none.
    SublocationId "sublocation-id" 4 String;
    /// The service of AWS that packets' source is an address of.
    PacketSourceService "pkt-src-aws-service" 5 String;
    /// The service of AWS that packets' destination is an address of.
    PacketDestinationService "pkt-dst-aws-service" 5 String;
    /// ingress or egress.
    FlowDirection "flow-direction" 5 String;
    /// By which way packets left.
    TrafficPath "traffic-path" 5 Int32;
    /// Of ECS tasks, of which there are none.
    EcsClusterArn "ecs-cluster-arn" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsClusterName "ecs-cluster-name" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsContainerInstanceArn "ecs-container-instance-arn" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsContainerInstanceId "ecs-container-instance-id" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsContainerId "ecs-container-id" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsSecondContainerId "ecs-second-container-id" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsServiceName "ecs-service-name" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsTaskDefinitionArn "ecs-task-definition-arn" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsTaskArn "ecs-task-arn" 7 String;
    /// Of ECS tasks, of which there are none.
    EcsTaskId "ecs-task-id" 7 String;
    /// Why packets were rejected, where it is no group's and no network ACL's doing.
    RejectReason "reject-reason" 8 String;
    /// A regional NAT gateway, of which there are none.
    ResourceId "resource-id" 9 String;
    /// Whether packets were encrypted; not known without encryption controls.
    EncryptionStatus "encryption-status" 10 Int32;
    /// Of which type the interface is, where a service manages it.
    InterfaceType "interface-type" 11 String;
    /// The interface at the other end.
    NextHopInterfaceId "next-hop-interface-id" 11 String;
    /// Its subnet.
    NextHopSubnetId "next-hop-subnet-id" 11 String;
    /// Its Availability Zone.
    NextHopAvailabilityZoneId "next-hop-az-id" 11 String;
    /// Its VPC.
    NextHopVpcId "next-hop-vpc-id" 11 String;
    /// Of which type it is.
    NextHopInterfaceType "next-hop-interface-type" 11 String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_names_and_come_in_the_order_of_versions() {
        assert!(Field::ALL.iter().all(|field| Field::named(field.name()) == Some(*field)));
        assert!(Field::ALL.is_sorted_by_key(|field| field.version()));
        assert_eq!(Field::named("srcAddr"), None);
    }
}
