//! Formats: which fields records have, and in which order.

use std::fmt;
use std::str::FromStr;

use crate::field::Field;

/// A format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(Vec<Field>);

/// A text that is no format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MalformedFormat {
    /// It is not fields in `${…}` with a space between them.
    Shape,
    /// There is no such field, or none that can be had.
    UnknownField(String),
}

impl Format {
    /// The fields.
    pub fn fields(&self) -> &[Field] {
        &self.0
    }

    /// What records of it say of their version: that of their newest field.
    pub fn version(&self) -> u8 {
        self.0.iter().map(|field| field.version()).max().unwrap_or(2)
    }

    /// The first line of a file of records: the fields' names.
    pub fn header(&self) -> String {
        self.0.iter().map(|field| field.name()).collect::<Vec<_>>().join(" ")
    }
}

impl Default for Format {
    /// All fields of version 2.
    fn default() -> Self {
        Format(Field::ALL.iter().copied().filter(|field| field.version() == 2).collect())
    }
}

impl FromStr for Format {
    type Err = MalformedFormat;

    fn from_str(text: &str) -> Result<Self, MalformedFormat> {
        let field = |part: &str| {
            let name = part.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            let is_name = |name: &&str| {
                !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
            };
            let name = name.filter(is_name).ok_or(MalformedFormat::Shape)?;
            Field::named(name).ok_or_else(|| MalformedFormat::UnknownField(name.to_owned()))
        };
        text.split(' ').map(field).collect::<Result<_, _>>().map(Format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, field) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}${{{}}}", field.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_spelled_out_as_aws_does() {
        let default = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
                       ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";
        assert_eq!(Format::default().to_string(), default);
        assert_eq!(default.parse(), Ok(Format::default()));
    }

    #[test]
    fn its_version_is_that_of_its_newest_field() {
        let version = |text: &str| text.parse::<Format>().unwrap().version();
        assert_eq!(version("${srcaddr}"), 2);
        assert_eq!(version("${vpc-id} ${traffic-path} ${srcaddr}"), 5);
    }

    #[test]
    fn fields_have_one_space_between_them() {
        for text in ["", "srcaddr", "${srcaddr} ", "${srcaddr}  ${dstaddr}", "${srcaddr},${dstaddr}", "${}"] {
            assert_eq!(text.parse::<Format>(), Err(MalformedFormat::Shape), "{text}");
        }
        assert_eq!(
            "${version} ${nothing}".parse::<Format>(),
            Err(MalformedFormat::UnknownField("nothing".into()))
        );
    }
}
