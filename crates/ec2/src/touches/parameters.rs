//! A request's parameters, before they are decoded, as a list of names and texts.

use awsproto::params::Node;

/// Parameters that may have identifiers in them and name nothing that is touched: free text, and the other side of a peering.
const UNTOUCHED: [&str; 6] = ["ClientToken", "Description", "NextToken", "PeerVpcId", "UserData", "Filter"];

/// A request's parameters.
#[derive(Default)]
pub(super) struct Parameters<'a>(Vec<Parameter<'a>>);

struct Parameter<'a> {
    /// `["TagSpecification", "Tag", "Key"]`.
    names: Vec<String>,
    /// `[1, 2]`: where in lists it is.
    places: Vec<u32>,
    text: &'a str,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(form: &'a Node) -> Self {
        let parameter = |(key, text): (String, &'a str)| {
            let is_place = |step: &&str| step.bytes().all(|byte| byte.is_ascii_digit());
            let (places, names): (Vec<&str>, Vec<&str>) = key.split('.').partition(is_place);
            Parameter {
                names: names.into_iter().map(str::to_owned).collect(),
                places: places.iter().filter_map(|place| place.parse().ok()).collect(),
                text,
            }
        };
        Parameters(form.flatten().into_iter().map(parameter).collect())
    }

    /// The name and text of each that is no structure's member, but for those that name nothing touched.
    pub(super) fn tops(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().filter_map(|it| match it.names.as_slice() {
            [name] if !UNTOUCHED.contains(&name.as_str()) => Some((name.as_str(), it.text)),
            _ => None,
        })
    }

    /// The texts of members of structures with this name.
    pub(super) fn members(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let inner =
            self.0.iter().filter(|it| it.names.len() > 1 && !UNTOUCHED.contains(&it.names[0].as_str()));
        inner.filter(move |it| it.names.last().is_some_and(|last| last == name)).map(|it| it.text)
    }

    /// The texts of a parameter: one, or a list's.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |it| it.names == [name]).map(|it| it.text)
    }

    /// The first of them, unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.texts(name).next().filter(|text| !text.is_empty())
    }

    /// What comes first in the names of parameters, each once: `DisableApiTermination` for
    /// `DisableApiTermination.Value`.
    pub(super) fn first_names(&self) -> Vec<(&str, &'a str)> {
        let mut names: Vec<(&str, &'a str)> =
            self.0.iter().filter_map(|it| Some((it.names.first()?.as_str(), it.text))).collect();
        names.dedup_by_key(|(name, _)| *name);
        names
    }

    /// Tags for what exists: `Tag.1.Key`.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs(|it| it.names.first().is_some_and(|name| name == "Tag"), |names| names.len() == 2)
    }

    /// Tags for what is to be made of a type: `TagSpecification.1.Tag.1.Key`, whose `ResourceType` is that type.
    pub(super) fn specified_tags(&self, kind: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let of_kind = self.0.iter().filter(|it| is_member(it, "ResourceType") && it.text == kind);
        let places: Vec<Option<u32>> = of_kind.map(|it| it.places.first().copied()).collect();
        self.pairs(
            move |it| {
                it.names.first().is_some_and(|name| is_specification(name))
                    && places.contains(&it.places.first().copied())
            },
            |names| names.len() == 3,
        )
    }

    fn pairs(
        &self,
        is_wanted: impl Fn(&Parameter<'a>) -> bool,
        is_deep: impl Fn(&[String]) -> bool,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_wanted = move |it: &&Parameter<'a>| is_wanted(it) && is_deep(&it.names);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for it in self.0.iter().filter(is_wanted) {
            match it.names.last().map(String::as_str) {
                Some("Key") => keys.push((&it.places, it.text)),
                Some("Value") => values.push((&it.places, it.text)),
                Some(_) | None => {}
            }
        }
        let value = |places| values.iter().find(|(at, _)| *at == places).map_or("", |(_, text)| *text);
        let pairs: Vec<(&'a str, &'a str)> =
            keys.iter().map(|(places, key)| (*key, value(*places))).collect();
        pairs.into_iter()
    }
}

fn is_member(parameter: &Parameter<'_>, name: &str) -> bool {
    parameter.names.len() == 2 && is_specification(&parameter.names[0]) && parameter.names[1] == name
}

/// Operations call them by either name.
fn is_specification(name: &str) -> bool {
    name == "TagSpecification" || name == "TagSpecifications"
}
