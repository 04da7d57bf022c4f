//! VPC peering connections. Follows CreateVpcPeeringConnection, AcceptVpcPeeringConnection,
//! ModifyVpcPeeringConnectionOptions and their neighbours (EC2 API Reference, VPC Peering Guide).

use awsproto::{AwsError, Call, Filterable};
use model::peering_status::PeeringStatus;
use model::vpc_peering_connection::{NewVpcPeeringConnection, PeeringRole, PeeringSide};
use model::{AccountId, Scope, Timestamp, VpcPeeringConnectionId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, render_tags, required_id, text_values};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateVpcPeeringConnectionRequest,
) -> Result<CreateVpcPeeringConnectionResult, AwsError> {
    let CreateVpcPeeringConnectionRequest {
        peer_owner_id,
        peer_region,
        peer_vpc_id,
        requester_peering_connection_options,
        tag_specifications,
        vpc_id,
    } = request;
    request::refuse_unsupported(&[(
        "RequesterPeeringConnectionOptions",
        requester_peering_connection_options.is_some(),
    )])?;
    let (scope, now) = (call.scope, call.now);
    let peer_vpc = peer_vpc_id.ok_or_else(|| AwsError::missing_parameter("peerVpcId"))?;
    let new = NewVpcPeeringConnection {
        vpc: required_id(vpc_id.as_deref())?,
        peer_scope: peer_scope(scope, peer_owner_id.as_deref(), peer_region.as_deref())?,
        peer_vpc: request::parse_id(&peer_vpc)?,
        tags: awsproto::tags::specified(tag_specifications, "vpc-peering-connection")?,
    };
    let id =
        call.with_ids(|ids| world.create_vpc_peering_connection(scope, new, now, ids)).map_err(refused)?;
    let connection = world.vpc_peering_connection(scope, id).map_err(refused)?;
    let mut shape = render(world, connection, now);
    // What is wrong with a request is found out a moment after the answer.
    shape.status = Some(VpcPeeringConnectionStateReason {
        code: Some("initiating-request".to_owned()),
        message: Some(format!("Initiating Request to {}", connection.accepter.scope.account)),
    });
    Ok(CreateVpcPeeringConnectionResult { vpc_peering_connection: Some(shape) })
}

pub(crate) fn accept(
    call: &mut Call,
    world: &mut World,
    request: AcceptVpcPeeringConnectionRequest,
) -> Result<AcceptVpcPeeringConnectionResult, AwsError> {
    let AcceptVpcPeeringConnectionRequest { vpc_peering_connection_id } = request;
    let (scope, now) = (call.scope, call.now);
    let id: VpcPeeringConnectionId = required_id(vpc_peering_connection_id.as_deref())?;
    world.accept_vpc_peering_connection(scope, id, now).map_err(refused)?;
    let connection = world.vpc_peering_connection(scope, id).map_err(refused)?;
    let mut shape = render(world, connection, now);
    shape.status = Some(VpcPeeringConnectionStateReason {
        code: Some("provisioning".to_owned()),
        message: Some("Provisioning".to_owned()),
    });
    Ok(AcceptVpcPeeringConnectionResult { vpc_peering_connection: Some(shape) })
}

