//! Which keys and values there are: GetTagKeys, GetTagValues (Resource Groups Tagging API Reference).

use awsproto::tags::KEY_MAX;
use awsproto::{AwsError, Call, Page};
use model::World;
use std::collections::BTreeSet;

use crate::errors::{self, TOKEN_MAX};
use crate::shapes::*;

/// How many keys, or values, are on a page. Nobody can ask for another number.
const PER_PAGE: i32 = 100;

pub(crate) fn keys(
    call: &mut Call,
    world: &World,
    request: GetTagKeysInput,
) -> Result<GetTagKeysOutput, AwsError> {
    let GetTagKeysInput { pagination_token } = request;
    let tagged = world.tagged(call.scope);
    let keys: BTreeSet<&String> = tagged.iter().flat_map(|row| row.tags.keys()).collect();
    let (tag_keys, token) = page(keys, pagination_token)?;
    Ok(GetTagKeysOutput { pagination_token: Some(token), tag_keys })
}

pub(crate) fn values(
    call: &mut Call,
    world: &World,
    request: GetTagValuesInput,
) -> Result<GetTagValuesOutput, AwsError> {
    let GetTagValuesInput { key, pagination_token } = request;
    errors::check_lengths("key", &key, KEY_MAX)?;
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| errors::invalid("A key is needed."))?;
    let tagged = world.tagged(call.scope);
    let values: BTreeSet<&String> = tagged.iter().filter_map(|row| row.tags.get(&key)).collect();
    let (tag_values, token) = page(values, pagination_token)?;
    Ok(GetTagValuesOutput { pagination_token: Some(token), tag_values })
}

fn page(names: BTreeSet<&String>, token: Option<String>) -> Result<(Vec<String>, String), AwsError> {
    errors::check_lengths("paginationToken", &token, TOKEN_MAX)?;
    let page = Page::new(Some(PER_PAGE), token.as_deref(), 1..=PER_PAGE).map_err(errors::expired)?;
    // An empty value is a value; a token must not end in nothing.
    let position = |name: &&String| format!("={name}");
    let (names, token) = page.cut(names.into_iter().collect(), position);
    Ok((names.into_iter().cloned().collect(), token.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use serde_json::json;

    #[test]
    fn keys_and_values_are_listed_once_each() {
        let mut caller = Caller::new();
        let [vpc, subnet] = caller.arns();
        caller
            .ok("TagResources", json!({"ResourceARNList": [vpc, subnet], "Tags": {"team": "blue", "b": ""}}));
        caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": {"team": "red"}}));
        assert_eq!(
            caller.ok("GetTagKeys", json!({})),
            json!({"PaginationToken": "", "TagKeys": ["b", "team"]})
        );
        let values =
            |caller: &mut Caller, key| caller.ok("GetTagValues", json!({"Key": key}))["TagValues"].clone();
        assert_eq!(values(&mut caller, "team"), json!(["blue", "red"]));
        assert_eq!((values(&mut caller, "b"), values(&mut caller, "c")), (json!([""]), json!([])));
    }

    #[test]
    fn more_than_a_hundred_keys_are_on_two_pages() {
        let mut caller = Caller::new();
        for (place, arn) in caller.arns().into_iter().enumerate() {
            for part in 0..2 {
                let tags: serde_json::Map<String, serde_json::Value> =
                    (0..25).map(|key| (format!("{place}-{part}-{key:02}"), json!("x"))).collect();
                caller.ok("TagResources", json!({"ResourceARNList": [arn], "Tags": tags}));
            }
        }
        let third = caller.acl();
        caller.ok("TagResources", json!({"ResourceARNList": [third], "Tags": {"z": "x"}}));
        let first = caller.ok("GetTagKeys", json!({}));
        assert_eq!(first["TagKeys"].as_array().unwrap().len(), 100);
        let second = caller.ok("GetTagKeys", json!({"PaginationToken": first["PaginationToken"]}));
        assert_eq!(second, json!({"PaginationToken": "", "TagKeys": ["z"]}));
        assert!(
            caller
                .refused("GetTagKeys", json!({"PaginationToken": "x"}))
                .starts_with("PaginationTokenExpiredException: ")
        );
    }
}
