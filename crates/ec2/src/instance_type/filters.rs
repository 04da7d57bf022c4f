//! The filters of DescribeInstanceTypes and DescribeInstanceTypeOfferings (EC2 API Reference).

use awsproto::Filterable;
use awsproto::filter::Tagged;
use std::borrow::Cow;

use crate::network_interface::each;
use crate::request::{bool_values, text_values};
use crate::shapes::*;

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
        let speed = ebs.first().and_then(|it| it.ebs_optimized_info.as_ref());
        let storage = self.instance_storage_info.as_ref();
        let disks = storage.map(|it| it.disks.as_slice()).unwrap_or_default();
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
            "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps" => {
                numbers(speed.and_then(|it| it.baseline_bandwidth_in_mbps))
            }
            "ebs-info.ebs-optimized-info.baseline-iops" => numbers(speed.and_then(|it| it.baseline_iops)),
            "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps" => {
                numbers(speed.and_then(|it| it.baseline_throughput_in_m_bps))
            }
            "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps" => {
                numbers(speed.and_then(|it| it.maximum_bandwidth_in_mbps))
            }
            "ebs-info.ebs-optimized-info.maximum-iops" => numbers(speed.and_then(|it| it.maximum_iops)),
            "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps" => {
                numbers(speed.and_then(|it| it.maximum_throughput_in_m_bps))
            }
            "instance-storage-info.disk.count" => disks.iter().flat_map(|it| numbers(it.count)).collect(),
            "instance-storage-info.disk.size-in-gb" => {
                disks.iter().flat_map(|it| numbers(it.size_in_gb)).collect()
            }
            "instance-storage-info.disk.type" => each(disks, |it| &it.r#type),
            "instance-storage-info.encryption-support" => {
                each(self.instance_storage_info.as_slice(), |it| &it.encryption_support)
            }
            "instance-storage-info.nvme-support" => {
                each(self.instance_storage_info.as_slice(), |it| &it.nvme_support)
            }
            "instance-storage-info.total-size-in-gb" => numbers(storage.and_then(|it| it.total_size_in_gb)),
            "network-info.bandwidth-weightings" => {
                network.map(|it| values(&it.bandwidth_weightings)).unwrap_or_default()
            }
            "network-info.efa-info.maximum-efa-interfaces" => {
                let efa = network.and_then(|it| it.efa_info.as_ref());
                numbers(efa.and_then(|it| it.maximum_efa_interfaces))
            }
            "nitro-tpm-info.supported-versions" => {
                self.nitro_tpm_info.as_ref().map(|it| values(&it.supported_versions)).unwrap_or_default()
            }
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
