//! `hamlet console`: opens the web console, or prints its address.

use std::process::{Command, ExitCode, Stdio};

use crate::arguments::Console;
use crate::daemon::Daemon;
use crate::failure::Result;

/// What a desktop opens addresses with.
const OPENER: &str = "xdg-open";

pub(crate) fn run(daemon: &Daemon, options: &Console) -> Result<ExitCode> {
    let address = daemon.console_address()?;
    if !options.print && has_desktop() && opens(&address) {
        return super::print("The console opens in your browser.\n");
    }
    super::print(&format!("{address}\n"))
}

fn has_desktop() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()))
}

/// Others of this machine may see the address among the processes meanwhile. They cannot use it: the console is for the
/// daemon's own user.
fn opens(address: &str) -> bool {
    let opener = Command::new(OPENER)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    opener.is_ok_and(|status| status.success())
}
