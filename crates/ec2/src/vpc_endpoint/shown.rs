//! How endpoints are shown, and found.

use awsproto::{AwsError, Call, Filterable};
use model::interface_endpoint::InterfaceEndpoint;
use model::vpc_endpoint::VpcEndpointKind;
use model::vpc_endpoint_name;
use model::{Link, World};
use policy::Document;
use std::borrow::Cow;

use crate::request::{self, Describe, render_tags, text_values};
use crate::shapes::{self, *};

/// What AWS shows as the policy of a gateway endpoint that was given none.
const GATEWAY_POLICY: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
/// The same of an interface endpoint.
const INTERFACE_POLICY: &str =
    r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#;

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

pub(super) fn render(world: &World, endpoint: &model::VpcEndpoint) -> shapes::VpcEndpoint {
    let region = endpoint.scope.region;
    let policy = |default: &str| endpoint.policy.as_ref().map_or(default, Document::text).to_owned();
    let common = shapes::VpcEndpoint {
        creation_timestamp: Some(endpoint.created),
        owner_id: Some(endpoint.scope.account.to_string()),
        requester_managed: Some(false),
        service_name: Some(endpoint.service_name()),
        service_region: Some(region.to_string()),
        state: Some("available".to_owned()),
        tags: render_tags(&endpoint.tags),
        vpc_endpoint_id: Some(endpoint.id.to_string()),
        vpc_id: Some(endpoint.vpc.to_string()),
        ..Default::default()
    };
    match &endpoint.kind {
        VpcEndpointKind::Gateway { .. } => {
            let tables = world.network.route_tables_of_endpoint(endpoint.id);
            shapes::VpcEndpoint {
                ip_address_type: Some("ipv4".to_owned()),
                policy_document: Some(policy(GATEWAY_POLICY)),
                private_dns_enabled: Some(false),
                route_table_ids: tables.map(|table| table.id.to_string()).collect(),
                vpc_endpoint_type: Some("Gateway".to_owned()),
                ..common
            }
        }
        VpcEndpointKind::Interface(own) => shapes::VpcEndpoint {
            dns_entries: dns_entries(world, endpoint, own),
            dns_options: Some(dns_options(own)),
            groups: own.groups.iter().map(|id| group(world, *id)).collect(),
            ip_address_type: Some(own.ip_address_type.name().to_owned()),
            network_interface_ids: own.interfaces.iter().map(ToString::to_string).collect(),
            policy_document: Some(policy(INTERFACE_POLICY)),
            private_dns_enabled: Some(own.private_dns),
            subnet_ids: world
                .network
                .interfaces_of_endpoint(own)
                .map(|interface| interface.subnet.to_string())
                .collect(),
            vpc_endpoint_type: Some("Interface".to_owned()),
            ..common
        },
    }
}

/// Its own names, and the service's if that leads to it.
fn dns_entries(world: &World, endpoint: &model::VpcEndpoint, own: &InterfaceEndpoint) -> Vec<DnsEntry> {
    let region = endpoint.scope.region;
    let zone = vpc_endpoint_name::zone_id(region);
    let entry = |name: String, zone: String| DnsEntry { dns_name: Some(name), hosted_zone_id: Some(zone) };
    let own_names = vpc_endpoint_name::names_of(&world.network, endpoint, own).into_iter();
    // The zone of the private name is the VPC's own; AWS shows it as one that nobody can open.
    let private_zone = format!("Z0{}", &endpoint.id.to_string().replace("vpce-", "").to_uppercase());
    let private = own.private_dns.then(|| entry(own.service.private_name(region), private_zone));
    own_names.map(|name| entry(name, zone.clone())).chain(private).collect()
}

fn dns_options(own: &InterfaceEndpoint) -> DnsOptions {
    let inbound = own.private_dns && own.service.has_gateway_endpoints();
    DnsOptions {
        dns_record_ip_type: Some(own.dns_records.name().to_owned()),
        private_dns_only_for_inbound_resolver_endpoint: inbound
            .then_some(own.private_dns_for_inbound_resolver_only),
        ..Default::default()
    }
}

fn group(world: &World, id: model::SecurityGroupId) -> SecurityGroupIdentifier {
    let name = world.network.security_groups.get(&id).map(|group| group.name.to_string());
    SecurityGroupIdentifier { group_id: Some(id.to_string()), group_name: name }
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
