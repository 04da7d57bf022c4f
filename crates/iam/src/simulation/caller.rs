//! Who is taken to call: "The ARN of the IAM user, group, or role that you want to specify as the simulated caller of the API
//! operations" (SimulatePrincipalPolicy). It need not be there.

use awsproto::{AwsError, Call};
use model::{AccountId, Entity, World};
use policy::Principal;

use super::invalid;
use crate::{arn, entity};

/// Who is taken to call.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    kind: Kind,
    /// Whose account it is.
    account: String,
    arn: String,
    /// The user or role, if it is there.
    entity: Option<Entity>,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No caller was named.
    Nobody,
    User,
    Group,
    Role,
}

/// Whose policies are tried. Only one's own account's: "caller's account … does not have access to policies in account …".
pub(super) fn source(call: &Call, world: &World, text: &str) -> Result<Entity, AwsError> {
    let named = named(text)?;
    let own = call.scope.account;
    if named.account != own.to_string() {
        return Err(invalid(format!(
            "Invalid Policy Source Arn: caller's account {own} does not have access to policies in account {}",
            named.account
        )));
    }
    entity::of_arn(call, world, &named)
}

fn named(text: &str) -> Result<arn::EntityArn<'_>, AwsError> {
    arn::EntityArn::parse(text).ok_or_else(|| {
        invalid(format!("Invalid Entity Arn: {text} does not clearly define entity type and name."))
    })
}

impl Caller {
    /// The one that an ARN names.
    pub(super) fn named(world: &World, text: &str) -> Result<Caller, AwsError> {
        let named = named(text)?;
        let kind = match named.kind {
            arn::EntityKind::User => Kind::User,
            arn::EntityKind::Group => Kind::Group,
            arn::EntityKind::Role => Kind::Role,
        };
        let account = named.account.parse::<AccountId>().ok();
        let entity = account.and_then(|account| entity::known(world, account, &named));
        let id = entity.map(|entity| entity.unique_id()).unwrap_or_default();
        Ok(Caller { kind, account: named.account.to_owned(), arn: text.to_owned(), entity, id })
    }

    /// Nobody was named: the policies are anybody's.
    pub(super) fn nobody(call: &Call) -> Caller {
        Caller {
            kind: Kind::Nobody,
            account: call.scope.account.to_string(),
            arn: String::new(),
            entity: None,
            id: String::new(),
        }
    }

    /// Whether a resource's policy can name it: "Simulation of resource-based policies isn't supported for IAM roles", and no
    /// policy names groups.
    pub(super) fn can_be_named(&self) -> bool {
        self.kind == Kind::User
    }

    /// Whether it is known in which account it is.
    pub(super) fn is_somebody(&self) -> bool {
        self.kind != Kind::Nobody
    }

    /// The user or role, if it is there.
    pub(super) fn entity(&self) -> Option<Entity> {
        self.entity
    }

    /// As policies are evaluated for it. A role is tried as one of its sessions; without a caller, or for a group, as a user.
    pub(super) fn principal(&self) -> Principal<'_> {
        let Caller { kind, account, arn, id, .. } = self;
        match kind {
            Kind::Nobody | Kind::User | Kind::Group => Principal::User { arn, account, id },
            Kind::Role => Principal::AssumedRole { session_arn: arn, role_arn: arn, account, id },
        }
    }

    /// The condition keys that follow from who it is. What only a session has, a name and its identifier, is not known.
    pub(super) fn describe(&self, context: &mut policy::Context) {
        match self.kind {
            Kind::Nobody | Kind::Group => {}
            Kind::User => self.principal().describe(context),
            Kind::Role => {
                context.set("aws:PrincipalAccount", self.account.clone());
                context.set("aws:PrincipalArn", self.arn.clone());
                context.set("aws:PrincipalType", "AssumedRole");
                context.set("aws:PrincipalIsAWSService", false);
            }
        }
    }
}
