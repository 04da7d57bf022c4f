//! What opening a tunnel through an EC2 Instance Connect Endpoint asks for, and whether it may be opened.
//!
//! Follows "Connect to an Amazon EC2 instance using EC2 Instance Connect Endpoint" (EC2 User Guide) and what the AWS CLI's
//! `ec2-instance-connect open-tunnel` sends. AWS does not publish its refusals: codes are the service's, sentences ours.

use awsproto::sigv4::SignedRequest;
use awsproto::{AwsError, Call, Touched};
use model::{InstanceConnectEndpoint, InstanceConnectEndpointId, ResourceId, Scope, VpcId, World};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Where clients open tunnels.
pub const PATH: &str = "/openTunnel";
/// "The maximum duration for an established TCP connection is 1 hour (3,600 seconds)", which is the default, too.
pub const DURATION_MAX: Duration = Duration::from_secs(3600);
/// "Only ports 22 and 3389 are supported": SSH and RDP.
pub const PORTS: [u16; 2] = [22, 3389];

/// What policies call it; no operation of the API has it.
pub const OPERATION: &str = "OpenTunnel";
/// What they must allow.
pub const ACTION: &str = "ec2-instance-connect:OpenTunnel";

/// A tunnel that may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tunnel {
    /// Through which endpoint.
    pub endpoint: InstanceConnectEndpointId,
    /// Where to.
    pub target: SocketAddr,
    /// How long it may last.
    pub duration: Duration,
}

/// Reads what a client asks for in the query of its request, and checks it against the network.
pub fn requested(world: &World, scope: Scope, request: &SignedRequest<'_>) -> Result<Tunnel, AwsError> {
    let value = |name: &str| request.query_value(name).filter(|value| !value.is_empty());
    let needed = |name: &str| value(name).ok_or_else(|| invalid(name, "it is missing"));
    let endpoint = open_endpoint(world, scope, &needed("instanceConnectEndpointId")?)?;
    let address = needed("privateIpAddress")?;
    let address = address.parse().map_err(|_| invalid("privateIpAddress", "expecting an IP address"))?;
    check_address(world, endpoint, address)?;
    let port = needed("remotePort")?.parse().ok().filter(|port| PORTS.contains(port));
    let port = port.ok_or_else(|| invalid("remotePort", "expecting 22 or 3389"))?;
    let duration = value("maxTunnelDuration").map(|text| duration(&text)).transpose()?;
    Ok(Tunnel {
        endpoint: endpoint.id,
        target: SocketAddr::new(address, port),
        duration: duration.unwrap_or(DURATION_MAX),
    })
}

/// What opening a tunnel touches: the endpoint, and where the tunnel is to lead, for how long.
///
/// Follows "Actions, resources, and condition keys for AWS EC2 Instance Connect" (Service Authorization Reference).
pub fn touched(world: &World, call: &Call, request: &SignedRequest<'_>) -> Touched {
    let value = |name: &str| request.query_value(name).filter(|value| !value.is_empty());
    let id = value("instanceConnectEndpointId").unwrap_or_else(|| "*".to_owned());
    let Scope { account, region } = call.scope;
    let arn = region.arn("ec2", account, format_args!("instance-connect-endpoint/{id}"));
    let mut touched = Touched::new(arn, Some(account));
    for (key, parameter) in [
        ("ec2-instance-connect:privateIpAddress", "privateIpAddress"),
        ("ec2-instance-connect:remotePort", "remotePort"),
        ("ec2-instance-connect:maxTunnelDuration", "maxTunnelDuration"),
    ] {
        value(parameter).into_iter().for_each(|value| touched.add(key, vec![value]));
    }
    // Who asks for no time gets all that there is.
    touched.add("ec2-instance-connect:maxTunnelDuration", vec![DURATION_MAX.as_secs().to_string()]);
    let known = id.parse().ok().filter(|&id| world.instance_connect_endpoint(call.scope, id).is_ok());
    let tags = known.and_then(|id| world.tags(call.scope, ResourceId::InstanceConnectEndpoint(id)));
    for (key, value) in tags.into_iter().flatten() {
        for prefix in ["aws", "ec2"] {
            touched.add(format!("{prefix}:ResourceTag/{key}"), vec![value.clone()]);
        }
    }
    touched
}

