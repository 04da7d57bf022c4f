//! What an action asks permission for, as AWS's service authorization reference has it: the IAM action, the types of
//! resources it is about, the condition keys, and the actions that depend on it.
//!
//! Follows "Actions, resources, and condition keys for AWS services" (Service Authorization Reference). The values are
//! generated (`cargo xtask codegen`), a row for each operation, in each service's `shapes::authorization`; what the
//! reference does not say of an operation is in `xtask/authorization.txt`. Whether somebody may is decided elsewhere.

use crate::action::Action;
use crate::call::Call;
use crate::input::Input;
use model::AccountId;
use std::borrow::Cow;

/// What a caller of an operation must be allowed.
#[derive(Debug)]
pub struct Authorization {
    /// The IAM actions, each of which must be allowed: mostly one, `ec2:RunInstances`.
    pub actions: &'static [&'static str],
    /// What kind of access it is.
    pub access: AccessLevel,
    /// Whether a policy decides at all. Some operations anybody with credentials may call.
    pub is_decided: bool,
    /// The types of resources it is about; none where only `*` can be named.
    pub resources: &'static [ResourceUse],
    /// The condition keys that there are whatever the resource.
    pub keys: Keys,
    /// The actions that must be allowed as well where the request asks for what they do: `iam:PassRole`.
    pub dependent_actions: &'static [&'static str],
}

impl Authorization {
    /// Of an operation that is about no resource of its own.
    pub const fn plain(actions: &'static [&'static str], access: AccessLevel) -> Self {
        Authorization {
            actions,
            access,
            is_decided: true,
            resources: &[],
            keys: Keys(""),
            dependent_actions: &[],
        }
    }

    /// The action by which the operation is called in policies and refusals.
    pub fn action(&self) -> &'static str {
        self.actions.first().copied().unwrap_or_default()
    }

    /// How it uses resources of a type, if it does.
    pub fn resource(&self, name: &str) -> Option<&'static ResourceUse> {
        self.resources.iter().find(|resource| resource.of.name == name)
    }
}

/// The reference's classes of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLevel {
    /// Sees that there is something.
    List,
    /// Sees what it is.
    Read,
    /// Changes it.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
    /// Changes nothing but tags.
    Tagging,
}

/// That an operation is about resources of a type.
#[derive(Debug)]
pub struct ResourceUse {
    /// The type.
    pub of: &'static ResourceType,
    /// Whether every request is about one.
    pub is_required: bool,
    /// The condition keys that there are with it in this operation.
    pub keys: Keys,
}

impl ResourceUse {
    /// Every request is about one.
    pub const fn required(of: &'static ResourceType, keys: &'static str) -> Self {
        ResourceUse { of, is_required: true, keys: Keys(keys) }
    }

    /// Some requests are about one.
    pub const fn optional(of: &'static ResourceType, keys: &'static str) -> Self {
        ResourceUse { of, is_required: false, keys: Keys(keys) }
    }
}

/// A type of resource.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// `security-group`.
    pub name: &'static str,
    /// `arn:${Partition}:ec2:${Region}:${Account}:security-group/${SecurityGroupId}`.
    pub arn: &'static str,
    /// All condition keys that there are with it.
    pub keys: Keys,
}

impl ResourceType {
    /// The ARN of one; what stands for its own name is its last part, `*` for one that is not there yet.
    pub fn arn(&self, partition: &str, region: &str, account: &str, name: &str) -> String {
        let mut arn = String::with_capacity(self.arn.len());
        let mut rest = self.arn;
        while let Some((before, after)) = rest.split_once("${") {
            let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
            arn.push_str(before);
            arn.push_str(match placeholder {
                "Partition" => partition,
                "Region" => region,
                "Account" => account,
                _ => name,
            });
            rest = after;
        }
        arn + rest
    }
}

/// What a call touches: each must be allowed. Nothing stands for `*`: the action is about no resource that policies name.
pub type Touches<S> = fn(&S, &Call, &Action<S>, &Input) -> Vec<Touched>;

/// For services whose actions touch nothing that policies name.
pub fn touches_nothing<S>(_: &S, _: &Call, _: &Action<S>, _: &Input) -> Vec<Touched> {
    Vec::new()
}

/// A resource that a call touches, and what conditions can be about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The action, where it is another one than the row's: `ec2:CreateTags` for tags that come with a creation.
    pub action: Option<&'static str>,
    /// Its ARN, or `*`. What is not there yet has a `*` for its name.
    pub arn: String,
    /// Whose it is, if it is somebody's that is known.
    pub account: Option<AccountId>,
    /// The condition keys that there are with it and their values.
    pub keys: Vec<ConditionKey>,
    /// A role's trust policy, which must allow it, too.
    pub trust: Option<policy::Document>,
    /// The resource's own policy, which may let others in and keep its owner out.
    pub policy: Option<OwnPolicy>,
}

