//! `cargo xtask tidy`: what the compiler does not check.
//!
//! - Dependencies point inward: a crate depends on crates of its own ring that come before it in the workspace's
//!   Cargo.toml, and on inner rings.
//! - Rings 1 and 2 reach no crate that does I/O, keeps time or draws randomness.
//! - Only `host` may hold `unsafe`; every crate says at its top what it is.
//! - Every action says what it does with each member of its request.
//! - No committed file names a home directory or a registry's host.

use crate::metadata::{array, metadata, text};
use crate::requests::accepted_in_silence;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// What a crate of ring 1 or 2 may not come to depend on, by whatever way.
const OUTSIDE_WORLD: [&str; 14] = [
    "async-std",
    "chrono",
    "getrandom",
    "hyper",
    "libc",
    "mio",
    "nix",
    "rand",
    "reqwest",
    "rustix",
    "smol",
    "socket2",
    "time",
    "tokio",
];
/// Crates that bring one of those in although nothing of it is used: their feature for making random keys is switched on
/// by russh, in ring 3, for the whole build. (Who, what.)
const EXCEPTIONS: [(&str, &str); 2] = [("crypto-common", "getrandom"), ("crypto-bigint", "getrandom")];
/// It says what it looks for.
const THIS_FILE: &str = "xtask/src/tidy.rs";
/// The one crate that talks to the kernel.
const UNSAFE_CRATE: &str = "host";

/// Looks at everything; the complaints are one per line.
pub(crate) fn check() -> Result<String, String> {
    let metadata = metadata()?;
    let workspace = Workspace::read(&metadata)?;
    let mut complaints = Vec::new();
    complaints.extend(workspace.outward_dependencies());
    complaints.extend(workspace.reach_outside());
    complaints.extend(workspace.sources()?);
    complaints.extend(workspace.requests()?);
    complaints.extend(committed_files()?);
    match complaints.is_empty() {
        true => Ok(format!("tidy: {} crates in {} rings", workspace.members.len(), workspace.rings())),
        false => Err(complaints.join("\n")),
    }
}

/// A crate of ours.
struct Member {
    name: String,
    /// `crates/model`.
    folder: String,
    /// From 1, as the workspace's Cargo.toml has it.
    ring: usize,
    /// Its place in the list.
    place: usize,
}

struct Workspace {
    members: Vec<Member>,
    /// Normal and build dependencies by package id.
    dependencies: BTreeMap<String, BTreeSet<String>>,
    /// Names by package id.
    names: BTreeMap<String, String>,
}

impl Workspace {
    fn read(metadata: &Value) -> Result<Workspace, String> {
        let names: BTreeMap<String, String> =
            array(metadata, "packages").map(|package| (text(package, "id"), text(package, "name"))).collect();
        let nodes = metadata.get("resolve").map(|resolve| array(resolve, "nodes"));
        let dependencies = nodes.into_iter().flatten().map(|node| (text(node, "id"), needed(node))).collect();
        let rings = rings(&read("Cargo.toml")?)?;
        let members = rings.into_iter().enumerate().map(|(place, (folder, ring))| {
            let manifest = read(&format!("{folder}/Cargo.toml"))?;
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = "));
            let name =
                name.ok_or_else(|| format!("{folder}/Cargo.toml has no name"))?.trim_matches('"').to_owned();
            Ok(Member { name, folder, ring, place })
        });
        let members: Result<Vec<Member>, String> = members.collect();
        Ok(Workspace { members: members?, dependencies, names })
    }

    fn rings(&self) -> usize {
        self.members.iter().map(|member| member.ring).max().unwrap_or(0)
    }

    fn id(&self, member: &Member) -> Option<&str> {
        let is_ours = |id: &str| id.starts_with("path+") || id.contains("(path+");
        self.names.iter().find(|(id, name)| **name == member.name && is_ours(id)).map(|(id, _)| id.as_str())
    }

    fn direct(&self, id: &str) -> impl Iterator<Item = &str> {
        self.dependencies.get(id).into_iter().flatten().map(String::as_str)
    }

