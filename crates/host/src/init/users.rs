//! The users that a key pair's key is for, made at the first boot.
//!
//! Follows "Manage system users on your Linux instance" (EC2 User Guide): they may do everything by sudo, without a
//! password. What the guest made of them later stays as it is.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::Account;
use crate::files::{read_guest_file, write_guest_file};
use crate::image::{give_to_user, make_home};
use crate::namespace::Users;

/// The first of them, as distributions number people.
const FIRST_ID: u32 = 1000;
/// The groups that they are in: what reads logs, and what may become root.
const GROUPS: [&str; 2] = ["adm", "sudo"];
const SUDOERS: &str = "/etc/sudoers.d/90-cloud-init-users";

/// Makes those of the users that are not there.
pub(super) fn ensure(names: &[String], users: &Users) -> io::Result<()> {
    for (name, number) in names.iter().zip(FIRST_ID..) {
        if Account::named(name).is_none() {
            // Where the kernel knows one user alone, they are other names for root.
            make(name, if users.have(number) { number } else { 0 })?;
        }
    }
    Ok(())
}

fn make(name: &str, id: u32) -> io::Result<()> {
    append("/etc/passwd", &format!("{name}:x:{id}:{id}:EC2 Default User:/home/{name}:/bin/bash\n"))?;
    append("/etc/shadow", &format!("{name}:!:19000:0:99999:7:::\n"))?;
    let (groups, _) = read_guest_file(Path::new("/etc/group"))?;
    let joined = GROUPS.iter().fold(groups, |groups, group| join(&groups, group, name));
    write_guest_file("/etc/group", &format!("{joined}{name}:x:{id}:\n"))?;
    append(SUDOERS, &format!("{name} ALL=(ALL) NOPASSWD:ALL\n"))?;
    fs::set_permissions(SUDOERS, fs::Permissions::from_mode(0o440))?;
    let home = Path::new("/home").join(name);
    if !home.exists() {
        make_home(&home).map_err(|error| io::Error::other(error.to_string()))?;
    }
    give_tree(&home, id);
    Ok(())
}

fn append(path: &str, line: &str) -> io::Result<()> {
    let text = match read_guest_file(Path::new(path)) {
        Ok((text, _)) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    write_guest_file(path, &format!("{text}{line}"))
}

/// The lines of `/etc/group` with `name` in a group.
fn join(groups: &str, group: &str, name: &str) -> String {
    let line = |line: &str| match line.strip_prefix(group).is_some_and(|rest| rest.starts_with(':')) {
        true if line.ends_with(':') => format!("{line}{name}\n"),
        true => format!("{line},{name}\n"),
        false => format!("{line}\n"),
    };
    groups.lines().map(line).collect()
}

/// Gives a home that root made to its user.
fn give_tree(path: &Path, uid: u32) {
    let Ok(found) = fs::symlink_metadata(path) else {
        return;
    };
    if found.uid() == uid {
        return;
    }
    give_to_user(path, uid);
    if found.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            give_tree(&entry.path(), uid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_joins_a_group_beside_others() {
        let groups = "root:x:0:\nsudo:x:27:\nadm:x:4:ann\nsudoers:x:28:\n";
        let joined = join(&join(groups, "sudo", "ubuntu"), "adm", "ubuntu");
        assert_eq!(joined, "root:x:0:\nsudo:x:27:ubuntu\nadm:x:4:ann,ubuntu\nsudoers:x:28:\n");
    }
}
