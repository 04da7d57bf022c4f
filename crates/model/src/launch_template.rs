//! Launch templates: what a launch is asked for, written down under a name, in versions.
//!
//! Follows "Store instance launch parameters in Amazon EC2 launch templates" (EC2 User Guide). What a template asks for is
//! kept as it was sent; whoever launches from it reads it as if it were sent then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{LaunchTemplateRefusal, Refusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// The number of a template's first version.
const FIRST_VERSION: u64 = 1;

/// Parameters of a launch, by key, as they were sent.
pub type LaunchParameters = BTreeMap<String, String>;

/// A launch template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchTemplate {
    /// Its identifier.
    pub id: LaunchTemplateId,
    /// Owner and Region.
    pub scope: Scope,
    /// Its name, unique in account and Region.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it, as an ARN.
    pub created_by: String,
    /// The version that is meant when none is named.
    pub default_version: u64,
    /// The highest number that a version had: none is given twice.
    pub latest_version: u64,
    /// Its versions, lowest number first.
    pub versions: Vec<LaunchTemplateVersion>,
    /// Tags.
    pub tags: Tags,
}

/// A version of a launch template; it never changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchTemplateVersion {
    /// Its number, which whoever keeps it gives it.
    pub number: u64,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it, as an ARN.
    pub created_by: String,
    /// What a launch is asked for.
    pub parameters: LaunchParameters,
}

/// A version by what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionName {
    /// `$Latest`.
    Latest,
    /// `$Default`.
    Default,
    /// Its number.
    Number(u64),
}

impl LaunchTemplate {
    /// The version meant.
    pub fn version(&self, name: VersionName) -> Result<&LaunchTemplateVersion, Refusal> {
        let number = match name {
            // Versions that were deleted are not the latest.
            VersionName::Latest => self.versions.last().map_or(self.latest_version, |it| it.number),
            VersionName::Default => self.default_version,
            VersionName::Number(number) => number,
        };
        let version = self.versions.iter().find(|it| it.number == number);
        version.ok_or_else(|| LaunchTemplateRefusal::NoVersion(self.id, number).into())
    }
}