    fn outward_dependencies(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for member in &self.members {
            let own = self.id(member).into_iter().flat_map(|id| self.direct(id));
            let own: BTreeSet<&str> = own.filter_map(|id| self.names.get(id)).map(String::as_str).collect();
            for other in self.members.iter().filter(|other| own.contains(other.name.as_str())) {
                if other.ring > member.ring {
                    complaints.push(format!(
                        "{} (ring {}) depends on {} (ring {}): dependencies point inward",
                        member.name, member.ring, other.name, other.ring
                    ));
                } else if other.ring == member.ring && other.place > member.place {
                    complaints.push(format!(
                        "{} depends on {}, which the workspace's Cargo.toml lists after it",
                        member.name, other.name
                    ));
                }
                if member.ring == 2 && other.ring == 2 && other.name != "awsproto" {
                    complaints.push(format!(
                        "{} depends on {}: services do not know each other",
                        member.name, other.name
                    ));
                }
            }
        }
        complaints
    }

    /// Rings 1 and 2, and everything that they need, from wherever it comes.
    fn reach_outside(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for member in self.members.iter().filter(|member| member.ring <= 2) {
            for path in self.id(member).map(|id| self.paths_outside(id)).unwrap_or_default() {
                complaints.push(format!("ring {} does no I/O: {}", member.ring, path));
            }
        }
        complaints
    }

    fn paths_outside(&self, start: &str) -> Vec<String> {
        let mut seen = BTreeSet::from([start.to_owned()]);
        let mut found = Vec::new();
        let mut waiting = vec![vec![start.to_owned()]];
        while let Some(path) = waiting.pop() {
            let last = path.last().cloned().unwrap_or_default();
            for next in self.direct(&last) {
                let mut longer = path.clone();
                longer.push(next.to_owned());
                let name = self.name(next);
                if EXCEPTIONS.contains(&(self.name(&last), name)) {
                    continue;
                }
                if OUTSIDE_WORLD.contains(&name) {
                    found.push(longer.iter().map(|id| self.name(id)).collect::<Vec<_>>().join(" -> "));
                } else if seen.insert(next.to_owned()) {
                    waiting.push(longer);
                }
            }
        }
        found
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    fn sources(&self) -> Result<Vec<String>, String> {
        let mut complaints = Vec::new();
        for member in &self.members {
            let root = ["src/lib.rs", "src/main.rs"].map(|file| format!("{}/{file}", member.folder));
            for file in root.iter().filter(|file| Path::new(file.as_str()).exists()) {
                if !read(file)?.starts_with("//!") {
                    complaints.push(format!("{file} does not begin with what the crate is (//!)"));
                }
            }
            if member.name != UNSAFE_CRATE {
                complaints.extend(unsafe_lines(&member.folder)?);
            }
        }
        Ok(complaints)
    }

    fn requests(&self) -> Result<Vec<String>, String> {
        let mut complaints = Vec::new();
        for Member { folder, .. } in self.members.iter().filter(|member| member.ring == 2) {
            let (mut shapes, mut actions) = (String::new(), String::new());
            let sources = format!("{folder}/src");
            for file in files(&["ls-files", "--cached", "--others", "--exclude-standard", "--", &sources])? {
                if Path::new(&file).exists() {
                    let text = if file.contains("shapes") { &mut shapes } else { &mut actions };
                    text.push_str(&read(&file)?);
                }
            }
            for request in accepted_in_silence(&shapes, &actions) {
                complaints.push(format!(
                    "{folder}: no action takes {request} apart by a pattern that names all of its members"
                ));
            }
        }
        Ok(complaints)
    }
}

/// Normal and build dependencies; tests may use what they like.
fn needed(node: &Value) -> BTreeSet<String> {
    let in_use = |dependency: &&Value| {
        array(dependency, "dep_kinds").any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev"))
    };
    array(node, "deps").filter(in_use).map(|dependency| text(dependency, "pkg")).collect()
}

/// The members with their rings: a comment `# ring N: …` begins each.
fn rings(manifest: &str) -> Result<Vec<(String, usize)>, String> {
    let mut ring = 0;
    let mut members = Vec::new();
    let list = manifest.lines().skip_while(|line| !line.starts_with("members")).skip(1);
    for line in list.take_while(|line| !line.starts_with(']')).map(str::trim) {
        if let Some(number) = line.strip_prefix("# ring ").and_then(|rest| rest.chars().next()?.to_digit(10))
        {
            ring = usize::try_from(number).unwrap_or(0);
        } else if let Some(folder) = line.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
            members.push((folder.to_owned(), ring));
        }
    }
    match members.iter().any(|(_, ring)| *ring == 0) || members.is_empty() {
        true => Err("Cargo.toml: the members do not begin with `# ring 1: …`".to_owned()),
        false => Ok(members),
    }
}

