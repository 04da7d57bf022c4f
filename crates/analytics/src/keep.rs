//! `sort`, `dedup` and `limit`: which rows stay, and in which order.

use crate::frame::{Frame, Identity};
use crate::order::Rank;
use crate::value::Value;
use query::{Keep, Origin, SortKey};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The events that stay so far. Of those beyond the limit some are there for a while, until it is worth while to throw them
/// away.
pub(crate) struct KeptEvents<'p> {
    keep: &'p Keep,
    /// The slots that somebody asks for later, those by which rows are put in order among them.
    carried: Vec<usize>,
    rows: Vec<Kept>,
    /// Where the row with these values is, if rows must differ.
    distinct: HashMap<Vec<u8>, usize>,
    /// Whether the first rows are those that stay so far, the worst of them the last.
    is_cut: bool,
    bytes: usize,
}

struct Kept {
    ranks: Vec<Rank<'static>>,
    identity: Identity,
    values: Vec<Value<'static>>,
}

/// How many rows are there before the first ones are thrown away.
const ROWS_AT_LEAST: usize = 1024;

impl<'p> KeptEvents<'p> {
    pub(crate) fn new(keep: &'p Keep, mut carried: Vec<usize>) -> KeptEvents<'p> {
        carried.extend(keep.order.iter().map(|key| key.slot));
        carried.extend(keep.distinct.iter().flatten());
        carried.sort_unstable();
        carried.dedup();
        KeptEvents { keep, carried, rows: vec![], distinct: HashMap::new(), is_cut: false, bytes: 0 }
    }

    pub(crate) fn add(&mut self, frame: &mut Frame<'_>, origins: &[Origin]) {
        if frame.rows() == 0 {
            return;
        }
        let order: Vec<usize> = self.keep.order.iter().map(|key| key.slot).collect();
        frame.read(origins, &order);
        let log = frame.log(0);
        // What cannot stay is not read any further.
        if let Some(worst) = self.worst() {
            let stays: Vec<bool> =
                (0..frame.rows()).map(|row| self.compare_row(frame, row, worst).is_lt()).collect();
            frame.retain(&stays);
        }
        self.retain_best(frame);
        frame.read(origins, &self.carried);
        for row in 0..frame.rows() {
            self.add_row(frame, row, &log);
        }
        self.shrink();
    }

    /// The last of those that stay for certain, if there are as many as may stay.
    fn worst(&self) -> Option<&Kept> {
        let limit = self.keep.limit.filter(|_| self.is_cut)?;
        self.rows.get(limit.checked_sub(1)?)
    }

    /// Of a frame that has more rows than may stay the best ones are chosen before any is copied.
    fn retain_best(&self, frame: &mut Frame<'_>) {
        let Some(limit) = self.keep.limit.filter(|_| self.keep.distinct.is_none()) else { return };
        if limit >= frame.rows() {
            return;
        }
        let mut rows: Vec<usize> = (0..frame.rows()).collect();
        let ranks = ranks(frame, self.keep);
        let newest = |row: usize| (frame.time_ms(row), frame.pointer(row));
        rows.select_nth_unstable_by(limit.saturating_sub(1), |one, other| {
            compare_ranks(self.keep, &ranks, *one, *other).then_with(|| newest(*other).cmp(&newest(*one)))
        });
        let mut stays = vec![false; frame.rows()];
        rows[..limit].iter().for_each(|row| stays[*row] = true);
        drop(ranks);
        frame.retain(&stays);
    }

    fn compare_row(&self, frame: &Frame<'_>, row: usize, other: &Kept) -> Ordering {
        let absent = Value::Absent;
        for (key, rank) in self.keep.order.iter().zip(&other.ranks) {
            let value = frame.column(key.slot).map_or(&absent, |column| &column[row]);
            let ordering = directed(Rank::of(value).compare(rank), *key);
            if ordering.is_ne() {
                return ordering;
            }
        }
        newest_first((frame.time_ms(row), frame.pointer(row)), &other.identity)
    }

    fn add_row(&mut self, frame: &Frame<'_>, row: usize, log: &Arc<str>) {
        let value =
            |slot: usize| frame.column(slot).map_or(Value::Absent, |column| column[row].clone().into_owned());
        let mut values: Vec<Value<'static>> = vec![];
        for slot in &self.carried {
            values.resize(*slot, Value::Absent);
            values.push(value(*slot));
        }
        let ranks = self.keep.order.iter().map(|key| Rank::of(&values[key.slot]).into_owned()).collect();
        let identity =
            Identity { time_ms: frame.time_ms(row), pointer: frame.pointer(row), log: Arc::clone(log) };
        self.insert(Kept { ranks, identity, values });
    }

    fn insert(&mut self, kept: Kept) {
        let key = self.keep.distinct.as_ref().and_then(|slots| distinct_key(&kept.values, slots));
        if let Some(key) = key {
            match self.distinct.entry(key) {
                Entry::Occupied(place) => {
                    let place = *place.get();
                    if compare(self.keep, &kept, &self.rows[place]).is_lt() {
                        self.rows[place] = kept;
                    }
                    return;
                }
                Entry::Vacant(place) => {
                    self.bytes += place.key().len() + size_of::<Vec<u8>>();
                    place.insert(self.rows.len());
                }
            }
        }
        self.bytes += bytes(&kept);
        self.rows.push(kept);
    }

    /// Throws away what does not stay, once that is half of it.
    fn shrink(&mut self) {
        let Some(limit) = self.keep.limit.filter(|_| self.keep.distinct.is_none()) else { return };
        if self.rows.len() >= (2 * limit).max(limit + ROWS_AT_LEAST) {
            self.cut(limit);
        }
    }

    fn cut(&mut self, limit: usize) {
        if limit < self.rows.len() {
            let keep = self.keep;
            self.rows.select_nth_unstable_by(limit.saturating_sub(1), |one, other| compare(keep, one, other));
            self.rows.truncate(limit);
            self.is_cut = true;
        }
        self.bytes = self.rows.iter().map(bytes).sum();
    }

    pub(crate) fn merge(&mut self, other: KeptEvents<'p>) {
        other.rows.into_iter().for_each(|kept| self.insert(kept));
        self.shrink();
    }

    /// What it takes of memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows that stay, in their order.
    pub(crate) fn finish(mut self, slots: usize) -> Frame<'static> {
        let keep = self.keep;
        self.rows.sort_by(|one, other| compare(keep, one, other));
        self.rows.truncate(keep.limit.unwrap_or(usize::MAX));
        let rows = self.rows.into_iter().map(|kept| {
            let mut values = kept.values;
            values.resize(slots, Value::Absent);
            (kept.identity, values)
        });
        Frame::of_kept(rows.collect(), slots)
    }
}

