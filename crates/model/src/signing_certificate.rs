//! Signing certificates: X.509 certificates with which users, and accounts' roots, sign requests of old SOAP interfaces.
//!
//! Follows "Manage signing certificates" among the credentials of IAM users (IAM User Guide). Nothing takes a request that is
//! signed so.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::iam_id::{MalformedIamId, UserId, read_letters, write_letters};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::place::AccountId;
use crate::quotas::SIGNING_CERTIFICATES_PER_USER_MAX;
use crate::table_key::kept_as_number;
use crate::timestamp::Timestamp;
use crate::world::World;

/// Letters of an identifier, of five bits each: as many as AWS asks for at least.
const LETTERS_COUNT: usize = 24;

/// The identifier of a signing certificate: letters without a prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SigningCertificateId(u128);

impl SigningCertificateId {
    /// A new one.
    pub fn fresh(ids: &mut Ids<'_>) -> Self {
        let bits = ids.bits() << 64 | ids.bits() & u128::from(u64::MAX);
        SigningCertificateId(bits & ((1 << (5 * LETTERS_COUNT)) - 1))
    }
}

impl fmt::Display for SigningCertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_letters("", LETTERS_COUNT, self.0, f)
    }
}

impl FromStr for SigningCertificateId {
    type Err = MalformedIamId;
    fn from_str(text: &str) -> Result<Self, MalformedIamId> {
        let bits = read_letters("", LETTERS_COUNT, text);
        bits.map(SigningCertificateId).ok_or_else(|| MalformedIamId(text.to_owned()))
    }
}

as_text! { SigningCertificateId }
kept_as_number! { SigningCertificateId of u128 }

/// A signing certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningCertificate {
    /// Its identifier.
    pub id: SigningCertificateId,
    /// Whose account.
    pub account: AccountId,
    /// Whose it is; nobody's means the root's.
    pub user: Option<UserId>,
    /// The certificate in PEM, as it was sent.
    pub body: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was sent.
    pub uploaded: Timestamp,
}

impl World {
    /// The certificates of a user, or of an account's root, by identifier.
    pub fn signing_certificates_of(
        &self,
        account: AccountId,
        user: Option<UserId>,
    ) -> impl Iterator<Item = &SigningCertificate> {
        self.signing_certificates.linked(Link::credentials_of(account, user))
    }

    /// A certificate of a user, or of an account's root.
    pub fn signing_certificate(
        &self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
    ) -> Result<&SigningCertificate, IamRefusal> {
        let found = id.parse().ok().and_then(|id| self.signing_certificates.get(&id));
        let own = found.filter(|it| it.account == account && it.user == user);
        own.ok_or_else(|| IamRefusal::NoSuch(IamNoun::SigningCertificate, id.to_owned()))
    }

    /// Writes a certificate down.
    pub fn upload_signing_certificate(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        body: String,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SigningCertificateId, IamRefusal> {
        let is_same = |known: &SigningCertificate| known.body.split_whitespace().eq(body.split_whitespace());
        if self.signing_certificates_of(account, user).any(is_same) {
            return Err(IamRefusal::DuplicateCertificate);
        }
        if self.signing_certificates_of(account, user).count() >= SIGNING_CERTIFICATES_PER_USER_MAX {
            return Err(IamRefusal::QuotaReached("CertificatesPerUser", SIGNING_CERTIFICATES_PER_USER_MAX));
        }
        let id = SigningCertificateId::fresh(ids);
        let certificate = SigningCertificate { id, account, user, body, active: true, uploaded: now };
        self.signing_certificates.insert(id, certificate);
        Ok(id)
    }

    /// Lets a certificate be used, or no longer.
    pub fn set_signing_certificate_active(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
        active: bool,
    ) -> Result<(), IamRefusal> {
        let id = self.signing_certificate(account, user, id)?.id;
        self.signing_certificates.get_mut(&id).expect("it was found").active = active;
        Ok(())
    }

    /// Deletes a certificate.
    pub fn delete_signing_certificate(
        &mut self,
        account: AccountId,
        user: Option<UserId>,
        id: &str,
    ) -> Result<(), IamRefusal> {
        let id = self.signing_certificate(account, user, id)?.id;
        self.signing_certificates.remove(&id);
        Ok(())
    }
}
