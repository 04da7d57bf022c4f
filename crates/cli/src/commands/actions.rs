//! `hamlet actions`: which actions of AWS's APIs there are. Asks no running Hamlet.

use std::process::ExitCode;

use crate::arguments::Actions;
use crate::failure::Result;

pub(crate) fn run(asked: &Actions) -> Result<ExitCode> {
    let rows = match asked.none {
        true => server::services::vacant_rows(),
        false => server::services::rows(),
    };
    if asked.output.json {
        return super::print_json(&rows);
    }
    let lines: String = rows.iter().map(|row| format!("{} {}\n", row.service, row.name)).collect();
    super::print(&lines)
}
