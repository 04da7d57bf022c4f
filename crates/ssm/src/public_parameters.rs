//! Public parameters: names that AWS keeps pointed at its latest images.
//!
//! Follows "Calling the AMI public parameter" (Systems Manager User Guide).

use awsproto::Timestamp;
use model::{Region, image};
use std::collections::BTreeMap;

/// Where the names of the latest Amazon Linux images are.
pub const AMAZON_LINUX: &str = "/aws/service/ami-amazon-linux-latest/";

/// The public parameters of one region: full names and image identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicParameters {
    images: BTreeMap<String, String>,
    published: Timestamp,
}

impl PublicParameters {
    /// Parameters for aliases such as `al2023-ami-kernel-default-x86_64`, each with its image.
    pub fn new(
        aliases: impl IntoIterator<Item = (impl AsRef<str>, impl Into<String>)>,
        published: Timestamp,
    ) -> Self {
        let named = |(alias, image): (_, _)| name_and_image(alias, image);
        PublicParameters { images: aliases.into_iter().map(named).collect(), published }
    }

    /// Those of a Region: the images that Hamlet has, under AWS's names for them.
    pub fn of(region: Region) -> Self {
        let images = image::aliases(region).map(|(alias, image)| (alias, image.to_string()));
        let published = Timestamp::parse(image::CREATED).expect("the catalogue's date is a date");
        PublicParameters::new(images, published)
    }

    /// The image a parameter names.
    pub fn image(&self, name: &str) -> Option<&str> {
        self.images.get(name).map(String::as_str)
    }

    /// All names and images, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.images.iter().map(|(name, image)| (name.as_str(), image.as_str()))
    }

    /// When the parameters were last changed.
    pub fn published(&self) -> Timestamp {
        self.published
    }
}

fn name_and_image(alias: impl AsRef<str>, image: impl Into<String>) -> (String, String) {
    (format!("{AMAZON_LINUX}{}", alias.as_ref()), image.into())
}