/// Too many tunnels at once: "Each EC2 Instance Connect Endpoint can support up to 20 concurrent connections."
pub fn too_many(endpoint: InstanceConnectEndpointId, limit: usize) -> AwsError {
    AwsError::new(
        "ThrottlingException",
        format!(
            "The EC2 Instance Connect Endpoint '{endpoint}' has {limit} connections, the most it can have."
        ),
    )
}

/// Nothing is behind the endpoint: a Hamlet without machines.
pub fn without_machines() -> AwsError {
    AwsError::new(
        "ServiceException",
        "No tunnel can be opened: this Hamlet was started with --instances none, and no packet moves in it.",
    )
}

/// The endpoint is known and has its state, but not its place in the network: it is being opened, or closed.
pub fn not_open(endpoint: InstanceConnectEndpointId) -> AwsError {
    AwsError::new(
        "ServiceException",
        format!("The EC2 Instance Connect Endpoint '{endpoint}' is not ready; try again in a moment."),
    )
}

fn invalid(parameter: &str, problem: &str) -> AwsError {
    super::invalid_args(parameter, problem)
}

fn open_endpoint<'a>(
    world: &'a World,
    scope: Scope,
    id: &str,
) -> Result<&'a InstanceConnectEndpoint, AwsError> {
    let unknown = || {
        let sentence = format!("The EC2 Instance Connect Endpoint '{id}' does not exist.");
        AwsError::new("ResourceNotFoundException", sentence)
    };
    let parsed = id.parse().map_err(|_| unknown())?;
    let endpoint = world.instance_connect_endpoint(scope, parsed).map_err(|_| unknown())?;
    match endpoint.state.takes_tunnels() {
        true => Ok(endpoint),
        false => Err(AwsError::new(
            "InvalidArgsException",
            format!(
                "The EC2 Instance Connect Endpoint '{id}' is in the state '{}', in which it takes no connections.",
                endpoint.state.name()
            ),
        )),
    }
}

fn duration(text: &str) -> Result<Duration, AwsError> {
    let seconds = text.parse().ok().filter(|seconds| (1..=DURATION_MAX.as_secs()).contains(seconds));
    let refused = || invalid("maxTunnelDuration", "expecting a number of seconds between 1 and 3600");
    seconds.map(Duration::from_secs).ok_or_else(refused)
}

/// An endpoint leads into private networks, by "a private IPv4 address or IPv6 address": its VPC's and its peers' blocks,
/// and the ranges that are private everywhere. The rest is for routes, groups and network ACLs to decide.
fn check_address(world: &World, endpoint: &InstanceConnectEndpoint, address: IpAddr) -> Result<(), AwsError> {
    if !endpoint.ip_address_type.has(address) {
        let family = endpoint.ip_address_type.name();
        return Err(invalid("privateIpAddress", &format!("the endpoint's IP address type is {family}")));
    }
    let peerings = world.network.vpc_peering_connections.values().filter(|peering| peering.is_active());
    let peers = peerings.filter_map(|peering| peering.peer_of(endpoint.vpc)).map(|side| side.vpc);
    let is_near = std::iter::once(endpoint.vpc).chain(peers).any(|vpc| is_in_vpc(world, vpc, address));
    match is_near || is_private(address) {
        true => Ok(()),
        false => Err(invalid("privateIpAddress", "expecting a private IP address")),
    }
}

fn is_in_vpc(world: &World, vpc: VpcId, address: IpAddr) -> bool {
    world.network.vpcs.get(&vpc).is_some_and(|vpc| vpc.contains(address))
}

