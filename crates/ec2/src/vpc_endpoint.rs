//! VPC endpoints. Follows CreateVpcEndpoint and its siblings (EC2 API Reference), and "Control access to VPC endpoints using
//! endpoint policies" (AWS PrivateLink Guide).
//!
//! Gateway endpoints alone. They are available at once, and gone at once.

use awsproto::{AwsError, Call, Filterable};
use model::quotas::VPC_ENDPOINT_POLICY_MAX;
use model::vpc_endpoint::{GatewayService, NewVpcEndpoint, VpcEndpointChange, VpcEndpointKind};
use model::{Link, Region, RouteTableId, VpcEndpointId, World};
use policy::{Document, Kind};
use std::borrow::Cow;

use crate::errors::{invalid_service_name, refused_for_endpoint as refused};
use crate::request::{self, Describe, bool_values, parse_id, render_tags, required_id, text_values};
use crate::shapes::{self, *};

/// What AWS shows as the policy of an endpoint that was given none.
const DEFAULT_POLICY: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
/// The types that AWS has besides.
const OTHER_TYPES: [&str; 5] = ["Interface", "GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel"];
/// Who owns AWS's own services.
const OWNER: &str = "amazon";
/// The only family in which there are gateway endpoints here.
const IPV4: &str = "ipv4";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateVpcEndpointRequest,
) -> Result<CreateVpcEndpointResult, AwsError> {
    let CreateVpcEndpointRequest {
        client_token,
        dns_options,
        ip_address_type,
        policy_document,
        private_dns_enabled,
        resource_configuration_arn,
        route_table_ids,
        security_group_ids,
        service_name,
        service_network_arn,
        service_region,
        subnet_configurations,
        subnet_ids,
        tag_specifications,
        vpc_endpoint_type,
        vpc_id,
    } = request;
    let (scope, now) = (call.scope, call.now);
    let vpc = required_id(vpc_id.as_deref())?;
    world.vpc(scope, vpc).map_err(refused)?;
    check_type(vpc_endpoint_type.as_deref())?;
    request::refuse_unsupported(&[
        ("ResourceConfigurationArn", resource_configuration_arn.is_some()),
        ("ServiceNetworkArn", service_network_arn.is_some()),
    ])?;
    let service = find_service(scope.region, service_name.as_deref(), service_region.as_deref())?;
    refuse_of_interfaces(&[
        ("Private DNS is", private_dns_enabled == Some(true)),
        ("DNS options are", dns_options.is_some()),
        ("Security group IDs are", !security_group_ids.is_empty()),
        ("Subnet IDs are", !subnet_ids.is_empty() || !subnet_configurations.is_empty()),
    ])?;
    check_family(ip_address_type.as_deref())?;
    let new = NewVpcEndpoint {
        vpc,
        kind: VpcEndpointKind::Gateway { service },
        policy: read_policy(policy_document.as_deref())?,
        route_tables: table_ids(&route_table_ids)?,
        tags: awsproto::tags::specified(tag_specifications, "vpc-endpoint")?,
    };
    let id = call.with_ids(|ids| world.create_vpc_endpoint(scope, new, now, ids)).map_err(refused)?;
    let endpoint = world.vpc_endpoint(scope, id).map_err(refused)?;
    Ok(CreateVpcEndpointResult { client_token, vpc_endpoint: Some(render(world, endpoint)) })
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyVpcEndpointRequest,
) -> Result<ModifyVpcEndpointResult, AwsError> {
    let ModifyVpcEndpointRequest {
        add_route_table_ids,
        add_security_group_ids,
        add_subnet_ids,
        dns_options,
        ip_address_type,
        policy_document,
        private_dns_enabled,
        remove_route_table_ids,
        remove_security_group_ids,
        remove_subnet_ids,
        reset_policy,
        subnet_configurations,
        vpc_endpoint_id,
    } = request;
    let id: VpcEndpointId = required_id(vpc_endpoint_id.as_deref())?;
    world.vpc_endpoint(call.scope, id).map_err(refused)?;
    refuse_of_interfaces(&[
        ("Private DNS is", private_dns_enabled == Some(true)),
        ("DNS options are", dns_options.is_some()),
        (
            "Security group IDs are",
            !add_security_group_ids.is_empty() || !remove_security_group_ids.is_empty(),
        ),
        (
            "Subnet IDs are",
            !add_subnet_ids.is_empty() || !remove_subnet_ids.is_empty() || !subnet_configurations.is_empty(),
        ),
    ])?;
    check_family(ip_address_type.as_deref())?;
    let policy = match (read_policy(policy_document.as_deref())?, reset_policy == Some(true)) {
        (Some(_), true) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameters PolicyDocument and ResetPolicy may not be specified together.",
            ));
        }
        (Some(policy), false) => Some(Some(policy)),
        (None, true) => Some(None),
        (None, false) => None,
    };
    let (add, remove) = (table_ids(&add_route_table_ids)?, table_ids(&remove_route_table_ids)?);
    world.modify_vpc_endpoint(call.scope, id, VpcEndpointChange { policy, add, remove }).map_err(refused)?;
    Ok(ModifyVpcEndpointResult { r#return: Some(true) })
}

/// Deletes what there is of the endpoints named, and lists those that are not.
pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteVpcEndpointsRequest,
) -> Result<DeleteVpcEndpointsResult, AwsError> {
    let DeleteVpcEndpointsRequest { vpc_endpoint_ids } = request;
    let mut unsuccessful = Vec::new();
    for text in vpc_endpoint_ids {
        let found = text.parse().ok().filter(|id| world.vpc_endpoint(call.scope, *id).is_ok());
        match found {
            Some(id) => world.delete_vpc_endpoint(call.scope, id).map_err(refused)?,
            None => unsuccessful.push(not_there(text)),
        }
    }
    Ok(DeleteVpcEndpointsResult { unsuccessful })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVpcEndpointsRequest,
) -> Result<DescribeVpcEndpointsResult, AwsError> {
    let DescribeVpcEndpointsRequest { filters, max_results, next_token, vpc_endpoint_ids } = request;
    let own = world.network.vpc_endpoints.linked(Link::Scope(call.scope));
    let named = request::named_or_all(&vpc_endpoint_ids, own, |endpoint| endpoint.id)?;
    let describe = Describe { kind: "vpcEndpoint", ids: &vpc_endpoint_ids, filters, max_results, next_token };
    let endpoints = named.into_iter().map(|endpoint| render(world, endpoint));
    let (vpc_endpoints, next_token) = describe.page(endpoints, |it| it.vpc_endpoint_id.as_ref())?;
    Ok(DescribeVpcEndpointsResult { next_token, vpc_endpoints })
}

