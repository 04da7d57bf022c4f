//! What a launch touches: its image, the subnets and groups it goes into, what is named besides, and what it makes; also
//! what a launch template or the default VPC brings.
//!
//! Follows "Example: Launch instances (RunInstances)" (EC2 User Guide).

use awsproto::authorization::ConditionKey;
use awsproto::{Input, Operation as _, Touched};
use model::{ResourceId, Subnet, Zone};

use super::asked::Asked;
use super::existing::{self, in_zone, metadata, one};
use super::{created, pass_role};
use crate::block_device;
use crate::launch_template;
use crate::shapes::*;

/// A launch that is asked about.
struct Launch<'a> {
    asked: &'a Asked<'a>,
    /// As it was sent.
    sent: RunInstancesRequest,
    /// With what its template says.
    request: RunInstancesRequest,
    /// The template that it names.
    template: Option<ResourceId>,
}

/// A network interface of a launch.
struct Interface<'a> {
    /// One that there is already.
    existing: Option<ResourceId>,
    subnet: Option<&'a Subnet>,
    groups: Vec<ResourceId>,
    public_address: Option<bool>,
}

/// What is touched.
pub(super) fn touched(asked: &Asked<'_>, input: &Input) -> Vec<Touched> {
    let Ok(sent) = op::RunInstances::decode(input) else { return Vec::new() };
    let with_template = launch_template::with_template(asked.call, asked.world, sent.clone());
    let request = with_template.map_or_else(|_| sent.clone(), |(request, _)| request);
    let template = template_of(asked, &sent);
    let launch = Launch { asked, sent, request, template };
    let interfaces = launch.interfaces();
    let zone = launch.zone().or(interfaces.iter().find_map(|it| it.subnet).map(|it| it.zone));
    let mut touched = launch.image();
    touched.push(launch.instance(zone));
    touched.extend(interfaces.iter().map(|it| launch.interface(it)));
    touched.extend(launch.existing(
        "security-group",
        interfaces.iter().flat_map(|it| it.groups.clone()),
        launch.sends_groups(),
    ));
    let subnets = interfaces.iter().filter_map(|it| it.subnet).map(|it| it.id.into());
    touched.extend(launch.existing("subnet", subnets, launch.sends_subnets()));
    touched.extend(launch.volumes(zone));
    touched.extend(launch.named());
    touched.extend(launch.tagging());
    touched
        .extend(launch.request.iam_instance_profile.as_ref().and_then(|it| pass_role::of_profile(asked, it)));
    touched
}

fn template_of(asked: &Asked<'_>, sent: &RunInstancesRequest) -> Option<ResourceId> {
    let named = sent.launch_template.as_ref()?;
    let by_name =
        || asked.world.launch_template_named(asked.scope(), named.launch_template_name.as_deref()?).ok();
    match &named.launch_template_id {
        Some(id) => id.parse().ok(),
        None => by_name().map(|template| template.id.into()),
    }
}

impl<'a> Launch<'a> {
    /// What is not there yet: one of a type, with its keys and the tags that it is to have.
    fn made(&self, kind: &str, keys: impl IntoIterator<Item = ConditionKey>, is_sent: bool) -> Touched {
        let Some(resource) = self.asked.authorization().resource(kind) else { return Touched::default() };
        let mut touched = self.asked.any(resource);
        for (key, values) in keys.into_iter().chain(self.of_template(is_sent)) {
            if resource.keys.has(&key) {
                touched.add(key, values);
            }
        }
        touched.add_request_tags(tags(&self.request, kind));
        touched
    }

    /// What is there: each once; any of the type where the request must have one and does not say which.
    fn existing(&self, kind: &str, ids: impl IntoIterator<Item = ResourceId>, is_sent: bool) -> Vec<Touched> {
        let Some(resource) = self.asked.authorization().resource(kind) else { return Vec::new() };
        let mut touched: Vec<Touched> = Vec::new();
        for id in ids {
            let mut one = existing::touched(self.asked, resource, id);
            for (key, values) in self.of_template(is_sent) {
                one.add(key, values);
            }
            if touched.iter().all(|other| other.arn != one.arn) {
                touched.push(one);
            }
        }
        if touched.is_empty() && resource.is_required {
            touched.push(self.asked.any(resource));
        }
        touched
    }

    /// "ec2:IsLaunchTemplateResource": whether the resource is the template's word, and not overridden in the request.
    fn of_template(&self, is_sent: bool) -> Vec<ConditionKey> {
        let Some(template) = self.template else { return Vec::new() };
        let arn = self.asked.arn("launch-template", template);
        vec![one("ec2:LaunchTemplate", arn), one("ec2:IsLaunchTemplateResource", !is_sent)]
    }

    fn image(&self) -> Vec<Touched> {
        let id = self.request.image_id.as_deref().and_then(|text| text.parse::<ResourceId>().ok());
        self.existing("image", id, self.sent.image_id.is_some())
    }

