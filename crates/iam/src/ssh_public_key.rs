//! SSH public keys of users. Follows UploadSSHPublicKey and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::{SshPublicKey, UserId, World};
use ssh_keys::PublicKey;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{access_key, entity, user};

/// "The minimum bit-length of the public key is 2048 bits" (UploadSSHPublicKey).
const BITS_MIN: usize = 2048;
/// How a key begins: "encoded in ssh-rsa format or PEM format".
const ENCODINGS: [&str; 2] = ["ssh-rsa", "-----BEGIN"];

pub(crate) fn upload(
    call: &mut Call,
    world: &mut World,
    request: UploadSSHPublicKeyRequest,
) -> Result<UploadSSHPublicKeyResponse, AwsError> {
    let UploadSSHPublicKeyRequest { ssh_public_key_body, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let body = ssh_public_key_body.unwrap_or_default();
    let (fingerprint, now) = (read(&body)?.md5(), call.now);
    let key = (body.clone(), fingerprint);
    let upload = |ids: &mut model::Ids<'_>| world.upload_ssh_public_key(user, key, ids, now);
    let id = call.with_ids(upload).map_err(refused)?;
    let key = world.ssh_public_keys.get(&id);
    Ok(UploadSSHPublicKeyResponse { ssh_public_key: key.map(|key| whole(world, key, body)) })
}

/// A key that CodeCommit would take.
fn read(body: &str) -> Result<PublicKey, AwsError> {
    let text = body.trim();
    if !ENCODINGS.iter().any(|encoding| text.starts_with(encoding)) {
        return Err(unrecognized_encoding());
    }
    let key = PublicKey::read(text.as_bytes());
    let strong = key.filter(|key| key.rsa_bits().is_some_and(|bits| bits >= BITS_MIN));
    let sentence = "The public key is malformed or otherwise invalid.";
    strong.ok_or_else(|| AwsError::new("InvalidPublicKey", sentence))
}

fn unrecognized_encoding() -> AwsError {
    let sentence = "The public key encoding format is unsupported or unrecognized.";
    AwsError::new("UnrecognizedPublicKeyEncoding", sentence)
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetSSHPublicKeyRequest,
) -> Result<GetSSHPublicKeyResponse, AwsError> {
    let GetSSHPublicKeyRequest { encoding, ssh_public_key_id, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    let key = world.ssh_public_key(user, &ssh_public_key_id.unwrap_or_default()).map_err(refused)?;
    let read = read(&key.body)?;
    let body = match encoding.as_deref() {
        Some("SSH") => Some(read.to_line("").trim_end().to_owned()),
        Some("PEM") => read.to_pem(),
        Some(_) | None => None,
    };
    let body = body.ok_or_else(unrecognized_encoding)?;
    Ok(GetSSHPublicKeyResponse { ssh_public_key: Some(whole(world, key, body)) })
}

fn whole(world: &World, key: &SshPublicKey, body: String) -> shapes::SSHPublicKey {
    shapes::SSHPublicKey {
        fingerprint: Some(key.fingerprint.clone()),
        ssh_public_key_body: Some(body),
        ssh_public_key_id: Some(key.id.to_string()),
        status: Some(access_key::status(key.active)),
        upload_date: Some(key.uploaded),
        user_name: user::name_of(world, Some(key.user)),
    }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListSSHPublicKeysRequest,
) -> Result<ListSSHPublicKeysResponse, AwsError> {
    let ListSSHPublicKeysRequest { marker, max_items, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?;
    let keys = world.ssh_public_keys_of(user.id).collect();
    let listed = Listed::page(keys, asked(max_items, marker), |key| key.id.to_string())?;
    let listed = listed.map(|key| SSHPublicKeyMetadata {
        ssh_public_key_id: Some(key.id.to_string()),
        status: Some(access_key::status(key.active)),
        upload_date: Some(key.uploaded),
        user_name: Some(user.name.clone()),
    });
    Ok(ListSSHPublicKeysResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        ssh_public_keys: listed.items,
    })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateSSHPublicKeyRequest,
) -> Result<(), AwsError> {
    let UpdateSSHPublicKeyRequest { ssh_public_key_id, status, user_name } = request;
    let user: UserId = entity::own_user(call, world, user_name.as_deref())?.id;
    let (id, active) = (ssh_public_key_id.unwrap_or_default(), access_key::is_active(status.as_deref())?);
    world.set_ssh_public_key_active(user, &id, active).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSSHPublicKeyRequest,
) -> Result<(), AwsError> {
    let DeleteSSHPublicKeyRequest { ssh_public_key_id, user_name } = request;
    let user = entity::own_user(call, world, user_name.as_deref())?.id;
    world.delete_ssh_public_key(user, &ssh_public_key_id.unwrap_or_default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::root;
    use ssh_keys::PrivateKey;

    fn line(seed: u8) -> String {
        PrivateKey::rsa(&[seed; 32]).public().to_line("ada@home")
    }

    #[test]
    fn a_key_is_kept_as_it_was_sent_and_shown_in_both_encodings() {
        let mut caller = root();
        let (ada, body) = (("UserName", "ada"), line(1));
        caller.ok("CreateUser", &[ada]);
        let made = caller.ok("UploadSSHPublicKey", &[ada, ("SSHPublicKeyBody", &body)]);
        assert_eq!(made.text("SSHPublicKeyBody"), body);
        assert_eq!((made.text("Status"), made.text("Fingerprint").len()), ("Active".to_owned(), 47));
        let id = made.text("SSHPublicKeyId");
        assert!(id.starts_with("APKA"), "{id}");
        let named = [ada, ("SSHPublicKeyId", id.as_str())];
        let ssh = caller.ok("GetSSHPublicKey", &[&named[..], &[("Encoding", "SSH")]].concat());
        assert_eq!(ssh.text("SSHPublicKeyBody"), body.trim_end_matches(" ada@home"));
        let pem = caller.ok("GetSSHPublicKey", &[&named[..], &[("Encoding", "PEM")]].concat());
        let pem = pem.text("SSHPublicKeyBody");
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
        assert_eq!(
            caller.refused_with_status("UploadSSHPublicKey", &[ada, ("SSHPublicKeyBody", &pem)]),
            "400 DuplicateSSHPublicKey: The SSH public key is already associated with the specified IAM user."
        );
        caller.ok("UpdateSSHPublicKey", &[&named[..], &[("Status", "Inactive")]].concat());
        assert_eq!(caller.ok("ListSSHPublicKeys", &[ada]).text("Status"), "Inactive");
        assert_eq!(
            caller.refused_with_status("DeleteUser", &[ada]),
            "409 DeleteConflict: Cannot delete entity, must remove referenced objects first."
        );
        caller.ok("DeleteSSHPublicKey", &named);
        assert_eq!(
            caller.refused_with_status("DeleteSSHPublicKey", &named),
            format!("404 NoSuchEntity: The SSH Public Key with id {id} cannot be found.")
        );
        caller.ok("DeleteUser", &[ada]);
    }

    #[test]
    fn what_codecommit_would_not_take_is_refused() {
        let mut caller = root();
        let ada = ("UserName", "ada");
        caller.ok("CreateUser", &[ada]);
        let ed25519 = PrivateKey::ed25519(&[1; 32]).public().to_line("");
        for (body, code) in [
            (ed25519.as_str(), "UnrecognizedPublicKeyEncoding"),
            ("hello", "UnrecognizedPublicKeyEncoding"),
            ("ssh-rsa AAAA", "InvalidPublicKey"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "InvalidPublicKey"),
        ] {
            let refused = caller.refused("UploadSSHPublicKey", &[ada, ("SSHPublicKeyBody", body)]);
            assert!(refused.starts_with(code), "{refused}");
        }
        assert_eq!(
            caller.refused("ListSSHPublicKeys", &[]),
            "ValidationError: Must specify userName when calling with non-User credentials"
        );
    }

    #[test]
    fn a_user_has_five_at_most() {
        let mut caller = root();
        let ada = ("UserName", "ada");
        caller.ok("CreateUser", &[ada]);
        for seed in 1..=5 {
            caller.ok("UploadSSHPublicKey", &[ada, ("SSHPublicKeyBody", &line(seed))]);
        }
        assert_eq!(
            caller.refused("UploadSSHPublicKey", &[ada, ("SSHPublicKeyBody", &line(6))]),
            "LimitExceeded: Cannot exceed quota for SSHPublicKeysPerUser: 5"
        );
        assert_eq!(caller.ok("ListSSHPublicKeys", &[ada]).texts("SSHPublicKeyId").len(), 5);
    }
}