pub(crate) fn reject(
    call: &mut Call,
    world: &mut World,
    request: RejectVpcPeeringConnectionRequest,
) -> Result<RejectVpcPeeringConnectionResult, AwsError> {
    let RejectVpcPeeringConnectionRequest { vpc_peering_connection_id } = request;
    let id = required_id(vpc_peering_connection_id.as_deref())?;
    world.reject_vpc_peering_connection(call.scope, id, call.now).map_err(refused)?;
    Ok(RejectVpcPeeringConnectionResult { r#return: Some(true) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteVpcPeeringConnectionRequest,
) -> Result<DeleteVpcPeeringConnectionResult, AwsError> {
    let DeleteVpcPeeringConnectionRequest { vpc_peering_connection_id } = request;
    let id = required_id(vpc_peering_connection_id.as_deref())?;
    world.delete_vpc_peering_connection(call.scope, id, call.now).map_err(refused)?;
    Ok(DeleteVpcPeeringConnectionResult { r#return: Some(true) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVpcPeeringConnectionsRequest,
) -> Result<DescribeVpcPeeringConnectionsResult, AwsError> {
    let DescribeVpcPeeringConnectionsRequest { filters, max_results, next_token, vpc_peering_connection_ids } =
        request;
    let (scope, now) = (call.scope, call.now);
    let own = world.network.vpc_peering_connections.values().filter(|it| {
        (it.requester.scope == scope || it.accepter.scope == scope) && it.is_shown(scope.account, now)
    });
    let connections = request::named_or_all(&vpc_peering_connection_ids, own, |it| it.id)?;
    let describe = Describe {
        kind: "vpcPeeringConnection",
        ids: &vpc_peering_connection_ids,
        filters,
        max_results,
        next_token,
    };
    let connections = connections.into_iter().map(|it| render(world, it, now));
    let (connections, next_token) = describe.page(connections, |it| it.vpc_peering_connection_id.as_ref())?;
    Ok(DescribeVpcPeeringConnectionsResult { vpc_peering_connections: connections, next_token })
}

pub(crate) fn modify_options(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcPeeringConnectionOptionsRequest,
) -> Result<ModifyVpcPeeringConnectionOptionsResult, AwsError> {
    let ModifyVpcPeeringConnectionOptionsRequest {
        accepter_peering_connection_options,
        requester_peering_connection_options,
        vpc_peering_connection_id,
    } = request;
    let scope = call.scope;
    let id: VpcPeeringConnectionId = required_id(vpc_peering_connection_id.as_deref())?;
    world.vpc_peering_connection(scope, id).map_err(refused)?;
    let sent = [&requester_peering_connection_options, &accepter_peering_connection_options];
    sent.into_iter().flatten().try_for_each(refuse_options)?;
    let mut modify = |role, options: Option<PeeringConnectionOptionsRequest>| {
        let Some(options) = options else { return Ok(None) };
        set_options(world, scope, id, role, &options).map(Some)
    };
    Ok(ModifyVpcPeeringConnectionOptionsResult {
        requester_peering_connection_options: modify(
            PeeringRole::Requester,
            requester_peering_connection_options,
        )?,
        accepter_peering_connection_options: modify(
            PeeringRole::Accepter,
            accepter_peering_connection_options,
        )?,
    })
}

/// What nobody can have here, asked of either side before anything is changed.
fn refuse_options(options: &PeeringConnectionOptionsRequest) -> Result<(), AwsError> {
    // Links to EC2-Classic can be said not to be wanted; there is nothing to link to.
    let classic_link = options.allow_egress_from_local_classic_link_to_remote_vpc == Some(true)
        || options.allow_egress_from_local_vpc_to_remote_classic_link == Some(true);
    request::refuse_unsupported(&[
        ("AllowEgressFromLocalClassicLinkToRemoteVpc", classic_link),
        ("AllowMultipathResilience", options.allow_multipath_resilience == Some(true)),
        ("MultipathResilienceMode", options.multipath_resilience_mode.is_some()),
    ])
}

fn set_options(
    world: &mut World,
    scope: Scope,
    id: VpcPeeringConnectionId,
    role: PeeringRole,
    options: &PeeringConnectionOptionsRequest,
) -> Result<PeeringConnectionOptions, AwsError> {
    if let Some(on) = options.allow_dns_resolution_from_remote_vpc {
        world.set_peering_dns_resolution(scope, id, role, on).map_err(refused)?;
    }
    Ok(PeeringConnectionOptions {
        allow_dns_resolution_from_remote_vpc: options.allow_dns_resolution_from_remote_vpc,
        allow_egress_from_local_classic_link_to_remote_vpc: options
            .allow_egress_from_local_classic_link_to_remote_vpc,
        allow_egress_from_local_vpc_to_remote_classic_link: options
            .allow_egress_from_local_vpc_to_remote_classic_link,
        ..Default::default()
    })
}

/// Whose VPC is asked for: the caller's own unless said otherwise.
fn peer_scope(own: Scope, account: Option<&str>, region: Option<&str>) -> Result<Scope, AwsError> {
    let account = match account {
        Some(text) => {
            let invalid = |_| AwsError::invalid_value("peerOwnerId", text, "Invalid account ID.");
            text.parse::<AccountId>().map_err(invalid)?
        }
        None => own.account,
    };
    let region = match region {
        Some(text) => {
            let invalid = |_| AwsError::invalid_value("peerRegion", text, "Invalid region.");
            own.region.fellow(text).map_err(invalid)?
        }
        None => own.region,
    };
    Ok(Scope { account, region })
}

/// A status as codes and filters write it.
pub(crate) fn status_code(status: PeeringStatus) -> &'static str {
    match status {
        PeeringStatus::PendingAcceptance => "pending-acceptance",
        PeeringStatus::Active => "active",
        PeeringStatus::Deleted(_) => "deleted",
        PeeringStatus::Rejected => "rejected",
        PeeringStatus::Failed => "failed",
        PeeringStatus::Expired => "expired",
    }
}

fn render_status(
    connection: &model::VpcPeeringConnection,
    status: PeeringStatus,
) -> Option<VpcPeeringConnectionStateReason> {
    let accepter = connection.accepter.scope.account;
    let message = match status {
        PeeringStatus::PendingAcceptance => format!("Pending Acceptance by {accepter}"),
        PeeringStatus::Active => "Active".to_owned(),
        PeeringStatus::Deleted(by) => format!("Deleted by {by}"),
        PeeringStatus::Rejected => format!("Rejected by {accepter}"),
        PeeringStatus::Failed => {
            "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range".to_owned()
        }
        PeeringStatus::Expired => "Expired".to_owned(),
    };
    Some(VpcPeeringConnectionStateReason {
        code: Some(status_code(status).to_owned()),
        message: Some(message),
    })
}

/// A connection as answers show it. The accepter's blocks are nobody's business before it has accepted, and nobody's blocks
/// after one side has left.
fn render(
    world: &World,
    connection: &model::VpcPeeringConnection,
    now: Timestamp,
) -> shapes::VpcPeeringConnection {
    let status = connection.status_at(now);
    let (requester, accepter) = (&connection.requester, &connection.accepter);
    let (requester, accepter) = match status {
        PeeringStatus::Active => (render_side(world, requester), render_side(world, accepter)),
        PeeringStatus::PendingAcceptance
        | PeeringStatus::Rejected
        | PeeringStatus::Failed
        | PeeringStatus::Expired => (render_side(world, requester), render_side_name(accepter)),
        PeeringStatus::Deleted(_) => (render_side_name(requester), render_side_name(accepter)),
    };
    shapes::VpcPeeringConnection {
        vpc_peering_connection_id: Some(connection.id.to_string()),
        requester_vpc_info: Some(requester),
        accepter_vpc_info: Some(accepter),
        status: render_status(connection, status),
        expiration_time: connection.expires.filter(|_| status == PeeringStatus::PendingAcceptance),
        tags: render_tags(&connection.tags),
        ..Default::default()
    }
}

fn render_side_name(side: &PeeringSide) -> VpcPeeringConnectionVpcInfo {
    VpcPeeringConnectionVpcInfo {
        owner_id: Some(side.scope.account.to_string()),
        region: Some(side.scope.region.name().to_owned()),
        vpc_id: Some(side.vpc.to_string()),
        ..Default::default()
    }
}

fn render_side(world: &World, side: &PeeringSide) -> VpcPeeringConnectionVpcInfo {
    let mut shape = render_side_name(side);
    shape.peering_options = Some(VpcPeeringConnectionOptionsDescription {
        allow_dns_resolution_from_remote_vpc: Some(side.dns_resolution_from_peer),
        allow_egress_from_local_classic_link_to_remote_vpc: Some(false),
        allow_egress_from_local_vpc_to_remote_classic_link: Some(false),
        ..Default::default()
    });
    if let Some(vpc) = world.network.vpcs.get(&side.vpc) {
        shape.cidr_block = Some(vpc.primary_cidr().to_string());
        let v4 = vpc.cidrs.iter().map(|block| CidrBlock { cidr_block: Some(block.cidr.to_string()) });
        shape.cidr_block_set = v4.collect();
        let v6 = vpc.ipv6_cidrs.iter();
        shape.ipv6_cidr_block_set =
            v6.map(|block| Ipv6CidrBlock { ipv6_cidr_block: Some(block.cidr.to_string()) }).collect();
    }
    shape
}

impl Filterable for shapes::VpcPeeringConnection {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let (role, of_side) = name.split_once('-').unwrap_or((name, ""));
        let side = match role {
            "accepter" => Some(&self.accepter_vpc_info),
            "requester" => Some(&self.requester_vpc_info),
            _ => None,
        };
        if let Some(side) = side {
            let member = |text: fn(&VpcPeeringConnectionVpcInfo) -> &Option<String>| {
                side.as_ref().map_or_else(Vec::new, |side| text_values(text(side)))
            };
            return match of_side {
                "vpc-info.cidr-block" => Some(member(|side| &side.cidr_block)),
                "vpc-info.owner-id" => Some(member(|side| &side.owner_id)),
                "vpc-info.vpc-id" => Some(member(|side| &side.vpc_id)),
                _ => None,
            };
        }
        let status = self.status.as_ref();
        Some(match name {
            "expiration-time" => {
                self.expiration_time.iter().map(|time| Cow::from(time.to_string())).collect()
            }
            "status-code" => status.map_or_else(Vec::new, |status| text_values(&status.code)),
            "status-message" => status.map_or_else(Vec::new, |status| text_values(&status.message)),
            "vpc-peering-connection-id" => text_values(&self.vpc_peering_connection_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use std::time::Duration;

    fn vpc(caller: &mut Caller, cidr: &str) -> String {
        caller.ok("CreateVpc", &[("CidrBlock", cidr)]).text("vpcId")
    }

    fn ask(caller: &mut Caller, vpc: &str, peer: &str) -> String {
        let asked = caller.ok("CreateVpcPeeringConnection", &[("VpcId", vpc), ("PeerVpcId", peer)]);
        assert_eq!(asked.text("code"), "initiating-request");
        asked.text("vpcPeeringConnectionId")
    }

    fn status(caller: &mut Caller, id: &str) -> (String, String) {
        let shown = caller.ok("DescribeVpcPeeringConnections", &[("VpcPeeringConnectionId.1", id)]);
        (shown.text("code"), shown.text("message"))
    }

    #[test]
    fn a_request_waits_is_accepted_and_works_both_ways() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.1.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        assert_eq!(
            status(&mut caller, &id),
            ("pending-acceptance".into(), "Pending Acceptance by 123456789012".into())
        );
        let table = caller.ok("CreateRouteTable", &[("VpcId", &b)]).text("routeTableId");
        let route = [
            ("RouteTableId", table.as_str()),
            ("DestinationCidrBlock", "10.0.0.0/16"),
            ("VpcPeeringConnectionId", &id),
        ];
        caller.ok("CreateRoute", &route);
        let of_table = [("RouteTableId.1", table.as_str())];
        assert!(caller.ok("DescribeRouteTables", &of_table).0.contains("<state>blackhole</state>"));
        let accepted = caller.ok("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        assert_eq!(accepted.text("code"), "provisioning");
        assert_eq!(status(&mut caller, &id), ("active".into(), "Active".into()));
        assert!(!caller.ok("DescribeRouteTables", &of_table).0.contains("blackhole"));
        caller.ok("DeleteVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        assert_eq!(status(&mut caller, &id), ("deleted".into(), "Deleted by 123456789012".into()));
        let shown = caller.ok("DescribeVpcPeeringConnections", &[("VpcPeeringConnectionId.1", &id)]);
        assert_eq!(shown.texts("vpcId").len(), 2);
        for gone in ["cidrBlock", "peeringOptions"] {
            assert!(!shown.0.contains(gone), "{gone} of a deleted connection: {}", shown.0);
        }
        assert!(caller.ok("DescribeRouteTables", &of_table).0.contains("<state>blackhole</state>"));
        assert_eq!(
            caller.refused("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]),
            format!(
                "InvalidStateTransition: Invalid state transition for {id}, attempted to transition from deleted to active"
            )
        );
    }

    #[test]
    fn overlapping_and_unknown_vpcs_fail_after_the_answer() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.0.0.0/20"));
        for peer in [b.as_str(), "vpc-00000001", &a] {
            let id = ask(&mut caller, &a, peer);
            let words = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range";
            assert_eq!(status(&mut caller, &id), ("failed".into(), words.into()));
            assert_eq!(
                caller.refused("DeleteVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]),
                format!(
                    "InvalidStateTransition: Invalid state transition for {id}, attempted to transition from failed to \
                     deleting"
                )
            );
        }
    }

    #[test]
    fn a_pair_has_one_connection() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.1.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        let again = [("VpcId", b.as_str()), ("PeerVpcId", a.as_str())];
        assert!(
            caller
                .refused("CreateVpcPeeringConnection", &again)
                .starts_with("VpcPeeringConnectionAlreadyExists")
        );
        caller.ok("RejectVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        assert_eq!(status(&mut caller, &id).1, "Rejected by 123456789012");
        ask(&mut caller, &b, &a);
    }

    #[test]
    fn a_request_expires_after_seven_days() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.1.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        caller.call.now = caller.call.now + Duration::from_secs(7 * 24 * 3600);
        assert_eq!(status(&mut caller, &id), ("expired".into(), "Expired".into()));
        assert!(
            caller
                .refused("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)])
                .starts_with("InvalidStateTransition: ")
        );
        caller.call.now = caller.call.now + Duration::from_secs(2 * 24 * 3600);
        assert_eq!(
            caller.refused("DescribeVpcPeeringConnections", &[("VpcPeeringConnectionId.1", &id)]),
            format!(
                "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID '{id}' does not exist"
            )
        );
        assert_eq!(caller.world.network.vpc_peering_connections.len(), 1);
        let now = caller.call.now;
        caller.world.expire(now);
        assert_eq!(caller.world.network.vpc_peering_connections.len(), 0, "what nobody is shown is not kept");
    }

    #[test]
    fn an_expired_request_stays_expired_whatever_becomes_of_its_vpcs() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.2.0.0/16"), vpc(&mut caller, "10.3.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        caller.call.now = caller.call.now + Duration::from_secs(7 * 24 * 3600);
        caller.ok("AssociateVpcCidrBlock", &[("VpcId", &a), ("CidrBlock", "10.4.0.0/16")]);
        caller.ok("AssociateVpcCidrBlock", &[("VpcId", &b), ("CidrBlock", "10.2.8.0/24")]);
        assert_eq!(status(&mut caller, &id).0, "expired");
        caller.ok("DeleteVpc", &[("VpcId", &b)]);
        assert_eq!(status(&mut caller, &id).0, "expired");
    }

    #[test]
    fn only_the_accepter_accepts_and_only_at_home() {
        let mut caller = Caller::new();
        let a = vpc(&mut caller, "10.0.0.0/16");
        caller.call.scope.account = "210987654321".parse().unwrap();
        caller.move_to("us-east-1");
        let b = vpc(&mut caller, "10.1.0.0/16");
        caller.call.scope.account = "123456789012".parse().unwrap();
        caller.move_to("us-west-2");
        let ask = [
            ("VpcId", a.as_str()),
            ("PeerVpcId", &b),
            ("PeerOwnerId", "210987654321"),
            ("PeerRegion", "us-east-1"),
        ];
        let id = caller.ok("CreateVpcPeeringConnection", &ask).text("vpcPeeringConnectionId");
        let of_id = [("VpcPeeringConnectionId", id.as_str())];
        assert_eq!(
            caller.refused("AcceptVpcPeeringConnection", &of_id),
            format!("OperationNotPermitted: User (123456789012) cannot accept peering {id}")
        );
        caller.call.scope.account = "210987654321".parse().unwrap();
        assert_eq!(
            caller.refused("AcceptVpcPeeringConnection", &of_id),
            format!(
                "OperationNotPermitted: Incorrect region (us-west-2) specified for this request. VPC peering connection \
                 {id} must be accepted in region us-east-1"
            )
        );
        caller.move_to("us-east-1");
        caller.ok("AcceptVpcPeeringConnection", &of_id);
        caller.call.scope.account = "111111111111".parse().unwrap();
        assert!(
            caller
                .refused("AcceptVpcPeeringConnection", &of_id)
                .starts_with("InvalidVpcPeeringConnectionID.NotFound")
        );
    }

    #[test]
    fn dns_resolution_needs_an_active_connection_and_names_on_both_sides() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.1.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        let modify = [
            ("VpcPeeringConnectionId", id.as_str()),
            ("RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc", "true"),
        ];
        assert_eq!(
            caller.refused("ModifyVpcPeeringConnectionOptions", &modify),
            format!(
                "OperationNotPermitted: Peering {id} is not active. Peering options can be added only to active peerings."
            )
        );
        caller.ok("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        assert!(
            caller
                .refused("ModifyVpcPeeringConnectionOptions", &modify)
                .starts_with("InvalidVpcPeeringConnectionState.DnsHostnamesDisabled: ")
        );
        for vpc in [&a, &b] {
            caller.ok("ModifyVpcAttribute", &[("VpcId", vpc), ("EnableDnsHostnames.Value", "true")]);
        }
        caller.ok("ModifyVpcPeeringConnectionOptions", &modify);
        let shown = caller.ok("DescribeVpcPeeringConnections", &[("VpcPeeringConnectionId.1", &id)]);
        let mut options = shown.texts("allowDnsResolutionFromRemoteVpc");
        options.sort();
        assert_eq!(options, ["false", "true"]);
    }

    #[test]
    fn blocks_added_later_do_not_overlap_a_peers_and_fail_a_request_that_waits() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.2.0.0/16"), vpc(&mut caller, "10.3.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        assert!(
            caller
                .refused("AssociateVpcCidrBlock", &[("VpcId", &a), ("CidrBlock", "10.4.0.0/16")])
                .starts_with("InvalidVpc.Conflict: ")
        );
        caller.ok("AssociateVpcCidrBlock", &[("VpcId", &b), ("CidrBlock", "10.2.8.0/24")]);
        assert_eq!(status(&mut caller, &id).0, "failed");
        let c = vpc(&mut caller, "10.5.0.0/16");
        let id = ask(&mut caller, &a, &c);
        caller.ok("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        assert!(
            caller
                .refused("AssociateVpcCidrBlock", &[("VpcId", &c), ("CidrBlock", "10.2.8.0/24")])
                .starts_with("InvalidVpc.Conflict: ")
        );
    }

    #[test]
    fn a_deleted_vpc_ends_its_connections() {
        let mut caller = Caller::new();
        let (a, b) = (vpc(&mut caller, "10.0.0.0/16"), vpc(&mut caller, "10.1.0.0/16"));
        let id = ask(&mut caller, &a, &b);
        caller.ok("AcceptVpcPeeringConnection", &[("VpcPeeringConnectionId", &id)]);
        caller.ok("DeleteVpc", &[("VpcId", &b)]);
        assert_eq!(status(&mut caller, &id).0, "deleted");
    }
}