/// AWS's own services for which an endpoint can be made.
pub(crate) fn describe_services(
    call: &mut Call,
    _: &World,
    request: DescribeVpcEndpointServicesRequest,
) -> Result<DescribeVpcEndpointServicesResult, AwsError> {
    let DescribeVpcEndpointServicesRequest {
        filters,
        max_results,
        next_token,
        service_names,
        service_regions,
    } = request;
    let region = call.scope.region;
    let asked = service_regions.is_empty() || service_regions.iter().any(|name| name == region.name());
    let all: Vec<ServiceDetail> = match asked {
        true => GatewayService::ALL.into_iter().map(|service| render_service(region, service)).collect(),
        false => Vec::new(),
    };
    let known = |name: &String| all.iter().any(|it| it.service_name.as_ref() == Some(name));
    if let Some(unknown) = service_names.iter().find(|name| !known(name)) {
        return Err(invalid_service_name(unknown));
    }
    let named = |it: &ServiceDetail| {
        service_names.is_empty() || it.service_name.as_ref().is_some_and(|name| service_names.contains(name))
    };
    let describe = Describe { kind: "service", ids: &[], filters, max_results, next_token };
    let services = all.clone().into_iter().filter(named);
    let (service_details, next_token) = describe.page(services, |it| it.service_name.as_ref())?;
    let service_names = service_details.iter().filter_map(|it| it.service_name.clone()).collect();
    Ok(DescribeVpcEndpointServicesResult { next_token, service_details, service_names })
}

