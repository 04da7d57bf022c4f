//! Images: those that people name, and what is run for an id that is not one of them.
//!
//! Follows "Find an AMI" and "Reference AMIs using Systems Manager parameters" (EC2 User Guide). All Linux images start
//! the same userland here; they differ in what their user and their interfaces are called. No
//! marketplace; Windows is listed and does not run. A public image's id depends on Region and name only, so that it stays
//! the same from run to run.

mod catalogue;
pub mod distribution;
mod own;

pub use catalogue::Release;
pub use distribution::{Distribution, InterfaceNames};
pub use own::{
    DeregisteredImage, DeregistrationProtection, ImageDescription, ImageDevice, OwnImage, SourceImage,
};

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::ids::*;
use crate::instance::{Instance, MetadataOptions};
use crate::instance_type::Architecture;
use crate::place::{Region, Scope};
use crate::volume::{Capacity, VolumeType};
use crate::world::World;

/// The root volume of images that nobody knows.
const UNKNOWN_ROOT_VOLUME_GIB: u32 = 8;

/// What becomes of a well-formed id that no image has: scripts name those of AWS's, of which there are more than any
/// catalogue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownImages {
    /// It is an image with the default content.
    #[default]
    Run,
    /// It does not exist, as on AWS.
    Refuse,
}

/// An image that instances can be launched from.
#[derive(Clone, Debug, PartialEq)]
pub enum Image {
    /// One of the catalogue.
    Public(PublicImage),
    /// One of an account's.
    Own(Arc<OwnImage>),
    /// One that is not known, with the default content.
    Unknown(ImageId),
}

/// An image of the catalogue in one Region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublicImage {
    /// The Region.
    pub region: Region,
    /// What it is in every Region.
    pub release: &'static Release,
}

/// The catalogue of a Region, most usual first.
pub fn all(region: Region) -> impl Iterator<Item = PublicImage> {
    catalogue::RELEASES.iter().map(move |release| PublicImage { region, release })
}

/// The image of the catalogue with this id.
pub fn find(region: Region, id: ImageId) -> Option<PublicImage> {
    find_anywhere(id).filter(|image| image.region == region)
}

/// The image of the catalogue with this id, whichever Region it is of.
pub fn find_anywhere(id: ImageId) -> Option<PublicImage> {
    static BY_ID: LazyLock<BTreeMap<ImageId, PublicImage>> =
        LazyLock::new(|| Region::all().flat_map(all).map(|image| (image.id(), image)).collect());
    BY_ID.get(&id).copied()
}

/// The image of the catalogue whose root volume is made from this snapshot.
pub fn find_snapshot(region: Region, id: SnapshotId) -> Option<PublicImage> {
    static BY_SNAPSHOT: LazyLock<BTreeMap<SnapshotId, PublicImage>> =
        LazyLock::new(|| Region::all().flat_map(all).map(|image| (image.snapshot(), image)).collect());
    BY_SNAPSHOT.get(&id).copied().filter(|image| image.region == region)
}

/// The public parameters of Systems Manager whose value is an image's id, each with that image.
pub fn parameters(region: Region) -> impl Iterator<Item = (&'static str, PublicImage)> {
    all(region).flat_map(|image| image.release.parameters.iter().map(move |name| (*name, image)))
}

/// The image that a public parameter such as `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64` names.
pub fn named_by(region: Region, parameter: &str) -> Option<PublicImage> {
    parameters(region).find(|(name, _)| *name == parameter).map(|(_, image)| image)
}

impl World {
    /// The image that an account can launch from by this id.
    pub fn image(&self, scope: Scope, id: ImageId, unknown: UnknownImages) -> Option<Image> {
        if let Some(image) = find(scope.region, id) {
            return Some(Image::Public(image));
        }
        if let Some(image) = self.images.get_shared(&id) {
            return self.can_launch_image(scope, &image).then_some(Image::Own(image));
        }
        match unknown {
            UnknownImages::Run if !self.deregistered_images.contains(&id) => Some(Image::Unknown(id)),
            UnknownImages::Run | UnknownImages::Refuse => None,
        }
    }

    /// The image that an image began as, through all that it was made from.
    pub fn base_of(&self, id: ImageId) -> Option<ImageId> {
        if let Some(image) = self.images.get(&id) {
            return image.described.base;
        }
        self.deregistered_images.get(&id).map_or(Some(id), |it| it.base)
    }

