//! What a vacant operation answers.

use super::asked::{Asked, Notation};
use super::{Given, Named, Vacant, Value};
use crate::call::Call;
use crate::error::AwsError;
use crate::reply::Output;
use crate::xml::XmlWriter;
use serde_json::{Map, Value as Json};

/// The answer: that there are none, or that the one that was asked for does not exist.
pub(super) fn answer(operation: &Vacant, asked: &Asked, call: &Call) -> Result<Output, AwsError> {
    if let Some(error) = operation.named.iter().find_map(|named| not_found(named, asked, call)) {
        return Err(error);
    }
    let writer = Writer { asked, call };
    Ok(Output::of(match asked.notation {
        Notation::Json => writer.json(operation.answer).to_string(),
        Notation::Xml => {
            let mut xml = XmlWriter::fragment();
            writer.xml(operation.answer, &mut xml);
            xml.finish()
        }
    }))
}

fn not_found(named: &Named, asked: &Asked, call: &Call) -> Option<AwsError> {
    let name = match named.parameter {
        None => "",
        Some(parameter) => asked.texts(parameter).into_iter().find(|text| !text.is_empty())?,
    };
    let sentence = placed(named.sentence, call).replace("{}", name);
    Some(AwsError::new(named.code, sentence).with_status(named.status))
}

/// A text in which it says where it is.
fn placed(text: &str, call: &Call) -> String {
    let account = call.scope.account.to_string();
    let text = text.replace("{account}", &account).replace("{region}", call.scope.region.name());
    text.replace("{partition}", call.partition().name())
}

struct Writer<'a> {
    asked: &'a Asked,
    call: &'a Call,
}

impl Writer<'_> {
    fn json(&self, members: &[Given]) -> Json {
        let members = members.iter().map(|given| (given.wire.to_owned(), self.json_value(&given.value)));
        Json::Object(members.collect())
    }

    fn json_value(&self, value: &Value) -> Json {
        match value {
            Value::NoMembers { .. } => Json::Array(Vec::new()),
            Value::NoEntries => Json::Object(Map::new()),
            Value::Flag(flag) => Json::from(*flag),
            Value::Whole(number) => Json::from(*number),
            Value::Text(text) => Json::from(placed(text, self.call)),
            Value::Asked(parameter, otherwise) => Json::from(self.asked_text(parameter, otherwise)),
            Value::Structure(members) => self.json(members),
        }
    }

    fn xml(&self, members: &[Given], xml: &mut XmlWriter) {
        for Given { wire, value } in members {
            match value {
                Value::NoMembers { is_flat: true } => {}
                Value::NoMembers { is_flat: false } | Value::NoEntries => xml.text(wire, ""),
                Value::Flag(flag) => xml.text(wire, &flag.to_string()),
                Value::Whole(number) => xml.text(wire, &number.to_string()),
                Value::Text(text) => xml.text(wire, &placed(text, self.call)),
                Value::Asked(parameter, otherwise) => xml.text(wire, &self.asked_text(parameter, otherwise)),
                Value::Structure(members) => xml.element(wire, |xml| self.xml(members, xml)),
            }
        }
    }

    fn asked_text(&self, parameter: &str, otherwise: &str) -> String {
        match self.asked.values.get(parameter) {
            None => otherwise.to_owned(),
            Some(Json::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }
    }
}
