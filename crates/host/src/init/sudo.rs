//! `sudo` for instances whose image has none: ec2-user may do everything, as on Amazon Linux.
//!
//! The same program, setuid root inside the instance alone. Understands the options that scripts use; there is no
//! password and no configuration: membership of the group `sudo` or of `wheel` decides.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use rustix::process::{geteuid, getuid};

use super::Account;
use crate::namespace::DROPPED_IN_INSTANCES;
use crate::sys::{self, Identity, Setup};

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wish {
    user: Option<String>,
    login: bool,
    variables: Vec<(String, String)>,
    command: Vec<OsString>,
    nothing: bool,
}

/// Runs a command as another user of the instance.
pub(crate) fn sudo(arguments: Vec<OsString>) -> ExitCode {
    let Err(what) = run(arguments);
    eprintln!("sudo: {what}");
    ExitCode::FAILURE
}

fn run(arguments: Vec<OsString>) -> Result<std::convert::Infallible, String> {
    if !geteuid().is_root() {
        return Err("it must be owned by root and have its setuid bit".into());
    }
    let caller = Account::of_uid(getuid().as_raw()).ok_or("you are nobody here")?;
    let allowed = caller.uid == 0 || ["sudo", "wheel"].iter().any(|group| is_member(&caller, group));
    if !allowed {
        return Err(format!("{} is not in the sudoers file.", caller.name));
    }
    let wish = parse(arguments)?;
    if wish.nothing {
        std::process::exit(0);
    }
    let name = wish.user.as_deref().unwrap_or("root");
    let target = Account::named(name).ok_or_else(|| format!("unknown user {name}"))?;
    let mut command = command(&wish, &target);
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env_clear()
        .envs(target.environment())
        .env("SUDO_USER", &caller.name)
        .env("SUDO_UID", caller.uid.to_string());
    if target.uid != 0 && !path.is_empty() {
        command.env("PATH", path);
    }
    for name in ["TERM", "LANG", "LC_ALL"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.envs(wish.variables.iter().map(|(name, value)| (name, value)));
    let identity = Identity { uid: target.uid, gid: target.gid, groups: target.groups };
    sys::before_exec(&mut command, Setup { identity: Some(identity), ..Setup::new(DROPPED_IN_INSTANCES) });
    let error = command.exec();
    Err(format!("{}: {error}", command.get_program().to_string_lossy()))
}

fn is_member(account: &Account, group: &str) -> bool {
    let file = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let gid = file.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == group);
    gid.and_then(|fields| fields.get(2)?.parse().ok()).is_some_and(|gid| account.groups.contains(&gid))
}

fn command(wish: &Wish, target: &Account) -> Command {
    if !wish.login {
        let mut command = Command::new(&wish.command[0]);
        command.args(&wish.command[1..]);
        return command;
    }
    let mut command = Command::new(&target.shell);
    command.arg("-l").current_dir(&target.home);
    if !wish.command.is_empty() {
        let line: Vec<_> = wish.command.iter().map(|word| word.to_string_lossy()).collect();
        command.arg("-c").arg(line.join(" "));
    }
    command
}

fn parse(arguments: Vec<OsString>) -> Result<Wish, String> {
    let mut wish = Wish::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy().into_owned();
        match text.as_str() {
            "--" => {
                wish.command.extend(rest.by_ref());
            }
            "-u" | "--user" => wish.user = Some(value(&mut rest, &text)?),
            "-g" | "-h" | "-p" | "-C" | "-r" | "-t" => drop(value(&mut rest, &text)?),
            "-i" | "--login" | "-s" | "--shell" => wish.login = true,
            "-v" | "-k" | "-K" | "-l" => wish.nothing = true,
            option if option.starts_with("-u") => wish.user = Some(option[2..].to_owned()),
            option if option.starts_with('-') => {}
            word => match word.split_once('=') {
                Some((name, value)) if is_name(name) => {
                    wish.variables.push((name.to_owned(), value.to_owned()))
                }
                Some(_) | None => {
                    wish.command.push(argument);
                    wish.command.extend(rest.by_ref());
                }
            },
        }
    }
    if wish.command.is_empty() && !wish.login && !wish.nothing {
        return Err("a command is needed: sudo [-i] [-u USER] COMMAND".into());
    }
    Ok(wish)
}

fn value(rest: &mut impl Iterator<Item = OsString>, option: &str) -> Result<String, String> {
    let value = rest.next().ok_or_else(|| format!("{option} needs a value"))?;
    Ok(value.to_string_lossy().into_owned())
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_where_the_command_starts() {
        let wish = parse(["-n", "-u", "ann", "A=1", "ls", "-u", "B=2"].map(OsString::from).to_vec()).unwrap();
        assert_eq!(wish.user.as_deref(), Some("ann"));
        assert_eq!(wish.variables, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(wish.command, ["ls", "-u", "B=2"]);
    }

    #[test]
    fn nothing_to_run_is_refused() {
        assert!(parse(vec![]).is_err());
        assert!(parse(vec!["-u".into()]).is_err());
        assert!(parse(vec!["-i".into()]).unwrap().login);
    }
}
