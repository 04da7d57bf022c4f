//! `hamlet connect`: as EC2 Instance Connect does it.
//!
//! A key pair for this one connection; its public half pushed to the instance's metadata by SendSSHPublicKey, where the
//! instance's ssh server asks for it; then ssh. To a public address it goes from the service's own address range, which is
//! what security groups see; to a private one through an EC2 Instance Connect Endpoint.

use awsproto::sigv4::{self, Payload, SignedRequest};
use server::admin::{EndpointStatus, Environment, InstanceStatus, Status};
use std::ffi::OsString;
use std::net::{IpAddr, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use crate::arguments::{Connect, ConnectionType};
use crate::credentials::{self, Signer};
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::http::{self, Request};
use crate::{endpoint, instance};

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(daemon: &Daemon, options: &Connect) -> Result<ExitCode> {
    let (said, name) = instance::user_and_name(&options.target);
    let (status, target) = instance::find_running(daemon, name)?;
    let user = instance::user(said, &target);
    let way = Way::of(&status, &target, options)?;
    let key = EphemeralKey::new(&daemon.data)?;
    push(&status, &daemon.environment()?, &target, user, &key.public()?)?;
    let mut command = super::ssh::client(&daemon.data, &target);
    command.extend(["-o".into(), "IdentitiesOnly=yes".into(), "-i".into(), key.private.clone().into()]);
    match way {
        Way::Direct(address) => {
            command.extend([OsString::from("-b"), source(&target)?]);
            command.extend(super::ssh::destination(user, address, &options.command));
            super::shell::enter(daemon, command)
        }
        Way::Through(endpoint) => {
            let proxy = proxy_command(&std::env::current_exe()?, &daemon.data, endpoint, &target, options)?;
            command.extend(["-o".into(), proxy]);
            let address = super::open_tunnel::private_address(&target)?;
            command.extend(super::ssh::destination(user, address, &options.command));
            ssh_here(&command)
        }
    }
}

/// How an instance is reached.
#[derive(Debug, PartialEq)]
enum Way<'a> {
    /// At its public address.
    Direct(IpAddr),
    /// Through an endpoint.
    Through(&'a EndpointStatus),
}

impl<'a> Way<'a> {
    fn of(status: &'a Status, target: &InstanceStatus, options: &Connect) -> Result<Way<'a>> {
        if let Some(id) = &options.instance_connect_endpoint_id {
            return match options.connection_type {
                ConnectionType::Direct => Err(Failure::new("a direct connection goes through no endpoint")),
                ConnectionType::Auto | ConnectionType::Eice => endpoint::find(status, id).map(Way::Through),
            };
        }
        let through = endpoint::near(status, target).map(Way::Through);
        match (options.connection_type, target.public_ip) {
            (ConnectionType::Direct, _) => instance::public_address(target).map(Way::Direct),
            (ConnectionType::Auto, Some(address)) => Ok(Way::Direct(address)),
            (ConnectionType::Auto, None) => through.ok_or_else(|| unreachable(target)),
            (ConnectionType::Eice, _) => through.ok_or_else(|| endpoint::none_near(target)),
        }
    }
}

fn unreachable(target: &InstanceStatus) -> Failure {
    Failure::new(format!(
        "{} has no public address, and {}",
        instance::title(target),
        endpoint::none_near(target).sentence
    ))
}

/// ssh's connection is `hamlet open-tunnel`, which ssh starts with the user's shell.
fn proxy_command(
    program: &Path,
    data: &Path,
    endpoint: &EndpointStatus,
    target: &InstanceStatus,
    options: &Connect,
) -> Result<OsString> {
    let text = |path: &Path| {
        let no_text = || Failure::new(format!("{} is not a name that ssh can be told", path.display()));
        path.to_str().map(str::to_owned).ok_or_else(no_text)
    };
    let address = super::open_tunnel::private_address(target)?.to_string();
    let mut words = vec![text(program)?, "--data".into(), text(data)?, "open-tunnel".into()];
    words.extend(["--instance-connect-endpoint-id".into(), endpoint.id.clone()]);
    words.extend(["--private-ip-address".into(), address]);
    let duration = options.max_tunnel_duration;
    words.extend(duration.into_iter().flat_map(|it| ["--max-tunnel-duration".into(), it.to_string()]));
    // For the shell in single quotes; for ssh, which replaces %h and the like, every % twice.
    let quoted = |word: &String| format!("'{}'", word.replace('\'', r"'\''").replace('%', "%%"));
    let words: Vec<String> = words.iter().map(quoted).collect();
    Ok(format!("ProxyCommand={}", words.join(" ")).into())
}

/// ssh where we are, since a tunnel begins at the API's port; its exit code is ours.
fn ssh_here(command: &[OsString]) -> Result<ExitCode> {
    let [program, words @ ..] = command else { return Err(Failure::new("there is no command")) };
    // Whatever the user's shell is, or is not, ours is one that a ProxyCommand can be given to.
    let ended = Command::new(program).args(words).env("SHELL", "/bin/sh").status();
    let ended = ended
        .map_err(|error| Failure::new(format!("ssh does not start ({error}): install openssh-client")))?;
    // 128 and the signal's number, as shells say it.
    let code = ended.code().unwrap_or_else(|| 128 + ended.signal().unwrap_or_default());
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// The address from which EC2 Instance Connect comes in the instance's Region.
fn source(target: &InstanceStatus) -> Result<OsString> {
    let region = target.region.parse().ok();
    let source = region.and_then(server::namespaces::instance_connect_source);
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
    let signer = Signer::of(status, environment, &target.account, &target.region);
    let now = signer.now;
    let (host, date) = (status.api.to_string(), now.basic());
    let mut headers = vec![
        ("host", host.as_str()),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-date", &date),
        ("x-amz-target", "AWSEC2InstanceConnectService.SendSSHPublicKey"),
    ];
    let signed = SignedRequest {
        method: "POST",
        path: "/",
        query: "",
        headers: &headers,
        body: Payload::Whole(body.as_bytes()),
    };
    let authorization = sigv4::sign(&signed, signer.scope(), &signer.secret, now);
    headers.push(("authorization", &authorization));
    let stream = TcpStream::connect(status.api)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = Request { method: "POST", path: "/", headers: &headers, body: body.as_bytes() };
    let answer = http::send(stream, &request)?;
    match answer.status {
        200 => Ok(()),
        _ => Err(credentials::refusal(&answer.bytes()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::tests::status;

    fn options(connection_type: ConnectionType, endpoint: Option<&str>) -> Connect {
        Connect {
            connection_type,
            instance_connect_endpoint_id: endpoint.map(str::to_owned),
            max_tunnel_duration: None,
            target: "db".into(),
            command: Vec::new(),
        }
    }

    fn endpoint() -> EndpointStatus {
        crate::endpoint::tests::endpoint("eice-1", "vpc-1", "subnet-9", true)
    }

    #[test]
    fn a_public_address_is_taken_before_an_endpoint_and_an_endpoint_before_giving_up() {
        let mut status = status(&[("i-1", "db")]);
        let private = status.instances[0].clone();
        let address: IpAddr = "203.0.113.5".parse().unwrap();
        let public = InstanceStatus { public_ip: Some(address), ..private.clone() };
        let auto = options(ConnectionType::Auto, None);
        let eice = options(ConnectionType::Eice, None);
        let neither = Way::of(&status, &private, &auto).unwrap_err().sentence;
        assert!(neither.starts_with("instance db (i-1) has no public address, and the VPC of"), "{neither}");
        assert!(neither.contains("create-instance-connect-endpoint --subnet-id subnet-1"), "{neither}");
        assert!(Way::of(&status, &public, &eice).is_err());
        status.instance_connect_endpoints = vec![endpoint()];
        assert_eq!(Way::of(&status, &public, &auto).unwrap(), Way::Direct(address));
        assert_eq!(Way::of(&status, &private, &auto).unwrap(), Way::Through(&endpoint()));
        assert_eq!(Way::of(&status, &public, &eice).unwrap(), Way::Through(&endpoint()));
        let direct = options(ConnectionType::Direct, None);
        assert!(Way::of(&status, &private, &direct).is_err());
        let named = options(ConnectionType::Auto, Some("eice-1"));
        assert_eq!(Way::of(&status, &public, &named).unwrap(), Way::Through(&endpoint()));
        assert!(Way::of(&status, &public, &options(ConnectionType::Direct, Some("eice-1"))).is_err());
    }

    #[test]
    fn a_path_with_quotes_and_percent_signs_reaches_the_shell_whole() {
        let status = status(&[("i-1", "db")]);
        let target =
            InstanceStatus { private_ip: Some("10.0.0.5".parse().unwrap()), ..status.instances[0].clone() };
        let options = Connect { max_tunnel_duration: Some(60), ..options(ConnectionType::Auto, None) };
        let (program, data) = (Path::new("/my 100%/hamlet"), Path::new("/o'data"));
        let proxy = proxy_command(program, data, &endpoint(), &target, &options).unwrap();
        assert_eq!(
            proxy.to_str().unwrap(),
            r"ProxyCommand='/my 100%%/hamlet' '--data' '/o'\''data' 'open-tunnel' '--instance-connect-endpoint-id' 'eice-1' \
              '--private-ip-address' '10.0.0.5' '--max-tunnel-duration' '60'"
                .replace("\\\n              ", "")
        );
    }
}