    /// The image that an instance was launched from, whatever has become of it since.
    pub fn image_of(&self, instance: &Instance) -> Image {
        let id = instance.image;
        if let Some(image) = self.images.get_shared(&id) {
            return Image::Own(image);
        }
        self.base_of(id).and_then(find_anywhere).map_or(Image::Unknown(id), Image::Public)
    }
}

impl Image {
    /// Its id.
    pub fn id(&self) -> ImageId {
        match self {
            Image::Public(image) => image.id(),
            Image::Own(image) => image.id,
            Image::Unknown(id) => *id,
        }
    }

    /// What it is of.
    pub fn distribution(&self) -> &'static Distribution {
        match self {
            Image::Public(image) => image.release.distribution,
            Image::Own(image) => image.distribution(),
            Image::Unknown(_) => &distribution::UNKNOWN,
        }
    }

    /// Instruction set of its programs; `None` where it is not known, and any will do.
    pub fn architecture(&self) -> Option<Architecture> {
        match self {
            Image::Public(image) => Some(image.release.architecture),
            Image::Own(image) => Some(image.described.architecture),
            Image::Unknown(_) => None,
        }
    }

    /// The image that it began as, through all that it was made from; `None` where that is not known.
    pub fn base(&self) -> Option<ImageId> {
        match self {
            Image::Public(image) => Some(image.id()),
            Image::Own(image) => image.described.base,
            Image::Unknown(_) => None,
        }
    }

    /// Where its instances have the volume that they start from.
    pub fn root_device(&self) -> &str {
        match self {
            Image::Public(image) => image.release.distribution.root_device,
            Image::Own(image) => &image.described.root_device,
            Image::Unknown(_) => distribution::UNKNOWN.root_device,
        }
    }

    /// The volumes that its instances begin with.
    pub fn devices(&self) -> Vec<ImageDevice> {
        let root = |size_gib, volume_type, snapshot| ImageDevice {
            device: self.root_device().to_owned(),
            delete_on_termination: true,
            capacity: Capacity::with_defaults(volume_type, size_gib),
            snapshot: Some(snapshot),
            kms_key: None,
        };
        match self {
            Image::Public(image) => {
                let Release { root_volume_gib, root_volume_type, .. } = *image.release;
                vec![root(root_volume_gib, root_volume_type, image.snapshot())]
            }
            Image::Own(image) => image.described.devices.clone(),
            Image::Unknown(id) => {
                let snapshot = SnapshotId::from_random(u128::from(hash(&["snapshot", &id.to_string()])));
                vec![root(UNKNOWN_ROOT_VOLUME_GIB, VolumeType::Gp3, snapshot)]
            }
        }
    }

    /// Whether a launch means the root volume by this device name. Of an image that nobody knows it may be either of the
    /// two names that there are.
    pub fn is_root_device(&self, name: &str) -> bool {
        match self {
            Image::Public(_) | Image::Own(_) => name == self.root_device(),
            Image::Unknown(_) => ["/dev/xvda", "/dev/sda1"].contains(&name),
        }
    }

    /// Whether its programs are Windows's, which cannot run here.
    pub fn is_windows(&self) -> bool {
        self.distribution().platform == Some("windows")
    }

    /// Whether `ImdsSupport` is `v2.0`.
    pub fn has_imds_v2(&self) -> bool {
        match self {
            Image::Public(_) | Image::Unknown(_) => self.distribution().imds_v2,
            Image::Own(image) => image.described.imds_v2,
        }
    }

    /// How metadata can be read unless a launch says otherwise. Of images that are marked `ImdsSupport: v2.0`,
    /// "HttpTokens is set to required and HttpPutResponseHopLimit is set to 2" (EC2 User Guide).
    pub fn metadata_options(&self) -> MetadataOptions {
        let imds_v2 = self.has_imds_v2();
        MetadataOptions {
            enabled: true,
            tokens_required: imds_v2,
            hop_limit: if imds_v2 { 2 } else { 1 },
            ipv6: false,
            instance_tags: false,
        }
    }
}

impl From<PublicImage> for Image {
    fn from(image: PublicImage) -> Image {
        Image::Public(image)
    }
}

