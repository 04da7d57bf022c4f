//! The keys of groups: each is written down once, behind the others, and found by its hash.
//!
//! A table of our own, since that of the standard library would need a text of its own for each key that is looked for. The
//! hash is keyed: who writes logs could otherwise choose keys that all fall on the same place.

use crate::value::Value;
use std::borrow::Cow;

/// How full the table may be before it grows.
const LOAD: (usize, usize) = (5, 8);
const PLACES_AT_FIRST: usize = 1024;

pub(crate) struct Keys {
    hash: Hash,
    /// A group's number and one, or 0; as many as a power of two.
    places: Vec<u32>,
    hashes: Vec<u64>,
    /// Where each group's key ends.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Keys {
    pub(crate) fn new(seed: u64) -> Keys {
        Keys {
            hash: Hash::new(seed),
            places: vec![0; PLACES_AT_FIRST],
            hashes: vec![],
            ends: vec![],
            bytes: vec![],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.places.len() * size_of::<u32>()
            + self.hashes.len() * (size_of::<u64>() + size_of::<usize>())
            + self.bytes.len()
    }

    /// The group of each row.
    pub(crate) fn find(&mut self, columns: &[Cow<'_, [Value<'_>]>], rows: usize, groups: &mut Vec<u32>) {
        groups.clear();
        let mut key = vec![];
        for row in 0..rows {
            key.clear();
            columns.iter().for_each(|column| write(&mut key, &column[row]));
            groups.push(self.group(&key));
        }
    }

    /// The groups here that the groups there are.
    pub(crate) fn merge(&mut self, other: &Keys) -> Vec<u32> {
        (0..other.len()).map(|group| self.group(other.key(group))).collect()
    }

    /// The keys' parts, column by column.
    pub(crate) fn columns(&self, columns: usize) -> Vec<Vec<Value<'static>>> {
        let mut values: Vec<Vec<Value<'static>>> =
            (0..columns).map(|_| Vec::with_capacity(self.len())).collect();
        for group in 0..self.len() {
            let mut rest = self.key(group);
            for column in &mut values {
                column.push(read(&mut rest));
            }
        }
        values
    }

    fn key(&self, group: usize) -> &[u8] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[group]]
    }

    fn group(&mut self, key: &[u8]) -> u32 {
        let hash = self.hash.of(key);
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.places[place] {
                0 => return self.insert(place, hash, key),
                taken => {
                    let group = taken as usize - 1;
                    if self.hashes[group] == hash && self.key(group) == key {
                        return taken - 1;
                    }
                }
            }
            place = (place + 1) & mask;
        }
    }

    fn insert(&mut self, place: usize, hash: u64, key: &[u8]) -> u32 {
        self.hashes.push(hash);
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        let group = u32::try_from(self.len() - 1)
            .expect("the memory that groups may take is less than so many of them need");
        self.places[place] = group + 1;
        if self.len() * LOAD.1 > self.places.len() * LOAD.0 {
            self.grow();
        }
        group
    }

    fn grow(&mut self) {
        let mask = self.places.len() * 2 - 1;
        self.places = vec![0; mask + 1];
        for (group, hash) in (1..).zip(&self.hashes) {
            let mut place = *hash as usize & mask;
            while self.places[place] != 0 {
                place = (place + 1) & mask;
            }
            self.places[place] = group;
        }
    }
}

const ABSENT: u8 = 0;
const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const TIME: u8 = 3;
const BOOLEAN: u8 = 4;

/// "Using map and list in stats isn't supported" (structure types): they are absent.
fn write(key: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Absent | Value::Structure(_) => key.push(ABSENT),
        Value::Text(text) => {
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            let text = &text[..length as usize];
            key.push(TEXT);
            key.extend_from_slice(&length.to_le_bytes());
            key.extend_from_slice(text);
        }
        // Zero has two signs and is one group.
        Value::Number(number) => write_word(key, NUMBER, (number + 0.0).to_bits()),
        Value::Time(time) => write_word(key, TIME, time.cast_unsigned()),
        Value::Boolean(boolean) => key.extend_from_slice(&[BOOLEAN, u8::from(*boolean)]),
    }
}

