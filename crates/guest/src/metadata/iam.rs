//! The instance profile and its role's credentials, under `meta-data/iam/`.
//!
//! Follows "Retrieve security credentials from instance metadata" (EC2 User Guide) and "Troubleshoot IAM and Amazon EC2"
//! (IAM User Guide). An instance without an instance profile has none of it.

use model::instance_profile_association::InstanceProfileAssociation;
use model::{Instance, Partition, Role, Timestamp, World};
use policy::Context;

use super::tree::Tree;
use crate::role_credentials::{CredentialKey, RoleSession};

/// Who acts as the roles of instances.
const EC2: &str = "ec2";
const INFO: &str = "meta-data/iam/info";
const CREDENTIALS: &str = "meta-data/iam/security-credentials";
const HELP: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

/// Puts all of it in.
pub(super) fn plant(
    tree: &mut Tree,
    world: &World,
    instance: &Instance,
    now: Timestamp,
    key: &CredentialKey,
) {
    let Some(association) = &instance.profile_association else { return };
    let Some(profile) = world.instance_profile_of(instance) else {
        return tree.put(INFO, info("InstanceProfileNotFound", None, association, association.since));
    };
    let Some(role) = world.role_of(profile) else {
        let message = format!("Instance Profile does not contain a role. {}", help());
        return tree.put(INFO, info("Success", Some(&message), association, association.since));
    };
    let session = RoleSession::current(instance, role, association.since, now);
    tree.put(INFO, info("Success", None, association, session.issued));
    let document = match trusts_instances(role, instance.scope.region.partition(), now) {
        true => credentials(&session, key),
        false => unauthorized(role, &session),
    };
    tree.put(format!("{CREDENTIALS}/{}", role.name), document);
}

/// A policy that cannot be read trusts nobody. What conditions can be about is the time, and that a service asks.
fn trusts_instances(role: &Role, partition: Partition, now: Timestamp) -> bool {
    let mut context = Context::new()
        .with("aws:CurrentTime", now.to_the_second())
        .with("aws:EpochTime", now.as_secs().to_string());
    partition.service_principals(EC2).iter().any(|name| {
        policy::Principal::Service(name).describe(&mut context);
        role.trust_policy.trusts_service(name, &context)
    })
}

fn info(
    code: &str,
    message: Option<&str>,
    association: &InstanceProfileAssociation,
    updated: Timestamp,
) -> String {
    let (updated, id) = (updated.to_the_second(), association.profile.to_string());
    let mut members = vec![("Code", code)];
    members.extend(message.map(|message| ("Message", message)));
    members.extend([
        ("LastUpdated", updated.as_str()),
        ("InstanceProfileArn", &association.arn),
        ("InstanceProfileId", &id),
    ]);
    object(&members)
}

fn credentials(session: &RoleSession, key: &CredentialKey) -> String {
    let credentials = session.credentials(key);
    object(&[
        ("Code", "Success"),
        ("LastUpdated", &session.issued.to_the_second()),
        ("Type", "AWS-HMAC"),
        ("AccessKeyId", &credentials.access_key_id),
        ("SecretAccessKey", &credentials.secret_access_key),
        ("Token", &credentials.session_token),
        ("Expiration", &session.expires().to_the_second()),
    ])
}

/// The role's trust policy does not let EC2 act as it.
fn unauthorized(role: &Role, session: &RoleSession) -> String {
    object(&[
        ("Code", "AssumeRoleUnauthorizedAccess"),
        ("Message", &format!("EC2 cannot assume the role {}. {}", role.name, help())),
        ("LastUpdated", &session.issued.to_the_second()),
    ])
}

fn help() -> String {
    format!("Please see documentation at {HELP}.")
}

/// JSON with AWS's spacing. Values have visible ASCII characters only; paths in ARNs may have quotes among them.
fn object(members: &[(&str, &str)]) -> String {
    let escaped = |value: &str| value.replace('\\', r"\\").replace('"', "\\\"");
    let line = |(name, value): &(&str, &str)| format!("  \"{name}\" : \"{}\"", escaped(value));
    format!("{{\n{}\n}}", members.iter().map(line).collect::<Vec<_>>().join(",\n"))
}