/// Only gateway endpoints can be made, which are what AWS makes if nothing is said.
fn check_type(text: Option<&str>) -> Result<(), AwsError> {
    match text {
        None | Some("Gateway") => Ok(()),
        Some(other) if OTHER_TYPES.contains(&other) => {
            Err(AwsError::not_implemented_yet(&format!("VPC endpoints of the type {other}")))
        }
        Some(other) => Err(AwsError::new(
            "InvalidVpcEndpointType",
            format!("The specified VPC endpoint type '{other}' is not valid."),
        )),
    }
}

/// The service of a name such as `com.amazonaws.us-west-2.s3`. Gateway endpoints reach no other Region's.
fn find_service(
    region: Region,
    name: Option<&str>,
    service_region: Option<&str>,
) -> Result<GatewayService, AwsError> {
    let name = name.ok_or_else(|| AwsError::missing_parameter("ServiceName"))?;
    let found = GatewayService::ALL.into_iter().find(|it| it.prefix_list(region).name() == name);
    let here = service_region.is_none_or(|it| it == region.name());
    found.filter(|_| here).ok_or_else(|| invalid_service_name(name))
}

/// Refuses what only interface endpoints have.
fn refuse_of_interfaces(parameters: &[(&str, bool)]) -> Result<(), AwsError> {
    match parameters.iter().find(|(_, sent)| *sent) {
        Some((what, _)) => Err(AwsError::new(
            "InvalidParameter",
            format!("{what} only supported for Interface type VPC Endpoint."),
        )),
        None => Ok(()),
    }
}

fn check_family(ip_address_type: Option<&str>) -> Result<(), AwsError> {
    match ip_address_type {
        None | Some(IPV4) => Ok(()),
        Some(other @ ("dualstack" | "ipv6")) => Err(AwsError::new(
            "InvalidParameter",
            format!("The VPC endpoint service does not support the IP address type {other}."),
        )),
        Some(other) => {
            Err(AwsError::invalid_value("ipAddressType", other, "Expected ipv4, dualstack or ipv6."))
        }
    }
}

fn read_policy(text: Option<&str>) -> Result<Option<Document>, AwsError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let invalid = |problem: String| AwsError::new("InvalidPolicyDocument", problem);
    if text.chars().count() > VPC_ENDPOINT_POLICY_MAX {
        return Err(invalid(format!(
            "The policy document is longer than {VPC_ENDPOINT_POLICY_MAX} characters."
        )));
    }
    let read = Document::parse(text, Kind::Resource);
    read.map(Some).map_err(|problem| invalid(format!("The policy document is not valid: {problem}")))
}

fn table_ids(texts: &[String]) -> Result<Vec<RouteTableId>, AwsError> {
    texts.iter().map(|text| text.parse().or_else(|_| parse_id(text))).collect()
}

fn not_there(id: String) -> UnsuccessfulItem {
    UnsuccessfulItem {
        error: Some(UnsuccessfulItemError {
            code: Some("InvalidVpcEndpoint.NotFound".to_owned()),
            message: Some(format!("The Vpc Endpoint Id '{id}' does not exist")),
        }),
        resource_id: Some(id),
    }
}

fn render(world: &World, endpoint: &model::VpcEndpoint) -> shapes::VpcEndpoint {
    let region = endpoint.scope.region;
    let VpcEndpointKind::Gateway { service } = endpoint.kind;
    let tables = world.network.route_tables_of_endpoint(endpoint.id);
    let policy = endpoint.policy.as_ref().map_or(DEFAULT_POLICY, Document::text);
    shapes::VpcEndpoint {
        creation_timestamp: Some(endpoint.created),
        ip_address_type: Some(IPV4.to_owned()),
        owner_id: Some(endpoint.scope.account.to_string()),
        policy_document: Some(policy.to_owned()),
        private_dns_enabled: Some(false),
        requester_managed: Some(false),
        route_table_ids: tables.map(|table| table.id.to_string()).collect(),
        service_name: Some(service.prefix_list(region).name()),
        service_region: Some(region.to_string()),
        state: Some("available".to_owned()),
        tags: render_tags(&endpoint.tags),
        vpc_endpoint_id: Some(endpoint.id.to_string()),
        vpc_endpoint_type: Some("Gateway".to_owned()),
        vpc_id: Some(endpoint.vpc.to_string()),
        ..Default::default()
    }
}

