//! What the boot of an Amazon Linux instance does: what files ask of its kernel, host keys, the key pair's key, user data once.
//!
//! Follows "Run commands when you launch an EC2 instance with user data input" (EC2 User Guide): scripts that start
//! with `#!` run as root, once per instance, their output in `/var/log/cloud-init-output.log` and on the console.
//! Leaves out cloud-config and MIME archives, and says so on the console.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Account;
use super::imds::Metadata;
use super::{settings, ssh};
use crate::files::{read_guest_file, write_guest_file};
use crate::image::give_to_user;
use crate::spec::InstanceSpec;
use crate::sys::{self, Setup};

const PATIENCE: Duration = Duration::from_secs(5);
const OUTPUT_LOG: &str = "/var/log/cloud-init-output.log";
const STATE: &str = "/var/lib/hamlet";

/// Boots the instance; standard output is its console. A child of the first process, which ends afterwards.
pub(super) fn run(spec: &InstanceSpec) {
    for line in ssh::host_key_lines() {
        println!("{line}");
    }
    for (what, command) in settings::commands() {
        report(&what, run_program(command));
    }
    if let Some(script) = &spec.boot_script {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script]);
        report("the image's own script", run_program(shell));
    }
    let metadata = match Metadata::connect(PATIENCE) {
        Ok(metadata) => metadata,
        Err(error) => {
            println!("cloud-init: no instance metadata: {error}");
            return;
        }
    };
    match metadata.get_text("meta-data/public-keys/0/openssh-key") {
        Ok(Some(key)) => spec.users.iter().for_each(|user| authorize(user, key.trim())),
        Ok(None) => {}
        Err(error) => println!("cloud-init: the key pair: {error}"),
    }
    match metadata.get_text("meta-data/instance-id") {
        Ok(Some(instance)) => first_boot(instance.trim(), &metadata),
        Ok(None) => println!("cloud-init: the metadata names no instance"),
        Err(error) => println!("cloud-init: the instance id: {error}"),
    }
    println!("cloud-init: finished");
}

/// Puts the key into a user's home, above what the user put there.
fn authorize(user: &str, key: &str) {
    let Some(account) = Account::named(user).filter(|_| !key.is_empty()) else {
        return;
    };
    let path = account.home.join(".ssh/authorized_keys");
    let found = read_guest_file(&path).map(|(text, _)| text).unwrap_or_default();
    if found.lines().any(|line| line == key) {
        return;
    }
    let written = write_guest_file(&path, &format!("{found}{key}\n"))
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)));
    match written {
        Ok(()) => give_to_user(&path, account.uid),
        Err(error) => println!("cloud-init: {}: {error}", path.display()),
    }
}

fn first_boot(instance: &str, metadata: &Metadata) {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if instance.is_empty() || !instance.bytes().all(good) {
        println!("cloud-init: '{instance}' is no instance id");
        return;
    }
    let marker = Path::new(STATE).join(format!("{instance}.user-data-ran"));
    if marker.exists() {
        return;
    }
    let user_data = match metadata.get("user-data") {
        Ok(user_data) => user_data.unwrap_or_default(),
        Err(error) => {
            println!("cloud-init: user data: {error}");
            return;
        }
    };
    // Before it runs: a script that never ends, or reboots, still runs once.
    if let Err(error) = fs::create_dir_all(STATE).and_then(|()| fs::write(&marker, "")) {
        println!("cloud-init: {}: {error}", marker.display());
    }
    run_user_data(instance, &user_data);
}

fn run_user_data(instance: &str, user_data: &[u8]) {
    if user_data.is_empty() {
        return;
    }
    if !user_data.starts_with(b"#!") {
        let kind = if user_data.starts_with(b"#cloud-config") { "cloud-config" } else { "this kind of" };
        println!("cloud-init: {kind} user data is not supported; only scripts that start with #! are run");
        return;
    }
    let script = Path::new(STATE).join(format!("{instance}.user-data"));
    let written = fs::write(&script, user_data)
        .and_then(|()| fs::set_permissions(&script, fs::Permissions::from_mode(0o700)));
    if let Err(error) = written {
        println!("cloud-init: {}: {error}", script.display());
        return;
    }
    println!("cloud-init: running user data");
    report("user data", run_program(Command::new(script)));
}

/// Says what became of a program, where it did not end well.
fn report(what: &str, ended: std::io::Result<i32>) {
    match ended {
        Ok(0) => {}
        Ok(code) => println!("cloud-init: {what} failed with exit code {code}"),
        Err(error) => println!("cloud-init: {what}: {error}"),
    }
}

/// Runs a program as root, with both outputs to the console and to the log.
fn run_program(mut command: Command) -> std::io::Result<i32> {
    let (mut output, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).current_dir("/");
    command.env_clear();
    if let Some(root) = Account::named("root") {
        command.envs(root.environment());
    }
    sys::before_exec(&mut command, Setup { session: true, ..Setup::default() });
    let mut child = command.spawn()?;
    // Drops our writing ends, so that reading ends with the script.
    drop(command);
    let mut log = fs::File::options().append(true).create(true).open(OUTPUT_LOG).ok();
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = output.read(&mut bytes) {
        let _ = std::io::stdout().write_all(&bytes[..length]);
        let _ = std::io::stdout().flush();
        if let Some(Err(_)) = log.as_mut().map(|log| log.write_all(&bytes[..length])) {
            log = None;
        }
    }
    Ok(child.wait()?.code().unwrap_or(-1))
}
