//! What is taken to be known of the call: who calls, and what the request says.

use awsproto::AwsError;
use model::World;
use policy::{Context, Order, Test, Values};

use super::caller::Caller;
use super::invalid;
use crate::shapes::ContextEntry;

/// What follows from who calls; and above it what the request says.
pub(super) fn of(world: &World, caller: &Caller, entries: Vec<ContextEntry>) -> Result<Context, AwsError> {
    let mut context = Context::new();
    caller.describe(&mut context);
    for (key, value) in caller.entity().and_then(|entity| world.tags_of_entity(entity)).into_iter().flatten()
    {
        context.set(format!("aws:PrincipalTag/{key}"), value.clone());
    }
    for entry in entries {
        let ContextEntry { context_key_name, context_key_type, context_key_values } = entry;
        let Some(name) = context_key_name else {
            return Err(invalid("A context entry must have a ContextKeyName."));
        };
        let Some(kind) = context_key_type else {
            return Err(invalid(format!("The context entry {name} must have a ContextKeyType.")));
        };
        let values = values(&name, &kind, context_key_values)?;
        context.set(name, values);
    }
    Ok(context)
}

/// The values of a type, one of the model's: `string` has one, `stringList` may have several.
fn values(name: &str, kind: &str, values: Vec<String>) -> Result<Values, AwsError> {
    let (of, is_list) = match kind.strip_suffix("List") {
        Some(of) => (of, true),
        None => (kind, false),
    };
    let test = match of {
        "numeric" => Some(Test::Numeric(Order::Equals)),
        "boolean" => Some(Test::Bool),
        "ip" => Some(Test::IpAddress),
        "binary" => Some(Test::BinaryEquals),
        "date" => Some(Test::Date(Order::Equals)),
        // Any text is a string; the words themselves are checked while the request is decoded.
        _ => None,
    };
    if let Some(wrong) = values.iter().find(|value| test.is_some_and(|test| !test.takes(value))) {
        return Err(invalid(format!(
            "The value '{wrong}' of the context key {name} is not of the type {kind}."
        )));
    }
    match (is_list, values.len()) {
        (false, 1) => {
            Ok(values.into_iter().next().map(Values::from).unwrap_or_else(|| Values::Many(Vec::new())))
        }
        (true, 1..) => Ok(Values::from(values)),
        (false, _) => Err(invalid(format!("The context key {name} of the type {kind} must have one value."))),
        (true, 0) => Err(invalid(format!("The context key {name} must have values."))),
    }
}
