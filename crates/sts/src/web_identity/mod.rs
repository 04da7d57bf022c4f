//! Somebody who has no credentials, but the token of an identity provider: whether it is believed, and what it says.
//!
//! Follows "Create an OpenID Connect (OIDC) identity provider in IAM", "Available keys for AWS OIDC federation" and "Passing
//! session tags using AssumeRoleWithWebIdentity" (IAM User Guide). Keys are brought by whoever may ask for them: here nothing
//! is fetched. Access tokens of Amazon and Facebook, which only these can read, are not here.

mod claims;
mod signature;

use awsproto::{AwsError, Input, WebIdentity};
use model::oidc_provider::OidcProvider;
use model::{AccountId, Partition, Timestamp, World};

use claims::Claims;
use model::role::account_and_name;
use signature::Signed;

/// Providers that AWS knows by itself: nobody writes them down in IAM, and for whom their tokens must be made out is said by
/// the conditions of trust policies alone.
const KNOWN: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];
const SCHEME: &str = "https://";

/// A token that somebody has presented for a role, before it is believed.
#[derive(Debug)]
pub struct Presented {
    account: AccountId,
    /// What trust policies call the provider.
    provider: String,
    /// What condition keys begin with.
    prefix: String,
    audience: String,
    claims: Claims,
    signed: Signed,
}

impl Presented {
    /// Reads it, and looks whether the role's account knows its issuer.
    ///
    /// # Errors
    /// As AssumeRoleWithWebIdentity has them.
    pub fn of(
        world: &World,
        partition: Partition,
        input: &Input,
        now: Timestamp,
    ) -> Result<Presented, AwsError> {
        let text = |name: &str| input.text(name).unwrap_or_default();
        let role = text("RoleArn");
        let Some((account, _)) = account_and_name(role) else {
            return Err(AwsError::new("ValidationError", format!("{role} is invalid")));
        };
        if input.text("ProviderId").is_some() {
            return Err(AwsError::not_implemented_yet(
                "access tokens of the providers that ProviderId names",
            ));
        }
        let (signed, payload) = Signed::read(text("WebIdentityToken")).ok_or_else(not_a_token)?;
        let claims = Claims::read(&payload)?;
        let place = claims.issuer.strip_prefix(SCHEME).unwrap_or(&claims.issuer);
        let is_known = KNOWN.contains(&place);
        let registered = registered(world, account, &claims.issuer);
        let (provider, audience) = match registered {
            Some(provider) => (provider.arn(account, partition), audience_of(&claims, provider)?),
            None if is_known => (place.to_owned(), claims.audience().to_owned()),
            None => return Err(no_provider(&claims.issuer)),
        };
        claims.check_time(now)?;
        Ok(Presented { account, provider, prefix: place.to_owned(), audience, signed, claims })
    }

    /// The account of the role that is asked for.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whose keys it must be signed with: `https://token.actions.githubusercontent.com`.
    pub fn issuer(&self) -> String {
        format!("{SCHEME}{}", self.prefix)
    }

    /// What it says, if it is signed with one of its issuer's keys, which are a JSON Web Key Set.
    ///
    /// # Errors
    /// It is not.
    pub fn believed(self, keys: &[u8]) -> Result<WebIdentity, AwsError> {
        self.signed.check(keys)?;
        self.claims.into_identity(self.provider, &self.prefix, self.audience)
    }
}

/// What somebody is told whose token's issuer has no keys that can be asked for.
pub fn no_verification_key() -> AwsError {
    invalid(
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity \
         documentation for requirements",
    )
}

/// What somebody is told whose token's issuer does not answer.
pub fn no_answer() -> AwsError {
    AwsError::new(
        "IDPCommunicationError",
        "The identity provider that was asked to verify the incoming identity token could not be reached.",
    )
}

/// The provider that an account has written down.
fn registered<'a>(world: &'a World, account: AccountId, issuer: &str) -> Option<&'a OidcProvider> {
    let place = issuer.strip_prefix(SCHEME)?;
    world.oidc_providers_of(account).find(|provider| provider.url == place)
}

fn audience_of(claims: &Claims, provider: &OidcProvider) -> Result<String, AwsError> {
    let named = claims.audiences().find(|audience| provider.client_ids.iter().any(|id| id == audience));
    named.map(str::to_owned).ok_or_else(|| invalid("Incorrect token audience"))
}

fn no_provider(issuer: &str) -> AwsError {
    invalid(format!("No OpenIDConnect provider found in your account for {issuer}"))
}

fn not_a_token() -> AwsError {
    invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
}

fn invalid(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidIdentityToken", sentence)
}

#[cfg(test)]
mod tests;
