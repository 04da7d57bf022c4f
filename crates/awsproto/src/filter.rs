//! `Filter.N`: which of the described things a client wants to see.
//!
//! Follows "List and filter using the CLI and API" (EC2 User Guide): values of one filter are
//! joined by OR, filters by AND; values are case-sensitive; `*` stands for any characters, `?`
//! for one, and `\` takes a character as it is. `tag:Key`, `tag-key` and `tag-value` work on
//! everything that has tags.

use crate::error::AwsError;
use model::Tags;
use std::borrow::Cow;
use std::fmt::Display;

/// "The maximum number of filter values is 200".
pub const VALUES_MAX: usize = 200;
/// Longer values match nothing AWS has; the bound keeps the cost of wildcards down.
pub const VALUE_BYTES_MAX: usize = 4096;

/// One filter as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `vpc-id`.
    pub name: Option<String>,
    /// Any of these.
    pub values: Vec<String>,
}

/// Something whose tags filters look at. Shapes with tags do so by generated code; what has none has nothing to add.
pub trait Tagged {
    /// The tags, by key and value.
    fn tag_pairs(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
}

/// Keys and values of tags of whichever shape.
pub fn pairs<T>(tags: &[T], pair: impl Fn(&T) -> (&Option<String>, &Option<String>)) -> Vec<(&str, &str)> {
    fn text(part: &Option<String>) -> &str {
        part.as_deref().unwrap_or_default()
    }
    tags.iter().map(pair).map(|(key, value)| (text(key), text(value))).collect()
}

/// Something that can be described with filters.
pub trait Filterable: Tagged {
    /// The item's values under a filter's name: none, one or several. `None` if there is no
    /// such filter for this kind of item, whatever the item's state: all absent values are an
    /// empty list. Tag filters are not asked for here.
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>>;
}

/// All filters of a request, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(Vec<Checked>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Checked {
    name: String,
    patterns: Vec<Pattern>,
}

impl Filters {
    /// Checks the filters of a request.
    pub fn new(filters: impl IntoIterator<Item = impl Into<Filter>>) -> Result<Self, AwsError> {
        let mut checked = Vec::new();
        let mut values = 0;
        for filter in filters {
            let filter = filter.into();
            values += filter.values.len();
            if values > VALUES_MAX {
                return Err(AwsError::new(
                    "FilterLimitExceeded",
                    format!(
                        "The maximum number of filter values specified on a single call is {VALUES_MAX}."
                    ),
                ));
            }
            checked.push(Checked::new(filter)?);
        }
        Ok(Filters(checked))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items that match, in their order. Unknown filters are refused even if there are no
    /// items: the empty item tells which filters its kind has. Items that are made as they are
    /// asked for are gone before the next one is made, unless they match.
    pub fn select<T: Filterable + Default>(
        &self,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Vec<T>, AwsError> {
        self.matches(&T::default())?;
        let mut selected = Vec::new();
        for item in items {
            if self.matches(&item)? {
                selected.push(item);
            }
        }
        Ok(selected)
    }

    /// Whether one item matches every filter.
    pub fn matches<T: Filterable>(&self, item: &T) -> Result<bool, AwsError> {
        let mut all = true;
        for filter in &self.0 {
            // Not `all &&`: a later filter that is unknown is an error, match or not.
            all &= filter.matches(item)?;
        }
        Ok(all)
    }
}

/// What filters say of rows that nobody has rendered yet: those of whole texts, without wildcards. A row that does not pass
/// would match none of them; one that does is to be asked again, by all filters.
#[derive(Clone, Debug)]
pub struct Sieve(Vec<Filter>);

impl Sieve {
    /// The filters of a request that may tell by a text alone.
    pub fn new<'a, F: Clone + Into<Filter> + 'a>(filters: impl IntoIterator<Item = &'a F>) -> Sieve {
        let filters = filters.into_iter().map(|filter| filter.clone().into());
        let is_whole = |value: &String| !value.contains(['*', '?', '\\']);
        Sieve(filters.filter(|filter| filter.values.iter().all(is_whole)).collect())
    }

    /// Whether a row may match that has each of these values, and no other, under its filter's name, and these tags.
    pub fn lets_through(&self, values: &[(&str, &dyn Display)], tags: &Tags) -> bool {
        values.iter().all(|(name, value)| self.passes(name, value)) && self.passes_tags(tags)
    }

    /// Whether a row may match that has this value, and no other, under a filter's name.
    pub fn passes(&self, name: &str, value: &dyn Display) -> bool {
        let mut asked = self.0.iter().filter(|filter| filter.name.as_deref() == Some(name)).peekable();
        if asked.peek().is_none() {
            return true;
        }
        let value = value.to_string();
        asked.all(|filter| filter.values.contains(&value))
    }

    /// Whether a row may match that has these tags.
    fn passes_tags(&self, tags: &Tags) -> bool {
        self.0.iter().all(|filter| {
            let key = filter.name.as_deref().and_then(|name| name.strip_prefix("tag:"));
            key.is_none_or(|key| tags.get(key).is_some_and(|value| filter.values.contains(value)))
        })
    }
}

impl Checked {
    fn new(filter: Filter) -> Result<Self, AwsError> {
        let name = filter.name.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| AwsError::missing_parameter("filter.name"))?;
        // Without values there is nothing that any item could match: AWS answers with an empty list.
        let patterns = filter.values.iter().map(|value| Pattern::new(value)).collect::<Result<_, _>>()?;
        Ok(Checked { name, patterns })
    }

    fn matches<T: Filterable>(&self, item: &T) -> Result<bool, AwsError> {
        let any = |text: &str| self.patterns.iter().any(|pattern| pattern.matches(text));
        if let Some(key) = self.name.strip_prefix("tag:") {
            return Ok(item.tag_pairs().iter().any(|(name, value)| *name == key && any(value)));
        }
        match self.name.as_str() {
            "tag-key" => Ok(item.tag_pairs().iter().any(|(key, _)| any(key))),
            "tag-value" => Ok(item.tag_pairs().iter().any(|(_, value)| any(value))),
            name => match item.filter_values(name) {
                Some(values) => Ok(values.iter().any(|value| any(value))),
                None => Err(AwsError::invalid_parameter_value(format!("The filter '{name}' is invalid"))),
            },
        }
    }
}

/// A value with its wildcards told apart from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    symbols: Vec<Symbol>,
    /// The one text that matches, if there are no wildcards.
    text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Exactly(char),
    AnyOne,
    AnyRun,
}

