//! Keys that are words in every column: each word has a number, two numbers together have another one, and so on.
//!
//! ```text
//!   srcAddr   10.0.0.1 -> 0   10.0.0.2 -> 1        (0, 0) -> 0
//!   dstAddr   10.0.9.1 -> 0                        (1, 0) -> 1
//! ```

use super::table::{Hash, KeyTable};
use crate::frame::{Column, Words};
use crate::value::Value;

/// How full a table may be before it grows.
const LOAD: (usize, usize) = (5, 8);
const PLACES_AT_FIRST: usize = 1024;
/// How many pairs are looked for together: as many as the nearest memory holds.
const REACHED_AT_ONCE: usize = 128;
/// What has no number yet.
pub(super) const NONE: u32 = u32::MAX;

/// The numbers of words, and of what stands together.
#[derive(Default)]
pub(super) struct Combined {
    seed: u64,
    columns: Vec<KeyWords>,
}

struct KeyWords {
    words: KeyTable,
    /// The numbers of the words of one batch.
    numbers: Vec<u32>,
    /// Those of the columns before together with this one; none in the first.
    pairs: Pairs,
}

impl Combined {
    pub(super) fn new(seed: u64) -> Combined {
        Combined { seed, columns: vec![] }
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// How many have a number.
    pub(super) fn len(&self) -> usize {
        match &self.columns[..] {
            [] => 0,
            [alone] => alone.words.len(),
            [.., last] => last.pairs.pairs.len(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.columns.iter().map(|it| it.words.bytes() + it.pairs.bytes()).sum()
    }

    fn of_columns(&mut self, count: usize) {
        let seed = self.seed;
        self.columns.resize_with(count, || KeyWords {
            words: KeyTable::new(seed),
            numbers: vec![],
            pairs: Pairs::new(seed),
        });
    }

    /// The number of each row.
    pub(super) fn find(&mut self, columns: &[&Words<'_>], rows: usize, found: &mut Vec<u32>) {
        self.of_columns(columns.len());
        for (place, (column, given)) in self.columns.iter_mut().zip(columns).enumerate() {
            let KeyWords { words, numbers, pairs } = column;
            numbers.clear();
            numbers.resize(given.words.len(), NONE);
            // Filters may have left rows with a few of the words.
            let numbers = given.codes[..rows].iter().map(|code| {
                let number = &mut numbers[usize::from(*code)];
                if *number == NONE {
                    *number = words.of_value(&given.words[usize::from(*code)]);
                }
                *number
            });
            match place {
                0 => found.extend(numbers),
                _ => pairs.find(numbers, found),
            }
        }
    }

    /// The numbers here that the numbers there are.
    pub(super) fn merge(&mut self, other: &Combined) -> Vec<u32> {
        self.of_columns(self.columns.len().max(other.columns.len()));
        let mut merged = vec![];
        for (place, (column, others)) in self.columns.iter_mut().zip(&other.columns).enumerate() {
            let words = column.words.merge(&others.words);
            if place == 0 {
                merged = words;
                continue;
            }
            let (before, with) =
                (|pair: &u64| merged[(pair >> 32) as usize], |pair: &u64| words[*pair as u32 as usize]);
            let mut found: Vec<u32> = others.pairs.pairs.iter().map(before).collect();
            column.pairs.find(others.pairs.pairs.iter().map(with), &mut found);
            merged = found;
        }
        merged
    }

    /// The words that each number stands for, column by column.
    pub(super) fn columns(&self) -> Vec<Column<'static>> {
        let mut numbers: Vec<u32> = (0..u32::try_from(self.len()).expect("numbers are of 32 bits")).collect();
        let mut columns = vec![];
        for (place, column) in self.columns.iter().enumerate().rev() {
            let pairs = &column.pairs.pairs;
            let word = |number: &u32| if place == 0 { *number } else { pairs[*number as usize] as u32 };
            columns.push(of_words(column.words.columns(1).remove(0), numbers.iter().map(word)));
            if place > 0 {
                numbers.iter_mut().for_each(|number| *number = (pairs[*number as usize] >> 32) as u32);
            }
        }
        columns.reverse();
        columns
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
