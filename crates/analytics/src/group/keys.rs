//! The keys of groups. In each column a value has a number, two numbers together have another one, and so on; what comes of the last
//! column is the group. A column that is words is asked for each word and not for each row.
//!
//! ```text
//!   srcAddr   10.0.0.1 -> 0   10.0.0.2 -> 1        (0, 0) -> 0
//!   dstAddr   10.0.9.1 -> 0                        (1, 0) -> 1
//! ```

use super::table::{Hash, LOAD, PLACES_AT_FIRST, REACHED_AT_ONCE, ValueTable};
use crate::frame::{Column, Words};
use crate::value::Value;
use std::borrow::Cow;

/// What has no number yet.
const NONE: u32 = u32::MAX;

/// What a column of keys is.
pub(crate) enum KeyColumn<'k, 'a> {
    /// A value for each row.
    Values(Cow<'k, [Value<'a>]>),
    /// Which of a few values each row has.
    Words(&'k Words<'a>),
}

/// The keys of groups.
pub(crate) struct Keys {
    seed: u64,
    columns: Vec<KeyValues>,
    /// Whether there was a row; without columns that is the only group.
    has_rows: bool,
}

/// The values of one column.
struct KeyValues {
    values: ValueTable,
    /// The numbers of the words, or of the rows, of one batch.
    numbers: Vec<u32>,
    /// Those of the columns before together with this one; none in the first.
    pairs: Pairs,
}

impl Keys {
    pub(crate) fn new(seed: u64) -> Keys {
        Keys { seed, columns: vec![], has_rows: false }
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        match &self.columns[..] {
            [] => usize::from(self.has_rows),
            [alone] => alone.values.len(),
            [.., last] => last.pairs.pairs.len(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.columns.iter().map(|it| it.values.bytes() + it.pairs.bytes()).sum()
    }

    fn of_columns(&mut self, count: usize) {
        let seed = self.seed;
        self.columns.resize_with(count, || KeyValues {
            values: ValueTable::new(seed),
            numbers: vec![],
            pairs: Pairs::new(seed),
        });
    }

    /// The group of each row.
    pub(crate) fn find(&mut self, columns: &[KeyColumn<'_, '_>], rows: usize, found: &mut Vec<u32>) {
        self.has_rows |= rows > 0;
        self.of_columns(columns.len());
        found.clear();
        found.resize(rows, 0);
        for (place, (column, given)) in self.columns.iter_mut().zip(columns).enumerate() {
            match given {
                KeyColumn::Words(words) => column.find_words(words, place, found),
                KeyColumn::Values(values) => {
                    let mut numbers = std::mem::take(&mut column.numbers);
                    column.values.find(values, &mut numbers);
                    column.add(numbers.iter().copied(), place, found);
                    column.numbers = numbers;
                }
            }
        }
    }

    /// The groups here that the groups there are.
    pub(crate) fn merge(&mut self, other: &Keys) -> Vec<u32> {
        self.has_rows |= other.has_rows;
        self.of_columns(self.columns.len().max(other.columns.len()));
        let mut merged = vec![0; usize::from(other.has_rows)];
        for (place, (column, others)) in self.columns.iter_mut().zip(&other.columns).enumerate() {
            let values = column.values.merge(&others.values);
            if place == 0 {
                merged = values;
                continue;
            }
            let pairs = &others.pairs.pairs;
            let mut found: Vec<u32> = pairs.iter().map(|pair| merged[(pair >> 32) as usize]).collect();
            column.pairs.find(pairs.iter().map(|pair| values[*pair as u32 as usize]), &mut found);
            merged = found;
        }
        merged
    }

    /// The keys' parts, column by column.
    pub(crate) fn columns(&self, count: usize) -> Vec<Column<'static>> {
        if self.columns.is_empty() {
            return (0..count).map(|_| Column::from(vec![])).collect();
        }
        let mut numbers: Vec<u32> = (0..u32::try_from(self.len()).expect("numbers are of 32 bits")).collect();
        let mut columns = vec![];
        for (place, column) in self.columns.iter().enumerate().rev() {
            let pairs = &column.pairs.pairs;
            let word = |number: &u32| if place == 0 { *number } else { pairs[*number as usize] as u32 };
            columns.push(of_words(column.values.values(), numbers.iter().map(word)));
            if place > 0 {
                numbers.iter_mut().for_each(|number| *number = (pairs[*number as usize] >> 32) as u32);
            }
        }
        columns.reverse();
        columns
    }
}

impl KeyValues {
    fn find_words(&mut self, words: &Words<'_>, place: usize, found: &mut [u32]) {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.resize(words.words.len(), NONE);
        // Filters may have left rows with a few of the words.
        for code in &words.codes {
            let code = usize::from(*code);
            if numbers[code] == NONE {
                numbers[code] = self.values.of_value(&words.words[code]);
            }
        }
        self.add(words.codes.iter().map(|code| numbers[usize::from(*code)]), place, found);
        self.numbers = numbers;
    }