fn write_word(key: &mut Vec<u8>, kind: u8, word: u64) {
    key.push(kind);
    key.extend_from_slice(&word.to_le_bytes());
}

/// Reads what `write` has written.
fn read(rest: &mut &[u8]) -> Value<'static> {
    let Some((kind, behind)) = rest.split_first() else { return Value::Absent };
    *rest = behind;
    match *kind {
        TEXT => {
            let length = u32::from_le_bytes(take(rest));
            let (text, behind) = rest.split_at(length as usize);
            *rest = behind;
            Value::owned_text(text)
        }
        NUMBER => Value::Number(f64::from_bits(u64::from_le_bytes(take(rest)))),
        TIME => Value::Time(u64::from_le_bytes(take(rest)).cast_signed()),
        BOOLEAN => Value::Boolean(take::<1>(rest) == [1]),
        _ => Value::Absent,
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (word, behind) = rest.split_first_chunk().expect("a key has what was written into it");
    *rest = behind;
    *word
}

/// Eight bytes at a time, multiplied to twice their width and folded, with a secret in it.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    secret: u64,
    factor: u64,
}

impl Hash {
    pub(super) fn new(seed: u64) -> Hash {
        let secret = fold(seed ^ 0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03);
        Hash { secret, factor: fold(secret ^ 0x2545_f491_4f6c_dd1d, 0x9fb2_1c65_1e98_df25) | 1 }
    }

    pub(super) fn of(&self, bytes: &[u8]) -> u64 {
        let mut hash = self.secret ^ (bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            hash = fold(hash ^ u64::from_le_bytes(*word), self.factor);
        }
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            hash = fold(hash ^ u64::from_le_bytes(word), self.factor);
        }
        fold(hash ^ self.secret, self.factor)
    }
}

fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn zero_is_one_group_whatever_its_sign() {
        let column = [Value::Number(0.0), Value::Number(-0.0), Value::text(b"0")];
        let mut groups = vec![];
        Keys::new(1).find(&[Cow::Borrowed(&column)], 3, &mut groups);
        assert_eq!(groups, [0, 0, 1]);
    }

    fn any_value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Absent),
            any::<bool>().prop_map(Value::Boolean),
            (-3i32..3).prop_map(|number| Value::Number(f64::from(number))),
            (-3i64..3).prop_map(Value::Time),
            "[a-c\0]{0,3}".prop_map(Value::owned_text),
        ]
    }

    proptest! {
        /// Groups are those of a map, and their keys come back as they were.
        #[test]
        fn keys_are_told_apart(rows in proptest::collection::vec((any_value(), any_value()), 0..200), seed: u64) {
            let (first, second): (Vec<_>, Vec<_>) = rows.iter().cloned().unzip();
            let (mut keys, mut groups) = (Keys::new(seed), vec![]);
            keys.find(&[Cow::Borrowed(&first), Cow::Borrowed(&second)], rows.len(), &mut groups);
            let mut expected: HashMap<String, u32> = HashMap::new();
            for (row, group) in rows.iter().zip(&groups) {
                let next = expected.len() as u32;
                prop_assert_eq!(*expected.entry(format!("{row:?}")).or_insert(next), *group);
            }
            let columns = keys.columns(2);
            for (row, group) in rows.iter().zip(&groups) {
                prop_assert_eq!(&columns[0][*group as usize], &row.0);
                prop_assert_eq!(&columns[1][*group as usize], &row.1);
            }
        }
    }

    #[test]
    fn many_keys_are_found_again() {
        let mut keys = Keys::new(7);
        let name = |number: u32| format!("key {number}").into_bytes();
        let groups: Vec<u32> = (0..100_000).map(|number| keys.group(&name(number))).collect();
        assert!((0..100_000).all(|number| keys.group(&name(number)) == groups[number as usize]));
        assert_eq!(keys.len(), 100_000);
    }
}
