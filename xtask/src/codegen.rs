//! `cargo xtask codegen`: AWS request and answer shapes as committed plain Rust.
//!
//! Input: the service models inside PyPI's botocore (pinned by version and hash) and one
//! allow-list of operations per service (`xtask/operations`). Output: structures, decoders and
//! encoders, and the names of all operations AWS has. Names only: AWS's documentation is not
//! copied.

mod botocore;
mod emit;
mod model;
mod names;

use crate::root;
use model::Model;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One service: where its model is, and where its shapes go.
struct Target {
    /// The folder under botocore's `data`.
    model: &'static str,
    /// The file of allowed operations, under `xtask/operations`.
    operations: &'static str,
    /// Where the shapes go: a file, or a folder split by first letter.
    output: &'static str,
}

const TARGETS: [Target; 6] = [
    Target { model: "ec2/2016-11-15", operations: "ec2.txt", output: "crates/ec2/src/shapes" },
    Target {
        model: "ec2-instance-connect/2018-04-02",
        operations: "ec2-instance-connect.txt",
        output: "crates/ec2/src/instance_connect/shapes.rs",
    },
    Target { model: "iam/2010-05-08", operations: "iam.txt", output: "crates/iam/src/shapes.rs" },
    Target { model: "route53/2013-04-01", operations: "route53.txt", output: "crates/route53/src/shapes.rs" },
    Target { model: "sts/2011-06-15", operations: "sts.txt", output: "crates/sts/src/shapes.rs" },
    Target { model: "ssm/2014-11-06", operations: "ssm.txt", output: "crates/ssm/src/shapes.rs" },
];

/// Generated files by path from the root of the repository.
type Files = BTreeMap<PathBuf, String>;

/// Writes what is generated, and removes what no longer is.
pub(crate) fn write() -> Result<String, String> {
    let files = generate()?;
    for stale in stale(&files)? {
        std::fs::remove_file(&stale).map_err(|error| trouble("remove", &stale, &error))?;
    }
    for (path, text) in &files {
        let path = root().join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| trouble("create", folder, &error))?;
        }
        std::fs::write(&path, text).map_err(|error| trouble("write", &path, &error))?;
    }
    Ok(format!("{} files written", files.len()))
}

/// Compares what is committed with what is generated.
pub(crate) fn check() -> Result<String, String> {
    let files = generate()?;
    let mut different: Vec<String> = stale(&files)?.iter().map(|path| path.display().to_string()).collect();
    for (path, text) in &files {
        if std::fs::read_to_string(root().join(path)).ok().as_ref() != Some(text) {
            different.push(path.display().to_string());
        }
    }
    if different.is_empty() {
        return Ok(format!("{} files are as generated", files.len()));
    }
    Err(format!("not as generated; run `cargo xtask codegen`:\n  {}", different.join("\n  ")))
}

fn generate() -> Result<Files, String> {
    let data = botocore::data_folder()?;
    let mut files = Files::new();
    for target in &TARGETS {
        let list = root().join("xtask/operations").join(target.operations);
        let allowed = read_allow_list(&list)?;
        let model = Model::read(&data.join(target.model), &allowed)?;
        for (path, text) in emit::files(&model, Path::new(target.output)) {
            files.insert(path, format_rust(&text)?);
        }
    }
    Ok(files)
}

/// One operation a line; `#` begins a comment.
fn read_allow_list(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| trouble("read", path, &error))?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut names: Vec<String> = lines.filter(|line| !line.is_empty()).map(String::from).collect();
    names.sort();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("{}: {} is listed twice", path.display(), twice[0]));
    }
    Ok(names)
}

/// Files in a generated folder that are not generated any more.
fn stale(files: &Files) -> Result<Vec<PathBuf>, String> {
    let mut stale = Vec::new();
    for folder in TARGETS.iter().map(|target| root().join(target.output)).filter(|path| path.is_dir()) {
        let entries = std::fs::read_dir(&folder).map_err(|error| trouble("list", &folder, &error))?;
        for entry in entries.filter_map(Result::ok) {
            let relative = entry.path().strip_prefix(root()).map(Path::to_path_buf);
            if relative.is_ok_and(|path| !files.contains_key(&path)) {
                stale.push(entry.path());
            }
        }
    }
    Ok(stale)
}

/// Runs the text through rustfmt, so that the generator need not care for line breaks.
fn format_rust(text: &str) -> Result<String, String> {
    use std::io::Write as _;
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("could not run rustfmt: {error}"))?;
    let mut input = child.stdin.take().expect("stdin was asked to be piped");
    let text = text.to_owned();
    // Written beside the reading, so that neither pipe fills up and waits for the other.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    let written = writer.join().map_err(|_| "rustfmt: its input broke".to_owned())?;
    written.map_err(|error| format!("rustfmt: {error}"))?;
    if !output.status.success() {
        return Err("rustfmt refused generated code".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| format!("rustfmt: {error}"))
}

fn trouble(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("could not {verb} {}: {error}", path.display())
}
