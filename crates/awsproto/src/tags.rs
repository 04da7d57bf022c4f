//! Tags: what may be one, how many, and `TagSpecification.N` on creation.
//!
//! Follows "Tag restrictions" (EC2 User Guide): 50 per resource, keys of 1 to 128 characters,
//! values of up to 256, `aws:` reserved.

use crate::error::AwsError;
use crate::params::Node;
use std::collections::BTreeMap;

/// Tags of one resource.
pub const TAGS_MAX: usize = 50;
/// Characters in a key.
pub const KEY_MAX: usize = 128;
/// Characters in a value.
pub const VALUE_MAX: usize = 256;

/// Tags by key.
pub type TagMap = BTreeMap<String, String>;

/// One `TagSpecification` as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specification {
    /// `vpc`.
    pub resource_type: Option<String>,
    /// Keys and values.
    pub tags: Vec<(Option<String>, Option<String>)>,
}

/// The keys and values of `Tags` as the query protocol writes them: `Tags.member.1.Key`.
pub fn of_query(form: &Node) -> Vec<(String, String)> {
    let members = form.child("Tags").map(Node::members).unwrap_or_default();
    let text = |tag: &Node, name: &str| tag.text(name).map(str::to_owned);
    let pair = |(_, tag): &(u32, &Node)| Some((text(tag, "Key")?, text(tag, "Value").unwrap_or_default()));
    members.iter().filter_map(pair).collect()
}

/// The tags asked for a new resource, of an operation that creates resources of one type.
pub fn specified(
    specifications: impl IntoIterator<Item = impl Into<Specification>>,
    resource_type: &str,
) -> Result<TagMap, AwsError> {
    let mut by_type = specified_by_type(specifications, &[resource_type])?;
    Ok(by_type.remove(resource_type).unwrap_or_default())
}

/// The tags asked for new resources by type, of an operation that creates several:
/// RunInstances makes instances, volumes and network interfaces.
pub fn specified_by_type(
    specifications: impl IntoIterator<Item = impl Into<Specification>>,
    allowed: &[&str],
) -> Result<BTreeMap<String, TagMap>, AwsError> {
    let refused = |sentence: &str| AwsError::new(code_of_specifications(allowed), sentence);
    let mut by_type = BTreeMap::new();
    for specification in specifications {
        let Specification { resource_type, tags } = specification.into();
        let resource_type = resource_type.unwrap_or_default();
        if resource_type.is_empty() {
            return Err(refused("Tag specification resource type must have a value"));
        }
        if !allowed.contains(&resource_type.as_str()) {
            let sentence =
                format!("'{resource_type}' is not a valid taggable resource type for this operation.");
            return Err(refused(&sentence));
        }
        if by_type.contains_key(&resource_type) {
            return Err(refused(
                "The same resource type may not be specified more than once in tag specifications",
            ));
        }
        if tags.is_empty() {
            return Err(refused("Tag specification must have at least one tag"));
        }
        // Here a missing value is an empty one; CreateTags wants it written.
        let written = tags.into_iter().map(|(key, value)| (key, value.or_else(|| Some(String::new()))));
        by_type.insert(resource_type, checked(written)?);
    }
    Ok(by_type)
}

/// The code for a wrong specification: CreateVpc, CreateSubnet, CreateNetworkInterface and AuthorizeSecurityGroup… have
/// another one than the rest.
fn code_of_specifications(allowed: &[&str]) -> &'static str {
    match allowed {
        ["vpc" | "subnet" | "network-interface" | "security-group-rule"] => "InvalidParameter",
        _ => "InvalidParameterValue",
    }
}

/// Checks tags for writing: lengths, reserved keys, keys given twice, and their number.
pub fn checked(tags: impl IntoIterator<Item = (Option<String>, Option<String>)>) -> Result<TagMap, AwsError> {
    let mut map = TagMap::new();
    for (key, value) in tags {
        let key = key.unwrap_or_default();
        check_key(&key)?;
        let value = value.ok_or_else(|| {
            AwsError::invalid_parameter_value("Tag value cannot be null. Use empty string instead.")
        })?;
        if value.chars().count() > VALUE_MAX {
            return Err(AwsError::invalid_parameter_value(format!(
                "Tag value exceeds the maximum length of {VALUE_MAX} characters"
            )));
        }
        if map.insert(key.clone(), value).is_some() {
            return Err(AwsError::invalid_parameter_value(format!("Duplicate tag key '{key}' specified.")));
        }
    }
    check_count(map.len())?;
    Ok(map)
}

