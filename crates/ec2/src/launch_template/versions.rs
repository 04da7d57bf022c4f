//! Versions of launch templates. Follows CreateLaunchTemplateVersion, DescribeLaunchTemplateVersions and
//! DeleteLaunchTemplateVersions (EC2 API Reference).

use awsproto::page::Page;
use awsproto::{AwsError, Call, Filterable, Filters};
use model::launch_template::{
    LaunchParameters, LaunchTemplate, LaunchTemplateVersion as Version, VersionName,
};
use model::refusal::LaunchTemplateRefusal;
use model::{Link, Refusal, World};
use std::borrow::Cow;

use super::{DEFAULT, LATEST, PAGE, check_description, data, named, new_version, nobody, version_name};
use crate::errors::refused;
use crate::network_interface::each;
use crate::request::{self, bool_values, text_values};
use crate::shapes::{
    self, CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult,
    DeleteLaunchTemplateVersionsRequest, DeleteLaunchTemplateVersionsResponseErrorItem,
    DeleteLaunchTemplateVersionsResponseSuccessItem, DeleteLaunchTemplateVersionsResult,
    DescribeLaunchTemplateVersionsRequest, DescribeLaunchTemplateVersionsResult, ResponseError,
    ResponseLaunchTemplateData,
};

/// "You can delete up to 200 launch template versions in a single request" (DeleteLaunchTemplateVersions).
const DELETED_MAX: usize = 200;

pub(crate) fn create_version(
    call: &mut Call,
    world: &mut World,
    request: CreateLaunchTemplateVersionRequest,
) -> Result<CreateLaunchTemplateVersionResult, AwsError> {
    let CreateLaunchTemplateVersionRequest {
        client_token: _,
        launch_template_data,
        launch_template_id,
        launch_template_name,
        // Whether the answer names the image instead of the parameter that leads to it.
        resolve_alias,
        source_version,
        version_description,
    } = request;
    request::refuse_unsupported(&[("ResolveAlias", resolve_alias == Some(true))])?;
    check_description(version_description.as_deref())?;
    let id = named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    let sent = launch_template_data.unwrap_or_default();
    let template = world.launch_template(call.scope, id).map_err(refused)?;
    let source = source_version.as_deref().map(version_name).transpose()?;
    let source = source.map(|name| template.version(name)).transpose().map_err(refused)?;
    let version = match source {
        None => new_version(call, version_description, sent)?,
        Some(source) => Version {
            number: 0,
            parameters: over(&source.parameters, sent.parameters),
            created: call.now,
            created_by: call.principal_arn(),
            description: version_description,
        },
    };
    data::check(&data::read(&version)?)?;
    let number = world.create_launch_template_version(call.scope, id, version).map_err(refused)?;
    let template = world.launch_template(call.scope, id).map_err(refused)?;
    let version = template.version(VersionName::Number(number)).map_err(refused)?;
    Ok(CreateLaunchTemplateVersionResult {
        launch_template_version: Some(render(template, version)?),
        warning: None,
    })
}

/// "The new version inherits the same launch parameters as the source version, except for parameters that you specify":
/// whole members, lists among them.
fn over(source: &LaunchParameters, sent: LaunchParameters) -> LaunchParameters {
    let member = |key: &str| key.split('.').next().unwrap_or_default().to_owned();
    let replaced: std::collections::BTreeSet<String> = sent.keys().map(|key| member(key)).collect();
    let kept = source.iter().filter(|(key, _)| !replaced.contains(&member(key)));
    kept.map(|(key, value)| (key.clone(), value.clone())).chain(sent).collect()
}

