//! Elastic IP addresses. Follows AllocateAddress, AssociateAddress and their neighbours in the EC2 API Reference. No
//! pools of one's own, no carrier addresses.

use awsproto::{AwsError, Call, Filterable, Filters};
use model::elastic_ip::AssociateAddress;
use model::refusal::ElasticIpRefusal;
use model::{
    AddressAssociationId, AllocationId, ElasticIp, Ids, InstanceId, InstanceState, Link, NetworkInterfaceId,
    Scope, World,
};
use std::borrow::Cow;

use crate::errors::refused;
use crate::network_interface::ipv4_address;
use crate::request::{self, optional_id, parse_id, render_tags, text_values};
use crate::shapes::{self, *};

/// The pool that Amazon's own addresses come from.
const AMAZON_POOL: &str = "amazon";

pub(crate) fn allocate(
    call: &mut Call,
    world: &mut World,
    request: AllocateAddressRequest,
) -> Result<AllocateAddressResult, AwsError> {
    let AllocateAddressRequest {
        address,
        customer_owned_ipv4_pool,
        domain,
        ipam_pool_id,
        network_border_group,
        public_ipv4_pool,
        tag_specifications,
    } = request;
    let scope = call.scope;
    request::refuse_unsupported(&[
        ("CustomerOwnedIpv4Pool", customer_owned_ipv4_pool.is_some()),
        ("IpamPoolId", ipam_pool_id.is_some()),
        ("PublicIpv4Pool", public_ipv4_pool.as_deref().is_some_and(|pool| pool != AMAZON_POOL)),
        ("Domain standard", domain.as_deref() == Some("standard")),
    ])?;
    if let Some(unknown) = domain.as_deref().filter(|domain| *domain != "vpc") {
        return Err(AwsError::invalid_value("domain", unknown, ""));
    }
    if let Some(group) = network_border_group.filter(|group| group != scope.region.name()) {
        let reason = "Addresses can be allocated from the Region's own network border group only.";
        return Err(AwsError::invalid_value("networkBorderGroup", &group, reason));
    }
    let tags = awsproto::tags::specified(tag_specifications, "elastic-ip")?;
    let address = address.map(|text| ipv4_address("address", &text)).transpose()?;
    let allocate = |ids: &mut Ids<'_>| match address {
        Some(address) => world.recover_address(scope, address, tags, ids),
        None => world.allocate_address(scope, tags, ids),
    };
    let id = call.with_ids(allocate).map_err(refused)?;
    let elastic = world.elastic_ip(scope, id).map_err(refused)?;
    Ok(AllocateAddressResult {
        public_ip: Some(elastic.public_ip.to_string()),
        allocation_id: Some(id.to_string()),
        public_ipv4_pool: Some(AMAZON_POOL.to_owned()),
        network_border_group: Some(scope.region.name().to_owned()),
        domain: Some("vpc".to_owned()),
        ..Default::default()
    })
}

pub(crate) fn release(
    call: &mut Call,
    world: &mut World,
    request: ReleaseAddressRequest,
) -> Result<(), AwsError> {
    let ReleaseAddressRequest { allocation_id, network_border_group, public_ip } = request;
    let scope = call.scope;
    let id = named_allocation(world, scope, allocation_id.as_deref(), public_ip.as_deref())?;
    // "If you provide an incorrect network border group, you receive an InvalidAddress.NotFound error" (ReleaseAddress).
    if network_border_group.is_some_and(|group| group != scope.region.name()) {
        let address = world.elastic_ip(scope, id).map_err(refused)?.public_ip;
        return Err(refused(ElasticIpRefusal::NoSuchAddress(address)));
    }
    call.with_ids(|ids| world.release_address(scope, id, ids)).map_err(refused)
}

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateAddressRequest,
) -> Result<AssociateAddressResult, AwsError> {
    let AssociateAddressRequest {
        allocation_id,
        allow_reassociation,
        instance_id,
        network_interface_id,
        private_ip_address,
        public_ip,
    } = request;
    let scope = call.scope;
    let id = named_allocation(world, scope, allocation_id.as_deref(), public_ip.as_deref())?;
    let instance = optional_id(instance_id.as_deref())?;
    let interface = optional_id(network_interface_id.as_deref())?;
    let private_ip = private_ip_address.as_deref();
    let associate = AssociateAddress {
        interface: interface_for_address(world, scope, instance, interface)?,
        private_ip: private_ip.map(|text| ipv4_address("privateIpAddress", text)).transpose()?,
        // "In a VPC … reassociation is automatic" unless it is forbidden (AssociateAddress).
        allow_reassociation: allow_reassociation.unwrap_or(true),
    };
    let association =
        call.with_ids(|ids| world.associate_address(scope, id, associate, ids)).map_err(refused)?;
    Ok(AssociateAddressResult { association_id: Some(association.to_string()) })
}

