//! The actions of a statement, sorted so that one is found in the hundreds that some policies have.
//!
//! Follows "IAM JSON policy elements: Action" (IAM User Guide). Case does not matter anywhere in an action.

use crate::pattern::Pattern;

/// The Action or NotAction element of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    /// NotAction: all but these.
    pub(crate) all_but: bool,
    /// As they are written.
    pub(crate) written: Box<[Box<str>]>,
    /// In small letters, each at the place where it is written.
    patterns: Box<[Pattern]>,
    /// Places of those without wildcards, by their text.
    exact: Box<[u32]>,
    /// Places of those with wildcards behind the vendor, by vendor.
    of_vendor: Box<[OfVendor]>,
    /// Places of those whose vendor has wildcards, as `*` has.
    of_any_vendor: Box<[u32]>,
}

/// Places of actions with wildcards behind the same vendor.
#[derive(Clone, Debug)]
struct OfVendor {
    vendor: Box<str>,
    places: Box<[u32]>,
}

/// An action that is asked for, made ready once for all policies.
#[derive(Debug)]
pub(crate) struct AskedAction {
    lower: Box<str>,
    vendor_length: usize,
}

impl AskedAction {
    pub(crate) fn new(action: &str) -> AskedAction {
        let lower = action.to_ascii_lowercase().into_boxed_str();
        let vendor_length = lower.find(':').unwrap_or(lower.len());
        AskedAction { lower, vendor_length }
    }

    fn vendor(&self) -> &str {
        &self.lower[..self.vendor_length]
    }
}

impl Actions {
    pub(crate) fn new(all_but: bool, written: Vec<String>) -> Actions {
        let lower: Vec<String> = written.iter().map(|action| action.to_ascii_lowercase()).collect();
        let patterns: Box<[Pattern]> = lower.iter().map(|action| Pattern::new(action)).collect();
        let (mut exact, mut of_any_vendor) = (Vec::new(), Vec::new());
        let mut of_vendor: Vec<(Box<str>, u32)> = Vec::new();
        for (place, (action, pattern)) in (0..).zip(lower.iter().zip(&patterns)) {
            let vendor = action.split(':').next().unwrap_or_default();
            match pattern.as_exact() {
                Some(_) => exact.push(place),
                None if vendor.contains(['*', '?']) => of_any_vendor.push(place),
                None => of_vendor.push((vendor.into(), place)),
            }
        }
        exact.sort_by_key(|place| &lower[*place as usize]);
        Actions {
            all_but,
            written: written.into_iter().map(String::into_boxed_str).collect(),
            patterns,
            exact: exact.into(),
            of_vendor: grouped(of_vendor),
            of_any_vendor: of_any_vendor.into(),
        }
    }

    /// Whether the statement is about an action.
    pub(crate) fn include(&self, action: &AskedAction) -> bool {
        self.find(action).is_some() != self.all_but
    }

    /// The one of them that matches an action.
    pub(crate) fn find(&self, action: &AskedAction) -> Option<&str> {
        let place = self.find_exact(action).or_else(|| self.find_pattern(action))?;
        self.written.get(place as usize).map(|written| &**written)
    }

    /// Whether it is about any action of a service: one that it lists, or one beside those that it does not mean.
    pub(crate) fn are_of_service(&self, service: &str) -> bool {
        let service = service.to_ascii_lowercase();
        let parts = |written: &str| {
            let lower = written.to_ascii_lowercase();
            let (vendor, name) = lower.split_once(':').unwrap_or((&lower, "*"));
            (Pattern::new(vendor).matches(service.as_bytes()), name == "*")
        };
        let mut listed = self.written.iter().map(|written| parts(written));
        match self.all_but {
            false => listed.any(|(is_of_service, _)| is_of_service),
            true => !listed.any(|(is_of_service, is_whole)| is_of_service && is_whole),
        }
    }

    fn find_exact(&self, action: &AskedAction) -> Option<u32> {
        let wanted = action.lower.as_bytes();
        let text = |place: &u32| self.patterns[*place as usize].as_exact().unwrap_or_default();
        let at = self.exact.binary_search_by(|place| text(place).cmp(wanted)).ok()?;
        Some(self.exact[at])
    }

    fn find_pattern(&self, action: &AskedAction) -> Option<u32> {
        let matches = |place: &&u32| self.patterns[**place as usize].matches(action.lower.as_bytes());
        if let Some(found) = self.of_any_vendor.iter().find(matches) {
            return Some(*found);
        }
        let at = self.of_vendor.binary_search_by(|of| (*of.vendor).cmp(action.vendor())).ok()?;
        self.of_vendor[at].places.iter().find(matches).copied()
    }
}

fn grouped(mut places: Vec<(Box<str>, u32)>) -> Box<[OfVendor]> {
    places.sort();
    let groups = places.chunk_by(|one, other| one.0 == other.0);
    let of_vendor = |group: &[(Box<str>, u32)]| OfVendor {
        vendor: group[0].0.clone(),
        places: group.iter().map(|(_, place)| *place).collect(),
    };
    groups.map(of_vendor).collect()
}
