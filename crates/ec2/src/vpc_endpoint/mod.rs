//! VPC endpoints. Follows CreateVpcEndpoint and its siblings (EC2 API Reference), and "Control access to VPC endpoints using
//! endpoint policies" (AWS PrivateLink Guide).
//!
//! Gateway and interface endpoints, to AWS's own services. They are available at once, and gone at once.

mod services;
mod shown;
mod wanted;

pub(crate) use services::describe_services;
pub(crate) use shown::describe;

use awsproto::{AwsError, Call};
use model::interface_endpoint::{InterfaceEndpointChange, NewInterfaceEndpoint};
use model::vpc_endpoint::{NewVpcEndpoint, NewVpcEndpointKind, VpcEndpointChange};
use model::{VpcEndpointId, World};

use crate::errors::{invalid_service_name, refused_for_endpoint as refused};
use crate::request::{self, required_id};
use crate::shapes::*;
use shown::render;
use wanted::{EndpointType, ids};

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
    let kind = EndpointType::read(vpc_endpoint_type.as_deref())?;
    request::refuse_unsupported(&[
        ("ResourceConfigurationArn", resource_configuration_arn.is_some()),
        ("ServiceNetworkArn", service_network_arn.is_some()),
    ])?;
    let name = service_name.ok_or_else(|| AwsError::missing_parameter("ServiceName"))?;
    if service_region.is_some_and(|it| it != scope.region.name()) {
        return Err(invalid_service_name(&name));
    }
    let family = wanted::family(ip_address_type.as_deref())?;
    let kind = match kind {
        EndpointType::Gateway => {
            let service = wanted::gateway_service(scope.region, &name)?;
            wanted::refuse_of_interfaces(&[
                ("Private DNS is", private_dns_enabled == Some(true)),
                ("DNS options are", dns_options.is_some()),
                ("Security group IDs are", !security_group_ids.is_empty()),
                ("Subnet IDs are", !subnet_ids.is_empty() || !subnet_configurations.is_empty()),
            ])?;
            wanted::check_gateway_family(family)?;
            NewVpcEndpointKind::Gateway { service, route_tables: ids(&route_table_ids)? }
        }
        EndpointType::Interface => {
            let service = wanted::interface_service(scope.region, &name)?;
            wanted::refuse_of_gateways(!route_table_ids.is_empty())?;
            let dns = wanted::dns_options(dns_options)?;
            NewVpcEndpointKind::Interface(NewInterfaceEndpoint {
                service,
                subnets: wanted::subnets(&subnet_ids, subnet_configurations)?,
                groups: ids(&security_group_ids)?,
                ip_address_type: family,
                dns_records: dns.records,
                private_dns: private_dns_enabled,
                private_dns_for_inbound_resolver_only: dns.inbound_resolver_only,
            })
        }
    };
    let new = NewVpcEndpoint {
        vpc,
        kind,
        policy: wanted::policy(policy_document.as_deref())?,
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
    let scope = call.scope;
    let id: VpcEndpointId = required_id(vpc_endpoint_id.as_deref())?;
    let endpoint = world.vpc_endpoint(scope, id).map_err(refused)?;
    let family = wanted::family(ip_address_type.as_deref())?;
    let groups_change = !add_security_group_ids.is_empty() || !remove_security_group_ids.is_empty();
    let subnets_change =
        !add_subnet_ids.is_empty() || !remove_subnet_ids.is_empty() || !subnet_configurations.is_empty();
    match endpoint.interface_endpoint() {
        Some(_) => {
            let tables_change = !add_route_table_ids.is_empty() || !remove_route_table_ids.is_empty();
            wanted::refuse_of_gateways(tables_change)?;
            let dns = wanted::dns_options(dns_options)?;
            let change = InterfaceEndpointChange {
                add_subnets: wanted::subnets(&add_subnet_ids, subnet_configurations)?,
                remove_subnets: ids(&remove_subnet_ids)?,
                add_groups: ids(&add_security_group_ids)?,
                remove_groups: ids(&remove_security_group_ids)?,
                ip_address_type: family,
                dns_records: dns.records,
                private_dns: private_dns_enabled,
                private_dns_for_inbound_resolver_only: dns.inbound_resolver_only,
            };
            if !change.is_empty() {
                call.with_ids(|ids| world.modify_interface_endpoint(scope, id, change, ids))
                    .map_err(refused)?;
            }
        }
        None => {
            wanted::refuse_of_interfaces(&[
                ("Private DNS is", private_dns_enabled == Some(true)),
                ("DNS options are", dns_options.is_some()),
                ("Security group IDs are", groups_change),
                ("Subnet IDs are", subnets_change),
            ])?;
            wanted::check_gateway_family(family)?;
        }
    }
    let policy = match (wanted::policy(policy_document.as_deref())?, reset_policy == Some(true)) {
        (Some(_), true) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameters PolicyDocument and ResetPolicy may not be specified together.",
            ));
        }
        (Some(policy), false) => Some(Some(policy)),
        (None, true) => Some(None),
        (None, false) => None,
    };
    let (add, remove) = (ids(&add_route_table_ids)?, ids(&remove_route_table_ids)?);
    world.modify_vpc_endpoint(scope, id, VpcEndpointChange { policy, add, remove }).map_err(refused)?;
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

