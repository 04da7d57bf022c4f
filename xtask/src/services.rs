//! The services that Hamlet has: a file each under `xtask/operations`, named as botocore names the service.
//!
//! Shapes, coverage page and tests read these files and no other list. A file begins with what the service is called and
//! where its Rust is, and goes on with the operations whose shapes are generated:
//!
//! ```text
//! title: AWS STS
//! shapes: crates/sts/src/shapes.rs
//! actions: crates/sts/src/lib.rs
//!
//! GetCallerIdentity   # comments begin anywhere
//! ```

use crate::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder with a file a service.
const FOLDER: &str = "xtask/operations";

/// One service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// botocore's name: the folder under its `data`.
    pub(crate) model: String,
    /// The name for people: `Amazon EC2`.
    pub(crate) title: String,
    /// Where the shapes go: a file, or a folder split by first letter.
    pub(crate) shapes: PathBuf,
    /// The file with its table of actions.
    pub(crate) actions: PathBuf,
    /// The operations whose shapes are generated, sorted.
    pub(crate) operations: BTreeSet<String>,
}

impl Service {
    /// The file that has the service itself and the names of all its operations.
    pub(crate) fn index(&self) -> PathBuf {
        match self.shapes.extension() {
            Some(_) => self.shapes.clone(),
            None => self.shapes.join("mod.rs"),
        }
    }
}

/// All of them, by botocore's name.
pub(crate) fn all() -> Result<Vec<Service>, String> {
    let trouble = |error: std::io::Error| format!("{FOLDER}: {error}");
    let mut services = Vec::new();
    for entry in std::fs::read_dir(root().join(FOLDER)).map_err(trouble)? {
        let path = entry.map_err(trouble)?.path();
        let text = std::fs::read_to_string(&path).map_err(trouble)?;
        let model = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        services.push(parse(model, &text).map_err(|problem| format!("{}: {problem}", path.display()))?);
    }
    services.sort_by(|one, other| one.model.cmp(&other.model));
    Ok(services)
}

fn parse(model: String, text: &str) -> Result<Service, String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let (header, names): (Vec<&str>, Vec<&str>) =
        lines.filter(|line| !line.is_empty()).partition(|line| line.contains(':'));
    let said = |key: &str| {
        let pairs = header.iter().filter_map(|line| line.split_once(": "));
        let value = pairs.filter(|(name, _)| *name == key).map(|(_, value)| value.trim()).next();
        value.map(str::to_owned).ok_or_else(|| format!("it does not say `{key}: …`"))
    };
    let mut operations = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !operations.insert((**name).to_owned())) {
        return Err(format!("{twice} is listed twice"));
    }
    let (shapes, actions) = (said("shapes")?, said("actions")?);
    Ok(Service {
        model,
        title: said("title")?,
        shapes: Path::new(&shapes).to_owned(),
        actions: Path::new(&actions).to_owned(),
        operations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STS: &str = "# About.\ntitle: AWS STS\nshapes: a/shapes.rs\nactions: a/lib.rs\n\nB # why\nA\n";

    #[test]
    fn a_file_says_where_a_service_is_and_which_operations_it_has() {
        let service = parse("sts".to_owned(), STS).unwrap();
        assert_eq!((service.model.as_str(), service.title.as_str()), ("sts", "AWS STS"));
        assert_eq!(service.index(), Path::new("a/shapes.rs"));
        assert_eq!(service.operations.into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn what_is_missing_or_twice_is_said() {
        let twice = parse("sts".to_owned(), &format!("{STS}A\n")).unwrap_err();
        assert_eq!(twice, "A is listed twice");
        let unnamed = parse("sts".to_owned(), &STS.replace("title", "name")).unwrap_err();
        assert_eq!(unnamed, "it does not say `title: …`");
    }
}
