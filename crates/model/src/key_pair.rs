//! Key pairs: the public half of an ssh key, under a name. The private half is given out once and never kept.
//!
//! Follows "Amazon EC2 key pairs" (EC2 User Guide).

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{KeyPairRefusal, Refusal};
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A key pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    /// Its identifier.
    pub id: KeyPairId,
    /// Owner and Region.
    pub scope: Scope,
    /// Its name, unique in account and Region.
    pub name: String,
    /// RSA or ED25519.
    pub kind: KeyKind,
    /// The public key as a line of `authorized_keys`.
    pub public_key: String,
    /// AWS's fingerprint, which depends on the kind and on whether the key was imported.
    pub fingerprint: String,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// Kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyKind {
    /// RSA.
    Rsa,
    /// ED25519.
    Ed25519,
}

/// What a new key pair is to be.
#[derive(Clone, Debug)]
pub struct NewKeyPair {
    /// Its name.
    pub name: String,
    /// RSA or ED25519.
    pub kind: KeyKind,
    /// The public key as a line of `authorized_keys`.
    pub public_key: String,
    /// AWS's fingerprint.
    pub fingerprint: String,
    /// Tags.
    pub tags: Tags,
}

impl World {
    /// A key pair of this scope.
    pub fn key_pair(&self, scope: Scope, id: KeyPairId) -> Result<&KeyPair, Refusal> {
        self.key_pairs.get(&id).filter(|pair| pair.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The key pair of this scope with this name.
    pub fn key_pair_named(&self, scope: Scope, name: &str) -> Result<&KeyPair, Refusal> {
        self.key_pairs
            .linked(Link::name(scope, name))
            .find(|pair| pair.scope == scope && pair.name == name)
            .ok_or_else(|| KeyPairRefusal::NoneOfName(name.to_owned()).into())
    }

    /// Refuses a name that is taken, and one key pair too many.
    pub fn check_new_key_pair(&self, scope: Scope, name: &str) -> Result<(), Refusal> {
        if self.key_pair_named(scope, name).is_ok() {
            return Err(KeyPairRefusal::Exists(name.to_owned()).into());
        }
        let owned = self.key_pairs.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::KeyPairs, owned)
    }

    /// Writes a key pair down.
    pub fn create_key_pair(
        &mut self,
        scope: Scope,
        new: NewKeyPair,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<KeyPairId, Refusal> {
        self.check_new_key_pair(scope, &new.name)?;
        let id = ids.fresh();
        self.key_pairs.insert(
            id,
            KeyPair {
                id,
                scope,
                name: new.name,
                kind: new.kind,
                public_key: new.public_key,
                fingerprint: new.fingerprint,
                created: now,
                tags: new.tags,
            },
        );
        Ok(id)
    }

    /// Deletes a key pair. Instances that were launched with it keep its public key.
    pub fn delete_key_pair(&mut self, scope: Scope, id: KeyPairId) -> Result<(), Refusal> {
        self.key_pair(scope, id)?;
        self.key_pairs.remove(&id);
        Ok(())
    }
}
