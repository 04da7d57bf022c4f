//! A request's parameters before its action is known: a form, a JSON value or XML.

use crate::error::AwsError;
use crate::params::Node;
use crate::xml_reader::Element;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Parameters, neutral of protocol to everything but the generated decoders.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// EC2 and query.
    Form(Node),
    /// JSON.
    Json(Value),
    /// REST with XML; path and query string are among the body's members.
    Xml(Element),
}

impl Input {
    /// The text of a top-level parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self {
            Input::Form(form) => form.text(name),
            Input::Json(value) => value.get(name)?.as_str(),
            Input::Xml(element) => text_of(element, name),
        }
    }

    /// The form, for generated decoders.
    pub fn form(&self) -> Result<&Node, AwsError> {
        match self {
            Input::Form(form) => Ok(form),
            Input::Json(_) | Input::Xml(_) => Err(AwsError::new("MalformedQueryString", "Expected a form.")),
        }
    }

    /// The JSON value, for generated decoders.
    pub fn json(&self) -> Result<&Value, AwsError> {
        match self {
            Input::Json(value) => Ok(value),
            Input::Form(_) | Input::Xml(_) => Err(AwsError::new("SerializationException", "Expected JSON.")),
        }
    }

    /// The element, for generated decoders.
    pub fn xml(&self) -> Result<&Element, AwsError> {
        match self {
            Input::Xml(element) => Ok(element),
            Input::Form(_) | Input::Json(_) => Err(AwsError::new("InvalidInput", "Expected XML.")),
        }
    }

    /// Whether `DryRun` is set. The decoder has checked by then that the action has it and that
    /// it is `true` or `false`.
    pub fn is_dry_run(&self) -> bool {
        match self {
            Input::Form(form) => form.text("DryRun").is_some_and(|text| text.eq_ignore_ascii_case("true")),
            Input::Json(value) => value.get("DryRun").and_then(Value::as_bool).unwrap_or(false),
            // No service of this protocol has dry runs.
            Input::Xml(_) => false,
        }
    }

    /// A hash that is the same for the same parameters, in whatever order they came.
    pub fn hash(&self) -> u64 {
        let mut hash = Sha256::new();
        match self {
            Input::Form(form) => {
                for (key, text) in form.flatten() {
                    // Lengths keep `a=bc` and `ab=c` apart.
                    hash.update(format!("{}:{}:", key.len(), text.len()));
                    hash.update(key);
                    hash.update(text);
                }
            }
            // serde_json's map is sorted.
            Input::Json(value) => hash.update(value.to_string()),
            Input::Xml(element) => hash_element(element, &mut hash),
        }
        let digest: [u8; 32] = hash.finalize().into();
        digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

fn text_of<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.children.iter().find(|child| child.name == name).map(|child| child.text.as_str())
}

fn hash_element(element: &Element, hash: &mut Sha256) {
    hash.update(format!("{}:{}:{}:", element.name.len(), element.text.len(), element.children.len()));
    hash.update(&element.name);
    hash.update(&element.text);
    element.children.iter().for_each(|child| hash_element(child, hash));
}