pub(crate) fn delete_versions(
    call: &mut Call,
    world: &mut World,
    request: DeleteLaunchTemplateVersionsRequest,
) -> Result<DeleteLaunchTemplateVersionsResult, AwsError> {
    let DeleteLaunchTemplateVersionsRequest { launch_template_id, launch_template_name, versions } = request;
    let id = named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    if versions.len() > DELETED_MAX {
        let message = format!("At most {DELETED_MAX} versions can be deleted in a single request.");
        return Err(AwsError::invalid_parameter_value(message));
    }
    let name = world.launch_template(call.scope, id).map_err(refused)?.name.clone();
    let mut result = DeleteLaunchTemplateVersionsResult::default();
    for text in &versions {
        let number: u64 = text.parse().map_err(|_| {
            AwsError::invalid_parameter_value(
                "Invalid launch template version: a numeric version is expected.",
            )
        })?;
        let shown = i64::try_from(number).ok();
        match world.delete_launch_template_version(call.scope, id, number) {
            Ok(()) => result.successfully_deleted_launch_template_versions.push(
                DeleteLaunchTemplateVersionsResponseSuccessItem {
                    launch_template_id: Some(id.to_string()),
                    launch_template_name: Some(name.clone()),
                    version_number: shown,
                },
            ),
            // Without this the whole call would be taken back, and AWS deletes the others.
            Err(refusal) => result.unsuccessfully_deleted_launch_template_versions.push(
                DeleteLaunchTemplateVersionsResponseErrorItem {
                    launch_template_id: Some(id.to_string()),
                    launch_template_name: Some(name.clone()),
                    version_number: shown,
                    response_error: Some(why_not_deleted(refusal)),
                },
            ),
        }
    }
    Ok(result)
}

fn why_not_deleted(refusal: Refusal) -> ResponseError {
    let is_missing = matches!(&refusal, Refusal::LaunchTemplate(LaunchTemplateRefusal::NoVersion(..)));
    let code = if is_missing { "launchTemplateVersionDoesNotExist" } else { "unexpectedError" };
    ResponseError { code: Some(code.to_owned()), message: Some(refused(refusal).message) }
}

pub(crate) fn describe_versions(
    call: &mut Call,
    world: &World,
    request: DescribeLaunchTemplateVersionsRequest,
) -> Result<DescribeLaunchTemplateVersionsResult, AwsError> {
    let DescribeLaunchTemplateVersionsRequest {
        filters,
        include_managed_resources: _,
        launch_template_id,
        launch_template_name,
        max_results,
        max_version,
        min_version,
        next_token,
        resolve_alias,
        versions,
    } = request;
    request::refuse_unsupported(&[("ResolveAlias", resolve_alias == Some(true))])?;
    if !versions.is_empty() && (min_version.is_some() || max_version.is_some()) {
        return Err(AwsError::invalid_parameter_combination(
            "The parameter versions cannot be used with the parameters minVersion and maxVersion",
        ));
    }
    let shown = match (launch_template_id.as_deref(), launch_template_name.as_deref()) {
        (None, None) => of_all_templates(call, world, &versions)?,
        (id, name) => {
            let id = named(call, world, id, name)?;
            let template = world.launch_template(call.scope, id).map_err(refused)?;
            match versions.is_empty() {
                true => in_range(template, min_version.as_deref(), max_version.as_deref())?,
                false => chosen(template, &versions)?,
            }
        }
    };
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let shown = Filters::new(filters)?.select(shown)?;
    // Newest first, as AWS lists them.
    let key = |it: &shapes::LaunchTemplateVersion| {
        let newest_first = i64::MAX - it.version_number.unwrap_or_default();
        format!("{}/{newest_first:020}", it.launch_template_id.as_deref().unwrap_or_default())
    };
    let (launch_template_versions, next_token) = page.cut(shown, key);
    Ok(DescribeLaunchTemplateVersionsResult { launch_template_versions, next_token })
}

/// "To describe the latest or default versions of all your launch templates".
fn of_all_templates(
    call: &Call,
    world: &World,
    versions: &[String],
) -> Result<Vec<shapes::LaunchTemplateVersion>, AwsError> {
    if versions.is_empty() || versions.iter().any(|name| name != DEFAULT && name != LATEST) {
        return Err(AwsError::missing_parameter("LaunchTemplateId"));
    }
    let own = world.launch_templates.linked(Link::Scope(call.scope));
    let shown: Result<Vec<Vec<_>>, _> = own.map(|template| chosen(template, versions)).collect();
    Ok(shown?.concat())
}

fn chosen(
    template: &LaunchTemplate,
    versions: &[String],
) -> Result<Vec<shapes::LaunchTemplateVersion>, AwsError> {
    let mut shown: Vec<shapes::LaunchTemplateVersion> = Vec::new();
    for text in versions {
        let version = template.version(version_name(text)?).map_err(refused)?;
        // $Latest and $Default may be the same one.
        if !shown.iter().any(|it| it.version_number == i64::try_from(version.number).ok()) {
            shown.push(render(template, version)?);
        }
    }
    Ok(shown)
}

