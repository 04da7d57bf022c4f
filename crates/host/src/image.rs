//! The default image: the host's own userland, without its secrets.
//!
//! `/usr` is the host's, shared as far as everybody may read it (`mounts`). `/etc` is a copy of the few files that programs need, taken from an allow-list and only
//! where everybody may read them; users, passwords, hosts and sudo rules are the image's own. Everything else starts
//! empty, so that no home directory, key or `/opt` of the host is in sight.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::aws_cli::AwsCli;
use crate::error::{Attempt, Result};
use crate::files;
use crate::trust;

/// Changes when what is built changes; an image of another version is built again.
const VERSION: &str = "7";

/// What is copied from the host's `/etc`, when everybody may read it.
const ETC: &[&str] = &[
    "alternatives",
    "bash.bashrc",
    "bash_completion.d",
    "bindresvport.blacklist",
    "ca-certificates",
    "ca-certificates.conf",
    "debian_version",
    "environment",
    "ethertypes",
    "fonts",
    "gai.conf",
    "host.conf",
    "inputrc",
    "issue",
    "issue.net",
    "java-11-openjdk",
    "java-17-openjdk",
    "java-21-openjdk",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "locale.alias",
    "locale.conf",
    "locale.gen",
    "login.defs",
    "lsb-release",
    "magic",
    "mailcap",
    "mime.types",
    "nanorc",
    "netconfig",
    "networks",
    "os-release",
    "pam.conf",
    "pam.d",
    "perl",
    "pki",
    "profile",
    "profile.d",
    "protocols",
    "python3",
    "python3.9",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "redhat-release",
    "rpc",
    "screenrc",
    "security",
    "services",
    "shells",
    "skel",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
    "vim",
    "wgetrc",
    "xattr.conf",
    "zsh",
];

