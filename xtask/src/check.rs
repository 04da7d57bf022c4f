//! `cargo xtask check`: what CI asks of the code. All of it runs; what failed is said at the end.

use std::process::Command;

use crate::{codegen, console, coverage, instance_types, licences, managed_policies, python, tidy};

/// One thing to check.
struct Step {
    name: &'static str,
    run: fn() -> Result<(), String>,
}

const STEPS: [Step; 12] = [
    Step { name: "formatting", run: || cargo(&["fmt", "--all", "--check"], &[]) },
    Step {
        name: "lints",
        run: || cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"], &[]),
    },
    Step { name: "tests", run: || cargo(&["test", "--workspace", "--locked"], &[]) },
    Step {
        name: "documentation",
        run: || {
            cargo(
                &["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"],
                &[("RUSTDOCFLAGS", "-D warnings")],
            )
        },
    },
    Step { name: "python", run: python::check },
    Step { name: "console", run: console::check },
    Step { name: "layers and files", run: || tidy::check().map(|summary| println!("{summary}")) },
    Step { name: "licences", run: || licences::check().map(|summary| println!("{summary}")) },
    Step { name: "generated code", run: || codegen::check().map(|summary| println!("{summary}")) },
    Step {
        name: "generated table of instance types",
        run: || instance_types::check().map(|summary| println!("{summary}")),
    },
    Step {
        name: "generated files of managed policies",
        run: || managed_policies::check().map(|summary| println!("{summary}")),
    },
    Step { name: "coverage page", run: || coverage::check().map(|summary| println!("{summary}")) },
];

/// Runs the steps whose names contain `only`; all of them without.
pub(crate) fn run(only: Option<&str>) -> Result<String, String> {
    let wanted = STEPS.iter().filter(|step| only.is_none_or(|only| step.name.contains(only)));
    let mut failed = Vec::new();
    let mut passed = 0;
    for step in wanted {
        println!("==> {}", step.name);
        match (step.run)() {
            Ok(()) => passed += 1,
            Err(trouble) => {
                eprintln!("{trouble}");
                failed.push(step.name);
            }
        }
    }
    match failed.is_empty() {
        true => Ok(format!("check: {passed} of {passed} hold")),
        false => Err(format!("check: these do not hold: {}", failed.join(", "))),
    }
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let status = Command::new("cargo").args(arguments).envs(environment.iter().copied()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cargo {}: {status}", arguments.join(" "))),
        Err(error) => Err(format!("cargo {}: {error}", arguments.join(" "))),
    }
}