impl Pattern {
    /// Reads a value; runs of `*` are one.
    pub fn new(value: &str) -> Result<Self, AwsError> {
        if value.len() > VALUE_BYTES_MAX {
            return Err(AwsError::invalid_parameter_value("A filter value is too long."));
        }
        let mut symbols = Vec::new();
        let mut characters = value.chars();
        while let Some(character) = characters.next() {
            symbols.push(match character {
                '*' => Symbol::AnyRun,
                '?' => Symbol::AnyOne,
                // A lone backslash at the end is itself.
                '\\' => Symbol::Exactly(characters.next().unwrap_or('\\')),
                _ => Symbol::Exactly(character),
            });
        }
        symbols.dedup_by(|one, other| *one == Symbol::AnyRun && one == other);
        let exact = |symbol: &Symbol| match symbol {
            Symbol::Exactly(character) => Some(*character),
            Symbol::AnyOne | Symbol::AnyRun => None,
        };
        Ok(Pattern { text: symbols.iter().map(exact).collect(), symbols })
    }

    /// Whether the whole text matches. Goes back to the last `*` alone, so that the cost is at
    /// most pattern times text, never exponential.
    pub fn matches(&self, text: &str) -> bool {
        match &self.text {
            Some(only) => only == text,
            None => self.matches_with_wildcards(text),
        }
    }

    fn matches_with_wildcards(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut in_pattern) = (0, 0);
        let mut last_run = None;
        while at < text.len() {
            match self.symbols.get(in_pattern) {
                Some(Symbol::AnyRun) => {
                    last_run = Some((in_pattern, at));
                    in_pattern += 1;
                }
                Some(symbol) if symbol.matches(text[at]) => {
                    at += 1;
                    in_pattern += 1;
                }
                Some(_) | None => {
                    let Some((run, from)) = last_run else {
                        return false;
                    };
                    last_run = Some((run, from + 1));
                    at = from + 1;
                    in_pattern = run + 1;
                }
            }
        }
        self.symbols[in_pattern..].iter().all(|symbol| *symbol == Symbol::AnyRun)
    }
}

