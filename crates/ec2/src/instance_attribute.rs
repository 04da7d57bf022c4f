//! Attributes of instances. Follows DescribeInstanceAttribute, ModifyInstanceAttribute, ResetInstanceAttribute and
//! ModifyInstanceMetadataOptions (EC2 API Reference).

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::instance::ShutdownBehavior;
use model::instance_lifecycle::InstanceAttribute as Change;
use model::{Instance, InstanceId, World};

use crate::errors::refused;
use crate::instance::{block_devices, metadata_options};
use crate::instance_defaults;
use crate::instance_type;
use crate::network_interface;
use crate::request::{self, parse_id, required_id};
use crate::run_instances::{checked_user_data, metadata, shutdown_behavior, user_data};
use crate::shapes::*;

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceAttributeRequest,
) -> Result<InstanceAttribute, AwsError> {
    let DescribeInstanceAttributeRequest { attribute, instance_id } = request;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    let instance = world.instance(call.scope, id).map_err(refused)?;
    let primary = world.interfaces_of(instance).next();
    let mut answer = InstanceAttribute { instance_id: Some(id.to_string()), ..Default::default() };
    let text = |text: &str| Some(AttributeValue { value: Some(text.to_owned()) });
    let switch = |on: bool| Some(AttributeBooleanValue { value: Some(on) });
    match attribute.as_deref().unwrap_or_default() {
        "instanceType" => answer.instance_type = text(&instance.instance_type),
        "userData" => answer.user_data = Some(AttributeValue { value: user_data_shown(instance) }),
        "disableApiTermination" => answer.disable_api_termination = switch(instance.disable_api_termination),
        "disableApiStop" => answer.disable_api_stop = switch(instance.disable_api_stop),
        "ebsOptimized" => answer.ebs_optimized = switch(instance.ebs_optimized),
        "enaSupport" => answer.ena_support = switch(true),
        "instanceInitiatedShutdownBehavior" => {
            answer.instance_initiated_shutdown_behavior = text(match instance.shutdown_behavior {
                ShutdownBehavior::Stop => "stop",
                ShutdownBehavior::Terminate => "terminate",
            });
        }
        "rootDeviceName" => answer.root_device_name = text(&instance.root_device),
        "blockDeviceMapping" => answer.block_device_mappings = Some(block_devices(world, instance)),
        "groupSet" => {
            let groups = primary.map(|it| network_interface::groups(world, &it.groups));
            answer.groups = Some(groups.unwrap_or_default());
        }
        "sourceDestCheck" => answer.source_dest_check = primary.and_then(|it| switch(it.source_dest_check)),
        "enclaveOptions" => answer.enclave_options = Some(EnclaveOptions { enabled: Some(false) }),
        "productCodes" => answer.product_codes = Some(Vec::new()),
        // What an instance has not is an element with nothing in it.
        "kernel" => answer.kernel_id = Some(AttributeValue::default()),
        "ramdisk" => answer.ramdisk_id = Some(AttributeValue::default()),
        "sriovNetSupport" => answer.sriov_net_support = Some(AttributeValue::default()),
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

fn user_data_shown(instance: &Instance) -> Option<String> {
    (!instance.user_data.is_empty()).then(|| STANDARD.encode(&instance.user_data))
}

/// Reads the one change that is asked for: by its own parameter, or by `Attribute` and `Value`.
fn change(request: ModifyInstanceAttributeRequest) -> Result<Change, AwsError> {
    let ModifyInstanceAttributeRequest {
        attribute,
        block_device_mappings,
        disable_api_stop,
        disable_api_termination,
        ebs_optimized,
        ena_support,
        enclave_options,
        groups,
        // Whose attribute it is was read before.
        instance_id: _,
        instance_initiated_shutdown_behavior,
        instance_type,
        kernel,
        ramdisk,
        source_dest_check,
        sriov_net_support,
        user_data,
        value,
    } = request;
    request::refuse_unsupported(&[
        ("EnaSupport", ena_support.is_some_and(|it| it.value == Some(false))),
        ("EnclaveOptions", enclave_options.is_some_and(|it| it.enabled == Some(true))),
        ("Kernel", kernel.is_some()),
        ("Ramdisk", ramdisk.is_some()),
        ("SriovNetSupport", sriov_net_support.is_some()),
    ])?;
    let groups = request::group_ids(&groups)?;
    let on = |value: Option<AttributeBooleanValue>| value.and_then(|value| value.value);
    let text = |value: Option<AttributeValue>| value.and_then(|value| value.value);
    let data = user_data.map(|data| checked_user_data(data.value.unwrap_or_default()));
    let instance_type = text(instance_type).map(|name| instance_type::find(&name)).transpose()?;
    let behavior = text(instance_initiated_shutdown_behavior);
    let behavior = behavior.map(|it| shutdown_behavior(Some(&it))).transpose()?;
    let sent = [
        instance_type.map(Change::InstanceType),
        data.transpose()?.map(Change::UserData),
        on(disable_api_termination).map(Change::DisableApiTermination),
        on(disable_api_stop).map(Change::DisableApiStop),
        on(ebs_optimized).map(Change::EbsOptimized),
        behavior.map(Change::ShutdownBehavior),
        on(source_dest_check).map(Change::SourceDestCheck),
        Some(groups).filter(|groups| !groups.is_empty()).map(Change::Groups),
        delete_on_termination(block_device_mappings)?,
        attribute.map(|name| by_name(&name, value.unwrap_or_default())).transpose()?,
    ];
    request::only_attribute(&mut sent.into_iter().flatten())
}

/// What can be changed of volumes: whether they go with the instance.
fn delete_on_termination(
    mappings: Vec<InstanceBlockDeviceMappingSpecification>,
) -> Result<Option<Change>, AwsError> {
    let mut devices = Vec::new();
    for mapping in mappings {
        let InstanceBlockDeviceMappingSpecification { device_name, ebs, no_device, virtual_name } = mapping;
        let ebs = ebs.unwrap_or_default();
        let EbsInstanceBlockDeviceSpecification { delete_on_termination, volume_id } = ebs;
        request::refuse_unsupported(&[
            ("BlockDeviceMapping.NoDevice", no_device.is_some()),
            ("BlockDeviceMapping.VirtualName", virtual_name.is_some()),
            ("BlockDeviceMapping.Ebs.VolumeId", volume_id.is_some()),
        ])?;
        devices.extend(delete_on_termination.map(|on| (device_name.unwrap_or_default(), on)));
    }
    Ok(Some(devices).filter(|devices| !devices.is_empty()).map(Change::DeleteOnTermination))
}

fn by_name(name: &str, value: String) -> Result<Change, AwsError> {
    let switch = || match value.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(AwsError::invalid_value("value", other, "Expecting true or false.")),
    };
    Ok(match name {
        "instanceType" => Change::InstanceType(instance_type::find(&value)?),
        "userData" => Change::UserData(user_data(Some(&value))?),
        "disableApiTermination" => Change::DisableApiTermination(switch()?),
        "disableApiStop" => Change::DisableApiStop(switch()?),
        "ebsOptimized" => Change::EbsOptimized(switch()?),
        "sourceDestCheck" => Change::SourceDestCheck(switch()?),
        "instanceInitiatedShutdownBehavior" => Change::ShutdownBehavior(shutdown_behavior(Some(&value))?),
        "groupSet" => Change::Groups(vec![parse_id(&value)?]),
        other => {
            return Err(AwsError::invalid_value("attribute", other, "This attribute cannot be modified."));
        }
    })
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceAttributeRequest,
) -> Result<(), AwsError> {
    let id: InstanceId = required_id(request.instance_id.as_deref())?;
    let scope = call.scope;
    world.instance(scope, id).map_err(refused)?;
    world.set_instance_attribute(scope, id, change(request)?).map_err(refused)
}

pub(crate) fn reset(
    call: &mut Call,
    world: &mut World,
    request: ResetInstanceAttributeRequest,
) -> Result<(), AwsError> {
    let ResetInstanceAttributeRequest { attribute, instance_id } = request;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    match attribute.as_deref().unwrap_or_default() {
        "sourceDestCheck" => {
            world.set_instance_attribute(call.scope, id, Change::SourceDestCheck(true)).map_err(refused)
        }
        other => Err(AwsError::invalid_value("attribute", other, "This attribute cannot be reset.")),
    }
}

pub(crate) fn modify_metadata_options(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceMetadataOptionsRequest,
) -> Result<ModifyInstanceMetadataOptionsResult, AwsError> {
    let ModifyInstanceMetadataOptionsRequest {
        http_endpoint,
        http_protocol_ipv6,
        http_put_response_hop_limit,
        http_tokens,
        instance_id,
        instance_metadata_tags,
    } = request;
    let id: InstanceId = required_id(instance_id.as_deref())?;
    let scope = call.scope;
    let before = world.instance(scope, id).map_err(refused)?.metadata_options;
    let sent = InstanceMetadataOptionsRequest {
        http_endpoint,
        http_protocol_ipv6,
        http_put_response_hop_limit,
        http_tokens,
        instance_metadata_tags,
    };
    let options = metadata(before, sent)?;
    instance_defaults::check_tokens(call, world, options)?;
    world.set_instance_attribute(scope, id, Change::MetadataOptions(options)).map_err(refused)?;
    Ok(ModifyInstanceMetadataOptionsResult {
        instance_id: Some(id.to_string()),
        // "pending" in the answer, "applied" ever after.
        instance_metadata_options: Some(metadata_options(options, "pending")),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn protected_instances_say_which_attribute_protects_them() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let one = [("InstanceId.1", &*id)];
        caller.ok("ModifyInstanceAttribute", &[("InstanceId", &id), ("DisableApiTermination.Value", "true")]);
        caller.ok(
            "ModifyInstanceAttribute",
            &[("InstanceId", &id), ("Attribute", "disableApiStop"), ("Value", "true")],
        );
        assert_eq!(
            caller.refused("TerminateInstances", &one),
            format!(
                "OperationNotPermitted: The instance '{id}' may not be terminated. Modify its 'disableApiTermination' \
                 instance attribute and try again."
            )
        );
        assert_eq!(
            caller.refused("StopInstances", &one),
            format!(
                "OperationNotPermitted: The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance \
                 attribute and try again."
            )
        );
    }

    #[test]
    fn user_data_and_type_change_only_while_it_is_stopped() {
        let mut caller = Caller::new();
        let id = caller.running(&[("UserData", "IyEvYmluL3No")]);
        let shown = |caller: &mut Caller, attribute| {
            caller
                .ok("DescribeInstanceAttribute", &[("InstanceId", &id), ("Attribute", attribute)])
                .text("value")
        };
        assert_eq!(shown(&mut caller, "userData"), "IyEvYmluL3No");
        let change = [("InstanceId", &*id), ("InstanceType.Value", "t3.small")];
        assert_eq!(
            caller.refused("ModifyInstanceAttribute", &change),
            format!("IncorrectInstanceState: The instance '{id}' is not in the 'stopped' state.")
        );
        caller.ok("StopInstances", &[("InstanceId.1", &id)]);
        caller.settle();
        caller.ok("ModifyInstanceAttribute", &change);
        assert_eq!(shown(&mut caller, "instanceType"), "t3.small");
        caller.ok("ModifyInstanceAttribute", &[("InstanceId", &id), ("UserData.Value", "aGk=")]);
        assert_eq!(shown(&mut caller, "userData"), "aGk=");
    }

    #[test]
    fn with_several_interfaces_it_must_be_said_which() {
        let mut caller = Caller::new();
        let id = caller.running(&[
            ("InstanceType", "t3.small"),
            ("NetworkInterface.1.DeviceIndex", "0"),
            ("NetworkInterface.2.DeviceIndex", "1"),
        ]);
        assert_eq!(
            caller.refused(
                "ModifyInstanceAttribute",
                &[("InstanceId", &id), ("SourceDestCheck.Value", "false")]
            ),
            format!(
                "InvalidInstanceID: There are multiple interfaces attached to instance '{id}'. Please specify an \
                 interface ID for the operation instead."
            )
        );
    }

    #[test]
    fn metadata_options_change_one_by_one() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let answer =
            caller.ok("ModifyInstanceMetadataOptions", &[("InstanceId", &id), ("HttpTokens", "optional")]);
        assert_eq!((answer.text("state"), answer.text("httpTokens")), ("pending".into(), "optional".into()));
        assert_eq!(answer.text("httpPutResponseHopLimit"), "2");
        let hops = [("InstanceId", &*id), ("HttpPutResponseHopLimit", "65")];
        assert!(
            caller
                .refused("ModifyInstanceMetadataOptions", &hops)
                .starts_with("InvalidParameterValue: Value (65)")
        );
    }

    #[test]
    fn what_hamlet_has_not_is_refused_and_not_forgotten() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        for (parameter, value, name) in [
            ("EnclaveOptions.Enabled", "true", "EnclaveOptions"),
            ("Kernel.Value", "aki-1", "Kernel"),
            ("BlockDeviceMapping.1.NoDevice", "", "BlockDeviceMapping.NoDevice"),
        ] {
            assert_eq!(
                caller.refused("ModifyInstanceAttribute", &[("InstanceId", &id), (parameter, value)]),
                format!("UnsupportedOperation: Hamlet does not support the parameter {name} yet.")
            );
        }
    }
}