fn render_service(region: Region, service: GatewayService) -> ServiceDetail {
    let list = service.prefix_list(region);
    let name = list.name();
    let own_name = name.rsplit('.').next().unwrap_or_default();
    // AWS's are not known; the prefix list's is as stable.
    let number = list.id().to_string().replace("pl-", "");
    ServiceDetail {
        acceptance_required: Some(false),
        availability_zone_ids: region.zones().map(|zone| zone.zone_id()).collect(),
        availability_zones: region.zones().map(|zone| zone.to_string()).collect(),
        base_endpoint_dns_names: vec![format!("{own_name}.{region}.{}", region.partition().domain())],
        manages_vpc_endpoints: Some(false),
        owner: Some(OWNER.to_owned()),
        service_id: Some(format!("vpce-svc-{number:0>17}")),
        service_region: Some(region.to_string()),
        service_type: vec![ServiceTypeDetail { service_type: Some("Gateway".to_owned()) }],
        supported_ip_address_types: vec![IPV4.to_owned()],
        vpc_endpoint_policy_supported: Some(true),
        service_name: Some(name),
        ..Default::default()
    }
}

impl Filterable for shapes::VpcEndpoint {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "ip-address-type" => text_values(&self.ip_address_type),
            "service-name" => text_values(&self.service_name),
            "service-region" => text_values(&self.service_region),
            "vpc-endpoint-id" => text_values(&self.vpc_endpoint_id),
            "vpc-endpoint-state" => text_values(&self.state),
            "vpc-endpoint-type" => text_values(&self.vpc_endpoint_type),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

impl Filterable for ServiceDetail {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "owner" => text_values(&self.owner),
            "service-name" => text_values(&self.service_name),
            "service-region" => text_values(&self.service_region),
            "service-type" => self.service_type.iter().flat_map(|it| text_values(&it.service_type)).collect(),
            "supported-ip-address-types" => {
                self.supported_ip_address_types.iter().map(|it| Cow::Borrowed(it.as_str())).collect()
            }
            "vpc-endpoint-policy-supported" => bool_values(self.vpc_endpoint_policy_supported),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    const S3: &str = "com.amazonaws.us-west-2.s3";

