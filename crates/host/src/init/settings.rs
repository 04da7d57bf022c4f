//! What an instance's files ask of its kernel, put in force at each boot: settings, and packet filters.
//!
//! Follows sysctl.d(5) for what an administrator writes: `/etc/sysctl.d/*.conf` in the order of their names, then
//! `/etc/sysctl.conf`. Rules are where iptables-services, netfilter-persistent and nftables keep them. Together that is
//! what a NAT instance consists of. Leaves out `/usr/lib/sysctl.d`, which is the host's, and settings that are not the
//! instance's own: those are the host's, too, and read-only.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::read_guest_file;

const SETTINGS_DIRECTORY: &str = "/etc/sysctl.d";
const SETTINGS: &str = "/etc/sysctl.conf";
/// Where rules are kept, and what reads them from a file that it is given.
const RULES: &[(&str, &[&str])] = &[
    ("/etc/sysconfig/iptables", &["iptables-restore"]),
    ("/etc/iptables/rules.v4", &["iptables-restore"]),
    ("/etc/sysconfig/ip6tables", &["ip6tables-restore"]),
    ("/etc/iptables/rules.v6", &["ip6tables-restore"]),
    ("/etc/nftables.conf", &["nft", "-f"]),
];

/// What puts them in force, each with its name; nothing where no file says anything.
pub(super) fn commands() -> Vec<(String, Command)> {
    sysctl().into_iter().chain(RULES.iter().filter_map(|(path, words)| restore(path, words))).collect()
}

fn sysctl() -> Option<(String, Command)> {
    let asking: Vec<PathBuf> = settings_files().into_iter().filter(|path| asks(path)).collect();
    if asking.is_empty() {
        return None;
    }
    let mut command = Command::new("sysctl");
    // What this kernel does not know is no error, as it is none at a boot with systemd.
    command.args(["--quiet", "--ignore", "--load"]).args(asking);
    Some((format!("the settings in {SETTINGS_DIRECTORY} and {SETTINGS}"), command))
}

fn settings_files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(SETTINGS_DIRECTORY).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == "conf"))
        .collect();
    found.sort();
    found.push(SETTINGS.into());
    found
}

fn restore(path: &str, words: &[&str]) -> Option<(String, Command)> {
    if !asks(Path::new(path)) {
        return None;
    }
    let mut command = Command::new(words.first()?);
    command.args(words.get(1..)?).arg(path);
    Some((format!("the rules in {path}"), command))
}

/// Whether a file has more than comments.
fn asks(path: &Path) -> bool {
    read_guest_file(path).is_ok_and(|(text, _)| text.lines().any(says_something))
}

fn says_something(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with(['#', ';'])
}

#[cfg(test)]
mod tests {
    use super::says_something;

    #[test]
    fn comments_and_empty_lines_ask_for_nothing() {
        for line in ["", "   ", "# net.ipv4.ip_forward=1", "  ; so"] {
            assert!(!says_something(line), "{line:?}");
        }
        assert!(says_something(" net.ipv4.ip_forward = 1"));
    }
}
