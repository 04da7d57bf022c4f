//! Whom programs inside trust: the authorities that the system has, and the one of the simulated internet.
//!
//! Most programs ask the system's file. Those that bring authorities of their own, as Python's and Node's do, are told of it
//! by their variables.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where systems keep the file with all authorities: Debian and Alpine, Fedora and Amazon Linux, OpenSSL by itself.
pub(crate) const BUNDLES: [&str; 4] = [
    BUNDLE,
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];
/// The one that instances have whatever the host has.
pub(crate) const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The name of the laptop's own, in its directory.
pub(crate) const LAPTOP_BUNDLE: &str = "ca-certificates.crt";
/// What programs are told it by: the AWS CLI and SDKs, curl, Node, Python's requests, OpenSSL and Go.
const VARIABLES: [&str; 5] =
    ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"];

/// The variables that name a file of authorities.
pub(crate) fn variables(bundle: &Path) -> impl Iterator<Item = (String, String)> {
    let bundle = bundle.to_string_lossy().into_owned();
    VARIABLES.into_iter().map(move |name| (name.to_owned(), bundle.clone()))
}

/// Their names, for those who keep them and drop others.
pub(crate) fn names() -> String {
    VARIABLES.join(" ")
}

/// A shell's words that pass on those that are set.
pub(crate) fn passed_on() -> String {
    VARIABLES.map(|name| format!("${{{name}+\"{name}=${name}\"}}")).join(" ")
}

/// What login shells say of them.
pub(crate) fn exported() -> String {
    variables(Path::new(BUNDLE)).map(|(name, value)| format!("export {name}={value}\n")).collect()
}

/// Those of the laptop of a data directory.
pub fn laptop_variables(data: &Path) -> Vec<(String, String)> {
    let directory = crate::files::Layout::new(data).namespace("laptop");
    let bundle = directory.map(|directory| directory.join(LAPTOP_BUNDLE));
    bundle.iter().filter(|path| path.exists()).flat_map(|path| variables(path)).collect()
}

/// What a file of authorities says, if there is one, and this one after them.
pub(crate) fn with_authority(bundle: &Path, authority: &str) -> String {
    let mut text = fs::read_to_string(bundle).unwrap_or_default();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + authority
}

/// Adds an authority to every such file of an image that is no link, and to the one that all have.
pub(crate) fn add_to_image(root: &Path, authority: &str) -> io::Result<()> {
    for bundle in BUNDLES {
        let path = below(root, bundle);
        let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        let is_missing = bundle == BUNDLE && fs::symlink_metadata(&path).is_err();
        if is_missing && let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if is_file || is_missing {
            fs::write(&path, with_authority(&path, authority))?;
        }
    }
    Ok(())
}

fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_trusts_the_hosts_authorities_and_ours() {
        let root = std::env::temp_dir().join(format!("hamlet-trust-{}", std::process::id()));
        let fedora = below(&root, BUNDLES[1]);
        fs::create_dir_all(fedora.parent().unwrap()).unwrap();
        fs::write(&fedora, "theirs").unwrap();
        add_to_image(&root, "ours\n").unwrap();
        assert_eq!(fs::read_to_string(&fedora).unwrap(), "theirs\nours\n");
        assert_eq!(fs::read_to_string(below(&root, BUNDLE)).unwrap(), "ours\n");
        assert!(!below(&root, BUNDLES[3]).exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