impl World {
    /// A launch template of this scope.
    pub fn launch_template(&self, scope: Scope, id: LaunchTemplateId) -> Result<&LaunchTemplate, Refusal> {
        self.launch_templates.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The launch template of this scope with this name.
    pub fn launch_template_named(&self, scope: Scope, name: &str) -> Result<&LaunchTemplate, Refusal> {
        self.launch_templates
            .linked(Link::name(scope, name))
            .find(|it| it.scope == scope && it.name == name)
            .ok_or_else(|| LaunchTemplateRefusal::NoneOfName(name.to_owned()).into())
    }

    /// Makes a template, whose first version is its default one.
    pub fn create_launch_template(
        &mut self,
        scope: Scope,
        name: String,
        first: LaunchTemplateVersion,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<LaunchTemplateId, Refusal> {
        if self.launch_template_named(scope, &name).is_ok() {
            return Err(LaunchTemplateRefusal::Exists(name).into());
        }
        let owned = self.launch_templates.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::LaunchTemplates, owned)?;
        let id = ids.fresh();
        let template = LaunchTemplate {
            id,
            scope,
            name,
            created: first.created,
            created_by: first.created_by.clone(),
            default_version: FIRST_VERSION,
            latest_version: FIRST_VERSION,
            versions: vec![LaunchTemplateVersion { number: FIRST_VERSION, ..first }],
            tags,
        };
        self.launch_templates.insert(id, template);
        Ok(id)
    }

    /// Adds a version, whose number is the next.
    pub fn create_launch_template_version(
        &mut self,
        scope: Scope,
        id: LaunchTemplateId,
        version: LaunchTemplateVersion,
    ) -> Result<u64, Refusal> {
        let versions = self.launch_template(scope, id)?.versions.len();
        self.check_quota(scope, Quota::VersionsPerLaunchTemplate, versions)?;
        let template = self.launch_templates.get_mut(&id).ok_or(Refusal::NotFound(id.into()))?;
        template.latest_version += 1;
        let number = template.latest_version;
        template.versions.push(LaunchTemplateVersion { number, ..version });
        Ok(number)
    }

    /// Makes another version the default one.
    pub fn set_default_launch_template_version(
        &mut self,
        scope: Scope,
        id: LaunchTemplateId,
        name: VersionName,
    ) -> Result<(), Refusal> {
        let number = self.launch_template(scope, id)?.version(name)?.number;
        if let Some(template) = self.launch_templates.get_mut(&id) {
            template.default_version = number;
        }
        Ok(())
    }

    /// Deletes a version: "You can't delete the default version" (DeleteLaunchTemplateVersions).
    pub fn delete_launch_template_version(
        &mut self,
        scope: Scope,
        id: LaunchTemplateId,
        number: u64,
    ) -> Result<(), Refusal> {
        let template = self.launch_template(scope, id)?;
        template.version(VersionName::Number(number))?;
        if template.default_version == number {
            return Err(LaunchTemplateRefusal::DefaultVersion(id, number).into());
        }
        if let Some(template) = self.launch_templates.get_mut(&id) {
            template.versions.retain(|it| it.number != number);
        }
        Ok(())
    }

    /// Deletes a template with all its versions. Instances that were launched from it stay as they are.
    pub fn delete_launch_template(
        &mut self,
        scope: Scope,
        id: LaunchTemplateId,
    ) -> Result<LaunchTemplate, Refusal> {
        let template = self.launch_template(scope, id)?.clone();
        self.launch_templates.remove(&id);
        Ok(template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    fn version(instance_type: &str) -> LaunchTemplateVersion {
        LaunchTemplateVersion {
            number: 0,
            description: None,
            created: Timestamp::default(),
            created_by: "arn:aws:iam::000000000000:root".to_owned(),
            parameters: BTreeMap::from([("InstanceType".to_owned(), instance_type.to_owned())]),
        }
    }

    fn template(world: &mut World, scope: Scope) -> LaunchTemplateId {
        let mut random = || 7;
        let mut ids = Ids::new(&mut random);
        world.create_launch_template(scope, "web".into(), version("t3.micro"), Tags::new(), &mut ids).unwrap()
    }

    #[test]
    fn a_number_is_never_given_twice_and_the_default_version_stays() {
        let (mut world, scope, _) = world_with_vpc();
        let id = template(&mut world, scope);
        assert_eq!(world.create_launch_template_version(scope, id, version("t3.small")), Ok(2));
        world.delete_launch_template_version(scope, id, 2).unwrap();
        assert_eq!(world.launch_template(scope, id).unwrap().version(VersionName::Latest).unwrap().number, 1);
        assert_eq!(world.create_launch_template_version(scope, id, version("t3.large")), Ok(3));
        let refused = world.delete_launch_template_version(scope, id, 1);
        assert_eq!(refused, Err(LaunchTemplateRefusal::DefaultVersion(id, 1).into()));
        world.set_default_launch_template_version(scope, id, VersionName::Number(3)).unwrap();
        assert_eq!(world.delete_launch_template_version(scope, id, 1), Ok(()));
        let gone = world.set_default_launch_template_version(scope, id, VersionName::Number(1));
        assert_eq!(gone, Err(LaunchTemplateRefusal::NoVersion(id, 1).into()));
    }

    #[test]
    fn a_name_is_taken_in_its_account_alone() {
        let (mut world, scope, _) = world_with_vpc();
        template(&mut world, scope);
        let mut random = || 8;
        let mut ids = Ids::new(&mut random);
        let mut create = |world: &mut World, scope| {
            world.create_launch_template(scope, "web".into(), version("t3.micro"), Tags::new(), &mut ids)
        };
        let taken = create(&mut world, scope);
        assert_eq!(taken, Err(LaunchTemplateRefusal::Exists("web".into()).into()));
        let stranger = Scope { account: "000000000042".parse().unwrap(), ..scope };
        let other = create(&mut world, stranger).unwrap();
        assert_eq!(world.launch_template(scope, other), Err(Refusal::NotFound(other.into())));
    }
}