fn not_there(id: String) -> UnsuccessfulItem {
    UnsuccessfulItem {
        error: Some(UnsuccessfulItemError {
            code: Some("InvalidVpcEndpoint.NotFound".to_owned()),
            message: Some(format!("The Vpc Endpoint Id '{id}' does not exist")),
        }),
        resource_id: Some(id),
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
        for name in ["com.amazonaws.us-east-1.s3", "com.amazonaws.us-west-2.route53", "s3"] {
            assert_eq!(
                with(&[("ServiceName", name)]),
                format!("InvalidServiceName: The Vpc Endpoint Service '{name}' does not exist")
            );
        }
        let s3 = ("ServiceName", S3);
        assert_eq!(
            with(&[s3, ("VpcEndpointType", "Resource")]),
            "NotImplemented: Hamlet does not implement VPC endpoints of the type Resource yet."
        );
        let sns = ("ServiceName", "com.amazonaws.us-west-2.sns");
        assert!(with(&[sns]).starts_with("InvalidParameter: Endpoint type (Gateway) does not match"));
        let interface = ("VpcEndpointType", "Interface");
        assert_eq!(
            with(&[sns, interface, ("RouteTableId.1", "rtb-00000000000000001")]),
            "InvalidParameter: Route table IDs are only supported for Gateway type VPC Endpoint."
        );
        assert!(with(&[sns, interface, ("IpAddressType", "ipv5")]).contains("ipv5"));
        let records = [sns, interface, ("DnsOptions.DnsRecordIpType", "ipv6")];
        assert_eq!(
            with(&records),
            "InvalidParameter: The DNS record IP type ipv6 is not compatible with the IP address type ipv4."
        );
        let preference = [sns, interface, ("DnsOptions.PrivateDnsPreference", "ALL_DOMAINS")];
        assert!(with(&preference).starts_with("InvalidParameter: Private DNS preferences"));
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
        let named = caller.ok("DescribeVpcEndpointServices", &[("ServiceName.1", S3)]);
        assert_eq!(named.texts("serviceName"), [S3, S3], "of both types");
        let of_type = |caller: &mut Caller, kind| {
            let filter = [("Filter.1.Name", "service-type"), ("Filter.1.Value.1", kind)];
            caller.ok("DescribeVpcEndpointServices", &filter).texts("serviceName")
        };
        assert_eq!(of_type(&mut caller, "Gateway"), ["com.amazonaws.us-west-2.dynamodb", S3]);
        let interfaces = of_type(&mut caller, "Interface");
        for name in ["sns", "sqs", "ec2", "sts", "ssm", "s3", "logs", "kms", "ecr.api"] {
            assert!(interfaces.contains(&format!("com.amazonaws.us-west-2.{name}")), "{name}");
        }
        let sts = [("ServiceName.1", "com.amazonaws.us-west-2.sts")];
        let shown = caller.ok("DescribeVpcEndpointServices", &sts);
        assert_eq!(shown.texts("privateDnsName"), ["sts.us-west-2.amazonaws.com"; 2]);
        assert_eq!(shown.text("privateDnsNameVerificationState"), "verified");
        assert_eq!(
            caller.refused("DescribeVpcEndpointServices", &[("ServiceName.1", "s3")]),
            "InvalidServiceName: The Vpc Endpoint Service 's3' does not exist"
        );
    }

    const SNS: &str = "com.amazonaws.us-west-2.sns";

    /// A VPC with names, and a subnet in each of two zones.
    fn with_subnets() -> (Caller, String, [String; 2]) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        caller.ok("ModifyVpcAttribute", &[("VpcId", &vpc), ("EnableDnsHostnames.Value", "true")]);
        let subnets = [("10.0.0.0/24", "us-west-2a"), ("10.0.1.0/24", "us-west-2b")].map(|(block, zone)| {
            let place = [("VpcId", vpc.as_str()), ("CidrBlock", block), ("AvailabilityZone", zone)];
            caller.ok("CreateSubnet", &place).text("subnetId")
        });
        (caller, vpc, subnets)
    }

    fn to_sns(vpc: &str) -> [(&str, &str); 3] {
        [("VpcId", vpc), ("ServiceName", SNS), ("VpcEndpointType", "Interface")]
    }

    #[test]
    fn an_interface_endpoint_has_an_interface_in_each_subnet_and_names_for_all_and_each() {
        let (mut caller, vpc, [one, two]) = with_subnets();
        let places = [("SubnetId.1", one.as_str()), ("SubnetId.2", &two)];
        let made = caller.ok("CreateVpcEndpoint", &[&to_sns(&vpc)[..], &places].concat());
        let id = made.text("vpcEndpointId");
        assert_eq!(
            (made.text("privateDnsEnabled"), made.text("groupName")),
            ("true".into(), "default".into())
        );
        assert_eq!(made.text("dnsRecordIpType"), "ipv4");
        let names = made.texts("dnsName");
        assert_eq!(names.len(), 4, "{names:?}");
        let (own, tail) = names[0].split_once('.').unwrap();
        assert!(
            own.starts_with(&format!("{id}-")) && tail == "sns.us-west-2.vpce.amazonaws.com",
            "{names:?}"
        );
        assert_eq!(names[1], format!("{own}-us-west-2a.{tail}"));
        assert_eq!(names[3], "sns.us-west-2.amazonaws.com");
        assert_eq!(made.texts("hostedZoneId")[0], "Z1YSA3EXCYUU9Z");
        let policy = made.text("policyDocument").replace("&quot;", "\"");
        assert_eq!(
            policy,
            r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#
        );
        let filter = [("Filter.1.Name", "interface-type"), ("Filter.1.Value.1", "vpc_endpoint")];
        let interfaces = caller.ok("DescribeNetworkInterfaces", &filter);
        assert_eq!(
            interfaces.texts("description"),
            [format!("VPC Endpoint Interface {id}"), format!("VPC Endpoint Interface {id}")]
        );
        let interface = &interfaces.texts("networkInterfaceId")[0];
        assert!(
            caller
                .refused("DeleteNetworkInterface", &[("NetworkInterfaceId", interface)])
                .starts_with("AuthFailure: ")
        );
        assert!(caller.refused("DeleteSubnet", &[("SubnetId", &one)]).starts_with("DependencyViolation: "));
        caller.ok("DeleteVpcEndpoints", &[("VpcEndpointId.1", &id)]);
        assert_eq!(caller.ok("DescribeNetworkInterfaces", &filter).texts("networkInterfaceId"), [""; 0]);
        caller.ok("DeleteSubnet", &[("SubnetId", &one)]);
    }

    #[test]
    fn private_dns_is_one_endpoints_alone_and_needs_the_vpcs_names() {
        let (mut caller, vpc, _) = with_subnets();
        let first = caller.ok("CreateVpcEndpoint", &to_sns(&vpc));
        assert_eq!(first.text("privateDnsEnabled"), "true", "if nothing is said");
        let second = caller.ok("CreateVpcEndpoint", &to_sns(&vpc));
        assert_eq!(second.text("privateDnsEnabled"), "false");
        let wanted = [&to_sns(&vpc)[..], &[("PrivateDnsEnabled", "true")]].concat();
        let taken = format!(
            "InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for \
             sns.us-west-2.amazonaws.com in the VPC {vpc}"
        );
        assert_eq!(caller.refused("CreateVpcEndpoint", &wanted), taken);
        let id = second.text("vpcEndpointId");
        let change = [("VpcEndpointId", id.as_str()), ("PrivateDnsEnabled", "true")];
        assert_eq!(caller.refused("ModifyVpcEndpoint", &change), taken);
        let off = [("VpcEndpointId", first.text("vpcEndpointId")), ("PrivateDnsEnabled", "false".to_owned())];
        caller.ok("ModifyVpcEndpoint", &off.each_ref().map(|(name, value)| (*name, value.as_str())));
        caller.ok("ModifyVpcEndpoint", &change);
        let bare = caller.ok("CreateVpc", &[("CidrBlock", "10.1.0.0/16")]).text("vpcId");
        let wanted = [&to_sns(&bare)[..], &[("PrivateDnsEnabled", "true")]].concat();
        assert_eq!(
            caller.refused("CreateVpcEndpoint", &wanted),
            format!(
                "InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC \
                 attributes set to true for {bare}"
            )
        );
        assert_eq!(caller.ok("CreateVpcEndpoint", &to_sns(&bare)).text("privateDnsEnabled"), "false");
    }

    #[test]
    fn subnets_and_groups_come_and_go_and_addresses_can_be_chosen() {
        let (mut caller, vpc, [one, two]) = with_subnets();
        let made =
            caller.ok("CreateVpcEndpoint", &[&to_sns(&vpc)[..], &[("SubnetId.1", one.as_str())]].concat());
        let id = made.text("vpcEndpointId");
        let endpoint = ("VpcEndpointId", id.as_str());
        let again = caller
            .ok(
                "CreateSubnet",
                &[("VpcId", vpc.as_str()), ("CidrBlock", "10.0.2.0/24"), ("AvailabilityZone", "us-west-2a")],
            )
            .text("subnetId");
        assert!(
            caller
                .refused("ModifyVpcEndpoint", &[endpoint, ("AddSubnetId.1", &again)])
                .starts_with("DuplicateSubnetsInSameZone: ")
        );
        let chosen = [
            endpoint,
            ("AddSubnetId.1", two.as_str()),
            ("SubnetConfiguration.1.SubnetId", &two),
            ("SubnetConfiguration.1.Ipv4", "10.0.1.77"),
        ];
        caller.ok("ModifyVpcEndpoint", &chosen);
        let filter = [("Filter.1.Name", "subnet-id"), ("Filter.1.Value.1", two.as_str())];
        assert_eq!(caller.ok("DescribeNetworkInterfaces", &filter).text("privateIpAddress"), "10.0.1.77");
        let own = [("GroupName", "door"), ("GroupDescription", "door"), ("VpcId", vpc.as_str())];
        let group = caller.ok("CreateSecurityGroup", &own).text("groupId");
        let default = made.text("groupId");
        caller.ok(
            "ModifyVpcEndpoint",
            &[endpoint, ("AddSecurityGroupId.1", &group), ("RemoveSecurityGroupId.1", &default)],
        );
        let interfaces = caller.ok("DescribeNetworkInterfaces", &filter);
        assert_eq!(interfaces.texts("groupName"), ["door"]);
        assert!(
            caller
                .refused("ModifyVpcEndpoint", &[endpoint, ("RemoveSecurityGroupId.1", &group)])
                .starts_with("InvalidParameter: A VPC endpoint must")
        );
        assert!(
            caller
                .refused("DeleteSecurityGroup", &[("GroupId", &group)])
                .starts_with("DependencyViolation: ")
        );
        caller.ok("ModifyVpcEndpoint", &[endpoint, ("RemoveSubnetId.1", &one)]);
        let shown = caller.ok("DescribeVpcEndpoints", &[("VpcEndpointId.1", &id)]);
        assert_eq!(shown.texts("dnsName").len(), 3);
        assert!(
            caller
                .refused("ModifyVpcEndpoint", &[endpoint, ("RemoveSubnetId.1", &one)])
                .starts_with("InvalidSubnetId.NotFound: ")
        );
        assert!(
            caller
                .refused("ModifyVpcEndpoint", &[endpoint, ("IpAddressType", "dualstack")])
                .starts_with("InvalidParameter: ")
        );
    }
}
