//! The keys of groups. As long as every key is a word in all of its columns they are numbers, and nobody writes them down; with the
//! first that is not they all are.

use super::combined::{Combined, NONE};
use super::table::{KeyTable, write};
use crate::frame::{Column, Words};
use crate::value::Value;
use std::borrow::Cow;

/// What a column of keys is.
pub(crate) enum KeyColumn<'k, 'a> {
    /// A value for each row.
    Values(Cow<'k, [Value<'a>]>),
    /// Which of a few values each row has.
    Words(&'k Words<'a>),
}

/// The keys of groups.
pub(crate) struct Keys {
    /// Keys that are words; the number of one is its group until it is written down.
    combined: Combined,
    written: Option<Written>,
}

/// Keys that are written down.
struct Written {
    table: KeyTable,
    /// The groups of combined numbers.
    groups: Vec<u32>,
}

impl Keys {
    pub(crate) fn new(seed: u64) -> Keys {
        Keys { combined: Combined::new(seed), written: None }
    }

    pub(crate) fn len(&self) -> usize {
        self.written.as_ref().map_or_else(|| self.combined.len(), |it| it.table.len())
    }

    pub(crate) fn bytes(&self) -> usize {
        let written = |it: &Written| it.table.bytes() + size_of::<u32>() * it.groups.len();
        self.combined.bytes() + self.written.as_ref().map_or(0, written)
    }

    /// The group of each row.
    pub(crate) fn find(&mut self, columns: &[KeyColumn<'_, '_>], rows: usize, groups: &mut Vec<u32>) {
        groups.clear();
        let words = columns.iter().map(|column| match column {
            KeyColumn::Words(words) => Some(*words),
            KeyColumn::Values(_) => None,
        });
        match words.collect::<Option<Vec<_>>>().filter(|words| !words.is_empty()) {
            Some(words) => self.find_words(&words, rows, groups),
            None => {
                let columns: Vec<Cow<'_, [Value<'_>]>> = columns.iter().map(KeyColumn::values).collect();
                self.written().table.find(&columns, rows, groups);
            }
        }
    }

    /// The same of words: nobody looks at them again, unless they have not been together before.
    fn find_words(&mut self, columns: &[&Words<'_>], rows: usize, groups: &mut Vec<u32>) {
        self.combined.find(columns, rows, groups);
        let Some(Written { table, groups: known }) = &mut self.written else { return };
        known.resize(self.combined.len(), NONE);
        for (row, found) in groups.iter_mut().enumerate() {
            let group = &mut known[*found as usize];
            if *group == NONE {
                *group = table.group_of(|key| columns.iter().for_each(|column| write(key, column.get(row))));
            }
            *found = *group;
        }
    }

    /// All keys, written down.
    fn written(&mut self) -> &mut Written {
        let combined = &self.combined;
        self.written.get_or_insert_with(|| {
            let (mut table, columns) = (KeyTable::new(combined.seed()), combined.columns());
            let columns: Vec<&[Value<'_>]> = columns.iter().map(Column::values).collect();
            let key = |number: usize, key: &mut Vec<u8>| {
                columns.iter().for_each(|column| write(key, &column[number]));
            };
            let groups =
                (0..combined.len()).map(|number| table.group_of(|bytes| key(number, bytes))).collect();
            Written { table, groups }
        })
    }

    /// The groups here that the groups there are.
    pub(crate) fn merge(&mut self, mut other: Keys) -> Vec<u32> {
        match (&self.written, &other.written) {
            (None, None) => self.combined.merge(&other.combined),
            _ => self.written().table.merge(&other.written().table),
        }
    }

    /// The keys' parts, column by column.
    pub(crate) fn columns(&self, columns: usize) -> Vec<Column<'static>> {
        match &self.written {
            Some(written) => written.table.columns(columns).into_iter().map(Column::from).collect(),
            None if self.len() == 0 => (0..columns).map(|_| Column::from(vec![])).collect(),
            None => self.combined.columns(),
        }
    }
}

impl<'a> KeyColumn<'_, 'a> {
    fn values(&self) -> Cow<'_, [Value<'a>]> {
        match self {
            KeyColumn::Values(values) => Cow::Borrowed(values),
            KeyColumn::Words(words) => Cow::Owned(words.values()),
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
            let merged = keys.merge(other);
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
