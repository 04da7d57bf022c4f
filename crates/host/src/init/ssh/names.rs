//! The names that a client wants to be connected to (`ssh -W name:22`).
//!
//! Asked by the instance's own `getent`, as the user who has logged in: how names are looked up is the guest's to say, down
//! to libraries of its own (nsswitch.conf(5)), and none of that may run in this process.

use std::net::IpAddr;
use std::process::Stdio;

use crate::init::Account;
use crate::namespace::Users;
use crate::sys::{self, Setup};

/// The longest name in DNS.
const NAME_BYTES_MAX: usize = 253;
/// How many addresses of one name are tried.
const ADDRESSES_MAX: usize = 16;

/// The addresses of a host, in the order in which they are to be tried.
pub(super) async fn addresses(host: &str, account: &Account) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return vec![address];
    }
    if !is_name(host) {
        return Vec::new();
    }
    let mut command = std::process::Command::new("getent");
    command.args(["ahosts", host]).env_clear().envs(account.environment()).current_dir("/");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let Ok(identity) = account.identity(&Users::ours()) else {
        return Vec::new();
    };
    let setup = Setup { session: true, identity, ..Setup::default() };
    sys::before_exec(&mut command, setup);
    let found = tokio::process::Command::from(command).kill_on_drop(true).output().await;
    found.map(|found| parse(&String::from_utf8_lossy(&found.stdout))).unwrap_or_default()
}

fn is_name(host: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=NAME_BYTES_MAX).contains(&host.len()) && !host.starts_with('-') && host.bytes().all(good)
}

/// `10.0.0.4  STREAM web`: each address once for every kind of socket.
fn parse(answer: &str) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for address in answer.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()) {
        if !addresses.contains(&address) && addresses.len() < ADDRESSES_MAX {
            addresses.push(address);
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_tried_once_and_in_order() {
        let answer = "2001:db8::4 STREAM web\n2001:db8::4 DGRAM\n10.0.0.4  STREAM\nnonsense\n10.0.0.4 RAW\n";
        let expected: Vec<IpAddr> = vec!["2001:db8::4".parse().unwrap(), "10.0.0.4".parse().unwrap()];
        assert_eq!(parse(answer), expected);
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        assert!(is_name("ip-10-0-0-4.ec2.internal"));
        for bad in ["", "-h", "a b", "a;b", "a\0b", &"a".repeat(300)] {
            assert!(!is_name(bad), "{bad:?} was taken");
        }
    }
}
