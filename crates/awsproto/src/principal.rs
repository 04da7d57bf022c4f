//! Whom a request acts for. Follows "AWS JSON policy elements: Principal" and "IAM identifiers" (IAM User Guide).

use model::{AccountId, Partition, RoleId, UserId};
use std::sync::Arc;

use crate::web_identity::WebIdentity;

/// Whom a request acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The root of an account.
    Root(AccountId),
    /// A user, by an access key or a session of its own.
    User {
        /// The user's account.
        account: AccountId,
        /// The user.
        user: UserId,
        /// The folder that its ARN shows.
        path: String,
        /// Its name.
        name: String,
    },
    /// A session of a role, such as an instance's.
    AssumedRole {
        /// The role's account.
        account: AccountId,
        /// The role.
        role: RoleId,
        /// The folder that the role's ARN shows; the session's has none.
        role_path: String,
        /// The role's name.
        role_name: String,
        /// The session's name; for an instance, its identifier.
        session: String,
    },
    /// A session that GetFederationToken made for somebody whom IAM does not know.
    FederatedUser {
        /// The account of the user who asked for it.
        account: AccountId,
        /// The name that it was given.
        name: String,
    },
    /// Somebody without credentials, whom an identity provider vouches for, and who asks for a role's.
    WebIdentity {
        /// The role's account.
        account: AccountId,
        /// What the provider says.
        identity: Arc<WebIdentity>,
    },
}

impl Principal {
    /// The account it belongs to.
    pub fn account(&self) -> AccountId {
        match self {
            Principal::Root(account)
            | Principal::User { account, .. }
            | Principal::AssumedRole { account, .. }
            | Principal::FederatedUser { account, .. }
            | Principal::WebIdentity { account, .. } => *account,
        }
    }

    /// `arn:aws:iam::123456789012:root`, as a partition knows it; what GetCallerIdentity and refusals say. A web identity has
    /// none, and is called what CloudTrail calls it.
    pub fn arn(&self, partition: Partition) -> String {
        match self {
            Principal::Root(account) => partition.arn("iam", account, "root"),
            Principal::User { account, path, name, .. } => {
                partition.arn("iam", account, format_args!("user{path}{name}"))
            }
            Principal::AssumedRole { account, role_name, session, .. } => {
                partition.arn("sts", account, format_args!("assumed-role/{role_name}/{session}"))
            }
            Principal::FederatedUser { account, name } => {
                partition.arn("sts", account, format_args!("federated-user/{name}"))
            }
            Principal::WebIdentity { identity, .. } => identity.id(),
        }
    }

    /// The condition key `aws:PrincipalArn`: for a session, the ARN of its role.
    pub fn principal_arn(&self, partition: Partition) -> String {
        match self {
            Principal::AssumedRole { account, role_path, role_name, .. } => {
                partition.arn("iam", account, format_args!("role{role_path}{role_name}"))
            }
            Principal::Root(_)
            | Principal::User { .. }
            | Principal::FederatedUser { .. }
            | Principal::WebIdentity { .. } => self.arn(partition),
        }
    }

    /// `AIDA…`, `AROA…:i-0123…`, or the account for its root: the condition key `aws:userid`.
    pub fn user_id(&self) -> String {
        match self {
            Principal::Root(account) => account.to_string(),
            Principal::User { user, .. } => user.to_string(),
            Principal::AssumedRole { role, session, .. } => format!("{role}:{session}"),
            Principal::FederatedUser { account, name } => format!("{account}:{name}"),
            Principal::WebIdentity { identity, .. } => identity.id(),
        }
    }

    /// The condition key `aws:PrincipalType`.
    pub fn kind(&self) -> &'static str {
        match self {
            Principal::Root(_) => "Account",
            Principal::User { .. } => "User",
            Principal::AssumedRole { .. } => "AssumedRole",
            Principal::FederatedUser { .. } => "FederatedUser",
            Principal::WebIdentity { .. } => "WebIdentityUser",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_the_names_of_the_user_guides_table() {
        let account = AccountId::DEFAULT;
        let user = Principal::User {
            account,
            user: UserId::numbered(1),
            path: "/division/".into(),
            name: "bob".into(),
        };
        let role = Principal::AssumedRole {
            account,
            role: RoleId::numbered(1),
            role_path: "/servers/".into(),
            role_name: "web".into(),
            session: "i-1".into(),
        };
        let federated = Principal::FederatedUser { account, name: "eve".into() };
        let root = Principal::Root(account);
        let names = |it: &Principal| (it.arn(Partition::Commercial), it.user_id(), it.kind());
        assert_eq!(names(&root), ("arn:aws:iam::123456789012:root".into(), "123456789012".into(), "Account"));
        let arn = "arn:aws:iam::123456789012:user/division/bob";
        assert_eq!(names(&user), (arn.into(), "AIDAAAAAAAAAAAAAAAAAB".into(), "User"));
        let arn = "arn:aws:sts::123456789012:assumed-role/web/i-1";
        assert_eq!(names(&role), (arn.into(), "AROAAAAAAAAAAAAAAAAAB:i-1".into(), "AssumedRole"));
        assert_eq!(role.principal_arn(Partition::Commercial), "arn:aws:iam::123456789012:role/servers/web");
        let arn = "arn:aws:sts::123456789012:federated-user/eve";
        assert_eq!(names(&federated), (arn.into(), "123456789012:eve".into(), "FederatedUser"));
    }
}
