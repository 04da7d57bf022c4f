//! Instances and namespaces on this machine's kernel, joined by a toy switch that plays DHCP server and metadata service.
//!
//! Without libtest's harness: the same program is the helper and the first process of every instance, and must look at
//! its arguments before any thread starts. `cargo test -p host --test machine`. As root every test runs twice: as root,
//! and as an ordinary user with a device node of its own.

mod toy;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = host::internal_main(std::env::args_os()) {
        return code;
    }
    toy::run_all()
}