    /// Puts the numbers of this column to those of the columns before.
    fn add(&mut self, numbers: impl Iterator<Item = u32>, place: usize, found: &mut [u32]) {
        match place {
            0 => found.iter_mut().zip(numbers).for_each(|(found, number)| *found = number),
            _ => self.pairs.find(numbers, found),
        }
    }
}

/// Of a few words each row keeps the code alone: most rows are thrown away again by a limit.
fn of_words(words: Vec<Value<'static>>, numbers: impl Iterator<Item = u32>) -> Column<'static> {
    match u16::try_from(words.len()) {
        Ok(_) => Words { words, codes: numbers.map(|number| number as u16).collect() }.into(),
        Err(_) => numbers.map(|number| words[number as usize].clone()).collect(),
    }
}

/// Numbers of pairs.
struct Pairs {
    hash: Hash,
    /// The pairs, by their numbers: the number before, and that of the word.
    pairs: Vec<u64>,
    /// As many as a power of two.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    pair: u64,
    /// None if it is free.
    number: u32,
}

const FREE: Place = Place { pair: 0, number: NONE };

impl Pairs {
    fn new(seed: u64) -> Pairs {
        Pairs { hash: Hash::new(seed), pairs: vec![], places: vec![] }
    }

    fn bytes(&self) -> usize {
        self.places.len() * size_of::<Place>() + self.pairs.len() * size_of::<u64>()
    }

    /// Puts the number of what is found so far and of what comes to it in the place of what is found.
    fn find(&mut self, mut with: impl Iterator<Item = u32>, found: &mut [u32]) {
        for some in found.chunks_mut(REACHED_AT_ONCE) {
            self.make_room(some.len());
            let mut pairs = [(0, 0); REACHED_AT_ONCE];
            let mask = self.places.len() - 1;
            for ((first, pair), second) in some.iter().zip(&mut pairs).zip(with.by_ref()) {
                let both = u64::from(*first) << 32 | u64::from(second);
                *pair = (both, self.hash.of_word(both) as usize & mask);
            }
            // Reached for together, so that the processor waits for several far places at once.
            let reached =
                pairs[..some.len()].iter().fold(0, |all, (_, place)| all ^ self.places[*place].pair);
            std::hint::black_box(reached);
            for (found, (pair, place)) in some.iter_mut().zip(pairs) {
                *found = self.number(pair, place);
            }
        }
    }

    fn number(&mut self, pair: u64, mut place: usize) -> u32 {
        let mask = self.places.len() - 1;
        loop {
            let there = &mut self.places[place];
            if there.number == NONE {
                let number =
                    u32::try_from(self.pairs.len()).expect("the memory that groups may take is less");
                *there = Place { pair, number };
                self.pairs.push(pair);
                return number;
            }
            if there.pair == pair {
                return there.number;
            }
            place = (place + 1) & mask;
        }
    }

    /// Has room for so many more.
    fn make_room(&mut self, more: usize) {
        if (self.pairs.len() + more) * LOAD.1 <= self.places.len() * LOAD.0 {
            return;
        }
        let size = (self.places.len() * 2).max(PLACES_AT_FIRST);
        self.places = vec![FREE; size];
        for (number, pair) in (0..).zip(&self.pairs) {
            let mut place = self.hash.of_word(*pair) as usize & (size - 1);
            while self.places[place].number != NONE {
                place = (place + 1) & (size - 1);
            }
            self.places[place] = Place { pair: *pair, number };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn as_words(column: &[Value<'static>]) -> Words<'static> {
        let mut words = vec![];
        let mut code = |value: &Value<'static>| {
            let place = words.iter().position(|word| word == value).unwrap_or_else(|| {
                words.push(value.clone());
                words.len() - 1
            });
            place as u16
        };
        let codes = column.iter().map(&mut code).collect();
        Words { words, codes }
    }

    fn values<'k>(column: &'k [Value<'static>]) -> KeyColumn<'k, 'static> {
        KeyColumn::Values(Cow::Borrowed(column))
    }

    fn any_value() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Absent),
            (-3i32..3).prop_map(|number| Value::Number(f64::from(number))),
            "[a-c]{0,3}".prop_map(Value::owned_text),
            "[ab]{58,61}".prop_map(Value::owned_text),
        ]
    }

    fn rows() -> impl Strategy<Value = [Vec<Value<'static>>; 3]> {
        let row = (any_value(), any_value(), any_value());
        prop::collection::vec(row, 0..30).prop_map(|rows| {
            let mut columns = [vec![], vec![], vec![]];
            for (one, two, three) in rows {
                columns.iter_mut().zip([one, two, three]).for_each(|(column, value)| column.push(value));
            }
            columns
        })
    }

    /// Which way rows come.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum As {
        Words,
        Values,
    }

    fn find(keys: &mut Keys, columns: &[Vec<Value<'static>>], way: As) -> Vec<u32> {
        let words: Vec<Words<'_>> = columns.iter().map(|column| as_words(column)).collect();
        let columns: Vec<KeyColumn<'_, '_>> = match way {
            As::Words => words.iter().map(KeyColumn::Words).collect(),
            As::Values => columns.iter().map(|column| values(column)).collect(),
        };
        let mut groups = vec![];
        keys.find(&columns, words[0].codes.len(), &mut groups);
        groups
    }

    proptest! {
        /// Each row is in the group whose key it has, whichever way rows come and workers are put together.
        #[test]
        fn words_and_values_are_the_same_keys(
            batches in prop::collection::vec((rows(), prop_oneof![Just(As::Words), Just(As::Values)], any::<bool>()), 1..5),
            count in 1..4_usize,
            seed: u64,
        ) {
            let mut workers = [Keys::new(seed), Keys::new(seed)];
            let mut found = vec![];
            for (columns, way, is_second) in &batches {
                let groups = find(&mut workers[usize::from(*is_second)], &columns[..count], *way);
                found.push((&columns[..count], *is_second, groups));
            }
            let [mut keys, other] = workers;
            let before = keys.len();
            let merged = keys.merge(&other);
            let columns = keys.columns(count);
            let columns: Vec<&[Value<'_>]> = columns.iter().map(Column::values).collect();
            prop_assert!(columns.iter().all(|column| column.len() == keys.len()) && before <= keys.len());
            let mut seen = std::collections::HashSet::new();
            for (given, is_second, groups) in found {
                for (row, group) in groups.into_iter().enumerate() {
                    let group = if is_second { merged[group as usize] } else { group } as usize;
                    seen.insert(group);
                    for (column, values) in given.iter().zip(&columns) {
                        prop_assert_eq!(&column[row], &values[group]);
                    }
                }
            }
            prop_assert_eq!(seen.len(), keys.len());
        }
    }
}