impl PublicImage {
    /// Its id, the same in every run.
    pub fn id(&self) -> ImageId {
        ImageId::from_random(u128::from(hash(&["image", self.region.name(), self.release.name])))
    }

    /// The snapshot of its root volume.
    pub fn snapshot(&self) -> SnapshotId {
        SnapshotId::from_random(u128::from(hash(&["snapshot", self.region.name(), self.release.name])))
    }
}

/// FNV-1a, 64 bits: the same for the same words, for ever.
pub(crate) fn hash(words: &[&str]) -> u64 {
    words.iter().flat_map(|word| word.bytes().chain([0])).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;
    use std::collections::BTreeSet;

    const ALIASES: &str = "/aws/service/ami-amazon-linux-latest";

    fn oregon() -> Region {
        "us-west-2".parse().unwrap()
    }

    #[test]
    fn the_public_parameter_names_an_image_of_the_region() {
        let image = named_by(oregon(), &format!("{ALIASES}/al2023-ami-kernel-default-x86_64")).unwrap();
        assert_eq!(find(oregon(), image.id()).unwrap().release.architecture, Architecture::X86_64);
        assert_eq!(find("us-east-1".parse().unwrap(), image.id()), None);
        assert!(named_by(oregon(), &format!("{ALIASES}/al1999")).is_none());
        assert!(named_by(oregon(), "/my/parameter").is_none());
    }

    #[test]
    fn every_image_of_every_region_has_its_own_id_and_every_parameter_one_image() {
        let ids: BTreeSet<ImageId> = Region::all().flat_map(all).map(|image| image.id()).collect();
        assert_eq!(ids.len(), Region::all().count() * all(oregon()).count());
        let names: BTreeSet<&str> = parameters(oregon()).map(|(name, _)| name).collect();
        assert_eq!(names.len(), parameters(oregon()).count());
    }

    /// Identifiers that are in data directories.
    #[test]
    fn an_image_keeps_its_id() {
        let named = |name: &str| all(oregon()).find(|image| image.release.name == name).unwrap().id();
        assert_eq!(
            named("al2023-ami-2023.9.20251027.0-kernel-6.1-x86_64").to_string(),
            "ami-02b9132f97a02fd3b"
        );
        assert_eq!(
            named("al2023-ami-minimal-2023.9.20251027.0-kernel-6.1-arm64").to_string(),
            "ami-0ff50f7139c5e6f7a"
        );
    }

    #[test]
    fn the_newest_is_what_most_people_mean() {
        let newest = |begin: &str| {
            let named = all(oregon()).filter(|image| image.release.name.starts_with(begin));
            named.max_by_key(|image| image.release.created).unwrap().release
        };
        for begin in ["", "al2023-ami-", "amzn2-ami-", "ubuntu/", "debian-", "RHEL-", "amzn-ami-vpc-nat-"] {
            assert_eq!(newest(begin).architecture, Architecture::X86_64, "{begin}");
        }
        assert_eq!(newest("").name, "al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64");
        assert!(newest("debian-").name.starts_with("debian-13-") && newest("ubuntu/").name.contains("24.04"));
        let dates: BTreeSet<&str> = all(oregon()).map(|image| image.release.created).collect();
        assert_eq!(dates.len(), all(oregon()).count(), "no two have the same date");
        assert!(dates.iter().all(|date| date.len() == "2026-09-30T22:59:26.000Z".len()));
    }

    #[test]
    fn an_unknown_id_runs_or_does_not_exist() {
        let (world, scope) = (World::default(), Scope { account: AccountId::DEFAULT, region: oregon() });
        let id: ImageId = "ami-0123456789abcdef0".parse().unwrap();
        assert_eq!(world.image(scope, id, UnknownImages::Refuse), None);
        let image = world.image(scope, id, UnknownImages::Run).unwrap();
        assert_eq!((image.id(), image.architecture()), (id, None));
        assert!(image.is_root_device("/dev/sda1") && image.is_root_device("/dev/xvda"));
        assert!(image.metadata_options().tokens_required);
        let known = all(oregon()).next().unwrap();
        assert_eq!(world.image(scope, known.id(), UnknownImages::Run), Some(Image::Public(known)));
        assert!(!Image::from(known).is_root_device("/dev/sda1"));
    }
}
