//! SSH public keys of users, with which they reach CodeCommit.
//!
//! Follows "Use IAM with CodeCommit: Git credentials, SSH keys, and AWS access keys" (IAM User Guide). The root has none.

use serde::{Deserialize, Serialize};

use crate::iam_id::{SshPublicKeyId, UserId};
use crate::iam_refusal::{IamNoun, IamRefusal};
use crate::ids::Ids;
use crate::link::Link;
use crate::quotas::SSH_PUBLIC_KEYS_PER_USER_MAX;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A user's SSH public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshPublicKey {
    /// Its identifier.
    pub id: SshPublicKeyId,
    /// Whose it is.
    pub user: UserId,
    /// The key, as it was sent.
    pub body: String,
    /// What tells it apart from others.
    pub fingerprint: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was sent.
    pub uploaded: Timestamp,
}

impl World {
    /// The keys of a user, by identifier.
    pub fn ssh_public_keys_of(&self, user: UserId) -> impl Iterator<Item = &SshPublicKey> {
        self.ssh_public_keys.linked(Link::User(user))
    }

    /// A key of a user.
    pub fn ssh_public_key(&self, user: UserId, id: &str) -> Result<&SshPublicKey, IamRefusal> {
        let found = id.parse().ok().and_then(|id| self.ssh_public_keys.get(&id));
        let own = found.filter(|key| key.user == user);
        own.ok_or_else(|| IamRefusal::NoSuch(IamNoun::SshPublicKey, id.to_owned()))
    }

    /// Writes a key down.
    pub fn upload_ssh_public_key(
        &mut self,
        user: UserId,
        (body, fingerprint): (String, String),
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<SshPublicKeyId, IamRefusal> {
        if self.ssh_public_keys_of(user).any(|key| key.fingerprint == fingerprint) {
            return Err(IamRefusal::DuplicateSshPublicKey);
        }
        if self.ssh_public_keys_of(user).count() >= SSH_PUBLIC_KEYS_PER_USER_MAX {
            return Err(IamRefusal::QuotaReached("SSHPublicKeysPerUser", SSH_PUBLIC_KEYS_PER_USER_MAX));
        }
        let id = SshPublicKeyId::fresh(ids);
        let key = SshPublicKey { id, user, body, fingerprint, active: true, uploaded: now };
        self.ssh_public_keys.insert(id, key);
        Ok(id)
    }

    /// Lets a key be used, or no longer.
    pub fn set_ssh_public_key_active(
        &mut self,
        user: UserId,
        id: &str,
        active: bool,
    ) -> Result<(), IamRefusal> {
        let id = self.ssh_public_key(user, id)?.id;
        self.ssh_public_keys.get_mut(&id).expect("it was found").active = active;
        Ok(())
    }

    /// Deletes a key.
    pub fn delete_ssh_public_key(&mut self, user: UserId, id: &str) -> Result<(), IamRefusal> {
        let id = self.ssh_public_key(user, id)?.id;
        self.ssh_public_keys.remove(&id);
        Ok(())
    }
}
