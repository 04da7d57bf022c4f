//! `cargo xtask licences`: every crate and every package of the web console that we are built from, or are tested with, has a
//! licence that lets us.
//!
//! Read from `cargo metadata` and the console's lock file, so that nothing has to be installed for it. CONTRIBUTING.md says what is asked of a new
//! dependency.

use crate::metadata::{array, metadata, text};
use crate::root;
use serde_json::Value;

/// What may be used. None asks more of a program than to name its authors.
const ALLOWED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Looks at every crate; the complaints are one per line.
pub(crate) fn check() -> Result<String, String> {
    let metadata = metadata()?;
    let packages = || array(&metadata, "packages");
    let complaint = |name: String, licence: String| match is_allowed(&licence) {
        Ok(true) => None,
        Ok(false) => {
            Some(format!("{name} has the licence {licence}, which is none of {}", ALLOWED.join(", ")))
        }
        Err(problem) => Some(format!("{name}: the licence '{licence}' is not understood: {problem}")),
    };
    let crates = packages().map(|package| (text(package, "name"), text(package, "license")));
    let of_npm = console_packages()?;
    let complaints: Vec<String> =
        crates.chain(of_npm.clone()).filter_map(|(name, licence)| complaint(name, licence)).collect();
    match complaints.is_empty() {
        true => Ok(format!(
            "licences: {} crates and {} packages have one that lets us use them",
            packages().count(),
            of_npm.len()
        )),
        false => Err(complaints.join("\n")),
    }
}

/// What the web console is built from and with, with its licence. What is linked lies in the repository, and is listed by its
/// own place, too.
fn console_packages() -> Result<Vec<(String, String)>, String> {
    let path = root().join("console/package-lock.json");
    let lock = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lock: Value = serde_json::from_str(&lock).map_err(|error| format!("{}: {error}", path.display()))?;
    let packages = lock.get("packages").and_then(Value::as_object).ok_or("the lock file has no packages")?;
    let is_listed = |package: &Value| package.get("link").is_none();
    let listed = packages.iter().filter(|(_, package)| is_listed(package));
    Ok(listed.map(|(name, package)| (format!("console: {name}"), text(package, "license"))).collect())
}

/// Whether a licence, as Cargo.toml has it (SPDX, or with the older `/` for OR), can be fulfilled with what is allowed.
fn is_allowed(licence: &str) -> Result<bool, &'static str> {
    let spaced = licence.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let allowed = any_of(&mut rest)?;
    match rest.is_empty() {
        true => Ok(allowed),
        false => Err("something follows its end"),
    }
}

/// `a OR b`, which binds weaker than AND.
fn any_of(rest: &mut &[&str]) -> Result<bool, &'static str> {
    let mut allowed = all_of(rest)?;
    while take(rest, "OR") {
        allowed |= all_of(rest)?;
    }
    Ok(allowed)
}

fn all_of(rest: &mut &[&str]) -> Result<bool, &'static str> {
    let mut allowed = one(rest)?;
    while take(rest, "AND") {
        allowed &= one(rest)?;
    }
    Ok(allowed)
}

/// A licence, with its exception if it has one, or an expression in parentheses.
fn one(rest: &mut &[&str]) -> Result<bool, &'static str> {
    if take(rest, "(") {
        let allowed = any_of(rest)?;
        return if take(rest, ")") { Ok(allowed) } else { Err("a parenthesis is not closed") };
    }
    let name = next(rest)?;
    match take(rest, "WITH") {
        true => Ok(ALLOWED.contains(&format!("{name} WITH {}", next(rest)?).as_str())),
        false => Ok(ALLOWED.contains(&name)),
    }
}

fn next<'a>(rest: &mut &[&'a str]) -> Result<&'a str, &'static str> {
    let (first, others) = rest.split_first().ok_or("a name is missing")?;
    *rest = others;
    Ok(first)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_enough_and_all_of_several_are_needed() {
        for licence in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "Apache-2.0 AND ISC",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert_eq!(is_allowed(licence), Ok(true), "{licence}");
        }
        for licence in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MPL-2.0 OR (AGPL-3.0-only AND MIT)",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            // AND binds stronger.
            "GPL-3.0-only OR MIT AND MPL-2.0",
        ] {
            assert_eq!(is_allowed(licence), Ok(false), "{licence}");
        }
    }

    #[test]
    fn no_licence_and_nonsense_are_complaints() {
        for licence in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "MIT)"] {
            assert!(is_allowed(licence).is_err(), "{licence}");
        }
    }
}
