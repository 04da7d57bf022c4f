//! What this machine lacks, before anything fails because of it.

use std::fs;
use std::os::unix::fs::FileTypeExt;

use crate::tap;

/// One thing that is missing, and what to do about it, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// "/dev/net/tun cannot be opened: …; `sudo chmod 0666 /dev/net/tun`".
    pub sentence: String,
    /// Without it no instance can run.
    pub fatal: bool,
}

/// Looks at the machine; empty when instances can run. Starts no process and changes nothing.
pub fn probe() -> Vec<Finding> {
    [tun(), user_namespaces(), apparmor(), overlay()].into_iter().flatten().collect()
}

fn fatal(sentence: String) -> Option<Finding> {
    Some(Finding { sentence, fatal: true })
}

fn tun() -> Option<Finding> {
    let node = tap::node();
    let name = node.display();
    match fs::metadata(&node) {
        Err(_) => fatal(format!("{name} is missing: load the module with `sudo modprobe tun`.")),
        Ok(found) if !found.file_type().is_char_device() => fatal(format!(
            "{name} is not a device: point HAMLET_TUN to one made with `sudo mknod -m 0666 PATH c 10 200`."
        )),
        Ok(_) => match fs::File::options().read(true).write(true).open(&node) {
            Ok(_) => None,
            Err(error) => fatal(format!(
                "{name} cannot be opened ({error}): run `sudo chmod 0666 {name}`, which lets users make interfaces in \
                 namespaces of their own, or run Hamlet as root."
            )),
        },
    }
}

fn user_namespaces() -> Option<Finding> {
    if !std::path::Path::new("/proc/self/ns/user").exists() {
        return fatal("This kernel has no user namespaces: a kernel with CONFIG_USER_NS is needed.".into());
    }
    if number("/proc/sys/user/max_user_namespaces") == Some(0) {
        return fatal(
            "User namespaces are switched off: run `sudo sysctl user.max_user_namespaces=15000`.".into(),
        );
    }
    let is_root = rustix::process::geteuid().is_root();
    if !is_root && number("/proc/sys/kernel/unprivileged_userns_clone") == Some(0) {
        let sentence = "Ordinary users may not make user namespaces here: run `sudo sysctl \
                        kernel.unprivileged_userns_clone=1`, or run Hamlet as root.";
        return fatal(sentence.into());
    }
    None
}

fn apparmor() -> Option<Finding> {
    let restricted = number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == Some(1);
    if !restricted || rustix::process::geteuid().is_root() {
        return None;
    }
    let sentence = "AppArmor keeps ordinary users from using user namespaces: run `sudo sysctl \
                    kernel.apparmor_restrict_unprivileged_userns=0`, or run Hamlet as root.";
    fatal(sentence.into())
}

fn overlay() -> Option<Finding> {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let is_known = known.lines().any(|line| line.split_whitespace().last() == Some("overlay"));
    if is_known {
        return None;
    }
    // It may still be loaded on first use, which only root can bring about.
    Some(Finding {
        sentence: "The overlay file system is not loaded: run `sudo modprobe overlay`.".into(),
        fatal: !rustix::process::geteuid().is_root(),
    })
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