    /// A caller, a VPC and its main route table.
    fn with_vpc() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let tables =
            caller.ok("DescribeRouteTables", &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)]);
        let table = tables.text("routeTableId");
        (caller, vpc, table)
    }

    #[test]
    fn an_endpoint_is_a_gateway_that_lets_everything_pass_if_nothing_is_said() {
        let (mut caller, vpc, table) = with_vpc();
        let made = caller.ok(
            "CreateVpcEndpoint",
            &[("VpcId", &vpc), ("ServiceName", S3), ("RouteTableId.1", &table), ("ClientToken", "once")],
        );
        let id = made.text("vpcEndpointId");
        assert_eq!(
            (made.text("state"), made.text("vpcEndpointType")),
            ("available".into(), "Gateway".into())
        );
        assert_eq!((made.text("clientToken"), made.text("ownerId")), ("once".into(), "123456789012".into()));
        let shown = caller.ok("DescribeVpcEndpoints", &[("VpcEndpointId.1", &id)]);
        assert_eq!(
            shown.text("policyDocument").replace("&quot;", "\""),
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
        );
        let routes = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(routes.texts("destinationPrefixListId"), ["pl-68a54001"]);
        assert_eq!(routes.texts("gatewayId"), ["local", &id]);
        assert_eq!(routes.texts("origin"), ["CreateRouteTable", "CreateRoute"]);
        let deleted = caller.ok("DeleteVpcEndpoints", &[("VpcEndpointId.1", &id)]);
        assert_eq!(deleted.texts("resourceId"), [""; 0]);
        let again = caller.ok("DeleteVpcEndpoints", &[("VpcEndpointId.1", &id)]);
        assert_eq!(
            (again.text("resourceId"), again.text("code")),
            (id, "InvalidVpcEndpoint.NotFound".into())
        );
        let routes = caller.ok("DescribeRouteTables", &[("RouteTableId.1", &table)]);
        assert_eq!(routes.texts("gatewayId"), ["local"]);
    }

    #[test]
    fn routes_to_it_are_its_own() {
        let (mut caller, vpc, table) = with_vpc();
        let create = [("VpcId", vpc.as_str()), ("ServiceName", S3), ("RouteTableId.1", &table)];
        let id = caller.ok("CreateVpcEndpoint", &create).text("vpcEndpointId");
        assert_eq!(
            caller.refused("CreateVpcEndpoint", &create),
            format!(
                "RouteAlreadyExists: route table {table} already has a route with destination-prefix-list-id \
                 pl-68a54001"
            )
        );
        let list = [("RouteTableId", table.as_str()), ("DestinationPrefixListId", "pl-68a54001")];
        assert_eq!(
            caller.refused("DeleteRoute", &list),
            format!(
                "InvalidParameterValue: cannot remove VPC endpoint route pl-68a54001 in route table {table}"
            )
        );
        for (action, parameter) in
            [("CreateRoute", "GatewayId"), ("ReplaceRoute", "GatewayId"), ("CreateRoute", "VpcEndpointId")]
        {
            assert_eq!(
                caller.refused(action, &[list[0], list[1], (parameter, &id)]),
                "InvalidParameterValue: Cannot create or replace a prefix list route targeting a VPC Endpoint."
            );
        }
        let block = [list[0], ("DestinationCidrBlock", "0.0.0.0/0"), ("VpcEndpointId", &id)];
        assert!(caller.refused("CreateRoute", &block).starts_with("InvalidParameterValue: "));
        let nowhere = [list[0], list[1], ("VpcEndpointId", "vpce-00000000000000009")];
        assert_eq!(
            caller.refused("CreateRoute", &nowhere),
            "InvalidVpcEndpointId.NotFound: The Vpc Endpoint Id 'vpce-00000000000000009' does not exist"
        );
        assert!(caller.refused("DeleteVpc", &[("VpcId", &vpc)]).starts_with("DependencyViolation: "));
    }

    #[test]
    fn tables_and_the_policy_can_be_changed() {
        let (mut caller, vpc, table) = with_vpc();
        let id =
            caller.ok("CreateVpcEndpoint", &[("VpcId", &vpc), ("ServiceName", S3)]).text("vpcEndpointId");
        let endpoint = ("VpcEndpointId", id.as_str());
        let policy =
            r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}]}"#;
        let change = [endpoint, ("AddRouteTableId.1", &table), ("PolicyDocument", policy)];
        assert_eq!(caller.ok("ModifyVpcEndpoint", &change).text("return"), "true");
        let shown = caller.ok("DescribeVpcEndpoints", &[]);
        assert_eq!(shown.text("policyDocument").replace("&quot;", "\""), policy);
        assert!(shown.0.contains(&table));
        caller
            .ok("ModifyVpcEndpoint", &[endpoint, ("RemoveRouteTableId.1", &table), ("ResetPolicy", "true")]);
        let shown = caller.ok("DescribeVpcEndpoints", &[]);
        assert!(shown.text("policyDocument").contains("2008-10-17") && !shown.0.contains(&table));
        assert!(
            caller
                .refused("ModifyVpcEndpoint", &[endpoint, ("RemoveRouteTableId.1", &table)])
                .starts_with("InvalidParameter: ")
        );
        let unknown = [endpoint, ("AddRouteTableId.1", "rtb-00000000000000009")];
        assert_eq!(
            caller.refused("ModifyVpcEndpoint", &unknown),
            "InvalidRouteTableId.NotFound: The routeTable ID 'rtb-00000000000000009' does not exist"
        );
        for bad in ["{", "[]", r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#] {
            assert!(
                caller
                    .refused("ModifyVpcEndpoint", &[endpoint, ("PolicyDocument", bad)])
                    .starts_with("InvalidPolicyDocument: "),
                "{bad}"
            );
        }
        let both = [endpoint, ("PolicyDocument", policy), ("ResetPolicy", "true")];
        assert!(caller.refused("ModifyVpcEndpoint", &both).starts_with("InvalidParameterCombination: "));
    }

    #[test]
    fn services_types_and_parameters_that_do_not_fit_are_refused() {
        let (mut caller, vpc, _) = with_vpc();
        let mut with = |more: &[(&str, &str)]| {
            let own = [("VpcId", vpc.as_str())];
            caller.refused("CreateVpcEndpoint", &[&own[..], more].concat())
        };
        for name in ["com.amazonaws.us-east-1.s3", "com.amazonaws.us-west-2.ec2-instance-connect", "s3"] {
            assert_eq!(
                with(&[("ServiceName", name)]),
                format!("InvalidServiceName: The Vpc Endpoint Service '{name}' does not exist")
            );
        }
        let s3 = ("ServiceName", S3);
        assert_eq!(
            with(&[s3, ("VpcEndpointType", "Interface")]),
            "NotImplemented: Hamlet does not implement VPC endpoints of the type Interface yet."
        );
        assert!(with(&[s3, ("VpcEndpointType", "Door")]).starts_with("InvalidVpcEndpointType: "));
        assert_eq!(
            with(&[s3, ("SecurityGroupId.1", "sg-00000000000000001")]),
            "InvalidParameter: Security group IDs are only supported for Interface type VPC Endpoint."
        );
        assert!(with(&[s3, ("IpAddressType", "ipv6")]).starts_with("InvalidParameter: "));
        assert!(with(&[]).starts_with("MissingParameter: "));
        assert_eq!(
            caller.refused("CreateVpcEndpoint", &[("VpcId", "vpc-00000000000000009"), ("ServiceName", "s3")]),
            "InvalidVpcId.NotFound: The vpc ID 'vpc-00000000000000009' does not exist"
        );
    }

    #[test]
    fn endpoints_are_found_by_all_of_aws_filters_and_carry_tags_from_the_start() {
        let (mut caller, vpc, _) = with_vpc();
        let tag = [
            ("TagSpecification.1.ResourceType", "vpc-endpoint"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "buckets"),
        ];
        let own = [("VpcId", vpc.as_str()), ("ServiceName", S3)];
        let id = caller.ok("CreateVpcEndpoint", &[&own[..], &tag[..]].concat()).text("vpcEndpointId");
        let dynamo = "com.amazonaws.us-west-2.dynamodb";
        caller.ok("CreateVpcEndpoint", &[own[0], ("ServiceName", dynamo)]);
        let mut count = |name: &str, value: &str| {
            let filter = [("Filter.1.Name", name), ("Filter.1.Value.1", value)];
            caller.ok("DescribeVpcEndpoints", &filter).texts("vpcEndpointId").len()
        };
        assert_eq!((count("service-name", S3), count("vpc-id", &vpc), count("vpc-id", "vpc-1")), (1, 2, 0));
        assert_eq!((count("vpc-endpoint-id", &id), count("vpc-endpoint-state", "available")), (1, 2));
        assert_eq!((count("vpc-endpoint-type", "Gateway"), count("vpc-endpoint-type", "Interface")), (2, 0));
        assert_eq!((count("tag:Name", "buckets"), count("tag-key", "Name")), (1, 1));
        assert_eq!((count("ip-address-type", "ipv4"), count("service-region", "us-west-2")), (2, 2));
        let filter = [("Filter.1.Name", "resource-type"), ("Filter.1.Value.1", "vpc-endpoint")];
        assert_eq!(caller.ok("DescribeTags", &filter).text("resourceId"), id);
    }

    #[test]
    fn the_services_of_the_region_are_listed() {
        let mut caller = Caller::new();
        let all = caller.ok("DescribeVpcEndpointServices", &[]);
        assert!(
            all.0.contains("<baseEndpointDnsNameSet><item>s3.us-west-2.amazonaws.com</item>"),
            "{}",
            all.0
        );
        assert!(all.0.contains("<item>us-west-2d</item>"));
        assert_eq!(all.texts("owner"), ["amazon", "amazon"]);
        let named = caller.ok("DescribeVpcEndpointServices", &[("ServiceName.1", S3)]);
        assert_eq!(named.texts("serviceName"), [S3]);
        let filter = [("Filter.1.Name", "service-type"), ("Filter.1.Value.1", "Interface")];
        assert_eq!(caller.ok("DescribeVpcEndpointServices", &filter).texts("serviceName"), [""; 0]);
        assert_eq!(
            caller.refused("DescribeVpcEndpointServices", &[("ServiceName.1", "s3")]),
            "InvalidServiceName: The Vpc Endpoint Service 's3' does not exist"
        );
    }
}
