//! Which image each instance was launched from, and whether it is still what should be launched. Follows
//! DescribeInstanceImageMetadata (EC2 API Reference). Allowed AMIs cannot be set, so that every image is allowed.

use awsproto::{AwsError, Call, Filterable};
use model::{Instance, Link, World};
use std::borrow::Cow;

use crate::image;
use crate::instance;
use crate::request::{self, Describe, bool_values, render_tags, text_values};
use crate::shapes::{self, *};

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceImageMetadataRequest,
) -> Result<DescribeInstanceImageMetadataResult, AwsError> {
    let DescribeInstanceImageMetadataRequest { filters, instance_ids, max_results, next_token } = request;
    let scope = call.scope;
    let all = world.network.instances.linked(Link::Scope(scope));
    let named = request::named_or_all(&instance_ids, all, |instance| instance.id)?;
    let describe = Describe { kind: "instances", ids: &instance_ids, filters, max_results, next_token };
    let rendered = named.into_iter().map(|instance| render(world, instance));
    let (instance_image_metadata, next_token) =
        describe.page(rendered, |it: &InstanceImageMetadata| it.instance_id.as_ref())?;
    Ok(DescribeInstanceImageMetadataResult { instance_image_metadata, next_token })
}

fn render(world: &World, instance: &Instance) -> InstanceImageMetadata {
    InstanceImageMetadata {
        instance_id: Some(instance.id.to_string()),
        instance_type: Some(instance.instance_type.clone()),
        launch_time: Some(instance.launched),
        availability_zone: Some(instance.zone.to_string()),
        zone_id: Some(instance.zone.zone_id()),
        state: Some(instance::state(instance.state)),
        owner_id: Some(instance.scope.account.to_string()),
        tags: render_tags(&instance.tags),
        image_metadata: Some(metadata(image::render(&world.image_of(instance)))),
        ..Default::default()
    }
}

fn metadata(image: shapes::Image) -> ImageMetadata {
    ImageMetadata {
        image_id: image.image_id,
        name: image.name,
        owner_id: image.owner_id,
        state: image.state,
        image_owner_alias: image.image_owner_alias,
        creation_date: image.creation_date,
        deprecation_time: image.deprecation_time,
        image_allowed: Some(true),
        is_public: image.public,
        ..Default::default()
    }
}

impl Filterable for InstanceImageMetadata {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let state = self.state.as_ref();
        let image = self.image_metadata.as_ref();
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "image-allowed" => bool_values(image.and_then(|it| it.image_allowed)),
            "instance-id" => text_values(&self.instance_id),
            "instance-state-name" => state.map(|it| text_values(&it.name)).unwrap_or_default(),
            "instance-type" => text_values(&self.instance_type),
            "launch-time" => self.launch_time.iter().map(|time| time.to_string().into()).collect(),
            "owner-alias" => image.map(|it| text_values(&it.image_owner_alias)).unwrap_or_default(),
            "owner-id" => image.map(|it| text_values(&it.owner_id)).unwrap_or_default(),
            "zone-id" => text_values(&self.zone_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_instance_tells_its_image() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let mut told = |filter: &str, value: &str| {
            let filter = [("Filter.1.Name", filter), ("Filter.1.Value.1", value)];
            caller.ok("DescribeInstanceImageMetadata", &filter)
        };
        let answer = told("owner-alias", "amazon");
        assert_eq!((answer.text("instanceId"), answer.text("imageOwnerId")), (id, "137112412989".into()));
        let names = answer.texts("name");
        assert!(names[0].starts_with("al2023-ami-2023.") && names[1] == "running", "{answer:?}");
        assert_eq!((answer.text("isPublic"), answer.text("imageAllowed")), ("true".into(), "true".into()));
        assert!(told("instance-state-name", "stopped").texts("imageId").is_empty());
        assert_eq!(
            caller.refused("DescribeInstanceImageMetadata", &[("InstanceId.1", "i-0123456789abcdef0")]),
            "InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist"
        );
    }
}
