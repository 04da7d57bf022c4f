//! The services that endpoints can be made for. Follows DescribeVpcEndpointServices (EC2 API Reference).

use awsproto::{AwsError, Call, Filterable};
use model::endpoint_service::{EndpointService, number_of};
use model::vpc_endpoint::GatewayService;
use model::{Region, World};
use std::borrow::Cow;

use crate::errors::invalid_service_name;
use crate::request::{Describe, bool_values, text_values};
use crate::shapes::*;

/// Who owns AWS's own services.
const OWNER: &str = "amazon";

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
        true => all_of(region),
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
    let (service_details, next_token) = describe.page(services, |it| it.service_id.as_ref())?;
    let service_names = service_details.iter().filter_map(|it| it.service_name.clone()).collect();
    Ok(DescribeVpcEndpointServicesResult { next_token, service_details, service_names })
}

/// All services of a Region by name, those with gateway endpoints first of their names.
fn all_of(region: Region) -> Vec<ServiceDetail> {
    let gateways = GatewayService::ALL.into_iter().map(|service| render_gateway(region, service));
    let interfaces = EndpointService::all(region).map(|service| render_interface(region, service));
    let mut all: Vec<ServiceDetail> = gateways.chain(interfaces).collect();
    all.sort_by(|one, other| one.service_name.cmp(&other.service_name));
    all
}

fn render_gateway(region: Region, service: GatewayService) -> ServiceDetail {
    let list = service.prefix_list(region);
    let name = list.name();
    let own_name = name.rsplit('.').next().unwrap_or_default();
    ServiceDetail {
        base_endpoint_dns_names: vec![format!("{own_name}.{region}.{}", region.partition().domain())],
        // AWS's are not known; the prefix list's is as stable.
        service_id: Some(format!("vpce-svc-{:0>17}", list.id().to_string().replace("pl-", ""))),
        service_type: vec![ServiceTypeDetail { service_type: Some("Gateway".to_owned()) }],
        supported_ip_address_types: vec!["ipv4".to_owned()],
        service_name: Some(name),
        ..common(region)
    }
}

fn render_interface(region: Region, service: EndpointService) -> ServiceDetail {
    let private = service.private_name(region);
    let detail = PrivateDnsDetails { private_dns_name: Some(private.clone()) };
    ServiceDetail {
        base_endpoint_dns_names: vec![format!(
            "{}.{region}.vpce.{}",
            service.prefix(),
            region.partition().domain()
        )],
        private_dns_name: Some(private),
        private_dns_name_verification_state: Some("verified".to_owned()),
        private_dns_names: vec![detail],
        service_id: Some(format!("vpce-svc-0{:016x}", number_of(&service.name(region)))),
        service_type: vec![ServiceTypeDetail { service_type: Some("Interface".to_owned()) }],
        supported_ip_address_types: ["ipv4", "ipv6"].map(str::to_owned).to_vec(),
        service_name: Some(service.name(region)),
        ..common(region)
    }
}

fn common(region: Region) -> ServiceDetail {
    ServiceDetail {
        acceptance_required: Some(false),
        availability_zone_ids: region.zones().map(|zone| zone.zone_id()).collect(),
        availability_zones: region.zones().map(|zone| zone.to_string()).collect(),
        manages_vpc_endpoints: Some(false),
        owner: Some(OWNER.to_owned()),
        service_region: Some(region.to_string()),
        vpc_endpoint_policy_supported: Some(true),
        ..Default::default()
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
