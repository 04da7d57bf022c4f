//! The functions of the query language, for one row.

use crate::Window;
use crate::evaluate::{TEXTS_BYTES_MAX, from_json};
use crate::value::Value;
use query::Function;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a function makes of its arguments, whose number has been checked. None if that would be too large.
pub(crate) fn apply<'a>(function: Function, arguments: &[&Value<'a>], window: &Window) -> Option<Value<'a>> {
    Some(match function {
        Function::Abs => numeric(arguments, f64::abs),
        Function::Ceil => numeric(arguments, f64::ceil),
        Function::Floor => numeric(arguments, f64::floor),
        Function::Log => numeric(arguments, f64::ln),
        Function::Sqrt => numeric(arguments, f64::sqrt),
        Function::ToNumber => numeric(arguments, |number| number),
        Function::Round => round(arguments),
        Function::Greatest => chosen(arguments, f64::max),
        Function::Least => chosen(arguments, f64::min),
        Function::Histogram => histogram(arguments),
        Function::IsPresent => Value::Boolean(!arguments[0].is_absent()),
        Function::IsNumeric => Value::Boolean(arguments[0].as_number().is_some()),
        Function::Coalesce => first_present(arguments),
        Function::If => (if arguments[0].is_true() { arguments[1] } else { arguments[2] }).clone(),
        Function::Case => case(arguments),
        Function::JsonParse => json_parse(arguments[0]),
        Function::JsonStringify => json_stringify(arguments[0]),
        Function::FromMillis => arguments[0].as_time().map_or(Value::Absent, Value::Time),
        Function::ToMillis => arguments[0].as_time().map_or(Value::Absent, |time| Value::Number(time as f64)),
        // "In epoch seconds" (now).
        Function::Now => Value::Number(window.now_ms.div_euclid(1000) as f64),
        Function::QueryStartTime => Value::Number(window.from_ms as f64),
        Function::QueryEndTime => Value::Number(window.to_ms as f64),
        Function::QueryTimeRange => Value::Number(window.to_ms.saturating_sub(window.from_ms) as f64),
        Function::IsValidIp => Value::Boolean(address(arguments[0]).is_some()),
        Function::IsValidIpV4 => {
            Value::Boolean(address(arguments[0]).is_some_and(|address| address.is_ipv4()))
        }
        Function::IsValidIpV6 => {
            Value::Boolean(address(arguments[0]).is_some_and(|address| address.is_ipv6()))
        }
        Function::IsEmpty => flag(arguments[0].as_text().is_none_or(|text| text.is_empty())),
        Function::IsBlank => flag(arguments[0].as_text().is_none_or(|text| text.trim_ascii().is_empty())),
        Function::Concat => concat(arguments),
        Function::Length | Function::MessageSize => length(function, arguments[0]),
        Function::LeftTrim | Function::RightTrim | Function::Trim => trim(function, arguments),
        Function::ToUpper => textual(arguments[0], |text| text.to_uppercase()),
        Function::ToLower => textual(arguments[0], |text| text.to_lowercase()),
        Function::Substring => substring(arguments),
        Function::Replace => return replace(arguments),
        Function::Contains | Function::StartsWith | Function::EndsWith => contains(function, arguments),
    })
}

