//! What is known of a request: condition keys and their values.
//!
//! Follows "The request context" and "AWS global condition context keys" (IAM User Guide).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// Condition keys and their values. Keys are the same in any case, tag keys in them too.
///
/// One that lies [over](Context::over) another has the other's keys as well: what is known of the call once, and what is known
/// of each resource on top of it.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// By key, each once.
    entries: Vec<(Cow<'static, str>, Values)>,
    below: Option<Arc<Context>>,
}

/// The values of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Of a key that has one.
    One(Cow<'static, str>),
    /// Of a key that may have several, as `aws:TagKeys`. Without any it is as if the key were not there.
    Many(Vec<Cow<'static, str>>),
}

impl Values {
    fn as_slice(&self) -> &[Cow<'static, str>] {
        match self {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) => values,
        }
    }
}

impl From<&'static str> for Values {
    fn from(value: &'static str) -> Values {
        Values::One(Cow::Borrowed(value))
    }
}

impl From<String> for Values {
    fn from(value: String) -> Values {
        Values::One(Cow::Owned(value))
    }
}

impl From<Vec<String>> for Values {
    fn from(values: Vec<String>) -> Values {
        Values::Many(values.into_iter().map(Cow::Owned).collect())
    }
}

impl From<bool> for Values {
    fn from(value: bool) -> Values {
        Values::One(Cow::Borrowed(if value { "true" } else { "false" }))
    }
}

impl Context {
    /// Nothing is known.
    pub fn new() -> Context {
        Context::default()
    }

    /// What is known below, and what will be set in this one, which wins.
    pub fn over(below: Arc<Context>) -> Context {
        Context { entries: Vec::new(), below: Some(below) }
    }

    /// Says the values of a key, in place of what was said before.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, values: impl Into<Values>) {
        let key = key.into();
        match self.find(&key) {
            Ok(at) => self.entries[at] = (key, values.into()),
            Err(at) => self.entries.insert(at, (key, values.into())),
        }
    }

    /// The same, in a chain.
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, values: impl Into<Values>) -> Context {
        self.set(key, values);
        self
    }

    /// The values of a key, in whatever case it is asked for.
    pub fn get(&self, key: &str) -> Option<&[Cow<'static, str>]> {
        let mut layer = Some(self);
        while let Some(context) = layer {
            if let Ok(at) = context.find(key) {
                return Some(context.entries[at].1.as_slice());
            }
            layer = context.below.as_deref();
        }
        None
    }

    /// All keys and their values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Cow<'static, str>])> {
        let mut all: Vec<(&str, &[Cow<'static, str>])> = Vec::new();
        let mut layer = Some(self);
        while let Some(context) = layer {
            all.extend(context.entries.iter().map(|(key, values)| (&**key, values.as_slice())));
            layer = context.below.as_deref();
        }
        // Stable: upper layers stay in front of what they hide.
        all.sort_by(|one, other| ignoring_case(one.0, other.0));
        all.dedup_by(|one, other| one.0.eq_ignore_ascii_case(other.0));
        all.into_iter()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| ignoring_case(known, key))
    }
}

fn ignoring_case(one: &str, other: &str) -> Ordering {
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

fn lower(byte: u8) -> u8 {
    byte.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_resource_lies_over_what_is_known_of_the_call() {
        let call = Context::new().with("aws:username", "ann").with("AWS:SourceIp", "192.0.2.1");
        let one =
            Context::over(Arc::new(call)).with("aws:ResourceTag/Team", "net").with("aws:UserName", "bob");
        assert_eq!(one.get("aws:resourcetag/team").unwrap(), ["net"]);
        assert_eq!(one.get("aws:sourceip").unwrap(), ["192.0.2.1"]);
        assert_eq!(one.get("aws:username").unwrap(), ["bob"]);
        assert_eq!(one.get("aws:userid"), None);
        let keys: Vec<&str> = one.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["aws:ResourceTag/Team", "AWS:SourceIp", "aws:UserName"]);
    }
}
