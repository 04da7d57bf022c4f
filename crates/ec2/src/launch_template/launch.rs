//! Launching from a launch template. Follows RunInstances (EC2 API Reference): "Any additional parameters that you specify
//! for the new instance overwrite the corresponding parameters included in the launch template".

use awsproto::protocol::ec2;
use awsproto::{AwsError, Call};
use model::launch_template::{LaunchParameters, VersionName};
use model::{LaunchTemplateId, Tags, World};
use std::collections::BTreeSet;

use super::{named, version_name};
use crate::errors::refused;
use crate::shapes::*;

/// The tag that says which template an instance was launched from.
const ID_TAG: &str = "aws:ec2launchtemplate:id";
/// The tag that says from which version of it.
const VERSION_TAG: &str = "aws:ec2launchtemplate:version";

/// A request with what its launch template says besides, and the tags that tell of the template.
pub(crate) fn with_template(
    call: &Call,
    world: &World,
    mut request: RunInstancesRequest,
) -> Result<(RunInstancesRequest, Tags), AwsError> {
    let Some(specification) = request.launch_template.take() else { return Ok((request, Tags::new())) };
    let LaunchTemplateSpecification { launch_template_id, launch_template_name, version } = specification;
    let id = named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    let template = world.launch_template(call.scope, id).map_err(refused)?;
    let name = version.as_deref().map_or(Ok(VersionName::Default), version_name)?;
    let version = template.version(name).map_err(refused)?;
    let from_template = read(&version.parameters)?;
    Ok((merged(from_template, request), origin(id, version.number)))
}

fn origin(id: LaunchTemplateId, number: u64) -> Tags {
    Tags::from([(ID_TAG.to_owned(), id.to_string()), (VERSION_TAG.to_owned(), number.to_string())])
}

/// A template's parameters as RunInstances names them.
fn read(parameters: &LaunchParameters) -> Result<RunInstancesRequest, AwsError> {
    if parameters.keys().any(|key| key.starts_with("InstanceRequirements.")) {
        return Err(AwsError::invalid_parameter_combination(
            "Launch templates that specify InstanceRequirements cannot be used with RunInstances.",
        ));
    }
    let renamed = |key: &String| if key == "RamDiskId" { "RamdiskId".to_owned() } else { key.clone() };
    let mut parameters: LaunchParameters =
        parameters.iter().map(|(key, value)| (renamed(key), value.clone())).collect();
    // No template says how many, and RunInstances must be told; the request's own count is taken.
    parameters.extend(["MinCount", "MaxCount"].map(|name| (name.to_owned(), "1".to_owned())));
    ec2::decode_kept(&parameters)
}

/// What the request says, and for the rest what the template says.
fn merged(template: RunInstancesRequest, request: RunInstancesRequest) -> RunInstancesRequest {
    RunInstancesRequest {
        additional_info: request.additional_info,
        block_device_mappings: by_key(template.block_device_mappings, request.block_device_mappings, |it| {
            it.device_name.clone()
        }),
        capacity_reservation_specification: request
            .capacity_reservation_specification
            .or(template.capacity_reservation_specification),
        client_token: request.client_token,
        cpu_options: request.cpu_options.or(template.cpu_options),
        credit_specification: request.credit_specification.or(template.credit_specification),
        disable_api_stop: request.disable_api_stop.or(template.disable_api_stop),
        disable_api_termination: request.disable_api_termination.or(template.disable_api_termination),
        ebs_optimized: request.ebs_optimized.or(template.ebs_optimized),
        elastic_gpu_specification: or(template.elastic_gpu_specification, request.elastic_gpu_specification),
        elastic_inference_accelerators: or(
            template.elastic_inference_accelerators,
            request.elastic_inference_accelerators,
        ),
        enable_primary_ipv6: request.enable_primary_ipv6.or(template.enable_primary_ipv6),
        enclave_options: request.enclave_options.or(template.enclave_options),
        hibernation_options: request.hibernation_options.or(template.hibernation_options),
        iam_instance_profile: request.iam_instance_profile.or(template.iam_instance_profile),
        image_id: request.image_id.or(template.image_id),
        instance_initiated_shutdown_behavior: request
            .instance_initiated_shutdown_behavior
            .or(template.instance_initiated_shutdown_behavior),
        instance_market_options: request.instance_market_options.or(template.instance_market_options),
        instance_type: request.instance_type.or(template.instance_type),
        ipv6_address_count: request.ipv6_address_count,
        ipv6_addresses: request.ipv6_addresses,
        kernel_id: request.kernel_id.or(template.kernel_id),
        key_name: request.key_name.or(template.key_name),
        launch_template: None,
        license_specifications: or(template.license_specifications, request.license_specifications),
        maintenance_options: request.maintenance_options.or(template.maintenance_options),
        max_count: request.max_count,
        metadata_options: request.metadata_options.or(template.metadata_options),
        min_count: request.min_count,
        monitoring: request.monitoring.or(template.monitoring),
        network_interfaces: by_key(template.network_interfaces, request.network_interfaces, |it| {
            it.device_index
        }),
        network_performance_options: request
            .network_performance_options
            .or(template.network_performance_options),
        operator: request.operator.or(template.operator),
        placement: request.placement.or(template.placement),
        private_dns_name_options: request.private_dns_name_options.or(template.private_dns_name_options),
        private_ip_address: request.private_ip_address,
        ramdisk_id: request.ramdisk_id.or(template.ramdisk_id),
        secondary_interfaces: or(template.secondary_interfaces, request.secondary_interfaces),
        // Groups by name and by identifier are one parameter in two spellings.
        security_groups: match request.security_group_ids.is_empty() {
            true => or(template.security_groups, request.security_groups.clone()),
            false => request.security_groups.clone(),
        },
        security_group_ids: match request.security_groups.is_empty() {
            true => or(template.security_group_ids, request.security_group_ids),
            false => request.security_group_ids,
        },
        subnet_id: request.subnet_id,
        tag_specifications: tags(template.tag_specifications, request.tag_specifications),
        user_data: request.user_data.or(template.user_data),
    }
}

