//! Who may log in to an instance, and as whom their commands run.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::read_guest_file;
use crate::namespace::Users;
use crate::sys::Identity;
use crate::trust;

/// One line of `/etc/passwd`, with the groups of `/etc/group`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: PathBuf,
    pub(crate) shell: PathBuf,
    pub(crate) groups: Vec<u32>,
}

impl Account {
    /// The account called `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (passwd, _) = read_guest_file(Path::new("/etc/passwd")).ok()?;
        let group = read_guest_file(Path::new("/etc/group")).map(|(text, _)| text).unwrap_or_default();
        find(name, &passwd, &group)
    }

    /// The ids its commands run with. Where only root exists, everybody is root.
    pub(crate) fn identity(&self, users: &Users) -> io::Result<Option<Identity>> {
        if !users.have(self.uid) && !users.are_root_alone() {
            let what = format!("{} has the id {}, which does not exist here", self.name, self.uid);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(users.have(self.uid).then(|| Identity {
            uid: self.uid,
            gid: self.gid,
            groups: self.groups.clone(),
        }))
    }

    /// The environment of a fresh login.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let path = if self.uid == 0 {
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        } else {
            "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
        };
        let own = [
            ("HOME", self.home.to_string_lossy().as_ref()),
            ("USER", &self.name),
            ("LOGNAME", &self.name),
            ("SHELL", self.shell.to_string_lossy().as_ref()),
            ("PATH", path),
            ("LANG", "C.UTF-8"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.into_iter().chain(trust::variables(Path::new(trust::BUNDLE))).collect()
    }
}

fn find(name: &str, passwd: &str, group: &str) -> Option<Account> {
    let fields: Vec<&str> =
        passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
    let &[name, _, uid, gid, _, home, shell, ..] = fields.as_slice() else {
        return None;
    };
    let gid = gid.parse().ok()?;
    let shell = if shell.is_empty() || !PathBuf::from(shell).exists() { "/bin/sh" } else { shell };
    let mut groups = vec![gid];
    groups.extend(group.lines().filter_map(|line| group_with_member(line, name)));
    Some(Account {
        name: name.to_owned(),
        uid: uid.parse().ok()?,
        gid,
        home: home.into(),
        shell: shell.into(),
        groups,
    })
}

fn group_with_member(line: &str, name: &str) -> Option<u32> {
    let fields: Vec<&str> = line.split(':').collect();
    let &[_, _, gid, members] = fields.as_slice() else {
        return None;
    };
    members.split(',').any(|member| member == name).then(|| gid.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_groups() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nec2-user:x:1000:1000:EC2:/home/ec2-user:/nowhere\n";
        let group = "sudo:x:27:ann,ec2-user\nadm:x:4:ec2-users\nbroken\n";
        let account = find("ec2-user", passwd, group).expect("it is there");
        assert_eq!(account.groups, [1000, 27]);
        assert_eq!(account.shell, PathBuf::from("/bin/sh"), "a shell that is not there");
        assert_eq!(find("ec2", passwd, group), None);
    }
}
