//! Requests' XML into structures: the members of one element, asked for by name.

use crate::error::AwsError;
use crate::xml_reader::Element;
use model::Timestamp;

/// Members in one list.
pub const LIST_MEMBERS_MAX: usize = 5_000;

/// Something that can be read from an element.
pub trait FromXml: Sized {
    /// Reads the element.
    fn from_xml(element: &Element) -> Result<Self, AwsError>;
}

/// The members of one structure: asked for by name, then closed, so that what was sent and not asked for is noticed.
pub struct Elements<'a> {
    element: &'a Element,
    names: Vec<&'static str>,
}

impl<'a> Elements<'a> {
    /// The members of this element.
    pub fn of(element: &'a Element) -> Self {
        Elements { element, names: Vec::new() }
    }

    fn child(&mut self, name: &'static str) -> Result<Option<&'a Element>, AwsError> {
        self.names.push(name);
        let mut found = self.element.children.iter().filter(|child| child.name == name);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(invalid(format!("Invalid XML ; the element {name} appears twice."))),
        }
    }

    /// A member that may be absent.
    pub fn optional<T: FromXml>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        self.child(name)?.map(T::from_xml).transpose()
    }

    /// A member that must be there.
    pub fn required<T: FromXml>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        match self.optional(name)? {
            Some(value) => Ok(Some(value)),
            None => Err(missing(name)),
        }
    }

    /// A list in an element of its own, which may be absent.
    pub fn list<T: FromXml>(&mut self, name: &'static str, item: &'static str) -> Result<Vec<T>, AwsError> {
        self.child(name)?.map_or(Ok(Vec::new()), |list| members(list, item))
    }

    /// A list that must be there.
    pub fn required_list<T: FromXml>(
        &mut self,
        name: &'static str,
        item: &'static str,
    ) -> Result<Vec<T>, AwsError> {
        members(self.child(name)?.ok_or_else(|| missing(name))?, item)
    }

    /// Refuses what was sent and not asked for.
    pub fn close(self) -> Result<(), AwsError> {
        let stranger = self.element.children.iter().find(|child| !self.names.contains(&child.name.as_str()));
        match stranger {
            Some(child) => Err(unexpected(&child.name)),
            None => Ok(()),
        }
    }
}

fn members<T: FromXml>(list: &Element, item: &str) -> Result<Vec<T>, AwsError> {
    if list.children.len() > LIST_MEMBERS_MAX {
        return Err(invalid(format!("The list {} has more than {LIST_MEMBERS_MAX} members.", list.name)));
    }
    let member = |child: &Element| match child.name == item {
        true => T::from_xml(child),
        false => Err(unexpected(&child.name)),
    };
    list.children.iter().map(member).collect()
}

pub(crate) fn missing(name: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

pub(crate) fn unexpected(name: &str) -> AwsError {
    let shown: String = name.chars().take(64).collect();
    invalid(format!("Invalid XML ; the element {shown} is not expected here."))
}

impl FromXml for String {
    fn from_xml(element: &Element) -> Result<Self, AwsError> {
        match element.children.first() {
            None => Ok(element.text.clone()),
            Some(child) => Err(unexpected(&child.name)),
        }
    }
}

impl FromXml for Timestamp {
    fn from_xml(element: &Element) -> Result<Self, AwsError> {
        let text = String::from_xml(element)?;
        Timestamp::parse(text.trim()).ok_or_else(|| not_a(element, "a timestamp"))
    }
}

macro_rules! parsed {
    ($($plain:ty: $kind:literal)*) => {$(
        impl FromXml for $plain {
            fn from_xml(element: &Element) -> Result<Self, AwsError> {
                let text = String::from_xml(element)?;
                text.trim().parse().map_err(|_| not_a(element, $kind))
            }
        }
    )*};
}

parsed! { bool: "true or false" i32: "a whole number" i64: "a whole number" f64: "a number" }

fn not_a(element: &Element, kind: &str) -> AwsError {
    invalid(format!("Invalid XML ; the element {} is not {kind}.", element.name))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", message)
}
