//! Server certificates: what load balancers and their like would show to who connects to them.
//!
//! Follows "Manage server certificates in IAM" (IAM User Guide). Nothing here shows one to anybody yet, and AWS never shows a
//! private key again: it is compared with its certificate, and not kept.

use serde::{Deserialize, Serialize};

use crate::iam_id::ServerCertificateId;
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::partition::Partition;
use crate::place::AccountId;
use crate::quotas::SERVER_CERTIFICATES_MAX;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A server certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerCertificate {
    /// Its identifier.
    pub id: ServerCertificateId,
    /// Its owner.
    pub account: AccountId,
    /// When it was sent.
    pub uploaded: Timestamp,
    /// What it is.
    pub described: DescribedCertificate,
}

/// What whoever sends a server certificate says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedCertificate {
    /// The folder that its ARN shows.
    pub path: String,
    /// Its name, unique in the account.
    pub name: String,
    /// The certificate in PEM.
    pub body: String,
    /// Those between it and a root that everybody trusts, in PEM.
    pub chain: Option<String>,
    /// Until when the certificate says that it holds.
    pub expires: Timestamp,
    /// Tags.
    pub tags: Tags,
}

impl ServerCertificate {
    /// Its name for everybody in a partition.
    pub fn arn(&self, partition: Partition) -> String {
        let DescribedCertificate { path, name, .. } = &self.described;
        partition.arn("iam", self.account, format_args!("server-certificate{path}{name}"))
    }
}

impl World {
    /// An account's certificates, by name.
    pub fn server_certificates_of(&self, account: AccountId) -> Vec<&ServerCertificate> {
        let found = self.server_certificates.linked(Link::Account(account));
        let mut certificates: Vec<&ServerCertificate> = found.collect();
        certificates.sort_by_key(|it| it.described.name.to_lowercase());
        certificates
    }

    /// The account's certificate of this name.
    pub fn server_certificate_named(
        &self,
        account: AccountId,
        name: &str,
    ) -> Result<&ServerCertificate, IamRefusal> {
        let mut named = self.server_certificates.linked(Link::name(account, name));
        let found = named.find(|it| it.account == account && it.described.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| IamRefusal::NoSuch(IamNoun::ServerCertificate, name.to_owned()))
    }

    /// The same, to be changed.
    pub fn server_certificate_named_mut(
        &mut self,
        account: AccountId,
        name: &str,
    ) -> Result<&mut ServerCertificate, IamRefusal> {
        let id = self.server_certificate_named(account, name)?.id;
        Ok(self.server_certificates.get_mut(&id).expect("it was found"))
    }

    /// Writes a certificate down.
    pub fn upload_server_certificate(
        &mut self,
        account: AccountId,
        described: DescribedCertificate,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<ServerCertificateId, IamRefusal> {
        if self.server_certificate_named(account, &described.name).is_ok() {
            return Err(IamRefusal::Exists(IamNoun::ServerCertificate, described.name));
        }
        if self.server_certificates.count_linked(Link::Account(account)) >= SERVER_CERTIFICATES_MAX {
            return Err(IamRefusal::QuotaReached("ServerCertificatesPerAccount", SERVER_CERTIFICATES_MAX));
        }
        let id = ServerCertificateId::fresh(ids);
        self.server_certificates.insert(id, ServerCertificate { id, account, uploaded: now, described });
        Ok(id)
    }

    /// Gives a certificate another name, another folder, or both.
    pub fn rename_server_certificate(
        &mut self,
        account: AccountId,
        name: &str,
        new_name: Option<String>,
        new_path: Option<String>,
    ) -> Result<(), IamRefusal> {
        let id = self.server_certificate_named(account, name)?.id;
        if let Some(new) = new_name.as_deref()
            && self.server_certificate_named(account, new).is_ok_and(|taken| taken.id != id)
        {
            return Err(IamRefusal::Exists(IamNoun::ServerCertificate, new.to_owned()));
        }
        let described = &mut self.server_certificate_named_mut(account, name)?.described;
        described.path = new_path.unwrap_or_else(|| std::mem::take(&mut described.path));
        described.name = new_name.unwrap_or_else(|| std::mem::take(&mut described.name));
        Ok(())
    }

    /// Deletes a certificate.
    pub fn delete_server_certificate(&mut self, account: AccountId, name: &str) -> Result<(), IamRefusal> {
        let id = self.server_certificate_named(account, name)?.id;
        self.server_certificates.remove(&id);
        Ok(())
    }
}