/// Lines of code, not of prose, that say `unsafe`. The lint has the last word; this one cannot be allowed away.
fn unsafe_lines(folder: &str) -> Result<Vec<String>, String> {
    let mut complaints = Vec::new();
    for file in files(&["ls-files", "--cached", "--others", "--exclude-standard", "--", folder])? {
        if !file.ends_with(".rs") || file == THIS_FILE || !Path::new(&file).exists() {
            continue;
        }
        for (number, line) in read(&file)?.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            // The word of style sheets' policies, `unsafe-inline`, is another.
            let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
            if words.into_iter().any(|word| word == "unsafe") {
                complaints.push(format!("{file}:{}: unsafe outside crates/{UNSAFE_CRATE}", number + 1));
            }
        }
    }
    Ok(complaints)
}

/// What a clone must not carry: somebody's directories, somebody's registry.
fn committed_files() -> Result<Vec<String>, String> {
    let homes = ["/home/", "/Users/", "/root/."];
    // Inside instances, and in patterns.
    let allowed_homes = ["/home/ec2-user", "/home/$", "/home/{", "/home/<", "/home/*", "/home/\"", "/home/`"];
    let mut complaints = Vec::new();
    for file in files(&["ls-files", "--cached", "--others", "--exclude-standard"])? {
        let Ok(content) = std::fs::read_to_string(&file) else { continue };
        if file == THIS_FILE {
            continue;
        }
        for (number, line) in content.lines().enumerate() {
            let names_home = homes.iter().any(|home| {
                let found = line.match_indices(home);
                found
                    .into_iter()
                    .any(|(at, _)| !allowed_homes.iter().any(|good| line[at..].starts_with(good)))
            });
            if names_home {
                complaints.push(format!("{file}:{}: a home directory", number + 1));
            }
        }
        if file.ends_with("Cargo.lock") {
            complaints.extend(foreign_sources(&file, &content));
        }
    }
    if Path::new(".cargo/config.toml").exists() && read(".cargo/config.toml")?.contains("replace-with") {
        complaints.push(".cargo/config.toml: a registry of one's own".to_owned());
    }
    Ok(complaints)
}

/// Every package of the lock file comes from crates.io.
fn foreign_sources(file: &str, content: &str) -> Vec<String> {
    const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let sources = content.lines().enumerate().filter(|(_, line)| line.starts_with("source = "));
    let foreign = sources.filter(|(_, line)| *line != CRATES_IO);
    foreign.map(|(number, line)| format!("{file}:{}: {line} is not crates.io", number + 1)).collect()
}

fn files(arguments: &[&str]) -> Result<Vec<String>, String> {
    let output = Command::new("git").args(arguments).output().map_err(|error| format!("git: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        false => Err(format!("git: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_file_is_the_map() {
        let manifest = "[workspace]\nmembers = [\n    # ring 1: a\n    \"crates/wire\",\n    # ring 2: b\n    \"crates/ec2\",\n]\n";
        assert_eq!(rings(manifest).unwrap(), [("crates/wire".to_owned(), 1), ("crates/ec2".to_owned(), 2)]);
        assert!(rings("members = [\n    \"crates/wire\",\n]\n").is_err());
    }

    #[test]
    fn a_foreign_registry_is_found() {
        let ours = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert!(foreign_sources("Cargo.lock", ours).is_empty());
        let theirs = "name = \"x\"\nsource = \"git+https://example.com/x\"\n";
        assert_eq!(foreign_sources("Cargo.lock", theirs).len(), 1);
    }
}
