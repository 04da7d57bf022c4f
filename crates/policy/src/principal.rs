//! Who asks.
//!
//! Follows "AWS JSON policy elements: Principal" and "How the principal is determined" (IAM User Guide).

use crate::context::Context;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// An account's root user.
    Root {
        /// The account.
        account: &'a str,
    },
    /// An IAM user, also with temporary credentials of GetSessionToken.
    User {
        /// `arn:aws:iam::111122223333:user/path/name`.
        arn: &'a str,
        /// Its account.
        account: &'a str,
        /// `AIDA…`.
        id: &'a str,
    },
    /// A session of a role.
    AssumedRole {
        /// `arn:aws:sts::111122223333:assumed-role/role/session`.
        session_arn: &'a str,
        /// `arn:aws:iam::111122223333:role/path/role`.
        role_arn: &'a str,
        /// The role's account.
        account: &'a str,
        /// `AROA…:session`.
        id: &'a str,
    },
    /// A session that GetFederationToken began.
    FederatedUser {
        /// `arn:aws:sts::111122223333:federated-user/name`.
        arn: &'a str,
        /// Its account.
        account: &'a str,
        /// `111122223333:name`.
        id: &'a str,
    },
    /// Somebody whom an identity provider vouches for, who asks for a role.
    WebIdentity {
        /// `accounts.google.com`, or the ARN of a provider in IAM.
        provider: &'a str,
    },
    /// An AWS service: `ec2.amazonaws.com`.
    Service(&'a str),
    /// A request without a signature.
    Anonymous,
}

impl<'a> Principal<'a> {
    /// The account that answers for it. Services, identity providers and nobody have none.
    pub fn account(&self) -> Option<&'a str> {
        match self {
            Principal::Root { account }
            | Principal::User { account, .. }
            | Principal::AssumedRole { account, .. }
            | Principal::FederatedUser { account, .. } => Some(account),
            Principal::WebIdentity { .. } | Principal::Service(_) | Principal::Anonymous => None,
        }
    }

    /// Sets the keys that follow from who asks: "Properties of the principal" (AWS global condition context keys).
    pub fn describe(&self, context: &mut Context) {
        if let Some(account) = self.account() {
            context.set("aws:PrincipalAccount", account.to_owned());
        }
        context.set("aws:PrincipalIsAWSService", matches!(self, Principal::Service(_)));
        match self {
            Principal::Root { account } => {
                context.set("aws:PrincipalType", "Account");
                context.set("aws:PrincipalArn", format!("arn:aws:iam::{account}:root"));
                context.set("aws:userid", (*account).to_owned());
            }
            Principal::User { arn, id, .. } => {
                context.set("aws:PrincipalType", "User");
                context.set("aws:PrincipalArn", (*arn).to_owned());
                context.set("aws:userid", (*id).to_owned());
                context.set("aws:username", arn.rsplit('/').next().unwrap_or_default().to_owned());
            }
            Principal::AssumedRole { role_arn, id, .. } => {
                context.set("aws:PrincipalType", "AssumedRole");
                context.set("aws:PrincipalArn", (*role_arn).to_owned());
                context.set("aws:userid", (*id).to_owned());
            }
            Principal::FederatedUser { arn, id, .. } => {
                context.set("aws:PrincipalType", "FederatedUser");
                context.set("aws:PrincipalArn", (*arn).to_owned());
                context.set("aws:userid", (*id).to_owned());
            }
            Principal::WebIdentity { provider } => {
                context.set("aws:FederatedProvider", (*provider).to_owned())
            }
            Principal::Service(name) => context.set("aws:PrincipalServiceName", (*name).to_owned()),
            Principal::Anonymous => context.set("aws:PrincipalType", "Anonymous"),
        }
    }
}
