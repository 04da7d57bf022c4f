//! `hamlet ssh`: the real OpenSSH client, on the laptop, to an instance's public address.

use server::admin::InstanceStatus;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;

use crate::arguments::Ssh;
use crate::daemon::Daemon;
use crate::failure::Result;
use crate::instance;

pub(crate) fn run(daemon: &Daemon, options: &Ssh) -> Result<ExitCode> {
    let (said, name) = instance::user_and_name(&options.target);
    let (_, target) = instance::find_running(daemon, name)?;
    let user = instance::user(said, &target);
    let mut command = client(&daemon.data, &target);
    if let Some(identity) = &options.identity {
        command.extend(["-o".into(), "IdentitiesOnly=yes".into(), "-i".into(), identity.into()]);
    }
    command.extend(destination(user, instance::public_address(&target)?, &options.command));
    super::shell::enter(daemon, command)
}

/// ssh with what is ours to say. The user's own configuration is for hosts of the real internet.
pub(crate) fn client(data: &Path, target: &InstanceStatus) -> Vec<OsString> {
    let mut known_hosts = OsString::from("UserKnownHostsFile=");
    known_hosts.push(data.join("known_hosts"));
    let mut command: Vec<OsString> = ["ssh", "-F", "none", "-o"].map(OsString::from).to_vec();
    command.push(known_hosts);
    // Public addresses move from instance to instance; a host key belongs to one instance.
    let alias = format!("HostKeyAlias={}", target.id);
    for option in ["StrictHostKeyChecking=accept-new", "LogLevel=ERROR", "ConnectTimeout=15", &alias] {
        command.extend(["-o".into(), option.into()]);
    }
    command
}

/// Where to, and what to do there.
pub(crate) fn destination(user: &str, address: IpAddr, command: &[OsString]) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["-l".into(), user.into(), "--".into(), address.to_string().into()];
    words.extend(command.iter().cloned());
    words
}