/// The interface that an address is to be associated with: the one named, or the named instance's only one.
fn interface_for_address(
    world: &World,
    scope: Scope,
    instance: Option<InstanceId>,
    interface: Option<NetworkInterfaceId>,
) -> Result<NetworkInterfaceId, AwsError> {
    match (instance, interface) {
        (Some(_), Some(_)) => Err(AwsError::invalid_parameter_combination(
            "You may specify either an instance ID or a network interface ID, but not both.",
        )),
        (None, None) => Err(missing("Either instance ID or network interface id must be specified")),
        (None, Some(interface)) => Ok(interface),
        (Some(id), None) => match world.instance(scope, id).map_err(refused)?.state {
            InstanceState::Pending | InstanceState::ShuttingDown | InstanceState::Terminated => {
                let state = world.instance(scope, id).map_err(refused)?.state.name();
                let message =
                    format!("The {state} instance '{id}' is not in a valid state for this operation.");
                Err(AwsError::new("InvalidInstanceID", message))
            }
            InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped => {
                world.only_interface_of(id).map_err(refused)
            }
        },
    }
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateAddressRequest,
) -> Result<(), AwsError> {
    let DisassociateAddressRequest { association_id, public_ip } = request;
    let scope = call.scope;
    let association: AddressAssociationId = match (&association_id, &public_ip) {
        (Some(text), _) => parse_id(text)?,
        (None, Some(address)) => {
            let id = named_allocation(world, scope, None, Some(address))?;
            match world.elastic_ip(scope, id).map_err(refused)?.association {
                Some(association) => association.id,
                // "This is an idempotent operation" (DisassociateAddress).
                None => return Ok(()),
            }
        }
        (None, None) => return Err(missing("Either public IP or association id must be specified")),
    };
    call.with_ids(|ids| world.disassociate_address(scope, association, ids)).map_err(refused)
}

/// The address that a request names by its allocation or by itself.
fn named_allocation(
    world: &World,
    scope: Scope,
    allocation: Option<&str>,
    public_ip: Option<&str>,
) -> Result<AllocationId, AwsError> {
    match (allocation, public_ip) {
        (Some(_), Some(_)) => Err(AwsError::invalid_parameter_combination(
            "You may specify public IP or allocation id, but not both in the same call",
        )),
        (Some(text), None) => {
            let id = parse_id(text)?;
            world.elastic_ip(scope, id).map(|elastic| elastic.id).map_err(refused)
        }
        (None, Some(text)) => {
            let address = text.parse().map_err(|_| malformed_address(text))?;
            world.elastic_ip_at(scope, address).map(|elastic| elastic.id).map_err(refused)
        }
        (None, None) => Err(missing("Either public IP or allocation id must be specified")),
    }
}

/// One of two parameters must be there, and neither is.
fn missing(sentence: &str) -> AwsError {
    AwsError::new("MissingParameter", sentence)
}

pub(crate) fn malformed_address(text: &str) -> AwsError {
    AwsError::new("InvalidAddress.Malformed", format!("Invalid address: \"{text}\""))
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeAddressesRequest,
) -> Result<DescribeAddressesResult, AwsError> {
    let DescribeAddressesRequest { allocation_ids, filters, public_ips } = request;
    let scope = call.scope;
    let all = || world.network.elastic_ips.linked(Link::Scope(scope));
    let mut named = request::named_or_all(&allocation_ids, all(), |elastic| elastic.id)?;
    if !public_ips.is_empty() {
        for text in &public_ips {
            let address = text.parse().map_err(|_| malformed_address(text))?;
            world.elastic_ip_at(scope, address).map_err(refused)?;
        }
        named.retain(|elastic| public_ips.contains(&elastic.public_ip.to_string()));
    }
    let addresses = named.into_iter().map(|elastic| render(world, elastic));
    Ok(DescribeAddressesResult { addresses: Filters::new(filters)?.select(addresses)? })
}