/// A policy that a resource has, or what it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPolicy {
    /// The ARN of what has it.
    pub arn: String,
    /// The policy.
    pub document: policy::Document,
}

/// A condition key's name and values.
pub type ConditionKey = (Cow<'static, str>, Vec<String>);

impl Touched {
    /// A resource of an account.
    pub fn new(arn: String, account: Option<AccountId>) -> Self {
        Touched { action: None, arn, account, keys: Vec::new(), trust: None, policy: None }
    }

    /// The same for another action than the row's.
    #[must_use]
    pub fn of_action(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }

    /// The same for a role that somebody wants to act as, whose trust policy has a say.
    #[must_use]
    pub fn trusting(mut self, trust: policy::Document) -> Self {
        self.trust = Some(trust);
        self
    }

    /// The same under a policy of its own.
    #[must_use]
    pub fn under(mut self, policy: Option<OwnPolicy>) -> Self {
        self.policy = policy;
        self
    }

    /// The same with a condition key, unless it is there.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.add(key, vec![value.into()]);
        self
    }

    /// Gives it a condition key, unless it is there.
    pub fn add(&mut self, key: impl Into<Cow<'static, str>>, values: Vec<String>) {
        let key = key.into();
        if self.keys.iter().all(|(known, _)| *known != key) {
            self.keys.push((key, values));
        }
    }

    /// The values of a condition key.
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.keys.iter().find(|(known, _)| known == key).map(|(_, values)| values.as_slice())
    }

    /// Gives it the tags that are asked for: `aws:RequestTag/Owner`, `aws:TagKeys`.
    pub fn add_request_tags<'a>(&mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut names = Vec::new();
        for (key, value) in tags {
            self.add(format!("aws:RequestTag/{key}"), vec![value.to_owned()]);
            names.push(key.to_owned());
        }
        if !names.is_empty() {
            self.add("aws:TagKeys", names);
        }
    }
}

/// Names of condition keys, with spaces between: thousands of lists of them are one text each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys(pub &'static str);

impl Keys {
    /// Each, as the reference writes it: `ec2:Vpc`, `aws:ResourceTag/${TagKey}`.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }

    /// Whether a key is among them: `ec2:Vpc`, `aws:ResourceTag/Owner`. The case of letters does not matter.
    pub fn has(self, key: &str) -> bool {
        self.iter().any(|known| match known.split_once("${") {
            None => known.eq_ignore_ascii_case(key),
            Some((family, _)) => {
                key.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static VPC: ResourceType = ResourceType {
        name: "vpc",
        arn: "arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}",
        keys: Keys("aws:ResourceTag/${TagKey} ec2:VpcID"),
    };

    #[test]
    fn an_arn_is_filled_in() {
        let arn = VPC.arn("aws-cn", "cn-north-1", "111122223333", "vpc-1");
        assert_eq!(arn, "arn:aws-cn:ec2:cn-north-1:111122223333:vpc/vpc-1");
        let image = ResourceType { arn: "arn:${Partition}:ec2:${Region}::image/${ImageId}", ..copy(&VPC) };
        assert_eq!(image.arn("aws", "us-east-1", "111122223333", "*"), "arn:aws:ec2:us-east-1::image/*");
    }

    #[test]
    fn a_key_is_found_by_name_or_family_whatever_its_case() {
        assert!(VPC.keys.has("ec2:vpcid") && VPC.keys.has("aws:resourcetag/Owner"));
        assert!(!VPC.keys.has("ec2:Vpc") && !VPC.keys.has("aws:ResourceTag") && !Keys("").has(""));
        assert_eq!(VPC.keys.iter().count(), 2);
    }

    #[test]
    fn what_is_touched_has_each_key_once() {
        let mut touched = Touched::new("arn:aws:ec2:us-east-1:111122223333:vpc/*".to_owned(), None)
            .with("ec2:Region", "us-east-1")
            .with("ec2:Region", "eu-west-1");
        touched.add_request_tags([("Owner", "ada"), ("Team", "")].into_iter());
        assert_eq!(touched.values("ec2:Region").unwrap(), ["us-east-1"]);
        assert_eq!(touched.values("aws:RequestTag/Owner").unwrap(), ["ada"]);
        assert_eq!(touched.values("aws:TagKeys").unwrap(), ["Owner", "Team"]);
        assert_eq!(touched.of_action("ec2:CreateTags").action, Some("ec2:CreateTags"));
    }

    fn copy(of: &ResourceType) -> ResourceType {
        ResourceType { name: of.name, arn: of.arn, keys: of.keys }
    }
}
