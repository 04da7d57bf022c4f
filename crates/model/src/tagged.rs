//! What has tags, whichever service it is of, by its ARN.
//!
//! Follows "Services that support the Resource Groups Tagging API" (Resource Groups Tagging API Reference). What belongs to
//! no Region, of IAM and Route 53, is found in one Region of its partition alone.

use std::fmt;

use crate::hosted_zone_id::HostedZoneId;
use crate::log_group::is_log_group_name;
use crate::managed_policy::{AnyPolicy, ManagedPolicy};
use crate::place::{Region, Scope};
use crate::private_hosted_zone::ZoneOwner;
use crate::queue_name::QueueName;
use crate::resource::ResourceId;
use crate::tags::Tags;
use crate::topic::is_topic_name;
use crate::world::World;

/// Something that can be tagged, of any service. It need not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taggable {
    /// Of EC2.
    Ec2(ResourceId),
    /// A hosted zone.
    HostedZone(HostedZoneId),
    /// A queue.
    Queue(QueueName),
    /// A log group, by its name.
    LogGroup(String),
    /// Of IAM, by its name.
    Iam(IamTaggable, String),
    /// A topic, by its name.
    Topic(String),
}

/// What can be tagged of IAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IamTaggable {
    /// A user.
    User,
    /// A role.
    Role,
    /// An instance profile.
    InstanceProfile,
    /// A managed policy of an account's.
    Policy,
    /// An OpenID Connect provider.
    OidcProvider,
}

/// Why an ARN names nothing that can be tagged from a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnProblem {
    /// It is none.
    Malformed,
    /// It is of another partition, Region or account.
    Elsewhere,
    /// Nothing of the kind can be tagged, or be here at all.
    OfNoKind,
}

/// Something with tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedRow<'a> {
    /// Its ARN.
    pub arn: String,
    /// Its service and its type: `ec2:instance`.
    pub kind: String,
    /// Its tags.
    pub tags: &'a Tags,
}

impl IamTaggable {
    /// All kinds.
    pub const ALL: [IamTaggable; 5] = [
        IamTaggable::User,
        IamTaggable::Role,
        IamTaggable::InstanceProfile,
        IamTaggable::Policy,
        IamTaggable::OidcProvider,
    ];

    /// The type as ARNs have it.
    pub fn type_name(self) -> &'static str {
        match self {
            IamTaggable::User => "user",
            IamTaggable::Role => "role",
            IamTaggable::InstanceProfile => "instance-profile",
            IamTaggable::Policy => "policy",
            IamTaggable::OidcProvider => "oidc-provider",
        }
    }
}

impl fmt::Display for Taggable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Taggable::Ec2(id) => id.fmt(f),
            Taggable::HostedZone(id) => id.fmt(f),
            Taggable::Queue(name) => name.as_str().fmt(f),
            Taggable::Iam(_, name) | Taggable::Topic(name) | Taggable::LogGroup(name) => name.fmt(f),
        }
    }
}

impl Taggable {
    /// What an ARN names, as somebody in a scope can tag it.
    pub fn of_arn(scope: Scope, arn: &str) -> Result<Taggable, ArnProblem> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(ArnProblem::Malformed);
        };
        if partition.is_empty() || service.is_empty() || resource.is_empty() {
            return Err(ArnProblem::Malformed);
        }
        let own = (scope.region.partition(), scope.account.to_string());
        let found = match service {
            "ec2" => of_ec2(resource),
            "route53" => of_route53(resource),
            "iam" => of_iam(resource),
            "sqs" => QueueName::of_arn(arn).ok().map(Taggable::Queue),
            "sns" => of_sns(resource),
            "logs" => of_logs(resource),
            _ => None,
        };
        let found = found.ok_or(ArnProblem::OfNoKind)?;
        let is_here = match found {
            // Images and snapshots have ARNs without an account, too.
            Taggable::Ec2(_) => region == scope.region.name() && (account.is_empty() || account == own.1),
            Taggable::Topic(_) | Taggable::LogGroup(_) => region == scope.region.name() && account == own.1,
            Taggable::HostedZone(_) => is_home_of_the_global(scope.region) && account.is_empty(),
            Taggable::Queue(name) => name.scope() == scope,
            Taggable::Iam(..) => is_home_of_the_global(scope.region) && account == own.1,
        };
        match is_here && partition == own.0.name() {
            true => Ok(found),
            false => Err(ArnProblem::Elsewhere),
        }
    }
}

fn of_ec2(resource: &str) -> Option<Taggable> {
    let (kind, id) = resource.split_once('/')?;
    let id: ResourceId = id.parse().ok()?;
    (id.type_name() == kind && !matches!(id, ResourceId::Reservation(_))).then_some(Taggable::Ec2(id))
}

fn of_route53(resource: &str) -> Option<Taggable> {
    resource.strip_prefix("hostedzone/")?.parse().ok().map(Taggable::HostedZone)
}

