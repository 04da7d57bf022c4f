//! Requests of vacant operations of the REST protocol with XML: all that they are asked is text in path and query string.

use super::Vacant;
use super::asked::{Values, beyond, missing, of_text, within};
use crate::elements;
use crate::error::AwsError;
use crate::xml_reader::Element;
use serde_json::Value;

/// Reads what path and query string carry.
pub(super) fn read(operation: &Vacant, element: &Element) -> Result<Values, AwsError> {
    let mut values = Values::new();
    for child in &element.children {
        let member = operation.members.iter().find(|member| member.wire == child.name);
        let member = member.ok_or_else(|| elements::unexpected(&child.name))?;
        let value = of_text(&child.text, &member.shape).ok_or_else(|| elements::unexpected(&child.name))?;
        values.insert(member.name, checked(value, member)?);
    }
    match missing(operation.members, &values) {
        None => Ok(values),
        Some(member) => Err(elements::missing(member.wire)),
    }
}

fn checked(value: Value, member: &super::Member) -> Result<Value, AwsError> {
    match (&member.shape, value.as_i64()) {
        (super::Shape::Whole(first, last), Some(number)) => {
            within(number, *first..=*last, |bounds| beyond("InvalidInput", member.name, number, bounds))
        }
        _ => Ok(value),
    }
}
