//! Key pairs. Follows CreateKeyPair, ImportKeyPair and their neighbours in the EC2 API Reference.

use awsproto::{AwsError, Call, Filterable, Filters, Need, Provided};
use model::key_pair::{KeyKind, NewKeyPair};
use model::{IdKind, KeyPair, KeyPairId, Link, Tags, World};
use sha2::{Digest, Sha256};
use ssh_keys::{PrivateKey, PublicKey};
use std::borrow::Cow;

use crate::errors::{self, refused};
use crate::request::{self, parse_id, render_tags, text_values};
use crate::shapes::{self, *};

/// What [`create`] needs: bits that nobody can guess (identifiers may be guessed, keys may not), and for RSA two primes,
/// which take a good part of a second to find.
pub(crate) const MATERIAL: Need = Need::Secret(|input, bits| match is_rsa(input.text("KeyType")) {
    true => ssh_keys::rsa_primes(bits),
    false => Vec::new(),
});

fn is_rsa(key_type: Option<&str>) -> bool {
    matches!(key_type, None | Some("rsa"))
}

const NAME_MAX: usize = 255;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateKeyPairRequest,
) -> Result<shapes::KeyPair, AwsError> {
    let CreateKeyPairRequest { key_format, key_name, key_type, tag_specifications } = request;
    let name = checked_name(key_name.as_deref())?;
    let make: fn(&mut Call) -> PrivateKey = match key_type.as_deref() {
        key_type if is_rsa(key_type) => new_rsa_key,
        Some("ed25519") => |call| PrivateKey::ed25519(&seed(call)),
        other => {
            return Err(AwsError::invalid_value(
                "keyType",
                other.unwrap_or_default(),
                "Expecting rsa or ed25519.",
            ));
        }
    };
    let write: fn(&PrivateKey, &str) -> String = match key_format.as_deref() {
        None | Some("pem") => |key, _| key.to_pem(),
        Some("ppk") => PrivateKey::to_ppk,
        Some(other) => return Err(AwsError::invalid_value("keyFormat", other, "Expecting pem or ppk.")),
    };
    let tags = awsproto::tags::specified(tag_specifications, "key-pair")?;
    world.check_new_key_pair(call.scope, &name).map_err(refused)?;
    let key = make(call);
    let pair = keep(call, world, &name, &key.public(), key.fingerprint(), tags)?;
    Ok(shapes::KeyPair {
        key_name: Some(pair.name.clone()),
        key_pair_id: Some(pair.id.to_string()),
        key_fingerprint: Some(pair.fingerprint.clone()),
        key_material: Some(write(&key, &name)),
        tags: render_tags(&pair.tags),
    })
}

fn new_rsa_key(call: &mut Call) -> PrivateKey {
    let found = match &call.provided {
        Provided::Secret { made, .. } => PrivateKey::rsa_of_primes(made),
        Provided::Nothing | Provided::ConsoleOutput(_) | Provided::Events(_) => None,
    };
    found.unwrap_or_else(|| PrivateKey::rsa(&seed(call)))
}

/// What a key is made from: the call's own identifiers, and the server's entropy.
fn seed(call: &mut Call) -> [u8; 32] {
    let drawn: Vec<u8> = (0..4).flat_map(|_| call.ids.u64().to_be_bytes()).collect();
    let entropy = match &call.provided {
        Provided::Secret { bits, .. } => bits.as_slice(),
        Provided::Nothing | Provided::ConsoleOutput(_) | Provided::Events(_) => &[],
    };
    Sha256::new().chain_update(drawn).chain_update(entropy).finalize().into()
}

pub(crate) fn import(
    call: &mut Call,
    world: &mut World,
    request: ImportKeyPairRequest,
) -> Result<ImportKeyPairResult, AwsError> {
    let ImportKeyPairRequest { key_name, public_key_material, tag_specifications } = request;
    let name = checked_name(key_name.as_deref())?;
    let material = public_key_material.unwrap_or_default();
    let key = PublicKey::read(&material)
        .ok_or_else(|| AwsError::new("InvalidKey.Format", "Key is not in valid OpenSSH public key format"))?;
    let tags = awsproto::tags::specified(tag_specifications, "key-pair")?;
    let pair = keep(call, world, &name, &key, key.fingerprint(), tags)?;
    Ok(ImportKeyPairResult {
        key_name: Some(pair.name.clone()),
        key_pair_id: Some(pair.id.to_string()),
        key_fingerprint: Some(pair.fingerprint.clone()),
        tags: render_tags(&pair.tags),
    })
}