    fn instance(&self, zone: Option<Zone>) -> Touched {
        let request = &self.request;
        let placement = request.placement.clone().unwrap_or_default();
        let mut keys = vec![
            one("ec2:EbsOptimized", request.ebs_optimized.unwrap_or(false)),
            one("ec2:InstanceMarketType", "on-demand"),
            one("ec2:RootDeviceType", "ebs"),
            one("ec2:Tenancy", placement.tenancy.as_deref().unwrap_or("default")),
        ];
        keys.extend(request.instance_type.as_ref().map(|name| one("ec2:InstanceType", name)));
        keys.extend(zone.into_iter().flat_map(in_zone));
        keys.extend(self.metadata());
        keys.extend(self.profile().map(|arn| one("ec2:InstanceProfile", arn)));
        keys.extend(
            self.placement_group()
                .map(|name| one("ec2:PlacementGroup", self.asked.arn("placement-group", name))),
        );
        self.made("instance", keys, self.sends_instance())
    }

    fn metadata(&self) -> Vec<ConditionKey> {
        let (world, scope) = (self.asked.world, self.asked.scope());
        let image = self.request.image_id.as_deref().and_then(|text| text.parse().ok());
        let image = image.and_then(|id| world.image(scope, id, self.asked.call.unknown_images));
        let Some(image) = image else { return Vec::new() };
        let defaults = world.metadata_defaults(scope).over(image.metadata_options());
        let asked = self.request.metadata_options.clone();
        let options = asked.map_or(Ok(defaults), |it| crate::run_instances::metadata(defaults, it));
        options.map(|options| metadata(options).into()).unwrap_or_default()
    }

    fn profile(&self) -> Option<String> {
        let named = self.request.iam_instance_profile.as_ref()?;
        let account = self.asked.scope().account;
        let by_name = || self.asked.world.instance_profile_named(account, named.name.as_deref()?).ok();
        named.arn.clone().or_else(|| by_name().map(|it| it.arn(self.asked.call.partition())))
    }

    fn placement_group(&self) -> Option<String> {
        let placement = self.request.placement.as_ref()?;
        let (world, scope) = (self.asked.world, self.asked.scope());
        let of_id = || world.placement_group(scope, placement.group_id.as_deref()?.parse().ok()?).ok();
        placement.group_name.clone().or_else(|| of_id().map(|group| group.name.clone()))
    }

    fn zone(&self) -> Option<Zone> {
        let placement = self.request.placement.as_ref()?;
        let name = placement.availability_zone.as_deref().or(placement.availability_zone_id.as_deref())?;
        Zone::find(self.asked.scope().region, name)
    }

