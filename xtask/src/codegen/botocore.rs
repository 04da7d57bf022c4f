//! Where the models are: `$BOTOCORE_DIR`, or the pinned wheel, fetched once into the user's cache.
//!
//! Nothing of botocore is run.

use crate::wheel::Wheel;
use std::path::{Path, PathBuf};

/// The release the committed shapes were made from.
pub(super) const VERSION: &str = "1.44.5";
/// Its wheel.
const WHEEL: Wheel = Wheel {
    name: "botocore",
    version: VERSION,
    sha256: "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
};
/// Where the models are in it.
const DATA: &str = "botocore/data";

/// The folder with one folder per service.
pub(super) fn data_folder() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("BOTOCORE_DIR") {
        let folder = PathBuf::from(folder);
        refuse_other_version(&folder)?;
        return Ok(folder.join("data"));
    }
    let folder = WHEEL.unpacked(DATA).map_err(|trouble| format!("{trouble}; or set BOTOCORE_DIR"))?;
    Ok(folder.join(DATA))
}

/// The names of all services, which are the folders with a model in them.
pub(super) fn services(data: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(data).map_err(|error| super::trouble("list", data, &error))?;
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    let folders = folders.filter(|folder| has_model(folder));
    let mut names: Vec<String> =
        folders.filter_map(|folder| Some(folder.file_name()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}

fn has_model(folder: &Path) -> bool {
    let models = ["service-2.json", "service-2.json.gz"];
    newest(folder).is_ok_and(|version| models.iter().any(|name| version.join(name).is_file()))
}

/// The newest version of a service: the last of the dates under its folder.
pub(super) fn newest(folder: &Path) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| super::trouble("list", folder, &error))?;
    let versions = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
    versions.max().ok_or_else(|| format!("{} has no version", folder.display()))
}

/// A folder named by hand must still be the pinned release, or the output would differ.
fn refuse_other_version(folder: &Path) -> Result<(), String> {
    let init = folder.join("__init__.py");
    let text = std::fs::read_to_string(&init)
        .map_err(|error| format!("BOTOCORE_DIR: could not read {}: {error}", init.display()))?;
    match text.contains(&format!("__version__ = '{VERSION}'")) {
        true => Ok(()),
        false => Err(format!("BOTOCORE_DIR: {} is not botocore {VERSION}", folder.display())),
    }
}
