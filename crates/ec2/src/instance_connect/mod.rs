//! EC2 Instance Connect: keys that last a minute.
//!
//! Follows SendSSHPublicKey (EC2 Instance Connect API Reference). No serial console.

pub mod shapes;
pub mod tunnel;

use awsproto::{Action, Api, AwsError, Call, write};
use model::{InstanceId, World, Zone};
use shapes::{SendSSHPublicKeyRequest, SendSSHPublicKeyResponse, op};
use ssh_keys::PublicKey;

pub use shapes::SERVICE;

/// The service.
pub static API: Api<World> = Api {
    service: &SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: Some(crate::DEFAULT_VPC),
    touches: crate::touches::of_instance_connect,
};

/// How long the name of an Availability Zone is.
const ZONE_LENGTHS: std::ops::RangeInclusive<usize> = 6..=32;

/// Every action of EC2 Instance Connect that Hamlet has.
static ACTIONS: &[Action<World>] = &[write!(SendSSHPublicKey, send_ssh_public_key)];

fn send_ssh_public_key(
    call: &mut Call,
    world: &mut World,
    request: SendSSHPublicKeyRequest,
) -> Result<SendSSHPublicKeyResponse, AwsError> {
    let SendSSHPublicKeyRequest { availability_zone, instance_id, instance_os_user, ssh_public_key } =
        request;
    let (scope, now) = (call.scope, call.now);
    let text = instance_id.unwrap_or_default();
    let id: InstanceId = text.parse().map_err(|_| invalid_args("InstanceId", "expecting an instance ID"))?;
    let os_user = checked_user(instance_os_user.unwrap_or_default())?;
    let public_key = checked_key(&ssh_public_key.unwrap_or_default())?;
    check_zone_text(availability_zone.as_deref())?;
    let instance = world.instance(scope, id).map_err(|_| not_found())?;
    if let Some(zone) = availability_zone {
        check_zone(instance.zone, &zone)?;
    }
    world.push_ssh_key(scope, id, os_user, public_key, now).map_err(|_| not_running())?;
    Ok(SendSSHPublicKeyResponse { request_id: Some(call.request_id.clone()), success: Some(true) })
}

fn not_found() -> AwsError {
    AwsError::new("EC2InstanceNotFoundException", "The specified instance was not found.").with_status(404)
}

fn not_running() -> AwsError {
    AwsError::new(
        "EC2InstanceStateInvalidException",
        "Unable to connect because the instance is not in a valid state. Connecting to a stopped or terminated \
         instance is not supported. If the instance is stopped, start your instance, and try to connect again.",
    )
}

/// `^(\w+-){2,3}\d+\w+$`, of 6 to 32 characters.
fn check_zone_text(zone: Option<&str>) -> Result<(), AwsError> {
    let Some(zone) = zone else { return Ok(()) };
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let parts: Vec<&str> = zone.split('-').collect();
    let ends =
        parts.last().is_some_and(|last| last.len() > 1 && last.starts_with(|it: char| it.is_ascii_digit()));
    let is_zone = ZONE_LENGTHS.contains(&zone.len()) && (3..=4).contains(&parts.len());
    match is_zone && ends && parts.into_iter().all(is_word) {
        true => Ok(()),
        false => Err(invalid_args("AvailabilityZone", "expecting the name of an Availability Zone")),
    }
}

fn check_zone(zone: Zone, wanted: &str) -> Result<(), AwsError> {
    match wanted == zone.to_string() || wanted == zone.zone_id() {
        true => Ok(()),
        false => Err(not_found()),
    }
}

fn invalid_args(parameter: &str, problem: &str) -> AwsError {
    AwsError::new(
        "InvalidArgsException",
        format!("One of the parameters is not valid. {parameter}: {problem}"),
    )
}

/// `(^[A-Za-z_][A-Za-z0-9\@\._-]{0,30}[A-Za-z0-9\$_-]?$)`, and Windows's `domain\user` after it, which makes no sense
/// here.
fn checked_user(user: String) -> Result<String, AwsError> {
    let bytes = user.as_bytes();
    let starts = bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_');
    let in_middle = |byte: &u8| byte.is_ascii_alphanumeric() || b"@._-".contains(byte);
    let at_end = |byte: &u8| byte.is_ascii_alphanumeric() || b"$_-".contains(byte);
    let (middle, last) = match bytes.len() {
        0 | 1 => (&[][..], None),
        length => (&bytes[1..length - 1], bytes.last()),
    };
    let ends = last.is_none_or(|last| at_end(last) || (in_middle(last) && bytes.len() <= 31));
    match starts && middle.iter().all(in_middle) && ends && bytes.len() <= 32 {
        true => Ok(user),
        false => Err(invalid_args("InstanceOSUser", "expecting the name of an operating system user")),
    }
}

/// The key as a line of `authorized_keys`, which it is sent as; its comment and anything else is left out.
fn checked_key(text: &str) -> Result<String, AwsError> {
    let refused = || invalid_args("SSHPublicKey", "expecting an RSA or ED25519 key in OpenSSH's format");
    let has_length = (80..=4096).contains(&text.len());
    let key = PublicKey::read(text.as_bytes()).filter(|_| has_length && text.starts_with("ssh-"));
    key.map(|key| key.to_line("ec2-instance-connect")).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Caller;
    use awsproto::{Input, Protocol};
    use ssh_keys::PrivateKey;

    #[test]
    fn a_running_instance_takes_a_key_for_a_user() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let answer = push(&mut caller, &id, "ec2-user", &key()).unwrap();
        assert!(answer.contains("\"Success\":true"), "{answer}");
        let pushed = &caller.world.network.instances.values().next().unwrap().pushed_keys;
        assert_eq!((pushed[0].os_user.as_str(), pushed.len()), ("ec2-user", 1));
        assert!(pushed[0].public_key.starts_with("ssh-ed25519 AAAA"));
    }

    #[test]
    fn other_instances_users_and_keys_are_refused() {
        let mut caller = Caller::new();
        let id = caller.launch(&[]).text("instanceId");
        let code = |result: Result<String, AwsError>| result.unwrap_err().code.into_owned();
        assert_eq!(code(push(&mut caller, &id, "ec2-user", &key())), "EC2InstanceStateInvalidException");
        caller.settle();
        let ghost = push(&mut caller, "i-0123456789abcdef0", "ec2-user", &key());
        assert_eq!(code(ghost), "EC2InstanceNotFoundException");
        for user in ["", "1user", "a b", "a;b", "-x", &"x".repeat(33)] {
            assert_eq!(code(push(&mut caller, &id, user, &key())), "InvalidArgsException", "{user}");
        }
        for user in ["a", "root", "_apt", "ec2-user", "svc$", &"x".repeat(32)] {
            assert!(push(&mut caller, &id, user, &key()).is_ok(), "{user}");
        }
        assert_eq!(code(push(&mut caller, &id, "root", &"x".repeat(100))), "InvalidArgsException");
    }

    fn key() -> String {
        PrivateKey::ed25519(&[9; 32]).public().to_line("me")
    }

    fn push(caller: &mut Caller, id: &str, user: &str, key: &str) -> Result<String, AwsError> {
        let body = format!(r#"{{"InstanceId":"{id}","InstanceOSUser":"{user}","SSHPublicKey":"{key}"}}"#);
        let input = Input::parse(Protocol::Json11, "", body.as_bytes()).unwrap();
        let action = "SendSSHPublicKey";
        let (world, call) = caller.parts();
        API.perform(action, call, world, &input).map(|output| output.body)
    }
}