fn keep<'a>(
    call: &mut Call,
    world: &'a mut World,
    name: &str,
    key: &PublicKey,
    fingerprint: String,
    tags: Tags,
) -> Result<&'a KeyPair, AwsError> {
    let (scope, now) = (call.scope, call.now);
    let new = NewKeyPair {
        name: name.to_owned(),
        kind: key.kind(),
        public_key: key.to_line(name),
        fingerprint,
        tags,
    };
    let id = call.with_ids(|ids| world.create_key_pair(scope, new, ids, now)).map_err(refused)?;
    world.key_pair(scope, id).map_err(refused)
}

/// "Up to 255 ASCII characters. Can't include leading or trailing spaces" (CreateKeyPair): they are taken away.
fn checked_name(name: Option<&str>) -> Result<String, AwsError> {
    let name = name.unwrap_or_default().trim();
    if name.is_empty() {
        return Err(AwsError::missing_parameter("KeyName"));
    }
    let is_printable = name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match is_printable && name.len() <= NAME_MAX {
        true => Ok(name.to_owned()),
        false => Err(AwsError::invalid_value("KeyName", name, "Up to 255 ASCII characters are allowed.")),
    }
}

/// Deleting what is not there succeeds.
pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteKeyPairRequest,
) -> Result<DeleteKeyPairResult, AwsError> {
    let DeleteKeyPairRequest { key_name, key_pair_id } = request;
    let scope = call.scope;
    let id: Option<KeyPairId> = match (&key_pair_id, &key_name) {
        (Some(text), _) => parse_id(text).ok().filter(|id| world.key_pair(scope, *id).is_ok()),
        (None, Some(name)) => world.key_pair_named(scope, name).map(|pair| pair.id).ok(),
        (None, None) => return Err(AwsError::missing_parameter("KeyName")),
    };
    if let Some(id) = id {
        world.delete_key_pair(scope, id).map_err(refused)?;
    }
    Ok(DeleteKeyPairResult { r#return: Some(true), key_pair_id: id.map(|id| id.to_string()) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeKeyPairsRequest,
) -> Result<DescribeKeyPairsResult, AwsError> {
    let DescribeKeyPairsRequest { filters, include_public_key, key_names, key_pair_ids } = request;
    let scope = call.scope;
    let all = || world.key_pairs.linked(Link::Scope(scope));
    let mut pairs = request::named_or_all(&key_pair_ids, all(), |pair| pair.id)?;
    if !key_names.is_empty() {
        let is_unknown = |name: &&String| !all().any(|pair| pair.name == **name);
        let missing: Vec<&str> = key_names.iter().filter(is_unknown).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(errors::not_found(IdKind::KeyPair, &missing));
        }
        pairs.retain(|pair| key_names.contains(&pair.name));
    }
    let with_public_key = include_public_key.unwrap_or(false);
    let shapes = pairs.into_iter().map(|pair| render(pair, with_public_key));
    Ok(DescribeKeyPairsResult { key_pairs: Filters::new(filters)?.select(shapes)? })
}

fn render(pair: &KeyPair, with_public_key: bool) -> KeyPairInfo {
    let kind = match pair.kind {
        KeyKind::Rsa => "rsa",
        KeyKind::Ed25519 => "ed25519",
    };
    KeyPairInfo {
        key_pair_id: Some(pair.id.to_string()),
        key_name: Some(pair.name.clone()),
        key_fingerprint: Some(pair.fingerprint.clone()),
        key_type: Some(kind.to_owned()),
        public_key: with_public_key.then(|| pair.public_key.clone()),
        create_time: Some(pair.created),
        tags: render_tags(&pair.tags),
    }
}

impl Filterable for KeyPairInfo {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "key-pair-id" => text_values(&self.key_pair_id),
            "fingerprint" => text_values(&self.key_fingerprint),
            "key-name" => text_values(&self.key_name),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use awsproto::Provided;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use ssh_keys::PrivateKey;

    #[test]
    fn a_private_key_is_given_out_once() {
        let mut caller = Caller::new();
        let answer = caller.ok("CreateKeyPair", &[("KeyName", " mine ")]);
        assert_eq!(answer.text("keyName"), "mine");
        assert!(answer.text("keyMaterial").starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert_eq!(answer.text("keyFingerprint").split(':').count(), 20);
        let shown = caller.ok("DescribeKeyPairs", &[("KeyName.1", "mine")]);
        assert!(!shown.0.contains("PRIVATE"));
        assert!(shown.texts("publicKey").is_empty());
        let shown = caller.ok("DescribeKeyPairs", &[("IncludePublicKey", "true")]);
        assert!(shown.text("publicKey").starts_with("ssh-rsa AAAA"));
        assert_eq!(
            caller.refused("CreateKeyPair", &[("KeyName", "mine")]),
            "InvalidKeyPair.Duplicate: The keypair 'mine' already exists."
        );
    }

    #[test]
    fn ed25519_keys_come_in_either_format() {
        let mut caller = Caller::new();
        let answer = caller.ok("CreateKeyPair", &[("KeyName", "a"), ("KeyType", "ed25519")]);
        assert!(answer.text("keyMaterial").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        assert!(answer.text("keyFingerprint").len() == 44 && answer.text("keyFingerprint").ends_with('='));
        let ppk = [("KeyName", "b"), ("KeyType", "ed25519"), ("KeyFormat", "ppk")];
        assert!(
            caller
                .ok("CreateKeyPair", &ppk)
                .text("keyMaterial")
                .starts_with("PuTTY-User-Key-File-2: ssh-ed25519")
        );
    }

    #[test]
    fn public_keys_are_imported_and_other_things_are_not() {
        let mut caller = Caller::new();
        let line = PrivateKey::ed25519(&[5; 32]).public().to_line("me");
        let material = STANDARD.encode(line);
        let id = caller
            .ok("ImportKeyPair", &[("KeyName", "mine"), ("PublicKeyMaterial", &material)])
            .text("keyPairId");
        assert_eq!(
            caller.refused("ImportKeyPair", &[("KeyName", "other"), ("PublicKeyMaterial", "aGVsbG8=")]),
            "InvalidKey.Format: Key is not in valid OpenSSH public key format"
        );
        assert_eq!(caller.ok("DeleteKeyPair", &[("KeyPairId", &id)]).text("return"), "true");
        assert_eq!(caller.ok("DeleteKeyPair", &[("KeyName", "mine")]).text("return"), "true");
        assert_eq!(
            caller.refused("DescribeKeyPairs", &[("KeyName.1", "mine")]),
            "InvalidKeyPair.NotFound: The key pair 'mine' does not exist"
        );
    }

    #[test]
    fn an_rsa_key_is_made_of_the_primes_that_the_server_found() {
        let mut caller = Caller::new();
        let primes = ssh_keys::rsa_primes(&[7; 32]);
        caller.call.provided = Provided::Secret { bits: [7; 32], made: primes.clone() };
        let material = caller.ok("CreateKeyPair", &[("KeyName", "k")]).text("keyMaterial");
        let body: String = material.lines().filter(|line| !line.starts_with('-')).collect();
        let key = STANDARD.decode(body).unwrap();
        let (p, q) = primes.split_at(primes.len() / 2);
        assert!([p, q].iter().all(|prime| key.windows(prime.len()).any(|window| window == *prime)));
        assert_eq!(material, PrivateKey::rsa(&[7; 32]).to_pem(), "the key that they came from");
    }

    #[test]
    fn the_servers_secret_bits_change_the_key() {
        let key = |bits| {
            let mut caller = Caller::new();
            caller.call.provided = Provided::Secret { bits, made: Vec::new() };
            caller.ok("CreateKeyPair", &[("KeyName", "k"), ("KeyType", "ed25519")]).text("keyMaterial")
        };
        assert_eq!(key([1; 32]), key([1; 32]));
        assert_ne!(key([1; 32]), key([2; 32]));
    }
}
