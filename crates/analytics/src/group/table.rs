//! A table of values: each is written down once, behind the others, and found by its hash. Its number is how many were before.
//!
//! A table of our own, since that of the standard library would need a text of its own for each key that is looked for. The
//! hash is keyed: who writes logs could otherwise choose keys that all fall on the same place.

use crate::value::Value;

/// How full the table may be before it grows.
pub(super) const LOAD: (usize, usize) = (5, 8);
pub(super) const PLACES_AT_FIRST: usize = 1024;
/// How many keys are looked for together: as many as the nearest memory holds.
pub(super) const REACHED_AT_ONCE: usize = 128;

/// A record is found by its place, and has everything in one: `hash, number, length, key`. So looking for a key reaches into
/// memory that is far away twice, once for the place and once for the record.
pub(super) struct ValueTable {
    hash: Hash,
    /// The upper part of a key's hash and where its record begins, in words; 0 where there is none. As many as a power of two.
    places: Vec<u64>,
    /// Where each value's record begins, in words.
    starts: Vec<u32>,
    /// Records, each filled up to whole words. The first word is nobody's.
    words: Vec<u64>,
    sought: Sought,
}

/// What stands before the key in a record: its hash; its number and its length.
const HEAD_WORDS: usize = 2;

impl ValueTable {
    pub(super) fn new(seed: u64) -> ValueTable {
        let (places, words) = (vec![0; PLACES_AT_FIRST], vec![0]);
        ValueTable { hash: Hash::new(seed), places, starts: vec![], words, sought: Sought::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<u64>() * (self.places.len() + self.words.len()) + size_of::<u32>() * self.starts.len()
    }

    /// The number of a value alone.
    pub(super) fn of_value(&mut self, value: &Value<'_>) -> u32 {
        const WORDS: usize = 8;
        // As `write` has it, without going through memory of its own.
        if let Value::Text(text) = value
            && let length = 1 + text.len()
            && length <= WORDS * size_of::<u64>()
        {
            let mut bytes = [0; WORDS * size_of::<u64>()];
            bytes[0] = TEXT;
            bytes[1..length].copy_from_slice(text);
            let (words, _) = bytes.as_chunks();
            let words: [u64; WORDS] = std::array::from_fn(|place| u64::from_le_bytes(words[place]));
            let words = &words[..length.div_ceil(size_of::<u64>())];
            return self.number(self.hash.of(length, words), length, words);
        }
        let mut number = vec![];
        self.find(std::slice::from_ref(value), &mut number);
        number[0]
    }

    /// The number of each value.
    pub(super) fn find(&mut self, values: &[Value<'_>], numbers: &mut Vec<u32>) {
        numbers.clear();
        let mut sought = std::mem::take(&mut self.sought);
        for some in values.chunks(REACHED_AT_ONCE) {
            sought.clear();
            some.iter().for_each(|value| sought.push(&self.hash, |key| write(key, value)));
            self.reach(&sought);
            numbers.extend(sought.iter().map(|(hash, length, words)| self.number(hash, length, words)));
        }
        self.sought = sought;
    }

    /// Reaches for all places, and then for all records, before one of them is needed. The processor waits for several far
    /// ones at once if nothing else is between them.
    fn reach(&self, sought: &Sought) {
        let mask = self.places.len() - 1;
        let places: Vec<u64> = sought.hashes.iter().map(|hash| self.places[*hash as usize & mask]).collect();
        let start = |place: &u64| (place & u64::from(u32::MAX)) as usize;
        std::hint::black_box(places.iter().fold(0, |all, place| all ^ self.words[start(place)]));
    }

    /// The numbers here of the values there.
    pub(super) fn merge(&mut self, other: &ValueTable) -> Vec<u32> {
        (0..other.len())
            .map(|number| {
                let (length, words) = other.key(number);
                self.number(self.hash.of(length, words), length, words)
            })
            .collect()
    }

    /// All values, by their numbers.
    pub(super) fn values(&self) -> Vec<Value<'static>> {
        let value = |number| {
            let (length, words) = self.key(number);
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take(length).collect();
            read(&bytes)
        };
        (0..self.len()).map(value).collect()
    }

    fn key(&self, number: usize) -> (usize, &[u64]) {
        let start = self.starts[number] as usize;
        let length = (self.words[start + 1] >> 32) as usize;
        let from = start + HEAD_WORDS;
        (length, &self.words[from..from + length.div_ceil(size_of::<u64>())])
    }

    fn number(&mut self, hash: u64, length: usize, key: &[u64]) -> u32 {
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let found = self.places[place];
            if found == 0 {
                return self.insert(place, hash, (length, key));
            }
            if found >> 32 == hash >> 32 {
                let record = &self.words[(found & u64::from(u32::MAX)) as usize..];
                let head = record[1];
                if (head >> 32) as usize == length && record[HEAD_WORDS..HEAD_WORDS + key.len()] == *key {
                    return head as u32;
                }
            }
            place = (place + 1) & mask;
        }
    }