/// A list as a whole.
fn or<T>(template: Vec<T>, request: Vec<T>) -> Vec<T> {
    if request.is_empty() { template } else { request }
}

/// A list of things with names: what the request has takes the place of the template's of the same name.
fn by_key<T, K: Ord>(template: Vec<T>, request: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let replaced: BTreeSet<K> = request.iter().map(&key).collect();
    let kept = template.into_iter().filter(|it| !replaced.contains(&key(it)));
    let mut all: Vec<T> = kept.collect();
    all.extend(request);
    all
}

/// Tags of both, resource type by resource type; the request's value counts where both have a key.
fn tags(template: Vec<TagSpecification>, request: Vec<TagSpecification>) -> Vec<TagSpecification> {
    let mut all = request;
    for specification in template {
        match all.iter_mut().find(|it| it.resource_type == specification.resource_type) {
            Some(same) => same.tags = by_key(specification.tags, same.tags.clone(), |tag| tag.key.clone()),
            None => all.push(specification),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    /// A template, and a launch from it with more.
    fn launch(data: &[(&str, &str)], more: &[(&str, &str)]) -> (Caller, awsproto::testing::XmlAnswer) {
        let mut caller = Caller::new();
        let image = caller.image();
        let image = ("LaunchTemplateData.ImageId", &*image);
        let mut parameters = vec![("LaunchTemplateName", "web"), image];
        parameters.extend(data);
        caller.ok("CreateLaunchTemplate", &parameters);
        let mut launch =
            vec![("LaunchTemplate.LaunchTemplateName", "web"), ("MinCount", "1"), ("MaxCount", "1")];
        launch.extend(more);
        let answer = caller.ok("RunInstances", &launch);
        (caller, answer)
    }

    #[test]
    fn an_instance_is_as_its_template_says_and_tells_where_it_comes_from() {
        let data = [
            ("LaunchTemplateData.InstanceType", "m3.medium"),
            ("LaunchTemplateData.MetadataOptions.HttpTokens", "required"),
            ("LaunchTemplateData.BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
            ("LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
            ("LaunchTemplateData.TagSpecification.1.ResourceType", "instance"),
            ("LaunchTemplateData.TagSpecification.1.Tag.1.Key", "Name"),
            ("LaunchTemplateData.TagSpecification.1.Tag.1.Value", "web"),
        ];
        let (mut caller, answer) = launch(&data, &[]);
        assert_eq!(
            (answer.text("instanceType"), answer.text("httpTokens")),
            ("m3.medium".into(), "required".into())
        );
        let template = caller.ok("DescribeLaunchTemplates", &[]).text("launchTemplateId");
        let by_tag = [("Filter.1.Name", "tag:aws:ec2launchtemplate:id"), ("Filter.1.Value.1", &*template)];
        let found = caller.ok("DescribeInstances", &by_tag);
        assert_eq!(found.texts("key"), ["Name", "aws:ec2launchtemplate:id", "aws:ec2launchtemplate:version"]);
        assert!(found.texts("value").contains(&"1".to_owned()));
    }

    #[test]
    fn what_the_request_says_counts() {
        let data = [
            ("LaunchTemplateData.InstanceType", "t3.micro"),
            ("LaunchTemplateData.TagSpecification.1.ResourceType", "instance"),
            ("LaunchTemplateData.TagSpecification.1.Tag.1.Key", "Name"),
            ("LaunchTemplateData.TagSpecification.1.Tag.1.Value", "web"),
            ("LaunchTemplateData.TagSpecification.1.Tag.2.Key", "team"),
            ("LaunchTemplateData.TagSpecification.1.Tag.2.Value", "blue"),
        ];
        let more = [
            ("InstanceType", "t3.small"),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "other"),
        ];
        let (_, answer) = launch(&data, &more);
        assert_eq!(answer.text("instanceType"), "t3.small");
        assert!(
            answer.texts("value").contains(&"blue".to_owned())
                && answer.texts("value").contains(&"other".to_owned())
        );
        assert!(!answer.texts("value").contains(&"web".to_owned()));
    }

    #[test]
    fn a_template_that_is_not_there_is_said() {
        let mut caller = Caller::new();
        let launch = [("LaunchTemplate.LaunchTemplateName", "none"), ("MinCount", "1"), ("MaxCount", "1")];
        assert_eq!(
            caller.refused("RunInstances", &launch),
            "InvalidLaunchTemplateName.NotFoundException: The specified launch template, with template name none, does \
             not exist."
        );
    }
}
