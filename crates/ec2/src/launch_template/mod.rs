//! Launch templates. Follows CreateLaunchTemplate and its neighbours in the EC2 API Reference.

mod data;
mod launch;
mod of_instance;
mod versions;

pub(crate) use launch::with_template;
pub(crate) use of_instance::of_instance;
pub(crate) use versions::{create_version, delete_versions, describe_versions};

use awsproto::params::Sent;
use awsproto::{AwsError, Call, Filterable};
use model::launch_template::{LaunchTemplateVersion as Version, VersionName};
use model::{LaunchTemplateId, Link, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, bool_values, render_tags, text_values};
use crate::shapes::{self, *};

/// "The number of characters is 3 to 128" (CreateLaunchTemplate).
const NAME_LENGTHS: std::ops::RangeInclusive<usize> = 3..=128;
/// What a name may have besides letters and numbers.
const NAME_SIGNS: &str = "().-/_";
/// "Maximum length of 255" (VersionDescription).
const DESCRIPTION_MAX: usize = 255;
/// The bounds of `MaxResults` ("This value can be between 1 and 200").
const PAGE: std::ops::RangeInclusive<i32> = 1..=200;
/// The version that is always there.
const DEFAULT: &str = "$Default";
/// The one with the highest number.
const LATEST: &str = "$Latest";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateLaunchTemplateRequest,
) -> Result<CreateLaunchTemplateResult, AwsError> {
    let CreateLaunchTemplateRequest {
        // A repeated call has got its first answer before this.
        client_token: _,
        launch_template_data,
        launch_template_name,
        operator,
        tag_specifications,
        version_description,
    } = request;
    request::refuse_unsupported(&[("Operator", operator.is_some())])?;
    let name = checked_name(launch_template_name)?;
    let tags = awsproto::tags::specified(tag_specifications, "launch-template")?;
    let sent = launch_template_data.ok_or_else(|| AwsError::missing_parameter("LaunchTemplateData"))?;
    let first = new_version(call, version_description, sent)?;
    let scope = call.scope;
    let id = call.with_ids(|ids| world.create_launch_template(scope, name, first, tags, ids));
    let template = world.launch_template(scope, id.map_err(refused)?).map_err(refused)?;
    Ok(CreateLaunchTemplateResult { launch_template: Some(render(template)), warning: None })
}

fn checked_name(name: Option<String>) -> Result<String, AwsError> {
    let name = name.ok_or_else(|| AwsError::missing_parameter("LaunchTemplateName"))?;
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || NAME_SIGNS.contains(letter);
    match NAME_LENGTHS.contains(&name.chars().count()) && name.chars().all(is_allowed) {
        true => Ok(name),
        false => Err(AwsError::new(
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the \
             following characters: - ( ) . / _.",
        )),
    }
}

fn new_version(
    call: &Call,
    description: Option<String>,
    sent: Sent<RequestLaunchTemplateData>,
) -> Result<Version, AwsError> {
    if sent.parameters.is_empty() {
        return Err(AwsError::missing_parameter("LaunchTemplateData"));
    }
    check_description(description.as_deref())?;
    data::check(&sent.value)?;
    Ok(Version {
        number: 0,
        description,
        created: call.now,
        created_by: call.principal_arn(),
        parameters: sent.parameters,
    })
}

fn check_description(text: Option<&str>) -> Result<(), AwsError> {
    let Some(long) = text.filter(|text| text.chars().count() > DESCRIPTION_MAX) else { return Ok(()) };
    let reason = format!("The length may not be more than {DESCRIPTION_MAX}.");
    Err(AwsError::invalid_value("VersionDescription", long, &reason))
}

