//! What golden records have in them, seen while they are read: a type tells its deserializer the names of all its variants.

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What was met.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    /// By the name of an enum: all its variants.
    variants: BTreeMap<&'static str, &'static [&'static str]>,
    /// Enum and variant.
    met: BTreeSet<(&'static str, String)>,
    /// By the name of a struct, or of a variant with named fields: all its fields.
    fields: BTreeMap<String, &'static [&'static str]>,
    /// Whose, and which.
    met_fields: BTreeSet<(String, String)>,
    /// Where there can be nothing, or several: what is missing there.
    parts: BTreeMap<String, Part>,
}

#[derive(Debug, Default)]
struct Part {
    empty: bool,
    filled: bool,
    /// Whether emptiness is something of its own to be met: an option's.
    is_option: bool,
}

impl Coverage {
    /// Reads a row, and notes what is in it.
    pub(crate) fn read<V: de::DeserializeOwned>(&mut self, row: &Value) -> Result<(), String> {
        let coverage = RefCell::new(std::mem::take(self));
        let read = V::deserialize(Traced { value: row, place: "", coverage: &coverage }).map(drop);
        *self = coverage.into_inner();
        read.map_err(|error| error.to_string())
    }

    /// What no record has.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, variants) in &self.variants {
            let missing =
                variants.iter().filter(|variant| !self.met.contains(&(name, (**variant).to_owned())));
            complaints.extend(missing.map(|variant| format!("no golden record has {name}::{variant}")));
        }
        for (owner, fields) in &self.fields {
            let met = |field: &str| self.met_fields.contains(&(owner.clone(), field.to_owned()));
            let missing = fields.iter().filter(|field| !met(field));
            complaints.extend(missing.map(|field| format!("no golden record has the field {owner}.{field}")));
        }
        for (place, part) in &self.parts {
            if !part.filled {
                complaints.push(format!("no golden record has anything in {place}"));
            }
            if part.is_option && !part.empty {
                complaints.push(format!("no golden record has nothing in {place}"));
            }
        }
        complaints
    }

    fn part(&mut self, place: &str, is_option: bool, filled: bool) {
        let part = self.parts.entry(place.to_owned()).or_default();
        part.is_option |= is_option;
        part.filled |= filled;
        part.empty |= !filled;
    }
}

/// A value, where it is, and where it is noted what it has.
#[derive(Clone, Copy)]
struct Traced<'de, 'c> {
    value: &'de Value,
    place: &'c str,
    coverage: &'c RefCell<Coverage>,
}

impl<'de, 'c> Traced<'de, 'c> {
    fn at<'d>(&self, value: &'de Value, place: &'d str) -> Traced<'de, 'd>
    where
        'c: 'd,
    {
        Traced { value, place, coverage: self.coverage }
    }
}

impl<'de> Deserializer<'de> for Traced<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(de::Error::custom("no row has such numbers")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(list) => visitor.visit_seq(List { rest: list.iter(), traced: self }),
            Value::Object(object) => visitor.visit_map(Fields::of(object, self, "")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.coverage.borrow_mut().part(self.place, true, !self.value.is_null());
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let filled = self.value.as_array().is_some_and(|list| !list.is_empty());
        self.coverage.borrow_mut().part(self.place, false, filled);
        self.deserialize_any(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let filled = self.value.as_object().is_some_and(|object| !object.is_empty());
        self.coverage.borrow_mut().part(self.place, false, filled);
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.coverage.borrow_mut().fields.insert(name.to_owned(), fields);
        let object = self.value.as_object().ok_or_else(|| de::Error::custom("not an object"))?;
        visitor.visit_map(Fields::of(object, self, name))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (variant, content) = match self.value {
            Value::String(variant) => (variant, None),
            Value::Object(object) if object.len() == 1 => {
                let (variant, content) = object.iter().next().expect("it has one");
                (variant, Some(content))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(de::Error::custom("not a variant"));
            }
        };
        let mut coverage = self.coverage.borrow_mut();
        coverage.variants.insert(name, variants);
        coverage.met.insert((name, variant.clone()));
        drop(coverage);
        visitor.visit_enum(Variant { variant, content, traced: self, place: format!("{name}::{variant}") })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}

struct List<'de, 'c> {
    rest: std::slice::Iter<'de, Value>,
    traced: Traced<'de, 'c>,
}

impl<'de> de::SeqAccess<'de> for List<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let next = self.rest.next();
        next.map(|value| seed.deserialize(self.traced.at(value, self.traced.place))).transpose()
    }
}

struct Fields<'de, 'c> {
    rest: serde_json::map::Iter<'de>,
    field: Option<(&'de String, &'de Value)>,
    traced: Traced<'de, 'c>,
    /// Whose fields they are; nothing for the entries of a map.
    owner: String,
}

impl<'de, 'c> Fields<'de, 'c> {
    fn of(object: &'de Map<String, Value>, traced: Traced<'de, 'c>, owner: &str) -> Self {
        Fields { rest: object.iter(), field: None, traced, owner: owner.to_owned() }
    }
}

impl<'de> de::MapAccess<'de> for Fields<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.field = self.rest.next();
        let key = |(name, _): (&'de String, _)| {
            if !self.owner.is_empty() {
                let met = (self.owner.clone(), name.clone());
                self.traced.coverage.borrow_mut().met_fields.insert(met);
            }
            let name: StrDeserializer<'de, Error> = name.as_str().into_deserializer();
            seed.deserialize(name)
        };
        self.field.map(key).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, value) = self.field.expect("a value follows its key");
        let place = match self.owner.as_str() {
            "" => self.traced.place.to_owned(),
            owner => format!("{owner}.{name}"),
        };
        seed.deserialize(self.traced.at(value, &place))
    }
}

struct Variant<'de, 'c> {
    variant: &'de str,
    content: Option<&'de Value>,
    traced: Traced<'de, 'c>,
    place: String,
}

impl<'de> Variant<'de, '_> {
    fn content(&self) -> Result<Traced<'de, '_>, Error> {
        let content = self.content.ok_or_else(|| de::Error::custom("a variant without its content"))?;
        Ok(self.traced.at(content, &self.place))
    }
}

impl<'de> de::EnumAccess<'de> for Variant<'de, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let variant: StrDeserializer<'de, Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.content.map_or(Ok(()), |_| Err(de::Error::custom("a variant with content that has none")))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let content = self.content()?;
        content.coverage.borrow_mut().fields.insert(self.place.clone(), fields);
        let object = content.value.as_object().ok_or_else(|| de::Error::custom("not an object"))?;
        visitor.visit_map(Fields::of(object, content, &self.place))
    }
}
