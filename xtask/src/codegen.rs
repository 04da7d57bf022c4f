//! `cargo xtask codegen`: AWS request and answer shapes as committed plain Rust.
//!
//! Input: the service models inside PyPI's botocore (pinned by version and hash) and one
//! allow-list of operations per service (`services`), and what models do not say of members (`members`). Output: structures, decoders and
//! encoders, and the names of all operations AWS has. Names only: AWS's documentation is not
//! copied.

mod absent;
mod botocore;
mod conversions;
mod emit;
mod members;
mod model;
mod names;
mod vacant;

use crate::{root, services};
use model::Model;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// The file with the rows of a service of which there is nothing else.
pub(crate) fn vacant_rows(model: &str) -> PathBuf {
    vacant::alone_path(model)
}

fn generate() -> Result<Files, String> {
    let data = botocore::data_folder()?;
    let mut files = Files::new();
    let present = services::all()?;
    let lists = emit::Lists::read()?;
    let vacant = crate::vacant::all()?;
    let (path, text) = absent::file(&data, &present, &vacant)?;
    files.insert(path, text);
    files.extend(vacant::files(&data, &present, &vacant)?);
    for service in &present {
        let folder = botocore::newest(&data.join(&service.model))?;
        let model = Model::read(&folder, service)?;
        for (path, text) in emit::files(&model, &lists, &service.shapes) {
            files.insert(path, format_rust(&text)?);
        }
    }
    Ok(files)
}

/// Files in a generated folder that are not generated any more.
fn stale(files: &Files) -> Result<Vec<PathBuf>, String> {
    let mut stale = Vec::new();
    let shapes = services::all()?.into_iter().map(|service| root().join(service.shapes));
    let folders = shapes.chain([root().join(vacant::FOLDER)]);
    for folder in folders.filter(|path| path.is_dir()) {
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
