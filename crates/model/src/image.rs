//! Images: the few that there are, under the names that Amazon Linux 2023 has on AWS.
//!
//! Follows "AL2023 on Amazon EC2" (Amazon Linux User Guide) and "Reference AMIs using Systems Manager parameters" (EC2
//! User Guide). All of them start the same userland here; no images of one's own, no marketplace, no Windows.
//! An image's id depends on Region and name only, so that it stays the same from run to run.

use crate::ids::*;
use crate::instance::MetadataOptions;
use crate::instance_type::Architecture;
use crate::place::Region;

/// The account of Amazon Linux's images, `amazon`.
pub const OWNER: &str = "137112412989";
/// The device name of the root volume.
pub const ROOT_DEVICE: &str = "/dev/xvda";

/// An image in one Region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Image {
    /// The Region.
    pub region: Region,
    /// What it is in every Region.
    pub release: &'static Release,
}

/// An image as it was released to all Regions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Release {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Instruction set of its programs.
    pub architecture: Architecture,
    /// Size of its root volume.
    pub root_volume_gib: u32,
    /// The last parts of the SSM parameters that name it.
    aliases: [&'static str; 2],
}

/// When the images were released.
pub const CREATED: &str = "2025-10-29T19:56:24.000Z";
/// When AWS calls them old.
pub const DEPRECATED: &str = "2026-01-27T19:56:00.000Z";

/// What there is, newest and most usual first.
static RELEASES: [Release; 4] = [
    Release {
        name: "al2023-ami-2023.9.20251027.0-kernel-6.1-x86_64",
        description: "Amazon Linux 2023 AMI 2023.9.20251027.0 x86_64 HVM kernel-6.1",
        architecture: Architecture::X86_64,
        root_volume_gib: 8,
        aliases: ["al2023-ami-kernel-default-x86_64", "al2023-ami-kernel-6.1-x86_64"],
    },
    Release {
        name: "al2023-ami-2023.9.20251027.0-kernel-6.1-arm64",
        description: "Amazon Linux 2023 AMI 2023.9.20251027.0 arm64 HVM kernel-6.1",
        architecture: Architecture::Arm64,
        root_volume_gib: 8,
        aliases: ["al2023-ami-kernel-default-arm64", "al2023-ami-kernel-6.1-arm64"],
    },
    Release {
        name: "al2023-ami-minimal-2023.9.20251027.0-kernel-6.1-x86_64",
        description: "Amazon Linux 2023 AMI 2023.9.20251027.0 x86_64 Minimal HVM kernel-6.1",
        architecture: Architecture::X86_64,
        root_volume_gib: 2,
        aliases: ["al2023-ami-minimal-kernel-default-x86_64", "al2023-ami-minimal-kernel-6.1-x86_64"],
    },
    Release {
        name: "al2023-ami-minimal-2023.9.20251027.0-kernel-6.1-arm64",
        description: "Amazon Linux 2023 AMI 2023.9.20251027.0 arm64 Minimal HVM kernel-6.1",
        architecture: Architecture::Arm64,
        root_volume_gib: 2,
        aliases: ["al2023-ami-minimal-kernel-default-arm64", "al2023-ami-minimal-kernel-6.1-arm64"],
    },
];

/// Where Amazon Linux publishes its images' ids.
const ALIAS_PATH: &str = "/aws/service/ami-amazon-linux-latest/";

/// All images of a Region.
pub fn all(region: Region) -> impl Iterator<Item = Image> {
    RELEASES.iter().map(move |release| Image { region, release })
}

/// The image with this id.
pub fn find(region: Region, id: ImageId) -> Option<Image> {
    all(region).find(|image| image.id() == id)
}

/// The image that an SSM parameter such as
/// `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64` names.
pub fn alias(region: Region, parameter: &str) -> Option<ImageId> {
    let name = parameter.strip_prefix(ALIAS_PATH)?;
    all(region).find(|image| image.release.aliases.contains(&name)).map(|image| image.id())
}

/// The last parts of the SSM parameters there are in a Region, each with the image it names.
pub fn aliases(region: Region) -> impl Iterator<Item = (&'static str, ImageId)> {
    all(region).flat_map(|image| image.release.aliases.map(|alias| (alias, image.id())))
}

impl Image {
    /// Its id, the same in every run.
    pub fn id(&self) -> ImageId {
        ImageId::from_random(u128::from(hash(&["image", self.region.name(), self.release.name])))
    }

    /// The SSM parameters that name it.
    pub fn parameters(&self) -> impl Iterator<Item = String> {
        self.release.aliases.iter().map(|alias| format!("{ALIAS_PATH}{alias}"))
    }

    /// The snapshot of its root volume.
    pub fn snapshot(&self) -> SnapshotId {
        SnapshotId::from_random(u128::from(hash(&["snapshot", self.region.name(), self.release.name])))
    }

    /// How metadata can be read unless a launch says otherwise. Amazon Linux 2023 is marked `ImdsSupport: v2.0`:
    /// "HttpTokens is set to required and HttpPutResponseHopLimit is set to 2" (EC2 User Guide).
    pub fn metadata_options(&self) -> MetadataOptions {
        MetadataOptions {
            enabled: true,
            tokens_required: true,
            hop_limit: 2,
            ipv6: false,
            instance_tags: false,
        }
    }
}

/// FNV-1a, 64 bits: the same for the same words, for ever.
fn hash(words: &[&str]) -> u64 {
    words.iter().flat_map(|word| word.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_public_parameter_names_an_image_of_the_region() {
        let oregon: Region = "us-west-2".parse().unwrap();
        let id =
            alias(oregon, "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64").unwrap();
        assert_eq!(find(oregon, id).unwrap().release.architecture, Architecture::X86_64);
        assert!(alias(oregon, "/aws/service/ami-amazon-linux-latest/al1999").is_none());
        assert!(alias(oregon, "/my/parameter").is_none());
        assert_eq!(aliases(oregon).count(), 8);
    }

    #[test]
    fn every_image_of_every_region_has_its_own_id() {
        let ids: BTreeSet<ImageId> = Region::all().flat_map(all).map(|image| image.id()).collect();
        assert_eq!(ids.len(), Region::all().count() * RELEASES.len());
    }

    #[test]
    fn an_image_keeps_its_id() {
        let oregon: Region = "us-west-2".parse().unwrap();
        let first = all(oregon).next().unwrap();
        assert_eq!(first.id().to_string().len(), "ami-".len() + 17);
        assert_eq!(first.id(), all(oregon).next().unwrap().id());
    }
}
