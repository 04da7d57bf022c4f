//! Columns on the disk.
//!
//! ```text
//!   numbers = least i64, width u8, (number - least) x count, each of so many bytes
//!   texts   = lengths as numbers, the texts behind one another
//!   field   = 0, texts x events
//!             1, count u16, texts x count, which of them each event has as numbers
//! ```

use std::collections::HashMap;
use std::ops::Range;

use analytics::{FieldColumn, Strings};

use super::block::EVENTS_MAX;

/// Writes whole numbers.
pub(super) fn put_numbers(out: &mut Vec<u8>, numbers: impl Iterator<Item = i64> + Clone) {
    let least = numbers.clone().min().unwrap_or_default();
    let span = numbers.clone().map(|it| above(it, least)).max().unwrap_or_default();
    let width = match span {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    out.extend_from_slice(&least.to_le_bytes());
    out.push(width);
    for number in numbers {
        out.extend_from_slice(&above(number, least).to_le_bytes()[..usize::from(width)]);
    }
}

fn above(number: i64, least: i64) -> u64 {
    number.wrapping_sub(least).cast_unsigned()
}

/// Reads so many whole numbers.
pub(super) fn take_numbers<T>(
    bytes: &mut &[u8],
    count: usize,
    number: impl Fn(i64) -> Option<T>,
) -> Option<Vec<T>> {
    // Equal ones take no bytes, however many there are said to be.
    if count > EVENTS_MAX {
        return None;
    }
    let least = i64::from_le_bytes(take(bytes)?);
    let [width] = take(bytes)?;
    let at = |above: u64| number(least.wrapping_add(above.cast_signed()));
    match width {
        0 => (0..count).map(|_| at(0)).collect(),
        1 => column::<1>(bytes, count)?.iter().map(|it| at(u64::from(it[0]))).collect(),
        2 => column(bytes, count)?.iter().map(|it| at(u64::from(u16::from_le_bytes(*it)))).collect(),
        4 => column(bytes, count)?.iter().map(|it| at(u64::from(u32::from_le_bytes(*it)))).collect(),
        8 => column(bytes, count)?.iter().map(|it| at(u64::from_le_bytes(*it))).collect(),
        _ => None,
    }
}

/// How many of something there are in a block, as it is written.
pub(super) fn count(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("a block is far shorter").to_le_bytes()
}

/// What is read of bytes, if nothing is left of them.
pub(super) fn whole<T>(mut bytes: &[u8], read: impl FnOnce(&mut &[u8]) -> Option<T>) -> Option<T> {
    let rest = &mut bytes;
    read(rest).filter(|_| rest.is_empty())
}

pub(super) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

pub(super) fn column<'b, const N: usize>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [[u8; N]]> {
    let (column, rest) = bytes.split_at_checked(count.checked_mul(N)?)?;
    *bytes = rest;
    Some(column.as_chunks::<N>().0)
}

/// Texts behind one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    /// Where each begins, and where the last one ends.
    pub(crate) offsets: Vec<u32>,
    pub(crate) text: String,
}

impl Texts {
    fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Texts {
        let mut all = Texts { offsets: vec![0], text: String::new() };
        for text in texts {
            all.text.push_str(text);
            all.offsets.push(u32::try_from(all.text.len()).expect("a block is far shorter"));
        }
        all
    }

    fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Some of them.
    fn lent(&self, some: Range<usize>) -> Strings<'_> {
        Strings { offsets: &self.offsets[some.start..=some.end], bytes: self.text.as_bytes() }
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let at = |place: usize| usize::try_from(self.offsets[place]).expect("a place in memory");
        &self.text[at(index)..at(index + 1)]
    }

    fn put(&self, out: &mut Vec<u8>) {
        put_lengths(out, &self.offsets);
        out.extend_from_slice(self.text.as_bytes());
    }

    fn take(bytes: &mut &[u8], count: usize) -> Option<Texts> {
        let offsets = take_lengths(bytes, count)?;
        let length = usize::try_from(*offsets.last()?).ok()?;
        let (text, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        let text = std::str::from_utf8(text).ok()?;
        are_places(&offsets, text).then(|| Texts { offsets, text: text.to_owned() })
    }
}

/// Whether each begins where a character does.
pub(super) fn are_places(offsets: &[u32], text: &str) -> bool {
    let is_place = |place: &u32| usize::try_from(*place).is_ok_and(|it| text.is_char_boundary(it));
    text.is_ascii() || offsets.iter().all(is_place)
}

/// Writes how long texts are that begin at these places.
pub(super) fn put_lengths(out: &mut Vec<u8>, offsets: &[u32]) {
    put_numbers(out, offsets.windows(2).map(|it| i64::from(it[1] - it[0])));
}

/// Where texts of so many lengths begin.
pub(super) fn take_lengths(bytes: &mut &[u8], count: usize) -> Option<Vec<u32>> {
    let lengths = take_numbers(bytes, count, |it| u32::try_from(it).ok())?;
    let mut offsets = Vec::with_capacity(count + 1);
    let mut end = 0_u32;
    offsets.push(0);
    for length in lengths {
        end = end.checked_add(length)?;
        offsets.push(end);
    }
    Some(offsets)
}

