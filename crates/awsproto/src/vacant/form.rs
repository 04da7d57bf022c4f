//! Requests of vacant operations that are forms.

use super::asked::{Values, beyond, lower_first, within};
use super::{Member, Shape, Vacant};
use crate::error::AwsError;
use crate::params::{At, Fields, FromParams, Node};
use crate::protocol;
use crate::service::Protocol;
use model::Timestamp;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Reads a form.
pub(super) fn read(operation: &Vacant, form: &Node) -> Result<Values, AwsError> {
    let reader = Reader { protocol: operation.protocol };
    let at = At::root(protocol::wording(operation.protocol));
    let mut fields = Fields::of(form, &at);
    if operation.dry_run {
        fields.optional::<bool>("DryRun")?;
    }
    let values = reader.members(&mut fields, operation.members)?;
    fields.close()?;
    Ok(values)
}

struct Reader {
    protocol: Protocol,
}

impl Reader {
    fn members(&self, fields: &mut Fields<'_>, members: &'static [Member]) -> Result<Values, AwsError> {
        let mut values = Values::new();
        for member in members {
            match self.member(fields, member)? {
                Some(value) => drop(values.insert(member.name, value)),
                None if member.is_required => return Err(fields.missing(member.wire)),
                None => {}
            }
        }
        Ok(values)
    }

    fn member(&self, fields: &mut Fields<'_>, member: &'static Member) -> Result<Option<Value>, AwsError> {
        if let Shape::List(between, of) = &member.shape {
            let between = if self.protocol == Protocol::Ec2 { None } else { *between };
            let members = fields.list_by(member.wire, between, |node, at| self.value(node, at, of))?;
            return Ok((!members.is_empty()).then_some(Value::Array(members)));
        }
        fields.optional_by(member.wire, |node, at| self.value(node, at, &member.shape))
    }

    fn value(&self, node: &Node, at: &At<'_>, shape: &'static Shape) -> Result<Value, AwsError> {
        Ok(match shape {
            Shape::Text => Value::from(String::from_params(node, at)?),
            Shape::Flag => Value::from(bool::from_params(node, at)?),
            Shape::Whole(first, last) => {
                let number = i64::from_params(node, at)?;
                within(number, *first..=*last, |bounds| self.out_of(&at.key(), number, bounds))?
            }
            Shape::Number => Value::from(f64::from_params(node, at)?),
            Shape::Moment => Value::from(Timestamp::from_params(node, at)?.to_string()),
            Shape::Bytes => Value::from(Vec::<u8>::from_params(node, at)?.len()),
            Shape::Structure(members) => {
                let mut fields = Fields::of(node, at);
                let values = self.members(&mut fields, members)?;
                fields.close()?;
                Value::Object(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }
            // No list of lists and no map is in a form that is read here.
            Shape::List(..) | Shape::Any => Value::Object(Map::new()),
        })
    }

    fn out_of(&self, key: &str, number: i64, bounds: &RangeInclusive<i64>) -> AwsError {
        match self.protocol {
            Protocol::Ec2 => {
                let reason = format!("Expecting a value between {} and {}.", bounds.start(), bounds.end());
                AwsError::invalid_value(&lower_first(key), &number.to_string(), &reason)
            }
            Protocol::Query
            | Protocol::Json10
            | Protocol::Json11
            | Protocol::RestJson
            | Protocol::RestXml
            | Protocol::S3
            | Protocol::RpcCbor
            | Protocol::SqsQuery
            | Protocol::CloudWatchQuery => beyond("ValidationError", key, number, bounds),
        }
    }
}
