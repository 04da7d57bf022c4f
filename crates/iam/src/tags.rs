//! Tags of roles and instance profiles. Follows "Tags for IAM resources" (IAM User Guide): as everywhere, but keys that
//! differ in case alone are one key.

use awsproto::{AwsError, tags};
use model::Tags;

use crate::constraint::{length, violated};
use crate::shapes::Tag;

/// Signs in keys and values.
const SIGNS: &str = "_.:/=+-@";
const KEY_PATTERN: &str = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+";
const VALUE_PATTERN: &str = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*";

/// Reads the tags of a request.
pub(crate) fn checked(sent: Vec<Tag>) -> Result<Tags, AwsError> {
    if sent.len() > tags::TAGS_MAX {
        let rule = format!("have length less than or equal to {}", tags::TAGS_MAX);
        return Err(violated(&format!("[{} tags]", sent.len()), "tags", &rule));
    }
    let mut keys: Vec<String> =
        sent.iter().filter_map(|tag| tag.key.as_deref().map(str::to_lowercase)).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        let sentence = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
        return Err(AwsError::new("InvalidInput", sentence));
    }
    for (number, tag) in sent.iter().enumerate() {
        let place = format!("tags.{}.member", number + 1);
        allowed(tag.key.as_deref().unwrap_or_default(), &format!("{place}.key"), KEY_PATTERN)?;
        allowed(tag.value.as_deref().unwrap_or_default(), &format!("{place}.value"), VALUE_PATTERN)?;
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

/// Checks the keys of tags to be taken away.
pub(crate) fn check_keys(keys: &[String]) -> Result<(), AwsError> {
    if keys.len() > tags::TAGS_MAX {
        let rule = format!("have length less than or equal to {}", tags::TAGS_MAX);
        return Err(violated(&format!("[{}]", keys.join(", ")), "tagKeys", &rule));
    }
    for (number, key) in keys.iter().enumerate() {
        let place = format!("tagKeys.{}.member", number + 1);
        length(key, &place, 1, tags::KEY_MAX)?;
        allowed(key, &place, KEY_PATTERN)?;
    }
    Ok(())
}

/// Takes tags away; keys that are not there do not matter.
pub(crate) fn remove(existing: &mut Tags, keys: &[String]) {
    existing.retain(|known, _| !keys.iter().any(|key| key.eq_ignore_ascii_case(known)));
}

/// Letters, numbers and white space of all the world, and some signs.
fn allowed(text: &str, place: &str, pattern: &str) -> Result<(), AwsError> {
    let is_allowed =
        |it: char| it.is_alphanumeric() || (it.is_whitespace() && !it.is_control()) || SIGNS.contains(it);
    match text.chars().all(is_allowed) {
        true => Ok(()),
        false => Err(violated(text, place, &format!("satisfy regular expression pattern: {pattern}"))),
    }
}

/// Tags as answers show them.
pub(crate) fn render(tags: &Tags) -> Vec<Tag> {
    tags::shown(tags, |key, value| Tag { key, value })
}
