//! OpenID Connect providers: whose tokens an account trusts.
//!
//! Follows "Create an OpenID Connect (OIDC) identity provider in IAM" (IAM User Guide). Nobody looks at the provider: a
//! thumbprint that is not given stays unknown.

use serde::{Deserialize, Serialize};

use crate::account_settings::AccountSettings;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::{CLIENT_IDS_PER_OIDC_PROVIDER_MAX, OIDC_PROVIDERS_MAX};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A provider of an account, which its URL tells apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// Where it is, without `https://`.
    pub url: String,
    /// For whom its tokens are made out.
    pub client_ids: Vec<String>,
    /// Of the certificates that it shows.
    pub thumbprints: Vec<String>,
    /// When it was written down.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

impl OidcProvider {
    /// Its name for everybody in a partition.
    pub fn arn(&self, account: AccountId, partition: Partition) -> String {
        partition.arn("iam", account, format_args!("oidc-provider/{}", self.url))
    }
}

impl World {
    /// An account's providers, by URL.
    pub fn oidc_providers_of(&self, account: AccountId) -> impl Iterator<Item = &OidcProvider> {
        self.account_settings_of(account).into_iter().flat_map(|it| it.oidc_providers.values())
    }

    /// The provider with an ARN.
    pub fn oidc_provider(&self, account: AccountId, arn: &str) -> Result<&OidcProvider, IamRefusal> {
        let is_named = |it: &&OidcProvider| Partition::ALL.iter().any(|of| it.arn(account, *of) == arn);
        let found = self.oidc_providers_of(account).find(is_named);
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::OidcProvider, arn.to_owned()))
    }

    /// The same, to be changed.
    pub fn oidc_provider_mut(
        &mut self,
        account: AccountId,
        arn: &str,
    ) -> Result<&mut OidcProvider, IamRefusal> {
        let url = self.oidc_provider(account, arn)?.url.clone();
        let providers = &mut self.account_settings_mut(account).oidc_providers;
        Ok(providers.get_mut(&url).expect("it was found"))
    }

    /// Writes a provider down.
    pub fn create_oidc_provider(
        &mut self,
        account: AccountId,
        provider: OidcProvider,
    ) -> Result<(), IamRefusal> {
        let known =
            self.account_settings_of(account).map(|AccountSettings { oidc_providers, .. }| oidc_providers);
        if known.is_some_and(|known| known.contains_key(&provider.url)) {
            return Err(IamRefusal::Exists(IamNoun::OidcProvider, provider.url));
        }
        if known.is_some_and(|known| known.len() >= OIDC_PROVIDERS_MAX) {
            return Err(IamRefusal::QuotaReached("OpenIdConnectProvidersPerAccount", OIDC_PROVIDERS_MAX));
        }
        check_client_ids(&provider.client_ids)?;
        self.account_settings_mut(account).oidc_providers.insert(provider.url.clone(), provider);
        Ok(())
    }

    /// Lets a provider's tokens be made out for one more; nothing happens if they may be already.
    pub fn add_oidc_client_id(
        &mut self,
        account: AccountId,
        arn: &str,
        client_id: String,
    ) -> Result<(), IamRefusal> {
        let mut client_ids = self.oidc_provider(account, arn)?.client_ids.clone();
        if !client_ids.contains(&client_id) {
            client_ids.push(client_id);
        }
        check_client_ids(&client_ids)?;
        self.oidc_provider_mut(account, arn)?.client_ids = client_ids;
        Ok(())
    }

    /// Takes a provider away.
    pub fn delete_oidc_provider(&mut self, account: AccountId, arn: &str) -> Result<(), IamRefusal> {
        let url = self.oidc_provider(account, arn)?.url.clone();
        self.account_settings_mut(account).oidc_providers.remove(&url);
        Ok(())
    }
}

fn check_client_ids(client_ids: &[String]) -> Result<(), IamRefusal> {
    match client_ids.len() {
        0..=CLIENT_IDS_PER_OIDC_PROVIDER_MAX => Ok(()),
        _ => Err(IamRefusal::QuotaReached(
            "ClientIdsPerOpenIdConnectProvider",
            CLIENT_IDS_PER_OIDC_PROVIDER_MAX,
        )),
    }
}