/// The template that is named by its identifier or by its name.
pub(crate) fn named(
    call: &Call,
    world: &World,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<LaunchTemplateId, AwsError> {
    match (id, name) {
        (Some(_), Some(_)) => Err(AwsError::invalid_parameter_combination(
            "Only one of LaunchTemplateId and LaunchTemplateName can be specified.",
        )),
        (None, None) => Err(AwsError::missing_parameter("LaunchTemplateId")),
        (Some(id), None) => {
            let id = request::parse_id(id)?;
            world.launch_template(call.scope, id).map(|it| it.id).map_err(refused)
        }
        (None, Some(name)) => world.launch_template_named(call.scope, name).map(|it| it.id).map_err(refused),
    }
}

pub(crate) fn version_name(text: &str) -> Result<VersionName, AwsError> {
    match text {
        DEFAULT => Ok(VersionName::Default),
        LATEST => Ok(VersionName::Latest),
        number => number.parse().map(VersionName::Number).map_err(|_| {
            AwsError::invalid_parameter_value(
                "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.",
            )
        }),
    }
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyLaunchTemplateRequest,
) -> Result<ModifyLaunchTemplateResult, AwsError> {
    let ModifyLaunchTemplateRequest {
        client_token: _,
        default_version,
        launch_template_id,
        launch_template_name,
    } = request;
    let id = named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    if let Some(version) = default_version {
        let version = version_name(&version)?;
        world.set_default_launch_template_version(call.scope, id, version).map_err(refused)?;
    }
    let template = world.launch_template(call.scope, id).map_err(refused)?;
    Ok(ModifyLaunchTemplateResult { launch_template: Some(render(template)) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteLaunchTemplateRequest,
) -> Result<DeleteLaunchTemplateResult, AwsError> {
    let DeleteLaunchTemplateRequest { launch_template_id, launch_template_name } = request;
    let id = named(call, world, launch_template_id.as_deref(), launch_template_name.as_deref())?;
    let gone = world.delete_launch_template(call.scope, id).map_err(refused)?;
    Ok(DeleteLaunchTemplateResult { launch_template: Some(render(&gone)) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeLaunchTemplatesRequest,
) -> Result<DescribeLaunchTemplatesResult, AwsError> {
    let DescribeLaunchTemplatesRequest {
        filters,
        // Templates that a service provider manages, of which there are none.
        include_managed_resources: _,
        launch_template_ids,
        launch_template_names,
        max_results,
        next_token,
    } = request;
    let scope = call.scope;
    let own = world.launch_templates.linked(Link::Scope(scope));
    let mut templates = request::named_or_all(&launch_template_ids, own, |it| it.id)?;
    if !launch_template_names.is_empty() {
        for name in &launch_template_names {
            world.launch_template_named(scope, name).map_err(refused)?;
        }
        templates.retain(|it| launch_template_names.contains(&it.name));
    }
    let templates = templates.into_iter().map(render);
    let describe =
        Describe { kind: "launchTemplate", ids: &launch_template_ids, filters, max_results, next_token };
    let (launch_templates, next_token) =
        describe.page_within(PAGE, templates, |it| it.launch_template_id.as_ref())?;
    Ok(DescribeLaunchTemplatesResult { launch_templates, next_token })
}

fn render(template: &model::launch_template::LaunchTemplate) -> shapes::LaunchTemplate {
    shapes::LaunchTemplate {
        launch_template_id: Some(template.id.to_string()),
        launch_template_name: Some(template.name.clone()),
        create_time: Some(template.created),
        created_by: Some(template.created_by.clone()),
        default_version_number: i64::try_from(template.default_version).ok(),
        latest_version_number: i64::try_from(template.latest_version).ok(),
        tags: render_tags(&template.tags),
        operator: Some(nobody()),
    }
}

/// Who manages what its owner does.
fn nobody() -> OperatorResponse {
    OperatorResponse { managed: Some(false), ..Default::default() }
}

impl Filterable for shapes::LaunchTemplate {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "create-time" => self.create_time.iter().map(|time| time.to_string().into()).collect(),
            "launch-template-name" => text_values(&self.launch_template_name),
            "operator.managed" => bool_values(Some(false)),
            "operator.principal" => Vec::new(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    fn create(caller: &mut Caller, name: &str) -> String {
        let parameters = [
            ("LaunchTemplateName", name),
            ("LaunchTemplateData.InstanceType", "t3.micro"),
            ("TagSpecification.1.ResourceType", "launch-template"),
            ("TagSpecification.1.Tag.1.Key", "team"),
            ("TagSpecification.1.Tag.1.Value", "blue"),
        ];
        caller.ok("CreateLaunchTemplate", &parameters).text("launchTemplateId")
    }

    #[test]
    fn a_template_is_found_by_id_by_name_and_by_tag() {
        let mut caller = Caller::new();
        let id = create(&mut caller, "web");
        create(&mut caller, "db(1)");
        let by_name = [("LaunchTemplateName.1", "web")];
        assert_eq!(caller.ok("DescribeLaunchTemplates", &by_name).text("launchTemplateId"), id);
        let by_id = [("LaunchTemplateId.1", &*id)];
        assert_eq!(caller.ok("DescribeLaunchTemplates", &by_id).text("latestVersionNumber"), "1");
        let by_tag = [("Filter.1.Name", "tag:team"), ("Filter.1.Value.1", "blue")];
        assert_eq!(caller.ok("DescribeLaunchTemplates", &by_tag).texts("launchTemplateName").len(), 2);
        let tags = [("Filter.1.Name", "resource-type"), ("Filter.1.Value.1", "launch-template")];
        assert_eq!(caller.ok("DescribeTags", &tags).texts("resourceId").len(), 2);
        caller.ok("DeleteLaunchTemplate", &[("LaunchTemplateName", "web")]);
        assert_eq!(
            caller.refused("DescribeLaunchTemplates", &by_id),
            format!(
                "InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID {id}, does not exist."
            )
        );
        assert_eq!(
            caller.refused("DescribeLaunchTemplates", &by_name),
            "InvalidLaunchTemplateName.NotFoundException: The specified launch template, with template name web, does \
             not exist."
        );
    }

    #[test]
    fn names_are_taken_or_wrong() {
        let mut caller = Caller::new();
        create(&mut caller, "web");
        let mut refused = |name| {
            let data = ("LaunchTemplateData.InstanceType", "t3.micro");
            caller.refused("CreateLaunchTemplate", &[("LaunchTemplateName", name), data])
        };
        assert_eq!(
            refused("web"),
            "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use."
        );
        for name in ["ab", "has space", "ünï"] {
            assert!(refused(name).starts_with("InvalidLaunchTemplateName.MalformedException: "), "{name}");
        }
    }

    #[test]
    fn another_version_becomes_the_default() {
        let mut caller = Caller::new();
        let id = create(&mut caller, "web");
        let version = [("LaunchTemplateId", &*id), ("LaunchTemplateData.InstanceType", "t3.small")];
        caller.ok("CreateLaunchTemplateVersion", &version);
        let default = [("LaunchTemplateId", &*id), ("SetDefaultVersion", "2")];
        let modified = caller.ok("ModifyLaunchTemplate", &default);
        assert_eq!(
            (modified.text("defaultVersionNumber"), modified.text("latestVersionNumber")),
            ("2".into(), "2".into())
        );
        let none = [("LaunchTemplateId", &*id), ("SetDefaultVersion", "9")];
        assert_eq!(
            caller.refused("ModifyLaunchTemplate", &none),
            format!(
                "InvalidLaunchTemplateId.VersionNotFound: Could not find the specified version 9 for the launch template \
                 with ID {id}."
            )
        );
    }
}
