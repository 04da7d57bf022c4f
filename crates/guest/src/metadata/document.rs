//! The instance identity document: who an instance is, as JSON.
//!
//! Follows "Instance identity documents" (EC2 User Guide), in the order and with the spacing of AWS. The signatures beside
//! it are made by who has the key.

use model::{Instance, InstanceType, Timestamp, World};

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
        ("pendingTime", Some(utc(instance.launched))),
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
    InstanceType::find(&instance.instance_type).map(|found| found.architecture.name())
}

/// A point in time as `2026-01-31T12:00:00Z`.
fn utc(time: Timestamp) -> String {
    let seconds = time.0.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a number of days since 1970-01-01, counted in 400-year cycles that begin on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let since_march_0 = days + 719_468;
    let (cycle, day_of_cycle) = (since_march_0.div_euclid(146_097), since_march_0.rem_euclid(146_097));
    let leap_days = day_of_cycle / 1460 - day_of_cycle / 36_524 + day_of_cycle / 146_096;
    let year_of_cycle = (day_of_cycle - leap_days) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (cycle * 400 + year_of_cycle + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(Timestamp(ms)), text);
        }
    }
}