fn in_range(
    template: &LaunchTemplate,
    min: Option<&str>,
    max: Option<&str>,
) -> Result<Vec<shapes::LaunchTemplateVersion>, AwsError> {
    let bound = |parameter, text: Option<&str>, default: u64| match text {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| AwsError::invalid_value(parameter, text, "Expecting the number of a version.")),
    };
    let (min, max) = (bound("minVersion", min, 0)?, bound("maxVersion", max, u64::MAX)?);
    let within = template.versions.iter().filter(|it| (min..=max).contains(&it.number));
    within.map(|version| render(template, version)).collect()
}

fn render(template: &LaunchTemplate, version: &Version) -> Result<shapes::LaunchTemplateVersion, AwsError> {
    Ok(shapes::LaunchTemplateVersion {
        launch_template_id: Some(template.id.to_string()),
        launch_template_name: Some(template.name.clone()),
        version_number: i64::try_from(version.number).ok(),
        version_description: version.description.clone(),
        create_time: Some(version.created),
        created_by: Some(version.created_by.clone()),
        default_version: Some(template.default_version == version.number),
        launch_template_data: Some(data::read(version)?.into()),
        operator: Some(nobody()),
    })
}

impl awsproto::filter::Tagged for shapes::LaunchTemplateVersion {}

