//! Whose key our own calls of the API are signed with.

use awsproto::Timestamp;
use awsproto::sigv4::CredentialScope;
use server::admin::{Environment, Status};
use std::time::SystemTime;

/// The service that keys are pushed to and tunnels are opened at.
const SERVICE: &str = "ec2-instance-connect";

/// A key, and where and when it signs.
pub(crate) struct Signer {
    access_key_id: String,
    /// The secret access key.
    pub(crate) secret: String,
    region: String,
    /// Now.
    pub(crate) now: Timestamp,
}

impl Signer {
    /// The root's key; for resources of other accounts, which only an open Hamlet has, the account's number.
    pub(crate) fn of(status: &Status, environment: &Environment, account: &str, region: &str) -> Signer {
        let value = |wanted: &str| {
            let found = environment.variables.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let (access_key_id, secret) = match account == status.account {
            true => (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")),
            false => (account.to_owned(), "any".to_owned()),
        };
        Signer { access_key_id, secret, region: region.to_owned(), now: now() }
    }

    /// The scope of a signature.
    pub(crate) fn scope(&self) -> CredentialScope {
        CredentialScope {
            access_key_id: self.access_key_id.clone(),
            date: self.now.basic_date(),
            region: self.region.clone(),
            service: SERVICE.into(),
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The sentence of an EC2 Instance Connect refusal.
pub(crate) fn refusal(body: &[u8]) -> crate::failure::Failure {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
    let sentence =
        text("Message").or_else(|| text("message")).unwrap_or("the answer is not EC2 Instance Connect's");
    crate::failure::Failure::new(format!("EC2 Instance Connect refused: {sentence}"))
}
