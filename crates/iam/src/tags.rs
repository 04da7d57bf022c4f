//! Tags of roles and instance profiles. Follows "Tags for IAM resources" (IAM User Guide): as everywhere, but keys that
//! differ in case alone are one key.

use awsproto::{AwsError, tags};
use model::Tags;

use crate::listing::{Asked, Listed};
use crate::shapes::Tag;

/// Reads the tags of a request. That keys and values have the letters they may have was checked with the request.
pub(crate) fn checked(sent: Vec<Tag>) -> Result<Tags, AwsError> {
    let mut keys: Vec<String> =
        sent.iter().filter_map(|tag| tag.key.as_deref().map(str::to_lowercase)).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        let sentence = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        return Err(AwsError::new("InvalidInput", sentence));
    }
    let pairs = sent.into_iter().map(|tag| (tag.key, tag.value));
    tags::checked(pairs).map_err(|error| AwsError::new("InvalidInput", error.message))
}

/// Tags with more tags added; a key that is there in another case is that key.
pub(crate) fn with(existing: &Tags, new: Tags) -> Result<Tags, AwsError> {
    let mut merged = existing.clone();
    for (key, value) in new {
        let known = merged.keys().find(|known| known.eq_ignore_ascii_case(&key)).cloned();
        merged.insert(known.unwrap_or(key), value);
    }
    if merged.len() > tags::TAGS_MAX {
        let sentence = "The number of tags has reached the maximum limit.";
        return Err(AwsError::new("LimitExceeded", sentence).with_status(409));
    }
    Ok(merged)
}

/// Takes tags away; keys that are not there do not matter.
pub(crate) fn remove(existing: &mut Tags, keys: &[String]) {
    existing.retain(|known, _| !keys.iter().any(|key| key.eq_ignore_ascii_case(known)));
}

/// Tags as answers show them.
pub(crate) fn render(tags: &Tags) -> Vec<Tag> {
    tags::shown(tags, |key, value| Tag { key, value })
}

/// One page of tags, by key.
pub(crate) fn list(tags: &Tags, asked: Asked) -> Result<Listed<Tag>, AwsError> {
    Listed::of_sorted(render(tags).into_iter(), asked, |tag| tag.key.clone().unwrap_or_default())
}
