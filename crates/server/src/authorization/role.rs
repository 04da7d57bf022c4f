//! What a role may do in whose name a service acts: a flow log's.

use model::permissions::Entity;
use model::role::Role;
use model::{AccountId, Partition, World};
use policy::{Attached, Context, Decision, Document, Origin, Principal, ResourcePolicy};

use super::standing::Own;

/// A session of a role that a service began.
pub(crate) struct RoleSession<'a> {
    world: &'a World,
    partition: Partition,
    role: &'a Role,
    own: Own,
    name: &'static str,
    context: Context,
}

impl<'a> RoleSession<'a> {
    /// A session of this name. Conditions can be about what `context` has, beside who acts.
    pub(crate) fn begin(
        world: &'a World,
        partition: Partition,
        role: &'a Role,
        name: &'static str,
        context: Context,
    ) -> RoleSession<'a> {
        let own = Own::of(world, Entity::Role(role.id), partition);
        RoleSession { world, partition, role, own, name, context }
    }

    /// The role's account.
    pub(crate) fn account(&self) -> AccountId {
        self.role.account
    }

    /// Whether it may do something to a resource of an account.
    pub(crate) fn may(&self, action: &str, resource: &str, account: &str) -> bool {
        self.decide(action, resource, account, None)
    }

    /// The role of this ARN, if this one may assume it: both must say so, if it is another account's.
    pub(crate) fn assume(self, arn: &str) -> Option<RoleSession<'a>> {
        let role = self.world.role_of_arn(self.partition, arn)?;
        let trust = Some((&role.trust_policy, arn));
        let may = self.decide("sts:AssumeRole", arn, &role.account.to_string(), trust);
        may.then(|| {
            let RoleSession { world, partition, name, context, .. } = self;
            RoleSession::begin(world, partition, role, name, context)
        })
    }

    fn decide(&self, action: &str, resource: &str, account: &str, asks: Option<(&Document, &str)>) -> bool {
        let (role_arn, own_account) = (self.role.arn(self.partition), self.role.account.to_string());
        let session_arn = self.partition.arn(
            "sts",
            self.role.account,
            format_args!("assumed-role/{}/{}", self.role.name, self.name),
        );
        let id = format!("{}:{}", self.role.id, self.name);
        let principal = Principal::AssumedRole {
            session_arn: &session_arn,
            role_arn: &role_arn,
            account: &own_account,
            id: &id,
        };
        let mut context = self.context.clone();
        principal.describe(&mut context);
        context.set("aws:ResourceAccount", account.to_owned());
        let request = policy::Request {
            action,
            resource,
            resource_account: Some(account),
            principal: &principal,
            context: &context,
        };
        let trust = asks.map(|(document, arn)| ResourcePolicy {
            attached: Attached { document, origin: Origin::Resource { arn } },
            must_allow: true,
        });
        self.own.with(trust, |policies| matches!(policy::decide(&request, policies), Decision::Allowed(_)))
    }
}
