//! `hamlet actions`: which actions of AWS's APIs there are. Asks no running Hamlet.

use std::process::ExitCode;

use crate::arguments::Output;
use crate::failure::Result;

pub(crate) fn run(output: Output) -> Result<ExitCode> {
    let rows = server::services::rows();
    if output.json {
        return super::print_json(&rows);
    }
    let lines: String = rows.iter().map(|row| format!("{} {}\n", row.service, row.name)).collect();
    super::print(&lines)
}