    fn insert(&mut self, place: usize, hash: u64, (length, key): (usize, &[u64])) -> u32 {
        let small = "the memory that groups may take is less than 32 gigabytes";
        let start = u32::try_from(self.words.len()).expect(small);
        let number = u32::try_from(self.len()).expect(small);
        self.starts.push(start);
        self.words.push(hash);
        self.words.push((length as u64) << 32 | u64::from(number));
        self.words.extend_from_slice(key);
        self.places[place] = hash >> 32 << 32 | u64::from(start);
        if self.len() * LOAD.1 > self.places.len() * LOAD.0 {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let mask = self.places.len() * 2 - 1;
        self.places = vec![0; mask + 1];
        for start in &self.starts {
            let hash = self.words[*start as usize];
            let mut place = hash as usize & mask;
            while self.places[place] != 0 {
                place = (place + 1) & mask;
            }
            self.places[place] = hash >> 32 << 32 | u64::from(*start);
        }
    }
}

/// Keys that are looked for, each filled up to whole words.
#[derive(Default)]
struct Sought {
    /// The one that is being written.
    bytes: Vec<u8>,
    hashes: Vec<u64>,
    /// How long each is, and where its words end.
    ends: Vec<(usize, usize)>,
    words: Vec<u64>,
}

impl Sought {
    fn clear(&mut self) {
        self.hashes.clear();
        self.ends.clear();
        self.words.clear();
    }

    fn push(&mut self, hash: &Hash, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.clear();
        write(&mut self.bytes);
        let (length, start) = (self.bytes.len(), self.words.len());
        self.bytes.resize(length.next_multiple_of(size_of::<u64>()), 0);
        let (words, _) = self.bytes.as_chunks();
        self.words.extend(words.iter().map(|word| u64::from_le_bytes(*word)));
        self.hashes.push(hash.of(length, &self.words[start..]));
        self.ends.push((length, self.words.len()));
    }

    fn iter(&self) -> impl Iterator<Item = (u64, usize, &[u64])> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let keys = self.hashes.iter().zip(&self.ends).zip(starts);
        keys.map(|((hash, (length, end)), start)| (*hash, *length, &self.words[start..*end]))
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
            key.push(TEXT);
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
fn read(key: &[u8]) -> Value<'static> {
    let word = |rest: &[u8]| u64::from_le_bytes(rest.try_into().expect("a number has eight bytes"));
    match key {
        [TEXT, text @ ..] => Value::owned_text(text),
        [NUMBER, rest @ ..] => Value::Number(f64::from_bits(word(rest))),
        [TIME, rest @ ..] => Value::Time(word(rest).cast_signed()),
        [BOOLEAN, boolean] => Value::Boolean(*boolean == 1),
        _ => Value::Absent,
    }
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

    /// Of so many bytes, in words that are filled up.
    fn of(&self, length: usize, words: &[u64]) -> u64 {
        let begun = self.secret ^ (length as u64);
        let hash = words.iter().fold(begun, |hash, word| fold(hash ^ word, self.factor));
        fold(hash ^ self.secret, self.factor)
    }

    /// Of one word.
    pub(super) fn of_word(self, word: u64) -> u64 {
        fold(word ^ self.secret, self.factor)
    }

    pub(super) fn of_bytes(&self, bytes: &[u8]) -> u64 {
        let mut hash = self.secret ^ (bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            hash = fold(hash ^ u64::from_le_bytes(*word), self.factor);
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        fold(fold(hash ^ u64::from_le_bytes(last), self.factor) ^ self.secret, self.factor)
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

    fn numbers(table: &mut ValueTable, values: &[Value<'_>]) -> Vec<u32> {
        let mut numbers = vec![];
        table.find(values, &mut numbers);
        numbers
    }

    #[test]
    fn zero_is_one_value_whatever_its_sign() {
        let column = [Value::Number(0.0), Value::Number(-0.0), Value::text(b"0")];
        assert_eq!(numbers(&mut ValueTable::new(1), &column), [0, 0, 1]);
    }

    fn any_value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Absent),
            any::<bool>().prop_map(Value::Boolean),
            (-3i32..3).prop_map(|number| Value::Number(f64::from(number))),
            (-3i64..3).prop_map(Value::Time),
            "[a-c\0]{0,3}".prop_map(Value::owned_text),
            "[ab]{60,66}".prop_map(Value::owned_text),
        ]
    }

    proptest! {
        /// Numbers are those of a map, and values come back as they were, whether they are looked for alone or together.
        #[test]
        fn values_are_told_apart(column in proptest::collection::vec(any_value(), 0..200), seed: u64) {
            let mut table = ValueTable::new(seed);
            let numbers = numbers(&mut table, &column);
            let mut expected: HashMap<String, u32> = HashMap::new();
            for (value, number) in column.iter().zip(&numbers) {
                let next = expected.len() as u32;
                prop_assert_eq!(*expected.entry(format!("{value:?}")).or_insert(next), *number);
                prop_assert_eq!(table.of_value(value), *number);
            }
            let values = table.values();
            for (value, number) in column.iter().zip(&numbers) {
                prop_assert_eq!(&values[*number as usize], value);
            }
            let mut other = ValueTable::new(seed);
            for value in column.iter().rev() {
                other.of_value(value);
            }
            let merged = other.merge(&table);
            for (value, number) in column.iter().zip(&numbers) {
                prop_assert_eq!(other.of_value(value), merged[*number as usize]);
            }
        }
    }

    #[test]
    fn many_values_are_found_again() {
        let mut table = ValueTable::new(7);
        let name = |number: u32| format!("key {number}").into_bytes();
        let column: Vec<Value<'_>> = (0..100_000).map(|number| Value::owned_text(name(number))).collect();
        let first = numbers(&mut table, &column);
        assert_eq!(numbers(&mut table, &column), first);
        assert_eq!(table.len(), 100_000);
    }
}