impl Symbol {
    fn matches(self, character: char) -> bool {
        match self {
            Symbol::Exactly(wanted) => wanted == character,
            Symbol::AnyOne | Symbol::AnyRun => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Vpc {
        cidrs: Vec<String>,
        tags: Vec<(String, String)>,
    }

    impl Filterable for Vpc {
        fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
            match name {
                "cidr" => Some(self.cidrs.iter().map(Cow::from).collect()),
                _ => None,
            }
        }
    }

    impl Tagged for Vpc {
        fn tag_pairs(&self) -> Vec<(&str, &str)> {
            self.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
        }
    }

    #[test]
    fn values_are_alternatives_and_filters_all_must_hold() {
        let vpc = vpc();
        assert_eq!(check(&vpc, &[("cidr", &["10.9.0.0/16", "10.0.0.0/16"])]), Ok(true));
        assert_eq!(check(&vpc, &[("cidr", &["10.0.*"]), ("tag:Name", &["m?in"])]), Ok(true));
        assert_eq!(check(&vpc, &[("cidr", &["10.0.*"]), ("tag:Name", &["Main"])]), Ok(false));
        assert_eq!(check(&vpc, &[("tag-key", &["Na*"]), ("tag-value", &["main"])]), Ok(true));
        assert_eq!(check(&vpc, &[("tag:name", &["main"])]), Ok(false));
    }

    #[test]
    fn an_unknown_filter_is_refused_even_where_nothing_is_described() {
        let filters = filters(&[("cidr", &["x"]), ("colour", &["red"])]).unwrap();
        let refused = filters.select(Vec::<Vpc>::new()).map(|_| ()).unwrap_err();
        assert_eq!(refused.to_string(), "InvalidParameterValue: The filter 'colour' is invalid");
    }

    #[test]
    fn a_filter_without_values_matches_nothing() {
        assert_eq!(check(&vpc(), &[("cidr", &[])]), Ok(false));
        assert_eq!(check(&vpc(), &[("tag:Name", &[])]), Ok(false));
        assert!(check(&vpc(), &[("colour", &[])]).is_err());
    }

    #[test]
    fn more_than_two_hundred_values_are_refused() {
        let many = vec!["x"; VALUES_MAX + 1];
        assert_eq!(filters(&[("cidr", &many)]).unwrap_err().code, "FilterLimitExceeded");
        assert!(filters(&[("cidr", &many[1..])]).is_ok());
    }

    #[test]
    fn a_sieve_lets_through_what_may_match_and_asks_for_no_more_than_it_must() {
        let sieve = |of: &[(&str, &[&str])]| Sieve::new(&filters_sent(of));
        let tags = Tags::from([("Name".to_owned(), "main".to_owned())]);
        let by_id = sieve(&[("vpc-id", &["vpc-1", "vpc-2"]), ("vpc-id", &["vpc-2"])]);
        assert!(by_id.passes("vpc-id", &"vpc-2") && !by_id.passes("vpc-id", &"vpc-1"));
        assert!(by_id.passes("subnet-id", &"vpc-1") && by_id.passes_tags(&tags));
        for wild in ["vpc-*", "vpc-?", r"vpc-\1"] {
            assert!(sieve(&[("vpc-id", &[wild])]).passes("vpc-id", &"vpc-1"), "{wild}");
        }
        assert!(
            !sieve(&[("vpc-id", &[])]).passes("vpc-id", &"vpc-1"),
            "nothing matches a filter without values"
        );
        assert!(sieve(&[("tag:Name", &["x", "main"])]).passes_tags(&tags));
        assert!(!sieve(&[("tag:Name", &["Main"])]).passes_tags(&tags));
        assert!(!sieve(&[("tag:name", &["main"])]).passes_tags(&tags));
        assert!(sieve(&[("tag:Name", &["ma*"]), ("tag-key", &["x"])]).passes_tags(&tags));
    }

    #[test]
    fn a_backslash_takes_the_star_as_a_star() {
        let pattern = Pattern::new(r"a\*b\?\\").unwrap();
        assert!(pattern.matches(r"a*b?\"));
        assert!(!pattern.matches(r"axb?\"));
        assert!(Pattern::new("a**").unwrap().matches("a"));
        assert!(!Pattern::new("?").unwrap().matches(""));
    }

    proptest! {
        #[test]
        fn wildcards_agree_with_the_obvious_recursion(pattern in r"[ab*?\\]{0,8}", text in "[ab*]{0,8}") {
            let symbols = Pattern::new(&pattern).unwrap();
            let letters: Vec<char> = text.chars().collect();
            prop_assert_eq!(symbols.matches(&text), obvious(&symbols.symbols, &letters));
        }
    }

    fn obvious(pattern: &[Symbol], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some((Symbol::AnyRun, rest)), None) => obvious(rest, text),
            (Some((Symbol::AnyRun, rest)), Some((_, tail))) => obvious(rest, text) || obvious(pattern, tail),
            (Some(_), None) => false,
            (Some((symbol, rest)), Some((letter, tail))) => symbol.matches(*letter) && obvious(rest, tail),
        }
    }

    fn vpc() -> Vpc {
        Vpc { cidrs: vec!["10.0.0.0/16".into()], tags: vec![("Name".into(), "main".into())] }
    }

    fn filters(filters: &[(&str, &[&str])]) -> Result<Filters, AwsError> {
        Filters::new(filters_sent(filters))
    }

    fn filters_sent(filters: &[(&str, &[&str])]) -> Vec<Filter> {
        let filter = |(name, values): &(&str, &[&str])| Filter {
            name: Some((*name).to_owned()),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        filters.iter().map(filter).collect()
    }

    fn check(vpc: &Vpc, sent: &[(&str, &[&str])]) -> Result<bool, AwsError> {
        filters(sent)?.matches(vpc)
    }
}
