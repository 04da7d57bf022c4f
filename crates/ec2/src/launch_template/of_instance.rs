//! What a launch template would have to say for another instance like one that is there. Follows GetLaunchTemplateData
//! (EC2 API Reference).

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::World;

use crate::errors::refused;
use crate::instance;
use crate::request::required_id;
use crate::shapes::*;

pub(crate) fn of_instance(
    call: &mut Call,
    world: &World,
    request: GetLaunchTemplateDataRequest,
) -> Result<GetLaunchTemplateDataResult, AwsError> {
    let GetLaunchTemplateDataRequest { instance_id } = request;
    let instance = world.instance(call.scope, required_id(instance_id.as_deref())?).map_err(refused)?;
    let shown = instance::render(world, instance);
    let behavior = match instance.shutdown_behavior {
        model::instance::ShutdownBehavior::Stop => "stop",
        model::instance::ShutdownBehavior::Terminate => "terminate",
    };
    let user_data = (!instance.user_data.is_empty()).then(|| STANDARD.encode(&instance.user_data));
    let data = ResponseLaunchTemplateData {
        block_device_mappings: shown.block_device_mappings.into_iter().map(device).collect(),
        cpu_options: shown.cpu_options.map(|it| LaunchTemplateCpuOptions {
            core_count: it.core_count,
            threads_per_core: it.threads_per_core,
            ..Default::default()
        }),
        credit_specification: instance
            .cpu_credits
            .clone()
            .map(|credits| CreditSpecification { cpu_credits: Some(credits) }),
        disable_api_stop: Some(instance.disable_api_stop),
        disable_api_termination: Some(instance.disable_api_termination),
        ebs_optimized: Some(instance.ebs_optimized),
        iam_instance_profile: shown
            .iam_instance_profile
            .map(|it| LaunchTemplateIamInstanceProfileSpecification { arn: it.arn, name: None }),
        image_id: shown.image_id,
        instance_initiated_shutdown_behavior: Some(behavior.to_owned()),
        instance_type: shown.instance_type,
        key_name: shown.key_name,
        metadata_options: shown.metadata_options.map(|it| LaunchTemplateInstanceMetadataOptions {
            state: it.state,
            http_endpoint: it.http_endpoint,
            http_protocol_ipv6: it.http_protocol_ipv6,
            http_put_response_hop_limit: it.http_put_response_hop_limit,
            http_tokens: it.http_tokens,
            instance_metadata_tags: it.instance_metadata_tags,
        }),
        monitoring: Some(LaunchTemplatesMonitoring {
            enabled: Some(instance.monitoring),
            ..Default::default()
        }),
        network_interfaces: shown.network_interfaces.into_iter().map(interface).collect(),
        placement: shown.placement.map(|it| LaunchTemplatePlacement {
            availability_zone: it.availability_zone,
            group_id: it.group_id,
            group_name: it.group_name,
            partition_number: it.partition_number,
            tenancy: it.tenancy,
            ..Default::default()
        }),
        user_data,
        ..Default::default()
    };
    Ok(GetLaunchTemplateDataResult { launch_template_data: Some(data) })
}

fn device(it: InstanceBlockDeviceMapping) -> LaunchTemplateBlockDeviceMapping {
    LaunchTemplateBlockDeviceMapping {
        device_name: it.device_name,
        ebs: it.ebs.map(|ebs| LaunchTemplateEbsBlockDevice {
            delete_on_termination: ebs.delete_on_termination,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// An interface, less what only one can have: its own address.
fn interface(it: InstanceNetworkInterface) -> LaunchTemplateInstanceNetworkInterfaceSpecification {
    let attachment = it.attachment;
    LaunchTemplateInstanceNetworkInterfaceSpecification {
        associate_public_ip_address: Some(it.association.is_some()),
        delete_on_termination: attachment.as_ref().and_then(|it| it.delete_on_termination),
        description: it.description,
        device_index: attachment.and_then(|it| it.device_index),
        groups: it.groups.into_iter().filter_map(|group| group.group_id).collect(),
        interface_type: it.interface_type,
        subnet_id: it.subnet_id,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_instance_tells_how_it_was_launched() {
        let mut caller = Caller::new();
        let id = caller.running(&[
            ("InstanceType", "t3.small"),
            ("UserData", "aGVsbG8="),
            ("DisableApiStop", "true"),
        ]);
        let data = caller.ok("GetLaunchTemplateData", &[("InstanceId", &id)]);
        assert_eq!(
            (data.text("instanceType"), data.text("userData")),
            ("t3.small".into(), "aGVsbG8=".into())
        );
        assert_eq!((data.text("disableApiStop"), data.text("deviceIndex")), ("true".into(), "0".into()));
        assert!(data.texts("privateIpAddress").is_empty(), "another one has another address");
    }
}