/// An address, if that is what a value is.
pub(crate) fn address(value: &Value<'_>) -> Option<IpAddr> {
    let Value::Text(text) = value else { return None };
    let text = std::str::from_utf8(text).ok()?;
    // The short way for most: what has a colon is none of IPv4.
    match text.contains(':') {
        true => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        false => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// 1 or 0, as functions about texts answer.
fn flag(flag: bool) -> Value<'static> {
    Value::Number(f64::from(u8::from(flag)))
}

fn numeric(arguments: &[&Value<'_>], function: impl Fn(f64) -> f64) -> Value<'static> {
    arguments[0].as_number().map_or(Value::Absent, |number| Value::number(function(number)))
}

fn round(arguments: &[&Value<'_>]) -> Value<'static> {
    const PLACES_MAX: f64 = 15.0;
    let Some(number) = arguments[0].as_number() else { return Value::Absent };
    let places = match arguments.get(1) {
        Some(places) => places.as_number(),
        None => Some(0.0),
    };
    let Some(places) = places else { return Value::Absent };
    let factor = 10f64.powf(places.trunc().clamp(-PLACES_MAX, PLACES_MAX));
    Value::number((number * factor).round() / factor)
}

/// The greatest or the least of those that are numbers.
fn chosen(arguments: &[&Value<'_>], choose: impl Fn(f64, f64) -> f64) -> Value<'static> {
    arguments.iter().filter_map(|value| value.as_number()).reduce(choose).map_or(Value::Absent, Value::number)
}

fn histogram(arguments: &[&Value<'_>]) -> Value<'static> {
    match (arguments[0].as_number(), arguments[1].as_number()) {
        (Some(number), Some(width)) if width > 0.0 => Value::number((number / width).floor() * width),
        _ => Value::Absent,
    }
}

fn first_present<'a>(arguments: &[&Value<'a>]) -> Value<'a> {
    arguments.iter().find(|value| !value.is_absent()).map_or(Value::Absent, |value| (*value).clone())
}

/// Conditions and what comes of them, in pairs, and at last what comes if none holds.
fn case<'a>(arguments: &[&Value<'a>]) -> Value<'a> {
    for pair in arguments.chunks(2) {
        match pair {
            [condition, value] if condition.is_true() => return (*value).clone(),
            [otherwise] => return (*otherwise).clone(),
            _ => {}
        }
    }
    Value::Absent
}

/// "Returns an empty value, if the input is not one of the representation" (jsonParse).
fn json_parse(value: &Value<'_>) -> Value<'static> {
    let Value::Text(text) = value else { return Value::Absent };
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(json) if json.is_object() || json.is_array() => from_json(&json),
        _ => Value::Absent,
    }
}

fn json_stringify(value: &Value<'_>) -> Value<'static> {
    match value {
        Value::Structure(structure) => Value::owned_text(structure.to_string()),
        _ => Value::Absent,
    }
}

/// What is absent adds nothing.
fn concat(arguments: &[&Value<'_>]) -> Value<'static> {
    let mut text = vec![];
    for value in arguments {
        text.extend_from_slice(&value.as_text().unwrap_or_default());
    }
    Value::owned_text(text)
}

fn textual(value: &Value<'_>, function: impl Fn(&str) -> String) -> Value<'static> {
    match value.as_text() {
        Some(text) => Value::owned_text(function(&String::from_utf8_lossy(&text))),
        None => Value::Absent,
    }
}

/// "In Unicode code points" (strlen); bytes (messageSize).
fn length(function: Function, value: &Value<'_>) -> Value<'static> {
    match value.as_text() {
        Some(text) if function == Function::Length => {
            Value::Number(text.iter().filter(|byte| (**byte as i8) >= -0x40).count() as f64)
        }
        Some(text) => Value::Number(text.len() as f64),
        None => Value::Absent,
    }
}

/// White space, or the characters that are given.
fn trim(function: Function, arguments: &[&Value<'_>]) -> Value<'static> {
    let characters = arguments.get(1).map(|value| value.as_text().unwrap_or_default());
    let characters: Option<Vec<char>> =
        characters.map(|characters| String::from_utf8_lossy(&characters).chars().collect());
    let goes = |character: char| match &characters {
        Some(characters) => characters.contains(&character),
        None => character.is_whitespace(),
    };
    textual(arguments[0], |text| {
        let mut text = text;
        if function != Function::RightTrim {
            text = text.trim_start_matches(goes);
        }
        if function != Function::LeftTrim {
            text = text.trim_end_matches(goes);
        }
        text.to_owned()
    })
}

fn substring(arguments: &[&Value<'_>]) -> Value<'static> {
    let count = |value: &&Value<'_>| value.as_number().map(|number| number.max(0.0) as usize);
    let (Some(start), length) = (count(&arguments[1]), arguments.get(2)) else { return Value::Absent };
    let length = match length {
        Some(length) => match count(length) {
            Some(length) => length,
            None => return Value::Absent,
        },
        None => usize::MAX,
    };
    textual(arguments[0], |text| text.chars().skip(start).take(length).collect())
}

fn replace(arguments: &[&Value<'_>]) -> Option<Value<'static>> {
    let texts = (arguments[0].as_text(), arguments[1].as_text(), arguments[2].as_text());
    let (Some(text), Some(search), Some(by)) = texts else { return Some(Value::Absent) };
    if search.is_empty() {
        return Some(Value::owned_text(text));
    }
    let places: Vec<usize> = memchr::memmem::find_iter(&text, &search).collect();
    if places.len().saturating_mul(by.len()) > TEXTS_BYTES_MAX {
        return None;
    }
    let (mut replaced, mut behind) = (Vec::with_capacity(text.len()), 0);
    for place in places {
        replaced.extend_from_slice(&text[behind..place]);
        replaced.extend_from_slice(&by);
        behind = place + search.len();
    }
    replaced.extend_from_slice(&text[behind..]);
    Some(Value::owned_text(replaced))
}

/// "Returns 1 if str contains searchValue and 0 otherwise. If the third parameter is set to true, the match is
/// case-insensitive" (strcontains).
fn contains(function: Function, arguments: &[&Value<'_>]) -> Value<'static> {
    let (Some(text), Some(search)) = (arguments[0].as_text(), arguments[1].as_text()) else {
        return flag(false);
    };
    let found = match function {
        Function::StartsWith => text.starts_with(&search),
        Function::EndsWith => text.ends_with(&search),
        _ if arguments.get(2).is_some_and(|insensitive| insensitive.is_true()) => {
            let lower = |text: &[u8]| String::from_utf8_lossy(text).to_lowercase();
            lower(&text).contains(&lower(&search))
        }
        _ => memchr::memmem::find(&text, &search).is_some(),
    };
    flag(found)
}
