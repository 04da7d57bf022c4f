//! Instance types. Follows DescribeInstanceTypes, DescribeInstanceTypeOfferings and
//! DescribeInstanceCreditSpecifications (EC2 API Reference). Every type is offered in every zone.

use awsproto::filter::Tagged;
use awsproto::page::{self, Page};
use awsproto::{AwsError, Call, Filterable, Filters};
use model::instance_type::{Architecture, Hypervisor, InstanceType};
use model::{Instance, InstanceState, World};
use std::borrow::Cow;

use crate::network_interface::each;
use crate::request::{self, Describe, bool_values, text_values};
use crate::shapes::*;

/// The bounds of `MaxResults` of DescribeInstanceTypes.
const PAGE: std::ops::RangeInclusive<i32> = 5..=100;

/// The type that a launch, or a change, names.
pub(crate) fn find(name: &str) -> Result<&'static InstanceType, AwsError> {
    let unknown = || AwsError::invalid_parameter_value(format!("Invalid value '{name}' for InstanceType."));
    InstanceType::find(name).ok_or_else(unknown)
}

pub(crate) fn describe(
    _: &mut Call,
    _: &World,
    request: DescribeInstanceTypesRequest,
) -> Result<DescribeInstanceTypesResult, AwsError> {
    let DescribeInstanceTypesRequest {
        filters,
        // Every type is in every Region.
        include_unsupported_in_region: _,
        instance_types,
        max_results,
        next_token,
    } = request;
    let names = &instance_types;
    let missing = names.iter().map(String::as_str).filter(|name| InstanceType::find(name).is_none());
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", missing.join(", "));
        return Err(AwsError::new("InvalidInstanceType", message));
    }
    page::refuse_with_ids("instanceType", names, max_results)?;
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let is_wanted = |it: &&InstanceType| names.is_empty() || names.iter().any(|name| name == it.name);
    let types = InstanceType::all().iter().filter(is_wanted).map(render).collect();
    let types = Filters::new(filters)?.select(types)?;
    let (instance_types, next_token) = page.cut(types, |it| it.instance_type.clone().unwrap_or_default());
    Ok(DescribeInstanceTypesResult { instance_types, next_token })
}

pub(crate) fn describe_offerings(
    call: &mut Call,
    _: &World,
    request: DescribeInstanceTypeOfferingsRequest,
) -> Result<DescribeInstanceTypeOfferingsResult, AwsError> {
    let DescribeInstanceTypeOfferingsRequest { filters, location_type, max_results, next_token } = request;
    let region = call.scope.region;
    let kind = location_type.as_deref().unwrap_or("region");
    let locations: Vec<String> = match kind {
        "region" => vec![region.name().to_owned()],
        "availability-zone" => region.zones().map(|zone| zone.to_string()).collect(),
        "availability-zone-id" => region.zones().map(|zone| zone.zone_id()).collect(),
        "outpost" => Vec::new(),
        other => return Err(AwsError::invalid_value("locationType", other, "Unknown location type.")),
    };
    let offer = |location: &String, it: &InstanceType| InstanceTypeOffering {
        instance_type: Some(it.name.to_owned()),
        location: Some(location.clone()),
        location_type: Some(kind.to_owned()),
    };
    let offerings =
        locations.iter().flat_map(|location| InstanceType::all().iter().map(move |it| offer(location, it)));
    let page = Page::new(max_results, next_token.as_deref(), page::EC2)?;
    let offerings = Filters::new(filters)?.select(offerings.collect())?;
    let key = |it: &InstanceTypeOffering| {
        format!(
            "{} {}",
            it.location.as_deref().unwrap_or_default(),
            it.instance_type.as_deref().unwrap_or_default()
        )
    };
    let (instance_type_offerings, next_token) = page.cut(offerings, key);
    Ok(DescribeInstanceTypeOfferingsResult { instance_type_offerings, next_token })
}

pub(crate) fn describe_credits(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceCreditSpecificationsRequest,
) -> Result<DescribeInstanceCreditSpecificationsResult, AwsError> {
    let DescribeInstanceCreditSpecificationsRequest { filters, instance_ids, max_results, next_token } =
        request;
    let scope = call.scope;
    let all = world
        .network
        .instances
        .values()
        .filter(|it| it.scope == scope && it.state != InstanceState::Terminated);
    let named = request::named_or_all(&instance_ids, all, |it| it.id)?;
    let describe = Describe { kind: "instance", ids: &instance_ids, filters, max_results, next_token };
    let render = |it: &Instance| {
        let cpu_credits = Some(it.cpu_credits.clone()?);
        Some(InstanceCreditSpecification { instance_id: Some(it.id.to_string()), cpu_credits })
    };
    let credits: Vec<InstanceCreditSpecification> = named.into_iter().filter_map(render).collect();
    let (instance_credit_specifications, next_token) =
        describe.page(credits, |it| it.instance_id.as_ref())?;
    Ok(DescribeInstanceCreditSpecificationsResult { instance_credit_specifications, next_token })
}

