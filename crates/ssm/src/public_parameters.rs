//! Public parameters: names that AWS and others keep pointed at their latest images, and what AWS says of its Regions.
//!
//! Follows "Discovering public parameters in Parameter Store" (Systems Manager User Guide). A public parameter is a
//! String, has one version here and no labels.

use awsproto::Timestamp;
use model::{Region, image};
use std::collections::BTreeMap;

use crate::{global_infrastructure, optimized_ami};

/// Where all public parameters are.
pub const ROOT: &str = "/aws/service/";

/// The public parameters of one Region, by their full names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicParameters(BTreeMap<String, PublicParameter>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicParameter {
    /// Its value.
    pub value: String,
    /// What kind of value that is: `text` or `aws:ec2:image`.
    pub data_type: &'static str,
    /// When it was last changed.
    pub modified: Timestamp,
}

impl PublicParameters {
    /// Those of a Region.
    pub fn of(region: Region) -> Self {
        let images = image::parameters(region).map(|(name, image)| (name.to_owned(), image_id(name, &image)));
        let amis = image::parameters(region).flat_map(|(name, image)| optimized_ami::beside(name, &image));
        PublicParameters(images.chain(amis).chain(global_infrastructure::parameters(region)).collect())
    }

    /// The one of this name.
    pub fn named(&self, name: &str) -> Option<&PublicParameter> {
        self.0.get(name)
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PublicParameter)> {
        self.0.iter().map(|(name, parameter)| (name.as_str(), parameter))
    }
}

impl PublicParameter {
    /// A parameter whose value is a text.
    pub(crate) fn text(value: impl Into<String>, modified: Timestamp) -> Self {
        PublicParameter { value: value.into(), data_type: "text", modified }
    }
}

/// A parameter that names an image. Canonical's and Debian's are checked to be one; those of AWS are plain text.
fn image_id(name: &str, image: &image::PublicImage) -> PublicParameter {
    let is_checked = ["canonical/", "debian/"]
        .iter()
        .any(|folder| name.strip_prefix(ROOT).is_some_and(|name| name.starts_with(folder)));
    let text = PublicParameter::text(image.id().to_string(), released(image));
    PublicParameter { data_type: if is_checked { "aws:ec2:image" } else { "text" }, ..text }
}

/// When an image was released, which is when its parameters were changed.
pub(crate) fn released(image: &image::PublicImage) -> Timestamp {
    Timestamp::parse(image.release.created).expect("the catalogue's dates are dates")
}
