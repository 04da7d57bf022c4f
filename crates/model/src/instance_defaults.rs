//! What instances of an account get in a Region unless their launch says otherwise: how their metadata can be read, and how
//! they spend processor credits.
//!
//! Follows ModifyInstanceMetadataDefaults and ModifyDefaultCreditSpecification (EC2 API Reference).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::instance::MetadataOptions;
use crate::instance_type::InstanceType;
use crate::place::Scope;
use crate::world::{ScopeKey, World};

/// The defaults of an account in a Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceDefaults {
    /// Owner and Region.
    pub scope: Scope,
    /// How metadata can be read.
    pub metadata: MetadataDefaults,
    /// `standard` or `unlimited`, by family of instance types; a family that is not in it has AWS's default.
    pub cpu_credits: BTreeMap<String, String>,
}

/// How metadata can be read; `None` is no preference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataDefaults {
    /// `HttpEndpoint`.
    pub enabled: Option<bool>,
    /// `HttpTokens`.
    pub tokens_required: Option<bool>,
    /// `HttpTokensEnforced`: whether nothing starts that is answered without tokens.
    pub tokens_enforced: Option<bool>,
    /// `HttpPutResponseHopLimit`.
    pub hop_limit: Option<u8>,
    /// `InstanceMetadataTags`.
    pub instance_tags: Option<bool>,
}

impl MetadataDefaults {
    /// What a launch gets: this, and for the rest what the image has ("Order of precedence for instance metadata options",
    /// EC2 User Guide).
    pub fn over(self, image: MetadataOptions) -> MetadataOptions {
        MetadataOptions {
            enabled: self.enabled.unwrap_or(image.enabled),
            tokens_required: self.tokens_required.unwrap_or(image.tokens_required),
            hop_limit: self.hop_limit.unwrap_or(image.hop_limit),
            ipv6: image.ipv6,
            instance_tags: self.instance_tags.unwrap_or(image.instance_tags),
        }
    }
}

impl InstanceDefaults {
    /// What AWS has where nobody said anything.
    pub fn of_aws(scope: Scope) -> Self {
        InstanceDefaults { scope, metadata: MetadataDefaults::default(), cpu_credits: BTreeMap::new() }
    }
}

impl World {
    /// How metadata can be read unless a launch says otherwise.
    pub fn metadata_defaults(&self, scope: Scope) -> MetadataDefaults {
        self.instance_defaults.get(&ScopeKey(scope)).map(|it| it.metadata).unwrap_or_default()
    }

    /// How an instance of a type spends credits unless told otherwise; `None` if it has none to spend.
    pub fn default_cpu_credits(&self, scope: Scope, instance_type: &InstanceType) -> Option<String> {
        let of_aws = instance_type.default_cpu_credits()?;
        let own = self.instance_defaults.get(&ScopeKey(scope));
        let own = own.and_then(|it| it.cpu_credits.get(instance_type.family()).cloned());
        Some(own.unwrap_or_else(|| of_aws.to_owned()))
    }

    /// Sets how metadata can be read unless a launch says otherwise. Instances that are there stay as they are.
    pub fn set_metadata_defaults(&mut self, scope: Scope, metadata: MetadataDefaults) {
        self.change_instance_defaults(scope, |it| it.metadata = metadata);
    }

    /// Sets how instances of a family spend credits unless told otherwise.
    pub fn set_default_cpu_credits(&mut self, scope: Scope, family: &str, credits: &str) {
        self.change_instance_defaults(scope, |it| {
            it.cpu_credits.insert(family.to_owned(), credits.to_owned());
        });
    }

    fn change_instance_defaults(&mut self, scope: Scope, change: impl FnOnce(&mut InstanceDefaults)) {
        let key = ScopeKey(scope);
        let found = self.instance_defaults.get(&key).cloned();
        let mut defaults = found.unwrap_or_else(|| InstanceDefaults::of_aws(scope));
        change(&mut defaults);
        self.instance_defaults.insert(key, defaults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    #[test]
    fn what_is_set_holds_for_the_account_and_region_and_the_rest_is_the_images() {
        let (mut world, scope, _) = world_with_vpc();
        let image = MetadataOptions {
            enabled: true,
            tokens_required: false,
            hop_limit: 1,
            ipv6: false,
            instance_tags: false,
        };
        let wanted =
            MetadataDefaults { tokens_required: Some(true), hop_limit: Some(3), ..Default::default() };
        world.set_metadata_defaults(scope, wanted);
        let options = world.metadata_defaults(scope).over(image);
        assert_eq!(options, MetadataOptions { tokens_required: true, hop_limit: 3, ..image });
        let stranger = Scope { region: "eu-west-1".parse().unwrap(), ..scope };
        assert_eq!(world.metadata_defaults(stranger).over(image), image);
    }

    #[test]
    fn families_spend_credits_as_they_were_told() {
        let (mut world, scope, _) = world_with_vpc();
        let credits =
            |world: &World, name| world.default_cpu_credits(scope, InstanceType::find(name).unwrap());
        world.set_default_cpu_credits(scope, "t2", "unlimited");
        assert_eq!(credits(&world, "t2.micro").as_deref(), Some("unlimited"));
        assert_eq!(credits(&world, "t3.micro").as_deref(), Some("unlimited"));
        world.set_default_cpu_credits(scope, "t3", "standard");
        assert_eq!(credits(&world, "t3.micro").as_deref(), Some("standard"));
        assert_eq!(credits(&world, "m5.large"), None);
    }
}