fn of_iam(resource: &str) -> Option<Taggable> {
    let (kind, rest) = resource.split_once('/')?;
    let kind = IamTaggable::ALL.into_iter().find(|it| it.type_name() == kind)?;
    let name = match kind {
        // Its URL has slashes of its own.
        IamTaggable::OidcProvider => rest,
        IamTaggable::User | IamTaggable::Role | IamTaggable::InstanceProfile | IamTaggable::Policy => {
            rest.rsplit('/').next()?
        }
    };
    Some(Taggable::Iam(kind, name.to_owned()))
}

fn of_sns(resource: &str) -> Option<Taggable> {
    let is_name = is_topic_name(resource, false) || is_topic_name(resource, true);
    is_name.then(|| Taggable::Topic(resource.to_owned()))
}

fn of_logs(resource: &str) -> Option<Taggable> {
    let name = resource.strip_prefix("log-group:")?;
    is_log_group_name(name).then(|| Taggable::LogGroup(name.to_owned()))
}

/// Whether what is of no Region is found in this one: "us-east-1", or its like in other partitions.
fn is_home_of_the_global(region: Region) -> bool {
    region.partition().global_region() == region
}

impl World {
    /// Everything of a scope that has tags, but for users and roles, which the tagging service does not list.
    pub fn tagged(&self, scope: Scope) -> Vec<TaggedRow<'_>> {
        let ec2 = self.tagged_resources(scope).into_iter().map(|(id, tags)| TaggedRow {
            arn: scope.region.arn("ec2", scope.account, format_args!("{}/{id}", id.type_name())),
            kind: format!("ec2:{}", id.type_name()),
            tags,
        });
        let queues = self.queues_of(scope).map(|queue| TaggedRow {
            arn: queue.arn(),
            kind: "sqs:queue".to_owned(),
            tags: &queue.tags,
        });
        let topics = self.topics_of(scope);
        let topics =
            topics.map(|it| TaggedRow { arn: it.arn(), kind: "sns:topic".to_owned(), tags: &it.tags });
        let log_groups = self.log_groups_of(scope).into_iter().map(|it| TaggedRow {
            arn: it.arn(),
            kind: "logs:log-group".to_owned(),
            tags: &it.tags,
        });
        let others = queues.chain(topics).chain(log_groups).filter(|row| !row.tags.is_empty());
        let mut rows: Vec<TaggedRow<'_>> = ec2.chain(others).collect();
        if is_home_of_the_global(scope.region) {
            rows.extend(self.tagged_globals(scope));
            rows.retain(|row| !row.tags.is_empty());
        }
        rows
    }

    fn tagged_globals(&self, scope: Scope) -> impl Iterator<Item = TaggedRow<'_>> {
        let (partition, account) = (scope.region.partition(), scope.account);
        let of_iam =
            |kind: IamTaggable, arn, tags| TaggedRow { arn, kind: format!("iam:{}", kind.type_name()), tags };
        let profiles = self.instance_profiles_of(account);
        let profiles =
            profiles.map(move |it| of_iam(IamTaggable::InstanceProfile, it.arn(partition), &it.tags));
        let policies = self.managed_policies_of(account);
        let policies =
            policies.map(move |it| of_iam(IamTaggable::Policy, AnyPolicy::Own(it).arn(partition), &it.tags));
        let providers = self.oidc_providers_of(account);
        let providers =
            providers.map(move |it| of_iam(IamTaggable::OidcProvider, it.arn(account, partition), &it.tags));
        let is_own = move |owner: &ZoneOwner| *owner == ZoneOwner::Account(account);
        let zones = self.private_hosted_zones.values().filter(move |zone| is_own(&zone.owner));
        let zones = zones.map(move |zone| TaggedRow {
            arn: partition.arn("route53", "", format_args!("hostedzone/{}", zone.id)),
            kind: "route53:hostedzone".to_owned(),
            tags: &zone.tags,
        });
        profiles.chain(policies).chain(providers).chain(zones)
    }

    /// The tags of what an ARN names; `None` if it is not there, or not under this very ARN.
    pub fn tags_by_arn(&self, scope: Scope, arn: &str) -> Option<&Tags> {
        let (partition, account) = (scope.region.partition(), scope.account);
        match Taggable::of_arn(scope, arn).ok()? {
            Taggable::Ec2(id) => self.tags(scope, id),
            Taggable::Topic(name) => self.topic(scope, &name).ok().map(|topic| &topic.tags),
            Taggable::LogGroup(name) => self.log_group(scope, &name).ok().map(|group| &group.tags),
            Taggable::HostedZone(id) => self.private_hosted_zone(account, id).ok().map(|zone| &zone.tags),
            Taggable::Queue(name) => self.queues.get(&name).map(|queue| &queue.tags),
            Taggable::Iam(kind, name) => match kind {
                IamTaggable::User => {
                    let user = self.user_named(account, &name).ok()?;
                    (user.arn(partition) == arn).then_some(&user.tags)
                }
                IamTaggable::Role => {
                    let role = self.role_named(account, &name).ok()?;
                    (role.arn(partition) == arn).then_some(&role.tags)
                }
                IamTaggable::InstanceProfile => {
                    let profile = self.instance_profile_named(account, &name).ok()?;
                    (profile.arn(partition) == arn).then_some(&profile.tags)
                }
                IamTaggable::Policy => {
                    let mut policies = self.managed_policies_of(account);
                    policies.find(|it| AnyPolicy::Own(it).arn(partition) == arn).map(|it| &it.tags)
                }
                IamTaggable::OidcProvider => self.oidc_provider(account, arn).ok().map(|it| &it.tags),
            },
        }
    }

    /// The same, to be changed.
    pub fn tags_by_arn_mut(&mut self, scope: Scope, arn: &str) -> Option<&mut Tags> {
        self.tags_by_arn(scope, arn)?;
        let (partition, account) = (scope.region.partition(), scope.account);
        match Taggable::of_arn(scope, arn).ok()? {
            Taggable::Ec2(id) => self.tags_mut(scope, id),
            Taggable::Topic(name) => self.topic_mut(scope, &name).ok().map(|topic| &mut topic.tags),
            Taggable::LogGroup(name) => self.log_group_mut(scope, &name).ok().map(|group| &mut group.tags),
            // Neither names nor VPCs change, by which zones are found.
            Taggable::HostedZone(id) => self.private_hosted_zones.get_mut(&id).map(|zone| &mut zone.tags),
            Taggable::Queue(name) => self.queues.get_mut(&name).map(|queue| &mut queue.tags),
            Taggable::Iam(kind, name) => match kind {
                IamTaggable::User => self.user_named_mut(account, &name).ok().map(|it| &mut it.tags),
                IamTaggable::Role => self.role_named_mut(account, &name).ok().map(|it| &mut it.tags),
                IamTaggable::InstanceProfile => {
                    self.instance_profile_named_mut(account, &name).ok().map(|it| &mut it.tags)
                }
                IamTaggable::Policy => {
                    let is_named = |it: &&ManagedPolicy| AnyPolicy::Own(it).arn(partition) == arn;
                    let id = self.managed_policies_of(account).find(is_named)?.id;
                    self.managed_policies.get_mut(&id).map(|it| &mut it.tags)
                }
                IamTaggable::OidcProvider => self.oidc_provider_mut(account, arn).ok().map(|it| &mut it.tags),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    #[test]
    fn an_arn_names_what_can_be_tagged_here() {
        let account = crate::AccountId::DEFAULT;
        let of = |region: &str, arn: &str| {
            Taggable::of_arn(Scope { account, region: region.parse().unwrap() }, arn)
        };
        let vpc = "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0123456789abcdef0";
        assert!(matches!(of("us-west-2", vpc), Ok(Taggable::Ec2(ResourceId::Vpc(_)))));
        assert_eq!(of("us-east-1", vpc), Err(ArnProblem::Elsewhere));
        assert_eq!(of("us-west-2", &vpc.replace("123456789012", "1")), Err(ArnProblem::Elsewhere));
        assert_eq!(of("us-west-2", &vpc.replace("arn:aws:", "arn:aws-cn:")), Err(ArnProblem::Elsewhere));
        assert_eq!(of("us-west-2", &vpc.replace(":vpc/", ":subnet/")), Err(ArnProblem::OfNoKind));
        assert_eq!(of("us-west-2", "arn:aws:s3:::bucket"), Err(ArnProblem::OfNoKind));
        for malformed in ["", "vpc-1", "arn:aws:ec2", "arn::ec2:us-west-2:1:vpc/1", "arn:aws:ec2:::"] {
            assert_eq!(of("us-west-2", malformed), Err(ArnProblem::Malformed), "{malformed}");
        }
        let role = "arn:aws:iam::123456789012:role/team/web";
        let web = Ok(Taggable::Iam(IamTaggable::Role, "web".to_owned()));
        assert_eq!((of("us-east-1", role), of("us-west-2", role)), (web, Err(ArnProblem::Elsewhere)));
        let provider = "arn:aws-cn:iam::123456789012:oidc-provider/token.example.com/id/1";
        let url = Taggable::Iam(IamTaggable::OidcProvider, "token.example.com/id/1".to_owned());
        assert_eq!(of("cn-north-1", provider), Ok(url));
    }

    #[test]
    fn what_is_there_is_tagged_and_listed_by_its_arn() {
        let (mut world, scope, vpc) = world_with_vpc();
        let arn = format!("arn:aws:ec2:{}:{}:vpc/{vpc}", scope.region, scope.account);
        assert_eq!(world.tags_by_arn_mut(scope, &arn.replace(&vpc.to_string(), "vpc-00000001")), None);
        world.tags_by_arn_mut(scope, &arn).unwrap().insert("Name".into(), "city".into());
        let tagged = world.tagged(scope);
        assert_eq!((tagged[0].arn.as_str(), tagged[0].kind.as_str()), (arn.as_str(), "ec2:vpc"));
        assert_eq!(tagged.len(), 1);
    }
}
