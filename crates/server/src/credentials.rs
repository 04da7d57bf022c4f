//! The access key of the account's root, made at the first start and kept in the data directory.

use awsproto::SessionKey;
use guest::CredentialKey;
use model::AccountId;
use model::iam_id::LETTERS;
use std::io;
use std::path::Path;

use crate::clock;
use crate::secret_file;

/// An access key.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct AccessKey {
    /// `AKIA…`
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: String,
    /// Whose it is.
    pub account: AccountId,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

const FILE: &str = "root-access-key.json";

impl AccessKey {
    /// The key in a data directory, made if there is none.
    pub fn of(data: &Path, account: AccountId) -> io::Result<AccessKey> {
        let make = || serde_json::to_vec_pretty(&AccessKey::random(account)).map_err(io::Error::other);
        let text = secret_file::read_or_make(&data.join(FILE), make)?;
        serde_json::from_slice(&text).map_err(io::Error::other)
    }

    /// What the credentials of instances' roles are made with: as secret as the key, and kept with it.
    pub fn role_credentials(&self) -> CredentialKey {
        CredentialKey::of(self.secret_access_key.as_bytes())
    }

    /// What the session tokens of STS are sealed with, as secret as the key.
    pub fn sessions(&self) -> SessionKey {
        SessionKey::of(self.secret_access_key.as_bytes())
    }

    fn random(account: AccountId) -> AccessKey {
        let letters = |bytes: &[u8]| bytes.iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect();
        let id: String = letters(&clock::random::<16>());
        let secret: String = letters(&clock::random::<40>());
        AccessKey { access_key_id: format!("AKIA{id}"), secret_access_key: secret, account }
    }
}
