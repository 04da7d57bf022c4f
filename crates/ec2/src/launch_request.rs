//! What RunInstances is asked for, less what Hamlet has not: that is refused here, member by member.

use awsproto::AwsError;

use crate::request::refuse_unsupported;
use crate::shapes::*;

/// What a launch is asked for, of what Hamlet has. The members are those of the request, but for those said otherwise.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) block_device_mappings: Vec<BlockDeviceMapping>,
    pub(crate) client_token: Option<String>,
    pub(crate) cpu_options: Option<CpuOptionsRequest>,
    pub(crate) credit_specification: Option<CreditSpecificationRequest>,
    pub(crate) disable_api_stop: Option<bool>,
    pub(crate) disable_api_termination: Option<bool>,
    pub(crate) ebs_optimized: Option<bool>,
    pub(crate) iam_instance_profile: Option<IamInstanceProfileSpecification>,
    pub(crate) image_id: Option<String>,
    pub(crate) instance_initiated_shutdown_behavior: Option<String>,
    pub(crate) instance_type: Option<String>,
    pub(crate) ipv6_address_count: Option<i32>,
    pub(crate) ipv6_addresses: Vec<InstanceIpv6Address>,
    pub(crate) key_name: Option<String>,
    pub(crate) maintenance_options: Option<InstanceMaintenanceOptionsRequest>,
    pub(crate) max_count: Option<i32>,
    pub(crate) metadata_options: Option<InstanceMetadataOptionsRequest>,
    pub(crate) min_count: Option<i32>,
    /// Whether detailed monitoring is to be on.
    pub(crate) monitoring: bool,
    pub(crate) network_interfaces: Vec<InstanceNetworkInterfaceSpecification>,
    pub(crate) private_ip_address: Option<String>,
    pub(crate) security_group_ids: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) subnet_id: Option<String>,
    pub(crate) tag_specifications: Vec<TagSpecification>,
    pub(crate) user_data: Option<String>,
    pub(crate) placement: Placement,
}

impl Asked {
    /// Name or identifier of the zone.
    pub(crate) fn zone(&self) -> Option<&str> {
        self.placement.availability_zone.as_deref().or(self.placement.availability_zone_id.as_deref())
    }

    /// Reads a request.
    pub(crate) fn read(request: RunInstancesRequest) -> Result<Asked, AwsError> {
        let RunInstancesRequest {
            additional_info,
            block_device_mappings,
            capacity_reservation_specification,
            client_token,
            cpu_options,
            credit_specification,
            disable_api_stop,
            disable_api_termination,
            ebs_optimized,
            elastic_gpu_specification,
            elastic_inference_accelerators,
            enable_primary_ipv6,
            enclave_options,
            hibernation_options,
            iam_instance_profile,
            image_id,
            instance_initiated_shutdown_behavior,
            instance_market_options,
            instance_type,
            ipv6_address_count,
            ipv6_addresses,
            kernel_id,
            key_name,
            // Its parameters are among the others by now.
            launch_template: _,
            license_specifications,
            maintenance_options,
            max_count,
            metadata_options,
            min_count,
            monitoring,
            network_interfaces,
            network_performance_options,
            operator,
            placement,
            private_dns_name_options,
            private_ip_address,
            ramdisk_id,
            secondary_interfaces,
            security_group_ids,
            security_groups,
            subnet_id,
            tag_specifications,
            user_data,
        } = request;
        let weighting = network_performance_options.and_then(|it| it.bandwidth_weighting);
        refuse_unsupported(&[
            ("AdditionalInfo", additional_info.is_some()),
            ("ElasticGpuSpecification", !elastic_gpu_specification.is_empty()),
            ("ElasticInferenceAccelerator", !elastic_inference_accelerators.is_empty()),
            ("EnablePrimaryIpv6", enable_primary_ipv6 == Some(true)),
            ("EnclaveOptions", enclave_options.is_some_and(|it| it.enabled == Some(true))),
            ("HibernationOptions", hibernation_options.is_some_and(|it| it.configured == Some(true))),
            ("InstanceMarketOptions", instance_market_options.is_some()),
            ("KernelId", kernel_id.is_some()),
            ("LicenseSpecification", !license_specifications.is_empty()),
            ("NetworkPerformanceOptions", weighting.is_some_and(|it| it != "default")),
            ("Operator", operator.is_some()),
            ("PrivateDnsNameOptions", private_dns_name_options.is_some()),
            ("RamdiskId", ramdisk_id.is_some()),
            ("SecondaryInterface", !secondary_interfaces.is_empty()),
        ])?;
        refuse_reserved_capacity(capacity_reservation_specification)?;
        Ok(Asked {
            block_device_mappings,
            client_token,
            cpu_options,
            credit_specification,
            disable_api_stop,
            disable_api_termination,
            ebs_optimized,
            iam_instance_profile,
            image_id,
            instance_initiated_shutdown_behavior,
            instance_type,
            ipv6_address_count,
            ipv6_addresses,
            key_name,
            maintenance_options,
            max_count,
            metadata_options,
            min_count,
            monitoring: detailed_monitoring(monitoring)?,
            network_interfaces,
            private_ip_address,
            security_group_ids,
            security_groups,
            subnet_id,
            tag_specifications,
            user_data,
            placement: placement.unwrap_or_default(),
        })
    }
}

/// There are no Capacity Reservations: `open` and `none` come to the same, and nothing else can be had.
fn refuse_reserved_capacity(sent: Option<CapacityReservationSpecification>) -> Result<(), AwsError> {
    let CapacityReservationSpecification { capacity_reservation_preference, capacity_reservation_target } =
        sent.unwrap_or_default();
    let is_without = |preference: &str| preference == "open" || preference == "none";
    refuse_unsupported(&[
        (
            "CapacityReservationSpecification.CapacityReservationPreference",
            capacity_reservation_preference.is_some_and(|preference| !is_without(&preference)),
        ),
        ("CapacityReservationSpecification.CapacityReservationTarget", capacity_reservation_target.is_some()),
    ])
}

fn detailed_monitoring(sent: Option<RunInstancesMonitoringEnabled>) -> Result<bool, AwsError> {
    let RunInstancesMonitoringEnabled { enabled, metric_category_ids } = sent.unwrap_or_default();
    refuse_unsupported(&[("Monitoring.MetricCategoryId", !metric_category_ids.is_empty())])?;
    Ok(enabled.unwrap_or(false))
}
