//! What all actions do with a request before and after their own part: identifiers, blocks, tags, describing.

use awsproto::filter::{Filterable, Sieve};
use awsproto::page::{self, Page};
use awsproto::{AwsError, Filters};
use model::{Id, Ipv4Net, Ipv6Net, Region, Scope, SecurityGroupId, Tags};
use std::ops::RangeInclusive;

use crate::errors;
use crate::shapes;

/// Reads an identifier. What AWS says about one of the wrong form depends on the kind.
pub(crate) fn parse_id<I: Id>(text: &str) -> Result<I, AwsError> {
    text.parse().map_err(|_| errors::malformed(I::KIND, text))
}

/// Reads a parameter that was checked to be there when the request was decoded.
pub(crate) fn required_id<I: Id>(text: Option<&str>) -> Result<I, AwsError> {
    parse_id(text.unwrap_or_default())
}

/// Reads an identifier that may be absent.
pub(crate) fn optional_id<I: Id>(text: Option<&str>) -> Result<Option<I>, AwsError> {
    text.map(parse_id).transpose()
}

/// Reads the groups of an interface or an instance.
pub(crate) fn group_ids(texts: &[String]) -> Result<Vec<SecurityGroupId>, AwsError> {
    let read = |text: &String| match text.as_str() {
        "" => Err(AwsError::invalid_value("groupId", "", "The value cannot be empty")),
        text => parse_id(text),
    };
    texts.iter().map(read).collect()
}

/// Reads a block, and clears its host bits as AWS does.
pub(crate) fn ipv4_block(parameter: &str, text: &str) -> Result<Ipv4Net, AwsError> {
    let block: Result<Ipv4Net, _> = text.parse();
    block.map(|block| block.trunc()).map_err(|_| not_a_block(parameter, text))
}

/// Reads an IPv6 block, and clears its host bits as AWS does.
pub(crate) fn ipv6_block(parameter: &str, text: &str) -> Result<Ipv6Net, AwsError> {
    let block: Result<Ipv6Net, _> = text.parse();
    block.map(|block| block.trunc()).map_err(|_| not_a_block(parameter, text))
}

pub(crate) fn not_a_block(parameter: &str, text: &str) -> AwsError {
    AwsError::invalid_value(parameter, text, "This is not a valid CIDR block.")
}

/// The Region that something is copied from, which is in the same partition.
pub(crate) fn source_region_of(scope: Scope, name: Option<String>) -> Result<Region, AwsError> {
    let name = name.unwrap_or_default();
    let unknown = |_| AwsError::invalid_value("sourceRegion", &name, "Unknown region.");
    scope.region.fellow(&name).map_err(unknown)
}

/// Refuses a word that is none of those known.
pub(crate) fn check_words<'a>(
    parameter: &str,
    words: impl IntoIterator<Item = &'a String>,
    known: &[&str],
) -> Result<(), AwsError> {
    if let Some(unknown) = words.into_iter().find(|word| !known.contains(&word.as_str())) {
        let reason = format!("Expecting one of {}.", known.join(", "));
        return Err(AwsError::invalid_value(parameter, unknown, &reason));
    }
    Ok(())
}

/// Refuses parameters that AWS has and Hamlet does not, if one was sent: name and whether it was.
pub(crate) fn refuse_unsupported(parameters: &[(&str, bool)]) -> Result<(), AwsError> {
    match parameters.iter().find(|(_, sent)| *sent) {
        Some((name, _)) => Err(AwsError::new(
            "UnsupportedOperation",
            format!("Hamlet does not support the parameter {name} yet."),
        )),
        None => Ok(()),
    }
}

/// The rows that a describe call is about: those named, or all of the caller's. One unknown name fails the call.
pub(crate) fn named_or_all<'a, I: Id, R>(
    named: &[String],
    all: impl Iterator<Item = &'a R>,
    id: impl Fn(&R) -> I,
) -> Result<Vec<&'a R>, AwsError> {
    let all: Vec<&R> = all.collect();
    if named.is_empty() {
        return Ok(all);
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for text in named {
        let wanted: Option<I> = match text.parse() {
            Ok(wanted) => Some(wanted),
            Err(_) if errors::has_malformed_code(I::KIND) => {
                return Err(errors::malformed(I::KIND, text));
            }
            Err(_) => None,
        };
        match all.iter().find(|row| Some(id(row)) == wanted) {
            // A name given twice is answered once.
            Some(row) if found.iter().any(|it: &&R| std::ptr::eq(*it, *row)) => {}
            Some(row) => found.push(*row),
            None => missing.push(text.as_str()),
        }
    }
    match missing.is_empty() {
        true => Ok(found),
        false => Err(errors::not_found(I::KIND, &missing)),
    }
}

/// What most describe requests have in common.
pub(crate) struct Describe<'a> {
    /// The kind as the sentence about identifiers and limits writes it, such as `routeTable`.
    pub kind: &'a str,
    /// Identifiers named.
    pub ids: &'a [String],
    /// Filters.
    pub filters: Vec<shapes::Filter>,
    /// Size of a page.
    pub max_results: Option<i32>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

impl Describe<'_> {
    /// What filters say of rows before they are rendered, which is most of the work.
    pub(crate) fn sieve(&self) -> Sieve {
        Sieve::new(&self.filters)
    }

    /// The page of `rows` that was asked for, and the token of the next.
    pub(crate) fn page<T: Filterable + Default>(
        self,
        rows: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> Option<&String>,
    ) -> Result<(Vec<T>, Option<String>), AwsError> {
        self.page_within(page::EC2, rows, id)
    }

    /// The same where the size of a page has other bounds.
    pub(crate) fn page_within<T: Filterable + Default>(
        self,
        bounds: RangeInclusive<i32>,
        rows: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> Option<&String>,
    ) -> Result<(Vec<T>, Option<String>), AwsError> {
        page::refuse_with_ids(self.kind, self.ids, self.max_results)?;
        let page = Page::new(self.max_results, self.next_token.as_deref(), bounds)?;
        let rows = Filters::new(self.filters)?.select(rows)?;
        Ok(page.cut(rows, |row| id(row).cloned().unwrap_or_default()))
    }
}

/// Tags as answers show them.
pub(crate) fn render_tags(tags: &Tags) -> Vec<shapes::Tag> {
    awsproto::tags::shown(tags, |key, value| shapes::Tag { key, value })
}

/// The values of a text member, for a filter.
pub(crate) fn text_values(member: &Option<String>) -> Vec<std::borrow::Cow<'_, str>> {
    member.iter().map(std::borrow::Cow::from).collect()
}

/// The values of a yes-or-no member, for a filter.
pub(crate) fn bool_values(member: Option<bool>) -> Vec<std::borrow::Cow<'static, str>> {
    member.iter().map(|on| std::borrow::Cow::from(if *on { "true" } else { "false" })).collect()
}

/// The one attribute that a Modify…Attribute request sets.
pub(crate) fn only_attribute<T>(sent: &mut dyn Iterator<Item = T>) -> Result<T, AwsError> {
    match (sent.next(), sent.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err(AwsError::invalid_parameter_combination("Fields for multiple attribute types specified"))
        }
        (None, _) => Err(AwsError::invalid_parameter_combination("No attributes specified.")),
    }
}