impl Filterable for shapes::LaunchTemplateVersion {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let data = self.launch_template_data.as_ref();
        let of = |value: fn(&ResponseLaunchTemplateData) -> &Option<String>| {
            data.map(|data| text_values(value(data))).unwrap_or_default()
        };
        let metadata: &[_] = data.map(|data| data.metadata_options.as_slice()).unwrap_or_default();
        Some(match name {
            "create-time" => self.create_time.iter().map(|time| time.to_string().into()).collect(),
            "ebs-optimized" => bool_values(data.and_then(|it| it.ebs_optimized)),
            "host-resource-group-arn" => {
                let placement: &[_] = data.map(|it| it.placement.as_slice()).unwrap_or_default();
                each(placement, |it| &it.host_resource_group_arn)
            }
            "http-endpoint" => each(metadata, |it| &it.http_endpoint),
            "http-protocol-ipv4" => each(metadata, |it| &it.http_endpoint),
            "http-tokens" => each(metadata, |it| &it.http_tokens),
            "iam-instance-profile" => {
                let profile: &[_] = data.map(|it| it.iam_instance_profile.as_slice()).unwrap_or_default();
                each(profile, |it| &it.arn)
            }
            "image-id" => of(|it| &it.image_id),
            "instance-type" => of(|it| &it.instance_type),
            "is-default-version" => bool_values(self.default_version),
            "kernel-id" => of(|it| &it.kernel_id),
            "license-configuration-arn" => {
                let licenses: &[_] = data.map(|it| it.license_specifications.as_slice()).unwrap_or_default();
                each(licenses, |it| &it.license_configuration_arn)
            }
            "network-card-index" => {
                let interfaces = data.map(|it| it.network_interfaces.as_slice()).unwrap_or_default();
                interfaces
                    .iter()
                    .filter_map(|it| it.network_card_index)
                    .map(|it| it.to_string().into())
                    .collect()
            }
            "ram-disk-id" => of(|it| &it.ram_disk_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn template(caller: &mut Caller) -> String {
        let parameters = [
            ("LaunchTemplateName", "web"),
            ("VersionDescription", "first"),
            ("LaunchTemplateData.InstanceType", "t3.micro"),
            ("LaunchTemplateData.KeyName", "mine"),
            ("LaunchTemplateData.BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
            ("LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
            ("LaunchTemplateData.NetworkInterface.1.DeviceIndex", "0"),
            ("LaunchTemplateData.NetworkInterface.1.AssociatePublicIpAddress", "true"),
            ("LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1", "sg-0123456789abcdef0"),
            ("LaunchTemplateData.MetadataOptions.HttpTokens", "required"),
        ];
        caller.ok("CreateLaunchTemplate", &parameters).text("launchTemplateId")
    }

    #[test]
    fn a_version_shows_what_was_asked_for_and_nothing_else() {
        let mut caller = Caller::new();
        let id = template(&mut caller);
        let shown = caller.ok("DescribeLaunchTemplateVersions", &[("LaunchTemplateId", &id)]);
        assert_eq!(
            (shown.text("versionDescription"), shown.text("instanceType")),
            ("first".into(), "t3.micro".into())
        );
        assert_eq!((shown.text("volumeSize"), shown.text("deviceIndex")), ("20".into(), "0".into()));
        assert_eq!(shown.text("associatePublicIpAddress"), "true");
        assert_eq!(shown.text("groupId"), "sg-0123456789abcdef0");
        assert_eq!(shown.text("httpTokens"), "required");
        assert!(shown.texts("imageId").is_empty() && shown.texts("ebsOptimized").is_empty());
    }

    #[test]
    fn a_version_begins_as_its_source_and_takes_over_what_it_says() {
        let mut caller = Caller::new();
        let id = template(&mut caller);
        let parameters = [
            ("LaunchTemplateId", &*id),
            ("SourceVersion", "$Latest"),
            ("LaunchTemplateData.InstanceType", "t3.small"),
        ];
        let made = caller.ok("CreateLaunchTemplateVersion", &parameters);
        assert_eq!((made.text("versionNumber"), made.text("instanceType")), ("2".into(), "t3.small".into()));
        assert_eq!((made.text("keyName"), made.text("volumeSize")), ("mine".into(), "20".into()));
        assert!(made.texts("versionDescription").is_empty());
        let alone = [("LaunchTemplateId", &*id), ("LaunchTemplateData.InstanceType", "t3.large")];
        assert!(caller.ok("CreateLaunchTemplateVersion", &alone).texts("keyName").is_empty());
    }

    #[test]
    fn versions_are_listed_newest_first_by_name_and_in_ranges() {
        let mut caller = Caller::new();
        let id = template(&mut caller);
        for size in ["t3.small", "t3.large"] {
            let more = [("LaunchTemplateId", &*id), ("LaunchTemplateData.InstanceType", size)];
            caller.ok("CreateLaunchTemplateVersion", &more);
        }
        let mut numbers = |more: &[(&str, &str)]| {
            let mut parameters = vec![("LaunchTemplateId", &*id)];
            parameters.extend(more);
            caller.ok("DescribeLaunchTemplateVersions", &parameters).texts("versionNumber")
        };
        assert_eq!(numbers(&[]), ["3", "2", "1"]);
        assert_eq!(numbers(&[("MinVersion", "2"), ("MaxVersion", "2")]), ["2"]);
        assert_eq!(
            numbers(&[("LaunchTemplateVersion.1", "$Default"), ("LaunchTemplateVersion.2", "$Latest")]),
            ["3", "1"]
        );
        assert_eq!(numbers(&[("Filter.1.Name", "instance-type"), ("Filter.1.Value.1", "t3.s*")]), ["2"]);
        let latest = [("LaunchTemplateVersion.1", "$Latest")];
        assert_eq!(caller.ok("DescribeLaunchTemplateVersions", &latest).texts("versionNumber"), ["3"]);
        assert!(caller.refused("DescribeLaunchTemplateVersions", &[]).starts_with("MissingParameter: "));
    }

    #[test]
    fn versions_are_deleted_one_by_one_but_not_the_default_one() {
        let mut caller = Caller::new();
        let id = template(&mut caller);
        let more = [("LaunchTemplateId", &*id), ("LaunchTemplateData.InstanceType", "t3.large")];
        caller.ok("CreateLaunchTemplateVersion", &more);
        let delete = [
            ("LaunchTemplateId", &*id),
            ("LaunchTemplateVersion.1", "1"),
            ("LaunchTemplateVersion.2", "2"),
            ("LaunchTemplateVersion.3", "7"),
        ];
        let answer = caller.ok("DeleteLaunchTemplateVersions", &delete);
        assert_eq!(answer.texts("code"), ["unexpectedError", "launchTemplateVersionDoesNotExist"]);
        let left = caller.ok("DescribeLaunchTemplateVersions", &[("LaunchTemplateId", &id)]);
        assert_eq!(left.texts("versionNumber"), ["1"]);
    }
}
