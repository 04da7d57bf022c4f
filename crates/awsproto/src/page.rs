//! Pages: `MaxResults` and `NextToken`.
//!
//! A token holds the identifier that ended the page before, so that things created or deleted
//! in between neither repeat nor hide others. Clients must take it as opaque.

use crate::error::AwsError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::RangeInclusive;

/// The bounds of `MaxResults` of most EC2 operations.
pub const EC2: RangeInclusive<i32> = 5..=1000;

/// Marks our tokens, and which format they have.
const MARK: &str = "page1:";

/// Which page a request wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    after: Option<String>,
    limit: Option<usize>,
}

impl Page {
    /// Checks what was asked for. Without `MaxResults` the page has no end.
    pub fn new(
        max_results: Option<i32>,
        next_token: Option<&str>,
        bounds: RangeInclusive<i32>,
    ) -> Result<Self, AwsError> {
        let limit = max_results.map(|value| within(value, &bounds)).transpose()?;
        let after = next_token.filter(|token| !token.is_empty()).map(read_token).transpose()?;
        Ok(Page { after, limit })
    }

    /// Sorts the items by identifier, and gives this page's and the token of the next.
    pub fn cut<T>(&self, items: Vec<T>, id: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let mut keyed: Vec<(String, T)> = items.into_iter().map(|item| (id(&item), item)).collect();
        keyed.sort_by(|one, other| one.0.cmp(&other.0));
        if let Some(after) = &self.after {
            keyed.retain(|(id, _)| id > after);
        }
        let token = self.limit.and_then(|limit| {
            let more = keyed.len() > limit;
            keyed.truncate(limit);
            keyed.last().filter(|_| more).map(|(id, _)| write_token(id))
        });
        (keyed.into_iter().map(|(_, item)| item).collect(), token)
    }
}

impl Page {
    /// The same for items that are sorted by identifier: those before and behind the page are hardly looked at.
    pub fn cut_sorted<T>(
        &self,
        items: impl Iterator<Item = T>,
        id: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        let after = self.after.as_deref();
        let mut rest = items.skip_while(|item| after.is_some_and(|after| id(item).as_str() <= after));
        let Some(limit) = self.limit else { return (rest.collect(), None) };
        let page: Vec<T> = rest.by_ref().take(limit).collect();
        let token = page.last().filter(|_| rest.next().is_some()).map(|last| write_token(&id(last)));
        (page, token)
    }
}

/// Explicit identifiers and `MaxResults` exclude each other: "The parameter {name}Set cannot be
/// used with the parameter maxResults".
pub fn refuse_with_ids(name: &str, ids: &[String], max_results: Option<i32>) -> Result<(), AwsError> {
    match ids.is_empty() || max_results.is_none() {
        true => Ok(()),
        false => Err(AwsError::invalid_parameter_combination(format!(
            "The parameter {name}Set cannot be used with the parameter maxResults"
        ))),
    }
}

fn within(value: i32, bounds: &RangeInclusive<i32>) -> Result<usize, AwsError> {
    let reason = format!("Expecting a value between {} and {}.", bounds.start(), bounds.end());
    let refused = || AwsError::invalid_value("maxResults", &value.to_string(), &reason);
    if !bounds.contains(&value) {
        return Err(refused());
    }
    usize::try_from(value).ok().filter(|limit| *limit > 0).ok_or_else(refused)
}

fn write_token(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{id}"))
}

fn read_token(token: &str) -> Result<String, AwsError> {
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let id = text.as_deref().and_then(|text| text.strip_prefix(MARK)).map(str::to_owned);
    id.ok_or_else(|| AwsError::new("InvalidNextToken", "The specified pagination token is invalid."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_outside_the_bounds_are_refused() {
        for value in [i32::MIN, 0, 4, 1001] {
            let refused = Page::new(Some(value), None, EC2).unwrap_err();
            assert_eq!(refused.code, "InvalidParameterValue", "{value}");
        }
        assert!(Page::new(Some(5), None, EC2).is_ok());
    }

    #[test]
    fn tokens_of_others_are_refused() {
        for token in ["x", "!!", "cGFnZTA6eA"] {
            assert_eq!(Page::new(None, Some(token), EC2).unwrap_err().code, "InvalidNextToken");
        }
    }

    #[test]
    fn explicit_identifiers_and_a_limit_exclude_each_other() {
        let refused = refuse_with_ids("vpc", &["vpc-1".to_owned()], Some(5)).unwrap_err();
        assert_eq!(refused.message, "The parameter vpcSet cannot be used with the parameter maxResults");
        assert!(refuse_with_ids("vpc", &[], Some(5)).is_ok());
    }

    proptest! {
        #[test]
        fn pages_put_together_are_the_whole_and_survive_changes_before_them(
            ids in prop::collection::btree_set("[a-z]{1,3}", 0..60), limit in 5..20, gone in any::<prop::sample::Index>()
        ) {
            let mut here: Vec<String> = ids.iter().cloned().collect();
            let mut seen = Vec::new();
            let mut token: Option<String> = None;
            loop {
                let page = Page::new(Some(limit), token.as_deref(), EC2).unwrap();
                let (items, next) = page.cut(here.clone(), String::clone);
                seen.extend(items);
                // Something already shown goes away.
                if !seen.is_empty() {
                    let victim = gone.get(&seen).clone();
                    here.retain(|id| *id != victim);
                }
                match next {
                    Some(next) => token = Some(next),
                    None => break,
                }
            }
            prop_assert_eq!(seen, ids.into_iter().collect::<Vec<_>>());
        }
    }
}
