//! SAML providers: whose assertions an account trusts.
//!
//! Follows "Create a SAML identity provider in IAM" (IAM User Guide). What a provider says of itself is kept as it was sent.

use serde::{Deserialize, Serialize};

use crate::iam_id::{SamlPrivateKeyId, SamlProviderId};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{PRIVATE_KEYS_PER_SAML_PROVIDER_MAX, SAML_PROVIDERS_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A provider of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlProvider {
    /// Its identifier.
    pub id: SamlProviderId,
    /// Its owner.
    pub account: AccountId,
    /// Its name, unique in the account.
    pub name: String,
    /// What it says of itself.
    pub metadata: SamlMetadata,
    /// When it was written down.
    pub created: Timestamp,
    /// Whether its assertions have to be encrypted, if anything was said of it.
    pub encryption: Option<AssertionEncryption>,
    /// What they are decrypted with, the oldest first.
    pub private_keys: Vec<SamlPrivateKey>,
    /// Tags.
    pub tags: Tags,
}

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlMetadata {
    /// The whole document.
    pub document: String,
    /// Until when it holds.
    pub valid_until: Timestamp,
}

/// Whether assertions have to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssertionEncryption {
    /// They have to be.
    Required,
    /// They may be.
    Allowed,
}

/// A key that assertions are decrypted with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlPrivateKey {
    /// Its identifier.
    pub id: SamlPrivateKeyId,
    /// The key in PEM.
    pub pem: String,
    /// When it came.
    pub added: Timestamp,
}

impl std::fmt::Debug for SamlPrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SamlPrivateKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is to become of a provider; nothing of what is not said.
#[derive(Clone, Debug, Default)]
pub struct SamlProviderChange {
    /// What it says of itself.
    pub metadata: Option<SamlMetadata>,
    /// Whether assertions have to be encrypted.
    pub encryption: Option<AssertionEncryption>,
    /// One more key, in PEM.
    pub added_key: Option<String>,
    /// The identifier of a key that is to go.
    pub removed_key: Option<String>,
}

impl SamlProvider {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        partition.arn("iam", self.account, format_args!("saml-provider/{}", self.name))
    }

    fn change(
        &mut self,
        change: SamlProviderChange,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        let SamlProviderChange { metadata, encryption, added_key, removed_key } = change;
        self.metadata = metadata.unwrap_or_else(|| self.metadata.clone());
        self.encryption = encryption.or(self.encryption);
        if let Some(id) = removed_key {
            let place = self.private_keys.iter().position(|key| key.id.to_string() == id);
            let missing = || IamRefusal::NoSuch(IamNoun::SamlPrivateKey, id.clone());
            self.private_keys.remove(place.ok_or_else(missing)?);
        }
        if let Some(pem) = added_key {
            self.private_keys.push(SamlPrivateKey { id: SamlPrivateKeyId::fresh(ids), pem, added: now });
        }
        match self.private_keys.len() {
            0 if self.encryption == Some(AssertionEncryption::Required) => Err(IamRefusal::NoSamlPrivateKey),
            0..=PRIVATE_KEYS_PER_SAML_PROVIDER_MAX => Ok(()),
            _ => Err(IamRefusal::QuotaReached(
                "PrivateKeysPerSAMLProvider",
                PRIVATE_KEYS_PER_SAML_PROVIDER_MAX,
            )),
        }
    }
}

impl World {
    /// An account's providers, by name.
    pub fn saml_providers_of(&self, account: AccountId) -> Vec<&SamlProvider> {
        let mut providers: Vec<&SamlProvider> = self.saml_providers.linked(Link::Account(account)).collect();
        providers.sort_by_key(|it| it.name.to_lowercase());
        providers
    }

    /// The provider with an ARN.
    pub fn saml_provider(&self, account: AccountId, arn: &str) -> Result<&SamlProvider, IamRefusal> {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let mut named = self.saml_providers.linked(Link::name(account, name));
        let is_named = |it: &&SamlProvider| Partition::ALL.iter().any(|of| it.arn(*of) == arn);
        named.find(is_named).ok_or_else(|| IamRefusal::NoSuch(IamNoun::SamlProvider, arn.to_owned()))
    }

    /// The same, to be changed in what nothing is looked up by.
    pub fn saml_provider_mut(
        &mut self,
        account: AccountId,
        arn: &str,
    ) -> Result<&mut SamlProvider, IamRefusal> {
        let id = self.saml_provider(account, arn)?.id;
        Ok(self.saml_providers.get_mut(&id).expect("it was found"))
    }

    /// Writes a provider down, and what comes with it.
    pub fn create_saml_provider(
        &mut self,
        account: AccountId,
        (name, metadata, tags): (String, SamlMetadata, Tags),
        change: SamlProviderChange,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SamlProviderId, IamRefusal> {
        let is_same = |it: &SamlProvider| it.account == account && it.name.eq_ignore_ascii_case(&name);
        if self.saml_providers.linked(Link::name(account, &name)).any(is_same) {
            return Err(IamRefusal::Exists(IamNoun::SamlProvider, name));
        }
        if self.saml_providers.count_linked(Link::Account(account)) >= SAML_PROVIDERS_MAX {
            return Err(IamRefusal::QuotaReached("SAMLProvidersPerAccount", SAML_PROVIDERS_MAX));
        }
        let mut provider = SamlProvider {
            id: SamlProviderId::fresh(ids),
            account,
            name,
            metadata,
            created: now,
            encryption: None,
            private_keys: Vec::new(),
            tags,
        };
        provider.change(change, ids, now)?;
        let id = provider.id;
        self.saml_providers.insert(id, provider);
        Ok(id)
    }

    /// Changes a provider.
    pub fn update_saml_provider(
        &mut self,
        account: AccountId,
        arn: &str,
        change: SamlProviderChange,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<(), IamRefusal> {
        let mut provider = self.saml_provider(account, arn)?.clone();
        provider.change(change, ids, now)?;
        self.saml_providers.insert(provider.id, provider);
        Ok(())
    }

    /// Takes a provider away.
    pub fn delete_saml_provider(&mut self, account: AccountId, arn: &str) -> Result<(), IamRefusal> {
        let id = self.saml_provider(account, arn)?.id;
        self.saml_providers.remove(&id);
        Ok(())
    }
}
