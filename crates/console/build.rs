//! Packs the built console into the program, if it was built from these very sources.
//!
//! Nothing is built here, nothing is fetched, and nothing can fail for want of a console: `console/build` leaves what it has
//! built in the cache, in a folder that is named by the fingerprint of its sources. Where that folder is missing, the program
//! has no console and says how to get one.

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What of the fingerprint names the folder; `console/build` takes as much.
const NAME_LETTERS: usize = 16;
/// What in the sources' folder is none.
const NO_SOURCES: [&str; 3] = ["node_modules", "dist", ".vite"];

fn main() -> io::Result<()> {
    let sources = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../console");
    for name in ["HAMLET_CACHE", "XDG_CACHE_HOME", "HOME"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let mut files = BTreeMap::new();
    collect(&sources, "", &mut files)?;
    // The folder as well, so that a new file is seen.
    println!("cargo::rerun-if-changed={}", sources.join("src").display());
    for path in files.values() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let name = fingerprint(&files)?;
    let mut packed = BTreeMap::new();
    if let Some(built) = cache().map(|cache| cache.join("console").join(name)) {
        // Cargo would run this every time, and build all that follows, for a folder that is not there: `console/build`
        // touches this file instead once it is.
        if built.join("index.html").exists() {
            println!("cargo::rerun-if-changed={}", built.display());
            collect(&built, "", &mut packed)?;
        }
    }
    write(&packed)
}

/// Where what is fetched and built lies: as the Makefile has it.
fn cache() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    set("HAMLET_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|it| it.join("hamlet")))
        .or_else(|| set("HOME").map(|it| it.join(".cache/hamlet")))
}

/// All files below a folder, by their path in it.
fn collect(folder: &Path, within: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{within}{name}");
        match entry.file_type()?.is_dir() {
            true if NO_SOURCES.contains(&name.as_str()) => {}
            true => collect(&entry.path(), &format!("{path}/"), files)?,
            false => drop(files.insert(path, entry.path())),
        }
    }
    Ok(())
}

/// What `sha256sum` prints of what `sha256sum` prints of all files, in the order of their paths.
fn fingerprint(files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let mut lines = String::new();
    for (path, file) in files {
        let _ = writeln!(lines, "{}  {path}", hexadecimal(&fs::read(file)?));
    }
    Ok(hexadecimal(lines.as_bytes())[..NAME_LETTERS].to_owned())
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn write(files: &BTreeMap<String, PathBuf>) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::from("&[\n");
    for (number, (path, file)) in files.iter().enumerate() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&fs::read(file)?)?;
        let packed = out.join(format!("{number}.gz"));
        fs::write(&packed, packer.finish()?)?;
        let _ = writeln!(table, "    File {{ path: {path:?}, gzip: include_bytes!({packed:?}) }},");
    }
    fs::write(out.join("files.rs"), table + "]\n")
}
