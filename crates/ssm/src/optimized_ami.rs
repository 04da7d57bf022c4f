//! What ECS says of its images beside their ids.
//!
//! Follows "Retrieving Amazon ECS-optimized Linux AMI metadata" (ECS Developer Guide): below `…/recommended` there is a
//! parameter for each fact, and `…/recommended` itself has them all as JSON; the same below an image's name, with its id
//! alone.

use awsproto::json::Object;
use model::image::PublicImage;

use crate::public_parameters::{PublicParameter, released};

/// Where they are.
const FOLDER: &str = "/aws/service/ecs/optimized-ami/";
/// What ends the name of the parameter with the id.
const ID: &str = "/image_id";
const AGENT_VERSION: &str = "1.107.0";
const RUNTIME_VERSION: &str = "Docker version 25.0.16";
const SCHEMA_VERSION: i32 = 1;

/// The parameters beside the one that has the id of an image of ECS.
pub(crate) fn beside(name: &str, image: &PublicImage) -> Vec<(String, PublicParameter)> {
    let Some(folder) = name.strip_suffix(ID).filter(|folder| folder.starts_with(FOLDER)) else {
        return Vec::new();
    };
    let modified = released(image);
    let facts = facts(image);
    let whole = (folder.to_owned(), PublicParameter::text(json(image, &facts), modified));
    let each = facts.iter().map(|(fact, value)| (format!("{folder}/{fact}"), value));
    let each = each.map(|(name, value)| (name, PublicParameter::text(value.as_str(), modified)));
    let schema = (format!("{folder}/schema_version"), SCHEMA_VERSION.to_string());
    let schema = (schema.0, PublicParameter::text(schema.1, modified));
    match folder.ends_with("/recommended") {
        true => each.chain([whole, schema]).collect(),
        false => vec![whole],
    }
}

/// Everything that is said of an image but its id and the format it is said in.
fn facts(image: &PublicImage) -> [(&'static str, String); 6] {
    let name = image.release.name;
    let is_2023 = name.starts_with("al2023-");
    let architecture = image.release.architecture.name();
    let version = name.split('-').find(|part| part.starts_with("20") || part.starts_with("2.0."));
    let source = match is_2023 {
        true => format!("al2023-ami-minimal-2023.12.20260918.0-kernel-6.1-{architecture}"),
        false => format!("amzn2-ami-minimal-hvm-2.0.20260923.0-{architecture}-ebs"),
    };
    [
        ("ecs_agent_version", AGENT_VERSION.to_owned()),
        ("ecs_runtime_version", RUNTIME_VERSION.to_owned()),
        ("image_name", name.to_owned()),
        ("image_version", version.unwrap_or_default().to_owned()),
        ("os", if is_2023 { "Amazon Linux 2023" } else { "Amazon Linux 2" }.to_owned()),
        ("source_image_name", source),
    ]
}

fn json(image: &PublicImage, facts: &[(&'static str, String)]) -> String {
    let mut object = Object::default();
    for (fact, value) in facts {
        object.field(fact, &Some(value.clone()));
    }
    object.field("image_id", &Some(image.id().to_string()));
    object.field("schema_version", &Some(SCHEMA_VERSION));
    object.finish().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::image;

    #[test]
    fn the_recommended_image_is_described_in_parts_and_as_a_whole() {
        let region = "us-east-1".parse().unwrap();
        let id = format!("{FOLDER}amazon-linux-2023/arm64/recommended/image_id");
        let image = image::named_by(region, &id).unwrap();
        let parameters = beside(&id, &image);
        let value = |name: &str| {
            let name = format!("{FOLDER}amazon-linux-2023/arm64/{name}");
            parameters.iter().find(|(known, _)| *known == name).unwrap().1.value.clone()
        };
        assert_eq!(value("recommended/image_version"), "2023.0.20260922");
        assert_eq!(value("recommended/os"), "Amazon Linux 2023");
        let whole: serde_json::Value = serde_json::from_str(&value("recommended")).unwrap();
        assert_eq!(whole["image_id"], image.id().to_string());
        assert_eq!((&whole["schema_version"], whole.as_object().unwrap().len()), (&1.into(), 8));
        assert!(beside("/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2", &image).is_empty());
    }
}
