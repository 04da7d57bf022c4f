//! What a version of a launch template asks for.

use awsproto::AwsError;
use awsproto::protocol::ec2;
use model::launch_template::LaunchTemplateVersion as Version;

use crate::request::check_words;
use crate::run_instances;
use crate::shapes::*;

/// What a version asks for, read again from what was sent.
pub(super) fn read(version: &Version) -> Result<RequestLaunchTemplateData, AwsError> {
    ec2::decode_kept(&version.parameters)
}

/// What AWS checks when a template is written. Whether what it names exists is found out by who launches from it.
pub(super) fn check(data: &RequestLaunchTemplateData) -> Result<(), AwsError> {
    run_instances::user_data(data.user_data.as_deref())?;
    if data.instance_type.is_some() && data.instance_requirements.is_some() {
        return Err(AwsError::invalid_parameter_combination(
            "InstanceType and InstanceRequirements cannot be specified at the same time.",
        ));
    }
    words(data).into_iter().try_for_each(|(name, word, known)| check_words(name, word, known))
}

const ON: &[&str] = &["enabled", "disabled"];
const WISHES: &[&str] = &["included", "required", "excluded"];

/// The words that a template may have, and those that there are.
fn words(data: &RequestLaunchTemplateData) -> Vec<(&'static str, Option<&String>, &'static [&'static str])> {
    let requirements = data.instance_requirements.as_ref();
    let cpu = data.cpu_options.as_ref();
    let market = data.instance_market_options.as_ref();
    let spot = market.and_then(|it| it.spot_options.as_ref());
    let reservation = data.capacity_reservation_specification.as_ref();
    let metadata = data.metadata_options.as_ref();
    let names = data.private_dns_name_options.as_ref();
    let performance = data.network_performance_options.as_ref();
    vec![
        ("BareMetal", requirements.and_then(|it| it.bare_metal.as_ref()), WISHES),
        ("BurstablePerformance", requirements.and_then(|it| it.burstable_performance.as_ref()), WISHES),
        ("LocalStorage", requirements.and_then(|it| it.local_storage.as_ref()), WISHES),
        (
            "InstanceInitiatedShutdownBehavior",
            data.instance_initiated_shutdown_behavior.as_ref(),
            &["stop", "terminate"],
        ),
        (
            "Placement.Tenancy",
            data.placement.as_ref().and_then(|it| it.tenancy.as_ref()),
            &["default", "dedicated", "host"],
        ),
        ("CpuOptions.AmdSevSnp", cpu.and_then(|it| it.amd_sev_snp.as_ref()), ON),
        ("CpuOptions.NestedVirtualization", cpu.and_then(|it| it.nested_virtualization.as_ref()), ON),
        (
            "InstanceMarketOptions.MarketType",
            market.and_then(|it| it.market_type.as_ref()),
            &["spot", "capacity-block", "interruptible-capacity-reservation", "on-demand"],
        ),
        ("SpotInstanceType", spot.and_then(|it| it.spot_instance_type.as_ref()), &["one-time", "persistent"]),
        (
            "InstanceInterruptionBehavior",
            spot.and_then(|it| it.instance_interruption_behavior.as_ref()),
            &["hibernate", "stop", "terminate"],
        ),
        (
            "CapacityReservationPreference",
            reservation.and_then(|it| it.capacity_reservation_preference.as_ref()),
            &["capacity-reservations-only", "open", "none"],
        ),
        (
            "MetadataOptions.HttpTokens",
            metadata.and_then(|it| it.http_tokens.as_ref()),
            &["optional", "required"],
        ),
        ("MetadataOptions.HttpEndpoint", metadata.and_then(|it| it.http_endpoint.as_ref()), ON),
        ("MetadataOptions.HttpProtocolIpv6", metadata.and_then(|it| it.http_protocol_ipv6.as_ref()), ON),
        (
            "MetadataOptions.InstanceMetadataTags",
            metadata.and_then(|it| it.instance_metadata_tags.as_ref()),
            ON,
        ),
        (
            "PrivateDnsNameOptions.HostnameType",
            names.and_then(|it| it.hostname_type.as_ref()),
            &["ip-name", "resource-name"],
        ),
        (
            "MaintenanceOptions.AutoRecovery",
            data.maintenance_options.as_ref().and_then(|it| it.auto_recovery.as_ref()),
            &["default", "disabled"],
        ),
        (
            "NetworkPerformanceOptions.BandwidthWeighting",
            performance.and_then(|it| it.bandwidth_weighting.as_ref()),
            &["default", "vpc-1", "ebs-1"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_nobody_knows_are_refused_when_a_template_is_written() {
        let word = |word: &str| Some(word.to_owned());
        let cpu = |amd_sev_snp| RequestLaunchTemplateData {
            cpu_options: Some(LaunchTemplateCpuOptionsRequest { amd_sev_snp, ..Default::default() }),
            ..Default::default()
        };
        assert_eq!(check(&cpu(word("disabled"))), Ok(()));
        assert_eq!(check(&cpu(word("us-west-2a"))).unwrap_err().code, "InvalidParameterValue");
        let local = |local_storage| RequestLaunchTemplateData {
            instance_requirements: Some(InstanceRequirementsRequest { local_storage, ..Default::default() }),
            ..Default::default()
        };
        assert_eq!(check(&local(word("sometimes"))).unwrap_err().code, "InvalidParameterValue");
    }
}