fn compare(keep: &Keep, one: &Kept, other: &Kept) -> Ordering {
    for (key, (rank, others)) in keep.order.iter().zip(one.ranks.iter().zip(&other.ranks)) {
        let ordering = directed(rank.compare(others), *key);
        if ordering.is_ne() {
            return ordering;
        }
    }
    newest_first((one.identity.time_ms, one.identity.pointer), &other.identity)
}

fn newest_first((time_ms, pointer): (i64, u64), other: &Identity) -> Ordering {
    (other.time_ms, other.pointer).cmp(&(time_ms, pointer))
}

fn directed(ordering: Ordering, key: SortKey) -> Ordering {
    if key.descending { ordering.reverse() } else { ordering }
}

fn bytes(kept: &Kept) -> usize {
    let ranks = kept.ranks.len() * 2 * size_of::<Rank<'_>>();
    size_of::<Kept>() + ranks + kept.values.iter().map(Value::bytes).sum::<usize>()
}

/// The values by which rows must differ; none if one of them is absent: "log events with null values are retained" (dedup).
fn distinct_key(values: &[Value<'_>], slots: &[usize]) -> Option<Vec<u8>> {
    let mut key = vec![];
    for slot in slots {
        let text = values[*slot].as_text()?;
        key.extend_from_slice(&text.len().to_le_bytes());
        key.extend_from_slice(&text);
    }
    Some(key)
}

/// The same for rows that are there already: they keep the order that they have, unless another is asked for.
pub(crate) fn keep_rows(frame: &mut Frame<'_>, keep: &Keep) {
    let mut rows: Vec<usize> = (0..frame.rows()).collect();
    sort(frame, &mut rows, keep);
    if let Some(slots) = &keep.distinct {
        let mut seen = std::collections::HashSet::new();
        rows.retain(|row| {
            let value =
                |slot: &usize| frame.column(*slot).map_or(Value::Absent, |column| column[*row].clone());
            let values: Vec<Value<'_>> = slots.iter().map(value).collect();
            let all: Vec<usize> = (0..values.len()).collect();
            distinct_key(&values, &all).is_none_or(|key| seen.insert(key))
        });
    }
    rows.truncate(keep.limit.unwrap_or(usize::MAX));
    frame.take(&rows);
}

fn sort(frame: &Frame<'_>, rows: &mut Vec<usize>, keep: &Keep) {
    if keep.order.is_empty() {
        return;
    }
    let ranks = ranks(frame, keep);
    let compare =
        |one: &usize, other: &usize| compare_ranks(keep, &ranks, *one, *other).then_with(|| one.cmp(other));
    let limit = keep.limit.filter(|limit| *limit > 0 && *limit < rows.len() && keep.distinct.is_none());
    if let Some(limit) = limit {
        rows.select_nth_unstable_by(limit - 1, compare);
        rows.truncate(limit);
    }
    rows.sort_unstable_by(compare);
}

/// What each row is put in order by; nothing where nobody has such a value.
type Ranks<'f> = Vec<Option<Vec<Rank<'f>>>>;

fn ranks<'f>(frame: &'f Frame<'_>, keep: &Keep) -> Ranks<'f> {
    let ranks = |key: &SortKey| frame.column(key.slot).map(|column| column.iter().map(Rank::of).collect());
    keep.order.iter().map(ranks).collect()
}

fn compare_ranks(keep: &Keep, ranks: &Ranks<'_>, one: usize, other: usize) -> Ordering {
    for (key, ranks) in keep.order.iter().zip(ranks) {
        let Some(ranks) = ranks else { continue };
        let ordering = directed(ranks[one].compare(&ranks[other]), *key);
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}
