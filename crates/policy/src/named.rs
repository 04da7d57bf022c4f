//! Whom a policy names: its Principal and NotPrincipal elements.
//!
//! Follows "AWS JSON policy elements: Principal" and "… NotPrincipal" (IAM User Guide).

use crate::principal::Principal;

/// A principal that a policy names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// `"*"` or `{"AWS": "*"}`: everybody, also without a signature.
    Everyone,
    /// An account, by its number or its root's ARN. It stands for all in it, and leaves it to the account whom to let.
    Account(Box<str>),
    /// A user, a role, a session of a role, or a federated user.
    Arn(Box<str>),
    /// A user or role by its unique identifier. It stays when the user or role is deleted, and nobody else gets it.
    Id(Box<str>),
    /// An AWS service, as `ec2.amazonaws.com`.
    Service(Box<str>),
    /// An identity provider.
    Federated(Box<str>),
    /// A canonical user of S3.
    CanonicalUser(Box<str>),
}

impl Named {
    /// Reads a value under `"AWS"`.
    pub(crate) fn aws(text: &str) -> Option<Named> {
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if text == "*" {
            return Some(Named::Everyone);
        }
        if is_account(text) {
            return Some(Named::Account(text.into()));
        }
        if is_unique_id(text) {
            return Some(Named::Id(text.into()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "iam", "", account, "root"]
                if !partition.is_empty() && is_account(account) =>
            {
                Some(Named::Account((*account).into()))
            }
            ["arn", partition, "iam" | "sts", "", account, name]
                if !partition.is_empty() && is_account(account) && !name.contains(['*', '?']) =>
            {
                Some(Named::Arn(text.into()))
            }
            _ => None,
        }
    }

    /// What AWS's sentence about an invalid principal quotes: `"AWS":"arn:…"`.
    pub fn quoted(&self) -> String {
        let (kind, value) = match self {
            Named::Everyone => ("AWS", "*"),
            Named::Account(value) | Named::Arn(value) | Named::Id(value) => ("AWS", &**value),
            Named::Service(value) => ("SERVICE", &**value),
            Named::Federated(value) => ("FEDERATED", &**value),
            Named::CanonicalUser(value) => ("CANONICAL_USER", &**value),
        };
        format!("\"{kind}\":\"{value}\"")
    }
}

/// `AIDA…` and `AROA…`: a user's or a role's.
fn is_unique_id(text: &str) -> bool {
    let is_base32 = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (16..=128).contains(&text.len())
        && ["AIDA", "AROA"].iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(is_base32)
}

/// How closely a policy names who asks, which decides what its permission stands above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// Its account alone: the account's own policies must let it, too.
    Account,
    /// Its role: what bounds the role, or the session, still does.
    Role,
    /// Itself: nothing else is asked for in its own account.
    Itself,
}

/// The Principal or NotPrincipal element of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Principals {
    /// NotPrincipal: all but these.
    pub(crate) all_but: bool,
    pub(crate) named: Box<[Named]>,
}

impl Principals {
    /// How closely who asks is meant, if it is.
    pub(crate) fn closeness(&self, principal: &Principal<'_>) -> Option<Closeness> {
        if self.all_but {
            return (!self.excepts(principal)).then_some(to_everyone(principal));
        }
        self.named.iter().filter_map(|named| closeness(named, principal)).max()
    }

    /// Whether NotPrincipal lets somebody out. All that it is has to be listed: "you must also specify the account ARN of the
    /// user" and for a session "the role and the account" (NotPrincipal).
    fn excepts(&self, principal: &Principal<'_>) -> bool {
        let lists = |wanted: Closeness| {
            self.named.iter().any(|named| match named {
                Named::Everyone => true,
                _ => closeness(named, principal) == Some(wanted),
            })
        };
        let all_of = |layers: &[Closeness]| layers.iter().all(|layer| lists(*layer));
        match principal {
            Principal::User { .. } | Principal::FederatedUser { .. } => {
                all_of(&[Closeness::Itself, Closeness::Account])
            }
            Principal::AssumedRole { .. } => {
                all_of(&[Closeness::Itself, Closeness::Role, Closeness::Account])
            }
            Principal::Root { .. }
            | Principal::WebIdentity { .. }
            | Principal::Service(_)
            | Principal::Anonymous => all_of(&[Closeness::Itself]),
        }
    }
}

/// A role's session is bounded by what bounds its role also where everybody is let in; "You can specify the role ARN in the
/// Principal element or in the aws:PrincipalArn condition key" (Evaluation logic).
fn to_everyone(principal: &Principal<'_>) -> Closeness {
    match principal {
        Principal::AssumedRole { .. } => Closeness::Role,
        Principal::Root { .. }
        | Principal::User { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. }
        | Principal::Service(_)
        | Principal::Anonymous => Closeness::Itself,
    }
}

fn closeness(named: &Named, principal: &Principal<'_>) -> Option<Closeness> {
    match named {
        Named::Everyone => Some(to_everyone(principal)),
        Named::Account(account) if principal.account() == Some(account) => match principal {
            Principal::Root { .. } => Some(Closeness::Itself),
            _ => Some(Closeness::Account),
        },
        Named::Arn(named) => by_arn(named, principal),
        Named::Id(named) => by_id(named, principal),
        Named::Service(named) => {
            matches!(principal, Principal::Service(name) if **named == **name || **named == *"*")
                .then_some(Closeness::Itself)
        }
        Named::Federated(named) => {
            matches!(principal, Principal::WebIdentity { provider } if **named == **provider)
                .then_some(Closeness::Itself)
        }
        Named::Account(_) | Named::CanonicalUser(_) => None,
    }
}

fn by_arn(named: &str, principal: &Principal<'_>) -> Option<Closeness> {
    match principal {
        Principal::User { arn, .. } | Principal::FederatedUser { arn, .. } => {
            (named == *arn).then_some(Closeness::Itself)
        }
        Principal::AssumedRole { session_arn, .. } if named == *session_arn => Some(Closeness::Itself),
        Principal::AssumedRole { role_arn, .. } => (named == *role_arn).then_some(Closeness::Role),
        Principal::Root { .. }
        | Principal::WebIdentity { .. }
        | Principal::Service(_)
        | Principal::Anonymous => None,
    }
}

fn by_id(named: &str, principal: &Principal<'_>) -> Option<Closeness> {
    match principal {
        Principal::User { id, .. } => (named == *id).then_some(Closeness::Itself),
        Principal::AssumedRole { id, .. } => (id.split(':').next() == Some(named)).then_some(Closeness::Role),
        Principal::Root { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. }
        | Principal::Service(_)
        | Principal::Anonymous => None,
    }
}