/// Empty directories of the root, with their modes.
const DIRECTORIES: &[(&str, u32)] = &[
    ("boot", 0o755),
    ("dev", 0o755),
    ("home", 0o755),
    ("media", 0o755),
    ("mnt", 0o755),
    ("opt", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("srv", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("usr", 0o755),
    ("etc", 0o755),
    ("etc/ssh", 0o755),
    ("etc/sudoers.d", 0o750),
    ("etc/iptables", 0o755),
    ("etc/sysconfig", 0o755),
    ("etc/sysctl.d", 0o755),
    ("var", 0o755),
    ("var/cache", 0o755),
    ("var/lib", 0o755),
    ("var/lib/hamlet", 0o755),
    ("var/local", 0o755),
    ("var/log", 0o755),
    ("var/mail", 0o755),
    ("var/opt", 0o755),
    ("var/spool", 0o755),
    ("var/tmp", 0o1777),
    ("var/www", 0o755),
    ("var/lib/dpkg", 0o755),
];

/// Directories of `/usr` in which a guest may make files even where the host's cannot be copied up (one mapped id).
const USR_DIRECTORIES: &[&str] =
    &["bin", "sbin", "lib", "share", "local", "local/bin", "local/sbin", "local/lib", "local/share"];

/// What a system with a merged `/usr` has as links, and an older one as directories.
pub(crate) const USR_LINKS: &[&str] = &["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Builds the image below `images` unless it is there, and says where it is. What is in it trusts `authority`, too,
/// and has this `aws`.
pub(crate) fn build(images: &Path, authority: &str, aws_cli: &AwsCli) -> Result<PathBuf> {
    let image = images.join("host-userland");
    let version = format!("{VERSION} uid {} aws {}\n{authority}", geteuid().as_raw(), aws_cli.mark());
    if fs::read_to_string(image.join("version")).is_ok_and(|found| found == version) {
        return Ok(image);
    }
    let unfinished = images.join("host-userland.unfinished");
    files::remove_tree(&unfinished)?;
    files::remove_tree(&image)?;
    build_root(&unfinished.join("root"))?;
    trust::add_to_image(&unfinished.join("root"), authority).attempt("adding what the image trusts")?;
    build_usr(&unfinished.join("usr"))?;
    aws_cli.add_to_image(&unfinished.join("usr"))?;
    write(&unfinished.join("version"), &version, 0o644)?;
    fs::rename(&unfinished, &image).attempt("finishing the image")?;
    Ok(image)
}

fn build_root(root: &Path) -> Result<()> {
    fs::create_dir_all(root).attempt("making the image's root")?;
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).attempt("making the image's root")?;
    for (name, mode) in DIRECTORIES {
        make_directory(&root.join(name), *mode)?;
    }
    for name in USR_LINKS {
        copy_usr_link(name, root)?;
    }
    for name in ETC {
        copy_public(&Path::new("/etc").join(name), &root.join("etc").join(name));
    }
    let _ = symlink("../run", root.join("var/run"));
    let _ = symlink("../run/lock", root.join("var/lock"));
    let _ = symlink("../proc/self/mounts", root.join("etc/mtab"));
    // What is installed is the host's to know; tools that ask find an answer.
    copy_public(Path::new("/var/lib/dpkg/status"), &root.join("var/lib/dpkg/status"));
    write_own_etc(&root.join("etc"))
}

fn copy_usr_link(name: &str, root: &Path) -> Result<()> {
    let host = Path::new("/").join(name);
    if let Ok(target) = fs::read_link(&host) {
        return symlink(target, root.join(name)).attempt(format!("linking {name}"));
    }
    // Mounted over at launch.
    if host.is_dir() { make_directory(&root.join(name), 0o755) } else { Ok(()) }
}

/// Copies files, directories and links that everybody may read; passes over what cannot be read. Nothing here is needed
/// for the image to work at all, so nothing here is an error.
fn copy_public(from: &Path, to: &Path) {
    let Ok(metadata) = fs::symlink_metadata(from) else {
        return;
    };
    if let Some(parent) = to.parent() {
        let _ = fs::create_dir_all(parent);
    }
    if metadata.is_symlink() {
        copy_link(from, to);
    } else if !is_public(&metadata) {
    } else if metadata.is_dir() {
        let _ = make_directory(to, metadata.mode() & 0o755);
        for entry in fs::read_dir(from).into_iter().flatten().flatten() {
            copy_public(&entry.path(), &to.join(entry.file_name()));
        }
    } else if metadata.is_file() {
        let _ = fs::copy(from, to);
    }
}

/// Whether everybody may read it, and enter it if it is a directory.
fn is_public(found: &fs::Metadata) -> bool {
    let needed = if found.is_dir() { 0o005 } else { 0o004 };
    found.mode() & needed == needed
}

/// Whether everybody may read the file behind a path: it, and every directory on the way.
fn is_public_behind(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    let mut above = path.ancestors().skip(1);
    fs::metadata(&path).is_ok_and(|found| found.is_file() && is_public(&found))
        && above.all(|it| fs::metadata(it).is_ok_and(|found| found.mode() & 0o001 != 0))
}

/// A link into `/usr` or beside itself stays a link; one that leads elsewhere on the host is followed.
fn copy_link(from: &Path, to: &Path) {
    let Ok(target) = fs::read_link(from) else {
        return;
    };
    let leads_away = target.is_absolute() && !target.starts_with("/usr") && !target.starts_with("/etc");
    if leads_away && is_public_behind(from) {
        let _ = fs::copy(from, to);
    } else if !leads_away {
        let _ = symlink(target, to);
    }
}

fn write_own_etc(etc: &Path) -> Result<()> {
    write(&etc.join("passwd"), PASSWD, 0o644)?;
    write(&etc.join("group"), GROUP, 0o644)?;
    write(&etc.join("shadow"), "root:*:19000::::::\n", 0o640)?;
    write(&etc.join("gshadow"), "root:*::\n", 0o640)?;
    write(&etc.join("nsswitch.conf"), NSSWITCH, 0o644)?;
    write(&etc.join("hosts"), "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n", 0o644)?;
    write(&etc.join("hostname"), "localhost\n", 0o644)?;
    write(&etc.join("resolv.conf"), "", 0o644)?;
    write(&etc.join("fstab"), "", 0o644)?;
    write(&etc.join("machine-id"), "", 0o444)?;
    write(&etc.join("sysctl.conf"), SETTINGS, 0o644)?;
    write(
        &etc.join("sudoers"),
        &format!(
            "Defaults env_reset\nDefaults env_keep += \"{}\"\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
            trust::names()
        ),
        0o440,
    )?;
    fs::create_dir_all(etc.join("profile.d")).attempt("making profile.d")?;
    write(&etc.join("profile.d/hamlet-trust.sh"), &trust::exported(), 0o644)?;
    fs::create_dir_all(etc.join("pam.d")).attempt("making pam.d")?;
    write(&etc.join("pam.d/su"), SU_RULES, 0o644)
}

/// Nobody who logs in: those users are made at the first boot, as the instance's image calls them.
const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n\
sshd:x:74:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

const GROUP: &str = "root:x:0:\ndaemon:x:1:\nadm:x:4:\ntty:x:5:\nsudo:x:27:\nwww-data:x:33:\nshadow:x:42:\nutmp:x:43:\n\
users:x:100:\nnogroup:x:65534:\n";

/// Nothing yet: where people take the mark away, or write their own line below. In force at each boot (`init::settings`).
const SETTINGS: &str = "# Settings of this instance's kernel; see also /etc/sysctl.d.\n\
#net.ipv4.ip_forward=1\n#net.ipv6.conf.all.forwarding=1\n";

/// Names of hosts from the file and from DNS only: not from a daemon of the host.
pub(crate) const NSSWITCH: &str = "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n\
protocols: files\nservices: files\nethers: files\nrpc: files\n";

/// A home with what new users of the host find in theirs.
pub(crate) fn make_home(home: &Path) -> Result<()> {
    make_directory(home, 0o700)?;
    for entry in fs::read_dir("/etc/skel").into_iter().flatten().flatten() {
        copy_public(&entry.path(), &home.join(entry.file_name()));
    }
    make_directory(&home.join(".ssh"), 0o700)
}

/// The layer above the host's `/usr`: a `sudo` that asks nothing, and directories of ours.
fn build_usr(usr: &Path) -> Result<()> {
    make_directory_all(usr, 0o755)?;
    for name in USR_DIRECTORIES {
        // Never a directory where the host has a link, or none at all.
        let host = Path::new("/usr").join(name);
        if fs::symlink_metadata(&host).is_ok_and(|found| found.is_dir()) {
            make_directory_all(&usr.join(name), 0o755)?;
        }
    }
    if geteuid().is_root() && Path::new("/usr/bin/sudo").exists() {
        return Ok(());
    }
    let become_user = if geteuid().is_root() { BECOME_BY_SU } else { BECOME_NOBODY_ELSE };
    let script = SUDO.replace("BECOME", become_user).replace("TRUST", &trust::passed_on());
    write(&usr.join("bin/sudo"), &script, 0o755)
}

/// A `sudo` for hosts without one: understands the options that scripts use. No program of ours has a setuid bit.
const SUDO: &str = r#"#!/bin/sh
# sudo for instances whose image has none: who logs in may do everything, as on AWS.
set -f
user=root login= variables=
while [ $# -gt 0 ]; do
    case $1 in
        -u|--user) [ $# -gt 1 ] || { echo "sudo: $1 needs a value" >&2; exit 1; }; user=$2; shift 2 ;;
        --user=*) user=${1#*=}; shift ;;
        -u*) user=${1#-u}; shift ;;
        -e|--edit|-g|--group|-g*|-R|-D) echo "sudo: $1 is not supported here" >&2; exit 1 ;;
        -[A-Za-z]*u) case $1 in *[is]*) login=1 ;; esac; [ $# -gt 1 ] || { echo "sudo: $1 needs a value" >&2; exit 1; }; user=$2; shift 2 ;;
        -C|-h|-p|-r|-t|-U) [ $# -gt 1 ] || { echo "sudo: $1 needs a value" >&2; exit 1; }; shift 2 ;;
        -i|--login|-s|--shell) login=1; shift ;;
        -v|-k|-K|-l) exit 0 ;;
        --) shift; break ;;
        --*) shift ;;
        -*) case $1 in *[is]*) login=1 ;; esac; shift ;;
        [A-Za-z_]*=*) variables=1; break ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || [ -n "$login" ] || { echo "sudo: a command is needed: sudo [-i] [-u USER] COMMAND" >&2; exit 1; }