/// Adds tags to those a resource has, new values replacing old ones.
pub fn merge(existing: &mut TagMap, new: &TagMap) -> Result<(), AwsError> {
    let added = new.keys().filter(|key| !existing.contains_key(*key)).count();
    // Tags that AWS services put on do not count.
    let own = existing.keys().filter(|key| !is_reserved(key)).count();
    check_count(own + added)?;
    existing.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(())
}

/// Tags as answers show them, each made by `tag` from key and value.
pub fn shown<T>(tags: &TagMap, tag: impl Fn(Option<String>, Option<String>) -> T) -> Vec<T> {
    tags.iter().map(|(key, value)| tag(Some(key.clone()), Some(value.clone()))).collect()
}

/// Whether a key belongs to AWS alone.
pub fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// Checks one key.
pub fn check_key(key: &str) -> Result<(), AwsError> {
    if key.is_empty() {
        return Err(AwsError::invalid_parameter_value("Tag key cannot be null or empty."));
    }
    if key.chars().count() > KEY_MAX {
        return Err(AwsError::invalid_parameter_value(format!(
            "Tag key exceeds the maximum length of {KEY_MAX} characters"
        )));
    }
    match is_reserved(key) {
        true => Err(AwsError::invalid_parameter_value(
            "Tag keys starting with 'aws:' are reserved for internal use",
        )),
        false => Ok(()),
    }
}

fn check_count(count: usize) -> Result<(), AwsError> {
    match count <= TAGS_MAX {
        true => Ok(()),
        false => Err(AwsError::new(
            "TagLimitExceeded",
            "The maximum number of Tags for a resource has been reached.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_query_are_in_the_order_of_their_numbers() {
        let form = "Tags.member.10.Key=c&Tags.member.2.Key=b&Tags.member.2.Value=2&Tags.member.1.Key=a&TagKeys.member.1=x";
        let tags = of_query(&Node::parse_form(form.as_bytes()).unwrap());
        assert_eq!(tags, [pair("a", ""), pair("b", "2"), pair("c", "")]);
    }

    #[test]
    fn the_tags_of_the_resource_being_made_are_taken() {
        let tags = specified([specification("vpc", &[("Name", "main"), ("env", "")])], "vpc").unwrap();
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), [pair("Name", "main"), pair("env", "")]);
        assert_eq!(specified(Vec::<Specification>::new(), "vpc"), Ok(TagMap::new()));
    }

    #[test]
    fn refusals_have_the_words_of_aws() {
        let refused = |specification| specified([specification], "vpc").unwrap_err().message;
        assert_eq!(
            refused(specification("subnet", &[("a", "b")])),
            "'subnet' is not a valid taggable resource type for this operation."
        );
        assert_eq!(refused(specification("vpc", &[])), "Tag specification must have at least one tag");
        assert_eq!(
            refused(specification("vpc", &[("aws:x", "")])),
            "Tag keys starting with 'aws:' are reserved for internal use"
        );
    }

    #[test]
    fn some_operations_have_another_code() {
        let code = |kind: &str| specified([specification(kind, &[])], kind).unwrap_err().code;
        assert_eq!((&*code("vpc"), &*code("route-table")), ("InvalidParameter", "InvalidParameterValue"));
    }

    #[test]
    fn the_fifty_first_tag_is_refused_and_a_new_value_is_not() {
        let full: TagMap = (0..TAGS_MAX).map(|n| (format!("k{n}"), String::new())).collect();
        let one = |key: &str| TagMap::from([pair(key, "v")]);
        assert_eq!(merge(&mut full.clone(), &one("new")).unwrap_err().code, "TagLimitExceeded");
        assert!(merge(&mut full.clone(), &one("k0")).is_ok());
        let mut with_reserved = full;
        with_reserved.remove("k0");
        with_reserved.insert("aws:autoscaling".into(), String::new());
        assert!(merge(&mut with_reserved, &one("new")).is_ok());
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(checked([(Some("ü".repeat(KEY_MAX)), Some("é".repeat(VALUE_MAX)))]).is_ok());
        assert!(checked([(Some("ü".repeat(KEY_MAX + 1)), Some(String::new()))]).is_err());
        assert!(checked([(Some("k".into()), Some("é".repeat(VALUE_MAX + 1)))]).is_err());
        let twice = [(Some("k".into()), Some("1".into())), (Some("k".into()), Some("2".into()))];
        assert_eq!(checked(twice).unwrap_err().message, "Duplicate tag key 'k' specified.");
        let null = checked([(Some("k".into()), None)]).unwrap_err();
        assert_eq!(null.message, "Tag value cannot be null. Use empty string instead.");
    }

    fn specification(resource_type: &str, tags: &[(&str, &str)]) -> Specification {
        Specification {
            resource_type: Some(resource_type.to_owned()),
            tags: tags.iter().map(|(key, value)| (Some((*key).into()), Some((*value).into()))).collect(),
        }
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }
}
