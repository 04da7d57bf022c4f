//! Service-specific credentials: a name and a password that are good for one service.
//!
//! Follows "Service-specific credentials for IAM users" and "API keys for AWS services" (IAM User Guide). No service here
//! takes one, and AWS never shows a password again: it is not kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::iam_id::{ServiceSpecificCredentialId, UserId};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::quotas::SERVICE_SPECIFIC_CREDENTIALS_MAX;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A service that has credentials of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialService {
    /// AWS CodeCommit.
    CodeCommit,
    /// Amazon Keyspaces (for Apache Cassandra).
    Cassandra,
    /// Amazon Bedrock, whose credentials are API keys and may expire.
    Bedrock,
}

impl CredentialService {
    const ALL: [CredentialService; 3] =
        [CredentialService::CodeCommit, CredentialService::Cassandra, CredentialService::Bedrock];

    /// Whether its credentials are long-term API keys.
    pub fn has_api_keys(self) -> bool {
        match self {
            CredentialService::CodeCommit | CredentialService::Cassandra => false,
            CredentialService::Bedrock => true,
        }
    }
}

impl fmt::Display for CredentialService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CredentialService::CodeCommit => "codecommit.amazonaws.com",
            CredentialService::Cassandra => "cassandra.amazonaws.com",
            CredentialService::Bedrock => "bedrock.amazonaws.com",
        })
    }
}

/// A service has no credentials of its own, or is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsupportedService(pub String);

impl fmt::Display for UnsupportedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no service-specific credentials: {}", self.0)
    }
}

impl std::error::Error for UnsupportedService {}

impl FromStr for CredentialService {
    type Err = UnsupportedService;
    fn from_str(text: &str) -> Result<Self, UnsupportedService> {
        let found = CredentialService::ALL.into_iter().find(|service| service.to_string() == text);
        found.ok_or_else(|| UnsupportedService(text.to_owned()))
    }
}

as_text! { CredentialService }

/// A user's credential for one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpecificCredential {
    /// Its identifier.
    pub id: ServiceSpecificCredentialId,
    /// Whose it is.
    pub user: UserId,
    /// What it is good for.
    pub service: CredentialService,
    /// What is said with the password: `ada-at-123456789012`.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good, if not for ever.
    pub expires: Option<Timestamp>,
}

impl ServiceSpecificCredential {
    /// Whether its time is over.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

impl World {
    /// The credentials of a user, by identifier.
    pub fn service_specific_credentials_of(
        &self,
        user: UserId,
    ) -> impl Iterator<Item = &ServiceSpecificCredential> {
        self.service_specific_credentials.linked(Link::User(user))
    }

    /// A credential of a user.
    pub fn service_specific_credential(
        &self,
        user: UserId,
        id: &str,
    ) -> Result<&ServiceSpecificCredential, IamRefusal> {
        let found = id.parse().ok().and_then(|id| self.service_specific_credentials.get(&id));
        let own = found.filter(|it| it.user == user);
        own.ok_or_else(|| IamRefusal::NoSuch(IamNoun::ServiceSpecificCredential, id.to_owned()))
    }

    /// Writes a credential down, whose password somebody else has drawn.
    pub fn create_service_specific_credential(
        &mut self,
        user: UserId,
        service: CredentialService,
        expires: Option<Timestamp>,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<ServiceSpecificCredentialId, IamRefusal> {
        let owner = self.users.get(&user).expect("it was found");
        let (base, account) = (owner.name.clone(), owner.account);
        let known = self.service_specific_credentials_of(user).filter(|it| it.service == service);
        let taken: Vec<&str> = known.map(|it| it.name.as_str()).collect();
        if taken.len() >= SERVICE_SPECIFIC_CREDENTIALS_MAX {
            return Err(IamRefusal::QuotaReached(
                "ServiceSpecificCredentialsPerUser",
                SERVICE_SPECIFIC_CREDENTIALS_MAX,
            ));
        }
        let first = std::iter::once(format!("{base}-at-{account}"));
        let others = (1..=SERVICE_SPECIFIC_CREDENTIALS_MAX).map(|more| format!("{base}+{more}-at-{account}"));
        let free = first.chain(others).find(|name| !taken.contains(&name.as_str()));
        let name = free.expect("there are more names than credentials");
        let id = ServiceSpecificCredentialId::fresh(ids);
        let credential =
            ServiceSpecificCredential { id, user, service, name, active: true, created: now, expires };
        self.service_specific_credentials.insert(id, credential);
        Ok(id)
    }

    /// Lets a credential be used, or no longer.
    pub fn set_service_specific_credential_active(
        &mut self,
        user: UserId,
        id: &str,
        active: bool,
    ) -> Result<(), IamRefusal> {
        let id = self.service_specific_credential(user, id)?.id;
        self.service_specific_credentials.get_mut(&id).expect("it was found").active = active;
        Ok(())
    }

    /// Deletes a credential.
    pub fn delete_service_specific_credential(&mut self, user: UserId, id: &str) -> Result<(), IamRefusal> {
        let id = self.service_specific_credential(user, id)?.id;
        self.service_specific_credentials.remove(&id);
        Ok(())
    }
}
