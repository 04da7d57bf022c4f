//! Format 3: volumes are records of their own. Before, an instance's record had the one volume that it started from.

use serde_json::{Value, json};

/// Where every instance of format 2 had that volume.
const ROOT_DEVICE: &str = "/dev/xvda";
/// What there was to launch from.
const IMAGES: [&str; 4] = [
    "al2023-ami-2023.9.20251027.0-kernel-6.1-x86_64",
    "al2023-ami-2023.9.20251027.0-kernel-6.1-arm64",
    "al2023-ami-minimal-2023.9.20251027.0-kernel-6.1-x86_64",
    "al2023-ami-minimal-2023.9.20251027.0-kernel-6.1-arm64",
];

/// Takes the volume out of an instance's row, and makes its record.
pub(super) fn separate(table: &str, row: &mut Value, made: &mut Vec<(String, Value)>) -> Result<(), String> {
    if table != "instances" {
        return Ok(());
    }
    let instance = row.as_object_mut().ok_or("it is no object")?;
    let old = instance.remove("root_volume").ok_or("it has no root_volume")?;
    instance.insert("root_device".to_owned(), Value::from(ROOT_DEVICE));
    // That of an instance that is gone was gone with it.
    if row["state"] != "Terminated" {
        made.push(volume_of(row, &old)?);
    }
    Ok(())
}

fn volume_of(instance: &Value, old: &Value) -> Result<(String, Value), String> {
    let id = old["id"].as_str().ok_or("its root_volume has no id")?;
    let is_gp3 = old["volume_type"] == "gp3";
    let volume = json!({
        "id": id,
        "scope": instance["scope"],
        "zone": instance["zone"],
        "capacity": {
            "volume_type": old["volume_type"],
            "size_gib": old["size_gib"],
            "iops": is_gp3.then_some(3000),
            "throughput_mibps": is_gp3.then_some(125),
        },
        "snapshot": snapshot_of(instance),
        "kms_key": null,
        "multi_attach": false,
        "auto_enable_io": false,
        "attachments": [{
            "instance": instance["id"],
            "device": ROOT_DEVICE,
            "delete_on_termination": old["delete_on_termination"],
            "attached": old["created"],
        }],
        "modifications": [],
        "created": old["created"],
        "tags": old["tags"],
    });
    Ok((format!("volumes/{id}"), volume))
}

/// The snapshot that answers showed: it followed from the image.
fn snapshot_of(instance: &Value) -> Option<String> {
    let region = instance["scope"]["region"].as_str()?;
    let id = |prefix: &str, words: [&str; 3]| format!("{prefix}-{:017x}", hash(&words));
    let image = IMAGES.into_iter().find(|name| instance["image"] == id("ami", ["image", region, name]));
    image.map(|name| id("snap", ["snapshot", region, name]))
}

/// FNV-1a, 64 bits.
fn hash(words: &[&str]) -> u64 {
    words.iter().flat_map(|word| word.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
