//! `/usr/bin/aws` in instances: the real AWS CLI, as Amazon Linux has it.
//!
//! Where the host has one below `/usr`, instances see that one. Otherwise the image gets the packages that were put into the
//! user's cache (`tests/install` does it), beside a small program that starts them with the host's Python. Version 1, which
//! is what PyPI has; like version 2 it takes the Region from instance metadata where nothing else says it, so that in an
//! instance with a role nothing has to be configured.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Attempt, Result};

/// Where the host's would be.
const OF_THE_HOST: [&str; 2] = ["/usr/bin/aws", "/usr/local/bin/aws"];
const PYTHON: &str = "/usr/bin/python3";
/// The file in the folder that says which version it is; written last, so that half a folder has none.
const VERSION: &str = "version";
/// Where the image has the packages.
const PACKAGES: &str = "lib/hamlet/aws-cli";

/// Where the `aws` of instances comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AwsCli {
    /// It is the host's own.
    OfTheHost,
    /// From this folder, which has this version.
    Packages {
        /// The folder.
        folder: PathBuf,
        /// What it says of itself.
        version: String,
    },
    /// There is none; the sentence says why.
    Missing(&'static str),
}

impl AwsCli {
    /// What instances have on this machine, with packages in this folder or not.
    pub fn found(packages: Option<&Path>) -> AwsCli {
        AwsCli::with(
            packages,
            OF_THE_HOST.iter().any(|path| Path::new(path).exists()),
            Path::new(PYTHON).exists(),
        )
    }

    fn with(packages: Option<&Path>, has_own: bool, has_python: bool) -> AwsCli {
        if has_own {
            return AwsCli::OfTheHost;
        }
        if !has_python {
            return AwsCli::Missing("this machine has no /usr/bin/python3 to run it with");
        }
        let read = |folder: &Path| fs::read_to_string(folder.join(VERSION)).ok();
        match packages.and_then(|folder| Some((folder.to_owned(), read(folder)?.trim().to_owned()))) {
            Some((folder, version)) => AwsCli::Packages { folder, version },
            None => AwsCli::Missing("`make up` puts one into the cache, and has not"),
        }
    }

    /// Tells images that have another one apart.
    pub(crate) fn mark(&self) -> &str {
        match self {
            AwsCli::Packages { version, .. } => version,
            AwsCli::OfTheHost | AwsCli::Missing(_) => "",
        }
    }

    /// Puts it into the image's layer above the host's `/usr`.
    pub(crate) fn add_to_image(&self, usr: &Path) -> Result<()> {
        let AwsCli::Packages { folder, .. } = self else { return Ok(()) };
        copy(folder, &usr.join(PACKAGES)).attempt("copying the AWS CLI into the image")?;
        let program = usr.join("bin/aws");
        fs::write(&program, PROGRAM.replace("PACKAGES", &format!("/usr/{PACKAGES}")))
            .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
            .attempt("writing the image's aws")
    }
}

impl fmt::Display for AwsCli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AwsCli::OfTheHost => f.write_str("this machine's own"),
            AwsCli::Packages { folder, version } => write!(f, "{version}, from {}", folder.display()),
            AwsCli::Missing(why) => write!(f, "none: {why}"),
        }
    }
}

/// Starts version 1, whose Region comes last from instance metadata, as version 2's does.
const PROGRAM: &str = r#"#!/usr/bin/python3
import sys

sys.path.insert(0, "PACKAGES")
from awscli.botocore.configprovider import ChainProvider, ConfigChainFactory
from awscli.botocore.utils import IMDSRegionProvider
from awscli.clidriver import create_clidriver

driver = create_clidriver()
said = ConfigChainFactory(driver.session).create_config_chain(
    instance_name="region", env_var_names=["AWS_REGION", "AWS_DEFAULT_REGION"], config_property_names="region"
)
regions = ChainProvider([said, IMDSRegionProvider(driver.session)])
driver.session.get_component("config_store").set_config_provider("region", regions)
sys.exit(driver.main())
"#;

/// Copies directories and files, readable for everybody; no symbolic links. Files that are so already are the same ones where
/// the file system allows: they are thousands, and nothing writes to them, since the image is below every overlay.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to)?;
        } else if kind.is_file() {
            let is_public = entry.metadata()?.permissions().mode() & 0o444 == 0o444;
            if !is_public || fs::hard_link(entry.path(), &to).is_err() {
                fs::copy(entry.path(), &to)?;
                fs::set_permissions(&to, fs::Permissions::from_mode(0o644))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_comes_first_then_packages_that_are_whole() {
        let folder = std::env::temp_dir().join(format!("hamlet-aws-cli-{}", std::process::id()));
        fs::create_dir_all(folder.join("awscli")).unwrap();
        fs::write(folder.join("awscli/module.py"), "").unwrap();
        let found = |has_own, has_python| AwsCli::with(Some(&folder), has_own, has_python);
        assert!(matches!(found(false, true), AwsCli::Missing(_)), "half a folder is none");
        fs::write(folder.join(VERSION), "1.2\n").unwrap();
        assert_eq!(found(true, true), AwsCli::OfTheHost);
        assert!(matches!(found(false, false), AwsCli::Missing(_)));
        assert!(matches!(AwsCli::with(None, false, true), AwsCli::Missing(_)));
        let packages = found(false, true);
        assert_eq!(packages.mark(), "1.2");
        let usr = folder.with_extension("usr");
        fs::create_dir_all(usr.join("bin")).unwrap();
        packages.add_to_image(&usr).unwrap();
        assert!(usr.join(PACKAGES).join("awscli/module.py").is_file());
        assert!(fs::read_to_string(usr.join("bin/aws")).unwrap().contains("\"/usr/lib/hamlet/aws-cli\""));
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_dir_all(&usr).unwrap();
    }
}
