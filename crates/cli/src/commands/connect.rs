//! `hamlet connect`: as EC2 Instance Connect does it.
//!
//! A key pair for this one connection; its public half pushed to the instance's metadata by SendSSHPublicKey, where the
//! instance's ssh server asks for it; then ssh from the service's own address range, which is what security groups see.

use awsproto::Timestamp;
use awsproto::sigv4::{self, Scope, SignedRequest};
use server::admin::{Environment, InstanceStatus, Status};
use std::ffi::OsString;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, SystemTime};

use crate::arguments::Connect;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::http::{self, Request};
use crate::instance;

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(daemon: &Daemon, options: &Connect) -> Result<ExitCode> {
    let (user, name) = instance::user_and_name(&options.target);
    let (status, target) = instance::find_running(daemon, name)?;
    let address = instance::public_address(&target)?;
    let key = EphemeralKey::new(&daemon.data)?;
    push(&status, &daemon.environment()?, &target, user, &key.public()?)?;
    let mut command = super::ssh::client(&daemon.data, &target);
    command.extend(["-o".into(), "IdentitiesOnly=yes".into(), "-i".into(), key.private.clone().into()]);
    command.extend([OsString::from("-b"), source(&target)?]);
    command.extend(super::ssh::destination(user, address, &options.command));
    super::laptop::enter(daemon, command)
}

/// The address from which EC2 Instance Connect comes in the instance's Region.
fn source(target: &InstanceStatus) -> Result<OsString> {
    let region = target.region.parse().ok();
    let source = region.and_then(server::spaces::instance_connect_source);
    source.map(|address| address.to_string().into()).ok_or_else(|| {
        Failure::new(format!("EC2 Instance Connect is not in {}: use `hamlet ssh`", target.region))
    })
}

/// A key pair for one connection, removed with this value.
struct EphemeralKey {
    directory: PathBuf,
    private: PathBuf,
}

impl EphemeralKey {
    fn new(data: &Path) -> Result<EphemeralKey> {
        let directory = data.join(format!("connect-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let key = EphemeralKey { private: directory.join("key"), directory };
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "hamlet connect", "-f"])
            .arg(&key.private)
            .stdin(Stdio::null())
            .status();
        match made {
            Ok(status) if status.success() => Ok(key),
            Ok(status) => Err(Failure::new(format!("ssh-keygen made no key ({status})"))),
            Err(error) => {
                Err(Failure::new(format!("ssh-keygen does not start ({error}): install openssh-client")))
            }
        }
    }

    fn public(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.private.with_extension("pub"))?)
    }
}

impl Drop for EphemeralKey {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// SendSSHPublicKey, signed as any client would.
fn push(
    status: &Status,
    environment: &Environment,
    target: &InstanceStatus,
    user: &str,
    public_key: &str,
) -> Result<()> {
    let body = serde_json::json!({
        "InstanceId": target.id,
        "InstanceOSUser": user,
        "SSHPublicKey": public_key.trim(),
    });
    let body = body.to_string();
    let now = now();
    let (host, date) = (status.api.to_string(), now.basic());
    let mut headers = vec![
        ("host", host.as_str()),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-date", &date),
        ("x-amz-target", "AWSEC2InstanceConnectService.SendSSHPublicKey"),
    ];
    let (key_id, secret) = credentials(status, environment, target);
    let scope = Scope {
        access_key_id: key_id,
        date: now.basic_date(),
        region: target.region.clone(),
        service: "ec2-instance-connect".into(),
    };
    let signed =
        SignedRequest { method: "POST", path: "/", query: "", headers: &headers, body: body.as_bytes() };
    let authorization = sigv4::sign(&signed, scope, &secret, now);
    headers.push(("authorization", &authorization));
    let stream = TcpStream::connect(status.api)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = Request { method: "POST", path: "/", headers: &headers, body: body.as_bytes() };
    let answer = http::send(stream, &request)?;
    match answer.status {
        200 => Ok(()),
        _ => Err(refused(&answer.bytes()?)),
    }
}

/// The root's key; for instances of other accounts, which only an open Hamlet has, the account's number.
fn credentials(status: &Status, environment: &Environment, target: &InstanceStatus) -> (String, String) {
    if target.account != status.account {
        return (target.account.clone(), "any".to_owned());
    }
    let value = |wanted: &str| {
        let found = environment.variables.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"))
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn refused(body: &[u8]) -> Failure {
    let json: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
    let sentence =
        text("Message").or_else(|| text("message")).unwrap_or("the answer is not EC2 Instance Connect's");
    Failure::new(format!("EC2 Instance Connect refused: {sentence}"))
}
