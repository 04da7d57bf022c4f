//! `hamlet console`: an address that lets its user in.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Instant;

use crate::laptop_api;
use crate::running::Running;
use crate::web_console;

/// An address of the console.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConsoleAddress {
    /// It can be opened once, within a quarter of an hour.
    pub address: String,
}

/// A new address of the console.
pub fn console_address(running: &Running) -> ConsoleAddress {
    let token = running.entrance.token(Instant::now());
    let host = from_here(running.api);
    ConsoleAddress { address: format!("http://{host}{}enter?token={token}", web_console::PATH) }
}

/// Where this machine itself finds what listens at an address.
fn from_here(address: SocketAddr) -> SocketAddr {
    laptop_api::address(address).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_of_this_machine_can_open_it() {
        let seen = |text: &str| from_here(text.parse().unwrap()).to_string();
        assert_eq!(seen("0.0.0.0:4566"), "127.0.0.1:4566");
        assert_eq!(seen("[::]:4566"), "[::1]:4566");
        assert_eq!(seen("127.0.0.1:80"), "127.0.0.1:80");
    }
}