fn render(it: &InstanceType) -> InstanceTypeInfo {
    let number = |value: u32| i32::try_from(value).ok();
    let is_nitro = it.hypervisor == Hypervisor::Nitro;
    InstanceTypeInfo {
        instance_type: Some(it.name.to_owned()),
        current_generation: Some(true),
        free_tier_eligible: Some(it.free_tier),
        supported_usage_classes: vec!["on-demand".into(), "spot".into()],
        supported_root_device_types: vec!["ebs".into()],
        supported_virtualization_types: vec!["hvm".into()],
        bare_metal: Some(false),
        hypervisor: Some(it.hypervisor.name().to_owned()),
        processor_info: Some(processor(it)),
        v_cpu_info: Some(VCpuInfo {
            default_v_cpus: number(it.vcpus),
            default_cores: number(it.cores()),
            default_threads_per_core: number(it.threads_per_core),
            ..Default::default()
        }),
        memory_info: Some(MemoryInfo { size_in_mi_b: i64::try_from(it.memory_mib).ok() }),
        instance_storage_supported: Some(false),
        network_info: Some(network(it)),
        ebs_info: Some(EbsInfo {
            ebs_optimized_support: Some(if is_nitro { "default" } else { "unsupported" }.to_owned()),
            encryption_support: Some("supported".to_owned()),
            nvme_support: Some(if is_nitro { "required" } else { "unsupported" }.to_owned()),
            ..Default::default()
        }),
        placement_group_info: Some(PlacementGroupInfo {
            supported_strategies: vec!["partition".into(), "spread".into()],
        }),
        hibernation_supported: Some(false),
        burstable_performance_supported: Some(it.is_burstable()),
        dedicated_hosts_supported: Some(false),
        auto_recovery_supported: Some(true),
        supported_boot_modes: match it.architecture {
            Architecture::X86_64 if is_nitro => vec!["legacy-bios".into(), "uefi".into()],
            Architecture::X86_64 => vec!["legacy-bios".into()],
            Architecture::Arm64 => vec!["uefi".into()],
        },
        ..Default::default()
    }
}

fn processor(it: &InstanceType) -> ProcessorInfo {
    let manufacturer = match it.architecture {
        Architecture::Arm64 => "AWS",
        Architecture::X86_64 if it.name.starts_with("t3a.") => "AMD",
        Architecture::X86_64 => "Intel",
    };
    let mut architectures = vec![it.architecture.name().to_owned()];
    if it.hypervisor == Hypervisor::Xen {
        architectures.insert(0, "i386".to_owned());
    }
    ProcessorInfo {
        supported_architectures: architectures,
        sustained_clock_speed_in_ghz: Some(it.clock_ghz),
        manufacturer: Some(manufacturer.to_owned()),
        ..Default::default()
    }
}

fn network(it: &InstanceType) -> NetworkInfo {
    let number = |value: usize| i32::try_from(value).ok();
    let is_nitro = it.hypervisor == Hypervisor::Nitro;
    let performance = Some(it.network_performance.to_owned());
    NetworkInfo {
        network_performance: performance.clone(),
        maximum_network_interfaces: number(it.interfaces_max),
        maximum_network_cards: Some(1),
        default_network_card_index: Some(0),
        network_cards: vec![NetworkCardInfo {
            network_card_index: Some(0),
            network_performance: performance,
            maximum_network_interfaces: number(it.interfaces_max),
            ..Default::default()
        }],
        ipv4_addresses_per_interface: number(it.addresses_per_interface),
        ipv6_addresses_per_interface: number(it.addresses_per_interface),
        ipv6_supported: Some(true),
        ena_support: Some(if is_nitro { "required" } else { "unsupported" }.to_owned()),
        efa_supported: Some(false),
        encryption_in_transit_supported: Some(false),
        ..Default::default()
    }
}

/// The values of a number, for a filter.
fn numbers<'a, T: ToString>(value: Option<T>) -> Vec<Cow<'a, str>> {
    value.iter().map(|number| number.to_string().into()).collect()
}

impl Tagged for InstanceTypeInfo {}

