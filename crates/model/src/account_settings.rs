//! What an account has settled as a whole: for IAM its alias, its password policy, and what is going on; for S3 what is closed
//! to the public.
//!
//! Follows "Your AWS account ID and its alias" and "Set an account password policy for IAM users" (IAM User Guide).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bucket::BlockPublicAccess;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::last_access::LastAccessReport;
use crate::oidc_provider::OidcProvider;
use crate::place::AccountId;
use crate::timestamp::Timestamp;
use crate::world::World;

/// How many deletions of service-linked roles are remembered; the oldest gives way.
const DELETION_TASKS_MAX: usize = 100;

/// What an account has settled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    /// The name that stands for its number.
    pub alias: Option<String>,
    /// What passwords of its users have to be; AWS's own rules if it says nothing.
    pub password_policy: Option<PasswordPolicy>,
    /// Deletions of service-linked roles, the newest last.
    pub deletion_tasks: Vec<DeletionTask>,
    /// The last credential report.
    pub credential_report: Option<CredentialReport>,
    /// OpenID Connect providers, by URL.
    pub oidc_providers: BTreeMap<String, OidcProvider>,
    /// Reports on when services were last called, the newest last.
    #[serde(default)]
    pub last_access_reports: Vec<LastAccessReport>,
    /// What is closed to the public in all of its buckets; `None` until it is said.
    #[serde(default)]
    pub public_access: Option<BlockPublicAccess>,
}

/// What passwords have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// The fewest letters.
    pub length_min: u32,
    /// Whether there is a symbol.
    pub symbols: bool,
    /// Whether there is a digit.
    pub numbers: bool,
    /// Whether there is a capital letter.
    pub uppercase: bool,
    /// Whether there is a small letter.
    pub lowercase: bool,
    /// Whether users may change their own.
    pub users_may_change: bool,
    /// After how many days another one is needed.
    pub age_days_max: Option<u32>,
    /// How many former passwords cannot be used again.
    pub reuse_prevention: Option<u32>,
    /// Whether somebody whose password is too old needs an administrator.
    pub hard_expiry: bool,
}

/// The deletion of a service-linked role, which is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionTask {
    /// Its identifier: `task/aws-service-role/…`.
    pub id: String,
    /// When it was over.
    pub done: Timestamp,
}

/// A list of an account's users and of what credentials they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialReport {
    /// When it was made.
    pub generated: Timestamp,
    /// Its lines.
    pub text: String,
}

impl World {
    /// What an account has settled, if it has settled anything.
    pub fn account_settings_of(&self, account: AccountId) -> Option<&AccountSettings> {
        self.account_settings.get(&account)
    }

    /// The same, to be changed.
    pub fn account_settings_mut(&mut self, account: AccountId) -> &mut AccountSettings {
        if !self.account_settings.contains(&account) {
            self.account_settings.insert(account, AccountSettings::default());
        }
        self.account_settings.get_mut(&account).expect("it was put in")
    }

    /// The account that has an alias.
    pub fn account_with_alias(&self, alias: &str) -> Option<AccountId> {
        let mut accounts = self.account_settings.iter();
        accounts.find(|(_, settings)| settings.alias.as_deref() == Some(alias)).map(|(account, _)| account)
    }

    /// Gives an account an alias, in the place of the one it has. No other account of anybody's has it.
    pub fn create_account_alias(&mut self, account: AccountId, alias: &str) -> Result<(), IamRefusal> {
        let is_taken = self.account_settings.values().any(|it| it.alias.as_deref() == Some(alias));
        if is_taken {
            return Err(IamRefusal::Exists(IamNoun::AccountAlias, alias.to_owned()));
        }
        self.account_settings_mut(account).alias = Some(alias.to_owned());
        Ok(())
    }

    /// Takes an account's alias away.
    pub fn delete_account_alias(&mut self, account: AccountId, alias: &str) -> Result<(), IamRefusal> {
        let own = self.account_settings_of(account).and_then(|it| it.alias.as_deref());
        if own != Some(alias) {
            return Err(IamRefusal::NoSuch(IamNoun::AccountAlias, alias.to_owned()));
        }
        self.account_settings_mut(account).alias = None;
        Ok(())
    }

    /// Remembers that a service-linked role was deleted.
    pub fn note_deletion_task(&mut self, account: AccountId, id: String, now: Timestamp) {
        let tasks = &mut self.account_settings_mut(account).deletion_tasks;
        tasks.push(DeletionTask { id, done: now });
        let surplus = tasks.len().saturating_sub(DELETION_TASKS_MAX);
        tasks.drain(..surplus);
    }
}