/// A field of the events of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// What each event has.
    Texts(Texts),
    /// Which of some words.
    Words { words: Texts, codes: Vec<u16> },
}

impl Field {
    /// The field of an event.
    pub(crate) fn get(&self, event: usize) -> &str {
        match self {
            Field::Texts(texts) => texts.get(event),
            Field::Words { words, codes } => words.get(usize::from(codes[event])),
        }
    }

    /// That of some events.
    pub(super) fn lent(&self, events: Range<usize>) -> FieldColumn<'_> {
        match self {
            Field::Texts(texts) => FieldColumn::Texts(texts.lent(events)),
            Field::Words { words, codes } => {
                FieldColumn::Words { words: words.lent(0..words.len()), codes: &codes[events] }
            }
        }
    }

    pub(super) fn of(fields: &[&str]) -> Field {
        let mut numbers: HashMap<&str, u16> = HashMap::new();
        let mut words = Vec::new();
        let mut codes = Vec::with_capacity(fields.len());
        // Where most events have a word of their own there is nothing to be had.
        let most = fields.len() / 2 + 1;
        for field in fields {
            let code = *numbers.entry(field).or_insert_with(|| {
                words.push(*field);
                u16::try_from(words.len() - 1).expect("a block has fewer events")
            });
            if words.len() > most {
                return Field::Texts(Texts::of(fields.iter().copied()));
            }
            codes.push(code);
        }
        Field::Words { words: Texts::of(words.into_iter()), codes }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Field::Texts(texts) => {
                out.push(0);
                texts.put(out);
            }
            Field::Words { words, codes } => {
                out.push(1);
                let count = u16::try_from(words.len()).expect("a block has fewer events");
                out.extend_from_slice(&count.to_le_bytes());
                words.put(out);
                put_numbers(out, codes.iter().map(|it| i64::from(*it)));
            }
        }
    }

    /// Nothing, whatever the event.
    pub(super) fn nothing(events: usize) -> Field {
        Field::Words { words: Texts::of([""].into_iter()), codes: vec![0; events] }
    }

    /// Reads what has nothing behind it.
    pub(super) fn read(bytes: &[u8], events: usize) -> Option<Field> {
        whole(bytes, |rest| Field::take(rest, events))
    }

    fn take(bytes: &mut &[u8], events: usize) -> Option<Field> {
        match take(bytes)? {
            [0] => Some(Field::Texts(Texts::take(bytes, events)?)),
            [1] => {
                let count = usize::from(u16::from_le_bytes(take(bytes)?));
                let words = Texts::take(bytes, count)?;
                let codes = take_numbers(bytes, events, |it| u16::try_from(it).ok())?;
                let greatest = codes.iter().max().map_or(0, |it| usize::from(*it) + 1);
                (greatest <= count).then_some(Field::Words { words, codes })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(numbers in prop::collection::vec(any::<i64>(), 0..20), narrow in 0..48_u32) {
            let numbers: Vec<i64> = numbers.iter().map(|it| it >> narrow).collect();
            let mut bytes = Vec::new();
            put_numbers(&mut bytes, numbers.iter().copied());
            let mut rest = bytes.as_slice();
            prop_assert_eq!(take_numbers(&mut rest, numbers.len(), Some), Some(numbers));
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn fields_are_as_they_were(fields in prop::collection::vec("[ab1ß]{0,2}", 0..40)) {
            let texts: Vec<&str> = fields.iter().map(String::as_str).collect();
            let field = Field::of(&texts);
            let mut bytes = Vec::new();
            field.put(&mut bytes);
            let read = Field::read(&bytes, texts.len()).unwrap();
            prop_assert_eq!(&read, &field);
            for (event, text) in texts.iter().enumerate() {
                prop_assert_eq!(read.get(event), *text);
            }
            for end in 0..bytes.len() {
                prop_assert!(Field::read(&bytes[..end], texts.len()).is_none());
            }
            bytes.push(0);
            prop_assert!(Field::read(&bytes, texts.len()).is_none());
        }

        #[test]
        fn any_bytes_are_a_field_or_none(bytes in prop::collection::vec(0..5_u8, 0..300), events in 0..50_usize) {
            if let Some(field) = Field::read(&bytes, events) {
                let _ = (0..events).map(|event| field.get(event).len()).sum::<usize>();
            }
        }
    }

    #[test]
    fn a_word_that_many_have_is_written_once() {
        let Field::Words { words, codes } = Field::of(&["eni-0123456789abcdef0"; 100]) else {
            panic!("they are one word")
        };
        assert_eq!((words.text.as_str(), codes), ("eni-0123456789abcdef0", vec![0; 100]));
        let all: Vec<String> = (0..100).map(|it| it.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert!(matches!(Field::of(&all), Field::Texts(_)));
    }
}