home=$(awk -F: -v name="$user" '$1 == name { print $6 }' /etc/passwd)
[ -n "$home" ] || { echo "sudo: unknown user $user" >&2; exit 1; }
caller=$(id -un) caller_id=$(id -u)
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# "NAME=value command" sets variables, as env does.
[ -z "$variables" ] || set -- env "$@"
BECOME
"#;

/// Members of the group sudo pass `su`'s rules (`/etc/pam.d/su` of the image) without a password.
const BECOME_BY_SU: &str = r#"clean() { exec env -i ${TERM+"TERM=$TERM"} ${LANG+"LANG=$LANG"} ${LC_ALL+"LC_ALL=$LC_ALL"} TRUST "PATH=$path" "$@"; }
facts="SUDO_USER=$caller SUDO_UID=$caller_id USER=$user LOGNAME=$user HOME=$home"
if [ -n "$login" ]; then
    if [ $# -gt 0 ]; then clean su "$user" -s /bin/sh --session-command "cd; export $facts; exec /bin/bash -l -c \"\$*\"" -- sh "$@"; fi
    clean su "$user" -s /bin/sh --session-command "cd; export $facts; exec /bin/bash -l"
fi
clean su "$user" -s /bin/sh --session-command "export PATH=$path $facts; exec \"\$0\" \"\$@\"" -- "$@"
"#;

/// Where everybody is root already.
const BECOME_NOBODY_ELSE: &str = r#"export HOME="$home" USER=$user LOGNAME=$user SUDO_USER=${LOGNAME:-root} SUDO_UID=$caller_id PATH=$path
if [ -n "$login" ]; then
    cd "$home" && { [ $# -gt 0 ] && exec /bin/sh -c "$*" || exec /bin/bash -l; }
fi
exec "$@"
"#;

/// Who may become whom with `su`: root, and members of sudo, without being asked.
const SU_RULES: &str = "auth sufficient pam_rootok.so\nauth sufficient pam_wheel.so trust use_uid group=sudo\n\
auth required pam_deny.so\naccount required pam_permit.so\npassword required pam_deny.so\nsession required pam_permit.so\n";

fn make_directory(path: &Path, mode: u32) -> Result<()> {
    if !path.is_dir() {
        fs::create_dir(path).attempt(format!("making {}", path.display()))?;
    }
    // Not only at creation: the umask has its say there.
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).attempt(format!("making {}", path.display()))
}

fn make_directory_all(path: &Path, mode: u32) -> Result<()> {
    fs::create_dir_all(path).attempt(format!("making {}", path.display()))?;
    make_directory(path, mode)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let _ = fs::remove_file(path);
    fs::write(path, text).attempt(format!("writing {}", path.display()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).attempt(format!("writing {}", path.display()))
}

/// Gives `path` to a user. From inside an instance, where ids mean what they say.
pub(crate) fn give_to_user(path: &Path, uid: u32) {
    let owner = fs::symlink_metadata(path).map(|metadata| metadata.uid());
    if owner.is_ok_and(|owner| owner != uid) {
        let _ = lchown(path, Some(uid), Some(uid));
    }
}