fn render(world: &World, elastic: &ElasticIp) -> shapes::Address {
    let association = elastic.association;
    let interface = association.and_then(|it| world.network.network_interfaces.get(&it.interface));
    shapes::Address {
        allocation_id: Some(elastic.id.to_string()),
        public_ip: Some(elastic.public_ip.to_string()),
        association_id: association.map(|it| it.id.to_string()),
        network_interface_id: association.map(|it| it.interface.to_string()),
        private_ip_address: association.map(|it| it.private_ip.to_string()),
        instance_id: interface.and_then(|interface| interface.instance()).map(|id| id.to_string()),
        network_interface_owner_id: interface.map(|interface| interface.scope.account.to_string()),
        domain: Some("vpc".to_owned()),
        public_ipv4_pool: Some(AMAZON_POOL.to_owned()),
        network_border_group: Some(elastic.scope.region.name().to_owned()),
        tags: render_tags(&elastic.tags),
        ..Default::default()
    }
}

impl Filterable for shapes::Address {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "allocation-id" => text_values(&self.allocation_id),
            "association-id" => text_values(&self.association_id),
            "domain" => text_values(&self.domain),
            "instance-id" => text_values(&self.instance_id),
            "network-border-group" => text_values(&self.network_border_group),
            "network-interface-id" => text_values(&self.network_interface_id),
            "network-interface-owner-id" => text_values(&self.network_interface_owner_id),
            "private-ip-address" => text_values(&self.private_ip_address),
            "public-ip" => text_values(&self.public_ip),
            "public-ipv4-pool" => text_values(&self.public_ipv4_pool),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_address_is_allocated_associated_shown_and_given_back() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let answer = caller.ok("AllocateAddress", &[("Domain", "vpc")]);
        let (allocation, public) = (answer.text("allocationId"), answer.text("publicIp"));
        assert_eq!(answer.text("networkBorderGroup"), "us-west-2");
        let associate = [("AllocationId", &*allocation), ("InstanceId", &*id)];
        let association = caller.ok("AssociateAddress", &associate).text("associationId");
        let shown = caller.ok("DescribeInstances", &[]);
        assert_eq!(
            (shown.text("ipAddress"), shown.text("ipOwnerId")),
            (public.clone(), "123456789012".into())
        );
        let shown =
            caller.ok("DescribeAddresses", &[("Filter.1.Name", "public-ip"), ("Filter.1.Value.1", &public)]);
        assert_eq!((shown.text("associationId"), shown.text("instanceId")), (association.clone(), id));
        caller.ok("DisassociateAddress", &[("AssociationId", &association)]);
        assert_eq!(
            caller.refused("DisassociateAddress", &[("AssociationId", &association)]),
            format!("InvalidAssociationID.NotFound: The association ID '{association}' does not exist")
        );
        assert_eq!(caller.ok("DescribeInstances", &[]).text("ipOwnerId"), "amazon", "a lent one again");
        caller.ok("ReleaseAddress", &[("AllocationId", &allocation)]);
        assert_eq!(
            caller.refused("ReleaseAddress", &[("AllocationId", &allocation)]),
            format!("InvalidAllocationID.NotFound: The allocation ID '{allocation}' does not exist")
        );
        assert_eq!(
            caller.refused("DescribeAddresses", &[("PublicIp.1", &public)]),
            format!("InvalidAddress.NotFound: Address '{public}' not found.")
        );
    }

    #[test]
    fn in_a_default_vpc_an_address_is_released_from_what_it_is_associated_with() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let allocation = caller.ok("AllocateAddress", &[]).text("allocationId");
        caller.ok("AssociateAddress", &[("AllocationId", &allocation), ("InstanceId", &id)]);
        caller.ok("ReleaseAddress", &[("AllocationId", &allocation)]);
        assert_eq!(caller.ok("DescribeInstances", &[]).text("ipOwnerId"), "amazon", "a lent one again");
        assert!(caller.ok("DescribeAddresses", &[]).texts("publicIp").is_empty());
    }

    #[test]
    fn there_are_five_addresses_and_no_more() {
        let mut caller = Caller::new();
        for _ in 0..5 {
            caller.ok("AllocateAddress", &[]);
        }
        assert_eq!(
            caller.refused("AllocateAddress", &[]),
            "AddressLimitExceeded: The maximum number of addresses has been reached."
        );
    }

    #[test]
    fn an_address_moves_unless_that_is_forbidden_and_needs_a_gateway() {
        let mut caller = Caller::new();
        let (one, two) = (caller.running(&[]), caller.running(&[]));
        let allocation = caller.ok("AllocateAddress", &[]).text("allocationId");
        let to = |instance: &str| {
            [("AllocationId".to_owned(), allocation.clone()), ("InstanceId".into(), instance.into())]
        };
        let first = to(&one);
        let first: Vec<(&str, &str)> = first.iter().map(|(name, value)| (&**name, &**value)).collect();
        let association = caller.ok("AssociateAddress", &first).text("associationId");
        let mut second =
            vec![("AllocationId", &*allocation), ("InstanceId", &*two), ("AllowReassociation", "false")];
        assert_eq!(
            caller.refused("AssociateAddress", &second),
            format!(
                "Resource.AlreadyAssociated: resource {allocation} is already associated with associate-id {association}"
            )
        );
        second.pop();
        caller.ok("AssociateAddress", &second);

        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        let interface =
            caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let associate = [("AllocationId", &*allocation), ("NetworkInterfaceId", &*interface)];
        assert_eq!(
            caller.refused("AssociateAddress", &associate),
            format!("Gateway.NotAttached: Network {vpc} is not attached to any internet gateway")
        );
        let gateway = caller.ok("CreateInternetGateway", &[]).text("internetGatewayId");
        caller.ok("AttachInternetGateway", &[("InternetGatewayId", &gateway), ("VpcId", &vpc)]);
        caller.ok("AssociateAddress", &associate);
        let refused = caller.refused("ReleaseAddress", &[("AllocationId", &allocation)]);
        assert!(refused.starts_with("InvalidIPAddress.InUse: "), "{refused}");
    }

    #[test]
    fn a_pending_instance_has_no_use_for_an_address() {
        let mut caller = Caller::new();
        let answer = caller.launch(&[]);
        let (id, interface) = (answer.text("instanceId"), answer.text("networkInterfaceId"));
        let allocation = caller.ok("AllocateAddress", &[]).text("allocationId");
        assert_eq!(
            caller.refused("AssociateAddress", &[("AllocationId", &allocation), ("InstanceId", &id)]),
            format!(
                "InvalidInstanceID: The pending instance '{id}' is not in a valid state for this operation."
            )
        );
        assert_eq!(
            caller.refused(
                "AssociateAddress",
                &[("AllocationId", &allocation), ("NetworkInterfaceId", &interface)]
            ),
            format!(
                "IncorrectInstanceState: The pending-instance-creation instance to which '{interface}' is attached is \
                 not in a valid state for this operation"
            )
        );
    }

    #[test]
    fn a_released_address_is_recovered_by_who_had_it_as_long_as_nobody_has_it() {
        let mut caller = Caller::new();
        let made = caller.ok("AllocateAddress", &[]);
        let (id, address) = (made.text("allocationId"), made.text("publicIp"));
        let recover = [("Address", address.as_str())];
        let not_found = format!("InvalidAddress.NotFound: Address '{address}' not found.");
        assert_eq!(caller.refused("AllocateAddress", &recover), not_found, "it is not released");
        caller.ok("ReleaseAddress", &[("AllocationId", &id)]);
        caller.move_to("us-east-1");
        assert_eq!(caller.refused("AllocateAddress", &recover), not_found, "it is another Region's");
        caller.move_to("us-west-2");
        let again = caller.ok("AllocateAddress", &recover);
        assert_eq!(again.text("publicIp"), address);
        assert_ne!(again.text("allocationId"), id);
        assert_eq!(caller.refused("AllocateAddress", &recover), not_found);
        assert_eq!(
            caller.refused("AllocateAddress", &[("Address", "203.0.113.1")]),
            "InvalidAddress.NotFound: Address '203.0.113.1' not found."
        );
    }

    #[test]
    fn an_address_is_released_where_it_is_advertised_and_nowhere_else() {
        let mut caller = Caller::new();
        let made = caller.ok("AllocateAddress", &[]);
        let (id, address) = (made.text("allocationId"), made.text("publicIp"));
        assert_eq!(
            caller.refused("ReleaseAddress", &[("AllocationId", &id), ("NetworkBorderGroup", "us-east-1")]),
            format!("InvalidAddress.NotFound: Address '{address}' not found.")
        );
        caller.ok("ReleaseAddress", &[("AllocationId", &id), ("NetworkBorderGroup", "us-west-2")]);
    }
}