    fn interfaces(&self) -> Vec<Interface<'a>> {
        if self.request.network_interfaces.is_empty() {
            return vec![self.only_interface()];
        }
        self.request.network_interfaces.iter().map(|it| self.specified(it)).collect()
    }

    fn only_interface(&self) -> Interface<'a> {
        let request = &self.request;
        let subnet = self.subnet(request.subnet_id.as_deref());
        let by_name =
            request.security_groups.iter().filter_map(|name| existing::group_named(self.asked, name));
        let by_name = by_name.map(ResourceId::from);
        let groups = ids(&request.security_group_ids).chain(by_name).collect();
        Interface { existing: None, subnet, groups: self.or_default(groups, subnet), public_address: None }
    }

    fn specified(&self, it: &InstanceNetworkInterfaceSpecification) -> Interface<'a> {
        let existing = it.network_interface_id.as_deref().and_then(|text| text.parse().ok());
        if existing.is_some() {
            return Interface { existing, subnet: None, groups: Vec::new(), public_address: None };
        }
        let subnet = self.subnet(it.subnet_id.as_deref());
        let groups = self.or_default(ids(&it.groups).collect(), subnet);
        Interface { existing: None, subnet, groups, public_address: it.associate_public_ip_address }
    }

    /// The subnet that is named, or the default one.
    fn subnet(&self, named: Option<&str>) -> Option<&'a Subnet> {
        let (world, scope) = (self.asked.world, self.asked.scope());
        match named.filter(|text| !text.is_empty()) {
            Some(text) => world.network.subnets.get(&text.parse().ok()?),
            None => world.default_subnet_for_launch(scope, self.zone()).ok(),
        }
    }

    /// "If you don't specify a security group, the default security group" of the VPC is taken.
    fn or_default(&self, groups: Vec<ResourceId>, subnet: Option<&Subnet>) -> Vec<ResourceId> {
        let vpc = subnet.and_then(|subnet| self.asked.world.network.vpcs.get(&subnet.vpc));
        match groups.is_empty() {
            true => vpc.map(|vpc| vpc.default_security_group.into()).into_iter().collect(),
            false => groups,
        }
    }

    fn interface(&self, it: &Interface<'_>) -> Touched {
        if let Some(id) = it.existing {
            return self.existing("network-interface", [id], true).remove(0);
        }
        let place = it.subnet.into_iter().flat_map(|subnet| {
            let own = [
                one("ec2:Subnet", self.asked.arn("subnet", subnet.id)),
                one("ec2:Vpc", self.asked.arn("vpc", subnet.vpc)),
            ];
            own.into_iter().chain(in_zone(subnet.zone))
        });
        let public = it.public_address.map(|is| one("ec2:AssociatePublicIpAddress", is));
        let is_sent = self.sends_subnets() || self.sends_groups();
        self.made("network-interface", place.chain(public), is_sent)
    }

    /// The image's volumes, and those of the request.
    fn volumes(&self, zone: Option<Zone>) -> Vec<Touched> {
        let (world, scope) = (self.asked.world, self.asked.scope());
        let image = self.request.image_id.as_deref().and_then(|text| text.parse().ok());
        let image = image.and_then(|id| world.image(scope, id, self.asked.call.unknown_images));
        let mappings = self.request.block_device_mappings.clone();
        let devices = image.and_then(|image| {
            block_device::of_launch(world, scope, &image, mappings, &Default::default()).ok()
        });
        let is_sent = !self.sent.block_device_mappings.is_empty();
        let zone = || zone.into_iter().flat_map(in_zone);
        let Some(devices) = devices else { return vec![self.made("volume", zone(), is_sent)] };
        let volume = |it: &model::instance_lifecycle::LaunchVolume| {
            let of = &it.volume;
            let parent =
                of.snapshot.map(|id| one("ec2:ParentSnapshot", existing::snapshot_arn(self.asked, id)));
            let keys = existing::capacity(&of.capacity, of.kms_key.as_deref());
            self.made("volume", keys.into_iter().chain(parent).chain(zone()), is_sent)
        };
        devices.volumes.iter().map(volume).collect()
    }

    /// What is named besides: the key pair, the placement group, the launch template, snapshots.
    fn named(&self) -> Vec<Touched> {
        let (world, scope) = (self.asked.world, self.asked.scope());
        let (request, sent) = (&self.request, &self.sent);
        let key = request.key_name.as_deref().and_then(|name| world.key_pair_named(scope, name).ok());
        let group = self.placement_group().and_then(|name| world.placement_group_named(scope, &name).ok());
        let devices =
            request.block_device_mappings.iter().filter_map(|it| it.ebs.as_ref()?.snapshot_id.as_deref());
        let snapshots = devices.filter_map(|text| text.parse().ok());
        let parts = [
            self.existing("key-pair", key.map(|key| key.id.into()), sent.key_name.is_some()),
            self.existing("launch-template", self.template, false),
            self.existing("placement-group", group.map(|group| group.id.into()), sent.placement.is_some()),
            self.existing("snapshot", snapshots, !sent.block_device_mappings.is_empty()),
        ];
        parts.into_iter().flatten().collect()
    }

    /// Permission to tag what is made, where it is to have tags.
    fn tagging(&self) -> Vec<Touched> {
        let kinds = ["instance", "network-interface", "volume"].into_iter();
        let tagged = kinds.filter_map(|kind| {
            let mut tags = tags(&self.request, kind).peekable();
            tags.peek()?;
            Some(created::tagged(self.asked, &self.asked.arn(kind, "*"), tags))
        });
        tagged.collect()
    }

    fn sends_groups(&self) -> bool {
        let sent = &self.sent;
        !sent.security_group_ids.is_empty()
            || !sent.security_groups.is_empty()
            || !sent.network_interfaces.is_empty()
    }

    fn sends_subnets(&self) -> bool {
        self.sent.subnet_id.is_some() || !self.sent.network_interfaces.is_empty()
    }

    /// Whether the request says something of the instance itself.
    fn sends_instance(&self) -> bool {
        let sent = &self.sent;
        let says = [
            sent.instance_type.is_some(),
            sent.iam_instance_profile.is_some(),
            sent.placement.is_some(),
            sent.metadata_options.is_some(),
            sent.ebs_optimized.is_some(),
            sent.user_data.is_some(),
        ];
        says.contains(&true)
    }
}

fn ids(texts: &[String]) -> impl Iterator<Item = ResourceId> {
    texts.iter().filter_map(|text| text.parse().ok())
}

/// The tags that what is made of a type is to have.
fn tags<'r>(request: &'r RunInstancesRequest, kind: &str) -> impl Iterator<Item = (&'r str, &'r str)> {
    let of_kind =
        request.tag_specifications.iter().filter(move |it| it.resource_type.as_deref() == Some(kind));
    let tags: Vec<&Tag> = of_kind.flat_map(|it| &it.tags).collect();
    let pair =
        |tag: &'r Tag| (tag.key.as_deref().unwrap_or_default(), tag.value.as_deref().unwrap_or_default());
    tags.into_iter().map(pair)
}
