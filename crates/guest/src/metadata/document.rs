//! The instance identity document: who an instance is, as JSON.
//!
//! Follows "Instance identity documents" (EC2 User Guide), in the order and with the spacing of AWS. The signatures beside
//! it are made by who has the key.

use model::instance_type::Architecture;
use model::{Instance, InstanceType, World};

use super::tree::Tree;
use crate::names;

/// Where the document is.
pub(super) const FOLDER: &str = "dynamic/instance-identity";

/// Who has the key that documents are signed with.
pub trait IdentitySigner {
    /// Signs a document. The same one gets the same signatures.
    fn sign(&self, document: &str) -> Signatures;
}

/// The signatures of one document, as instances read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    /// The RSA signature over the document's SHA-256 hash, in base64.
    pub signature: String,
    /// The same around the document itself as PKCS #7, in base64, without the first and last line of PEM.
    pub pkcs7: String,
}

/// Puts the document in.
pub(super) fn plant(tree: &mut Tree, world: &World, instance: &Instance) {
    tree.put(format!("{FOLDER}/document"), of(world, instance));
}

/// Puts the signatures in.
pub(super) fn plant_signatures(
    tree: &mut Tree,
    world: &World,
    instance: &Instance,
    signer: &dyn IdentitySigner,
) {
    let Signatures { signature, pkcs7 } = signer.sign(&of(world, instance));
    tree.put(format!("{FOLDER}/signature"), signature);
    // On AWS the one is made with DSA and SHA-1, which nobody should have to trust any more.
    tree.put(format!("{FOLDER}/pkcs7"), pkcs7.as_str());
    tree.put(format!("{FOLDER}/rsa2048"), pkcs7);
}

fn of(world: &World, instance: &Instance) -> String {
    let address = names::primary_interface(world, instance).and_then(|interface| interface.primary_address());
    let fields = [
        ("accountId", Some(instance.scope.account.to_string())),
        ("architecture", architecture(instance).map(str::to_owned)),
        ("availabilityZone", Some(instance.zone.to_string())),
        ("billingProducts", None),
        ("devpayProductCodes", None),
        ("marketplaceProductCodes", None),
        ("imageId", Some(instance.image.to_string())),
        ("instanceId", Some(instance.id.to_string())),
        ("instanceType", Some(instance.instance_type.clone())),
        ("kernelId", None),
        ("pendingTime", Some(instance.launched.to_the_second())),
        ("privateIp", address.map(|address| address.to_string())),
        ("ramdiskId", None),
        ("region", Some(instance.zone.region().to_string())),
        ("version", Some("2017-09-30".to_owned())),
    ];
    let lines: Vec<String> = fields.iter().map(|(name, value)| line(name, value.as_deref())).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// Every value is made of letters, digits and punctuation that JSON takes as they are, except that an instance type is
/// whatever the launch named.
fn line(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("  \"{name}\" : \"{}\"", value.replace(['"', '\\'], "")),
        None => format!("  \"{name}\" : null"),
    }
}

fn architecture(instance: &Instance) -> Option<&'static str> {
    InstanceType::find(&instance.instance_type)?.architecture().map(Architecture::name)
}