/// RFC 1918, RFC 6598 and RFC 4193.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || matches!(v4.octets(), [100, 64..=127, ..]),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;
    use awsproto::sigv4::Payload;

    /// A caller with an endpoint in the VPC 10.0.0.0/16, and its identifier.
    fn with_endpoint() -> (Caller, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]);
        let subnet = subnet.text("subnetId");
        let made = caller.ok("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet)]);
        (caller, made.text("instanceConnectEndpointId"))
    }

    /// What is answered to a request for a tunnel through the endpoint, with `more` after its name.
    fn ask(caller: &Caller, id: &str, more: &str) -> Result<Tunnel, String> {
        let query = format!("instanceConnectEndpointId={id}&{more}");
        let request = SignedRequest {
            method: "GET",
            path: PATH,
            query: &query,
            headers: &[],
            body: Payload::Whole(b""),
        };
        requested(&caller.world, caller.scope(), &request)
            .map_err(|error| format!("{}: {}", error.code, error.message))
    }

    #[test]
    fn a_complete_endpoint_takes_what_the_aws_cli_asks_for() {
        let (mut caller, id) = with_endpoint();
        let whole = "remotePort=22&privateIpAddress=10.0.0.5";
        let early = ask(&caller, &id, whole).unwrap_err();
        assert!(
            early.ends_with("is in the state 'create-in-progress', in which it takes no connections."),
            "{early}"
        );
        caller.settle();
        let tunnel = ask(&caller, &id, whole).unwrap();
        assert_eq!((tunnel.target.to_string().as_str(), tunnel.duration), ("10.0.0.5:22", DURATION_MAX));
        let tunnel =
            ask(&caller, &id, "remotePort=3389&privateIpAddress=172.16.1.1&maxTunnelDuration=60").unwrap();
        assert_eq!((tunnel.target.port(), tunnel.duration.as_secs()), (3389, 60));
        caller.ok("DeleteInstanceConnectEndpoint", &[("InstanceConnectEndpointId", &id)]);
        assert!(ask(&caller, &id, whole).unwrap_err().contains("'delete-in-progress'"));
        caller.move_to("eu-west-1");
        assert_eq!(
            ask(&caller, &id, whole).unwrap_err(),
            format!("ResourceNotFoundException: The EC2 Instance Connect Endpoint '{id}' does not exist.")
        );
    }

    #[test]
    fn other_ports_public_addresses_and_other_times_are_refused() {
        let (mut caller, id) = with_endpoint();
        caller.settle();
        let refused = |more: &str| ask(&caller, &id, more).unwrap_err();
        let sentence = |parameter: &str, problem: &str| {
            format!("InvalidArgsException: One of the parameters is not valid. {parameter}: {problem}")
        };
        for port in ["80", "0", "-22", "65558", "ssh"] {
            assert_eq!(
                refused(&format!("remotePort={port}&privateIpAddress=10.0.0.5")),
                sentence("remotePort", "expecting 22 or 3389")
            );
        }
        assert_eq!(refused("privateIpAddress=10.0.0.5"), sentence("remotePort", "it is missing"));
        assert_eq!(refused("remotePort=22"), sentence("privateIpAddress", "it is missing"));
        for address in ["192.0.2.10", "127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"] {
            assert_eq!(
                refused(&format!("remotePort=22&privateIpAddress={address}")),
                sentence("privateIpAddress", "expecting a private IP address")
            );
        }
        assert_eq!(
            refused("remotePort=22&privateIpAddress=fd00::1"),
            sentence("privateIpAddress", "the endpoint's IP address type is ipv4")
        );
        assert_eq!(
            refused("remotePort=22&privateIpAddress=ten"),
            sentence("privateIpAddress", "expecting an IP address")
        );
        for time in ["0", "3601", "soon"] {
            assert_eq!(
                refused(&format!("remotePort=22&privateIpAddress=10.0.0.5&maxTunnelDuration={time}")),
                sentence("maxTunnelDuration", "expecting a number of seconds between 1 and 3600")
            );
        }
    }

    #[test]
    fn a_peered_vpc_is_near_whatever_its_addresses_are() {
        let (mut caller, id) = with_endpoint();
        caller.settle();
        let vpc = caller.world.instance_connect_endpoints.values().next().unwrap().vpc.to_string();
        // A range that is nobody's own in private.
        let other = caller.ok("CreateVpc", &[("CidrBlock", "198.19.0.0/16")]).text("vpcId");
        let there = "remotePort=22&privateIpAddress=198.19.0.5";
        assert!(ask(&caller, &id, there).is_err());
        let peering = caller.ok("CreateVpcPeeringConnection", &[("VpcId", &vpc), ("PeerVpcId", &other)]);
        let peering = peering.text("vpcPeeringConnectionId");
        caller.ok("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &peering)]);
        assert!(ask(&caller, &id, there).is_ok());
    }
}