impl Filterable for InstanceTypeInfo {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let values = |list: &'_ [String]| list.iter().map(|text| Cow::from(text.clone())).collect();
        let (ebs, network) = (self.ebs_info.as_slice(), self.network_info.as_ref());
        let (processor, vcpu) = (self.processor_info.as_ref(), self.v_cpu_info.as_ref());
        Some(match name {
            "auto-recovery-supported" => bool_values(self.auto_recovery_supported),
            "bare-metal" => bool_values(self.bare_metal),
            "burstable-performance-supported" => bool_values(self.burstable_performance_supported),
            "current-generation" => bool_values(self.current_generation),
            "dedicated-hosts-supported" => bool_values(self.dedicated_hosts_supported),
            "ebs-info.attachment-limit-type" => each(ebs, |it| &it.attachment_limit_type),
            "ebs-info.maximum-ebs-attachments" => {
                numbers(ebs.first().and_then(|it| it.maximum_ebs_attachments))
            }
            "ebs-info.ebs-optimized-support" => each(ebs, |it| &it.ebs_optimized_support),
            "ebs-info.encryption-support" => each(ebs, |it| &it.encryption_support),
            "ebs-info.nvme-support" => each(ebs, |it| &it.nvme_support),
            "free-tier-eligible" => bool_values(self.free_tier_eligible),
            "hibernation-supported" => bool_values(self.hibernation_supported),
            "hypervisor" => text_values(&self.hypervisor),
            // No type here has disks of its own, or what else is below without a value.
            "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps"
            | "ebs-info.ebs-optimized-info.baseline-iops"
            | "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps"
            | "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps"
            | "ebs-info.ebs-optimized-info.maximum-iops"
            | "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps"
            | "instance-storage-info.disk.count"
            | "instance-storage-info.disk.size-in-gb"
            | "instance-storage-info.disk.type"
            | "instance-storage-info.encryption-support"
            | "instance-storage-info.nvme-support"
            | "instance-storage-info.total-size-in-gb"
            | "network-info.bandwidth-weightings"
            | "network-info.efa-info.maximum-efa-interfaces"
            | "nitro-tpm-info.supported-versions" => Vec::new(),
            "instance-storage-supported" => bool_values(self.instance_storage_supported),
            "instance-type" => text_values(&self.instance_type),
            "memory-info.size-in-mib" => numbers(self.memory_info.as_ref().and_then(|it| it.size_in_mi_b)),
            "network-info.efa-supported" => bool_values(network.and_then(|it| it.efa_supported)),
            "network-info.ena-support" => each(self.network_info.as_slice(), |it| &it.ena_support),
            "network-info.encryption-in-transit-supported" => {
                bool_values(network.and_then(|it| it.encryption_in_transit_supported))
            }
            "network-info.flexible-ena-queues-support" => {
                each(self.network_info.as_slice(), |it| &it.flexible_ena_queues_support)
            }
            "network-info.ipv4-addresses-per-interface" => {
                numbers(network.and_then(|it| it.ipv4_addresses_per_interface))
            }
            "network-info.ipv6-addresses-per-interface" => {
                numbers(network.and_then(|it| it.ipv6_addresses_per_interface))
            }
            "network-info.ipv6-supported" => bool_values(network.and_then(|it| it.ipv6_supported)),
            "network-info.maximum-network-cards" => numbers(network.and_then(|it| it.maximum_network_cards)),
            "network-info.maximum-network-interfaces" => {
                numbers(network.and_then(|it| it.maximum_network_interfaces))
            }
            "network-info.network-performance" => {
                each(self.network_info.as_slice(), |it| &it.network_performance)
            }
            "nitro-enclaves-support" => text_values(&self.nitro_enclaves_support),
            "nitro-tpm-support" => text_values(&self.nitro_tpm_support),
            "processor-info.supported-features" => {
                processor.map(|it| values(&it.supported_features)).unwrap_or_default()
            }
            "reboot-migration-support" => text_values(&self.reboot_migration_support),
            "processor-info.supported-architecture" => {
                processor.map(|it| values(&it.supported_architectures)).unwrap_or_default()
            }
            "processor-info.sustained-clock-speed-in-ghz" => {
                numbers(processor.and_then(|it| it.sustained_clock_speed_in_ghz))
            }
            "supported-boot-mode" => values(&self.supported_boot_modes),
            "supported-root-device-type" => values(&self.supported_root_device_types),
            "supported-usage-class" => values(&self.supported_usage_classes),
            "supported-virtualization-type" => values(&self.supported_virtualization_types),
            "vcpu-info.default-cores" => numbers(vcpu.and_then(|it| it.default_cores)),
            "vcpu-info.default-threads-per-core" => numbers(vcpu.and_then(|it| it.default_threads_per_core)),
            "vcpu-info.default-vcpus" => numbers(vcpu.and_then(|it| it.default_v_cpus)),
            "vcpu-info.valid-cores" => {
                vcpu.iter().flat_map(|it| &it.valid_cores).flat_map(|it| numbers(Some(it))).collect()
            }
            "vcpu-info.valid-threads-per-core" => vcpu
                .iter()
                .flat_map(|it| &it.valid_threads_per_core)
                .flat_map(|it| numbers(Some(it)))
                .collect(),
            _ => return None,
        })
    }
}

impl Tagged for InstanceTypeOffering {}

impl Filterable for InstanceTypeOffering {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-type" => text_values(&self.instance_type),
            "location" => text_values(&self.location),
            _ => return None,
        })
    }
}

impl Tagged for InstanceCreditSpecification {}

impl Filterable for InstanceCreditSpecification {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-id" => text_values(&self.instance_id),
            _ => return None,
        })
    }
}
