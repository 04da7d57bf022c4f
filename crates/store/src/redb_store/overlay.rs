//! A disk that is read, and whose changes stay in memory.

use redb::StorageBackend;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much is kept in memory around a change.
const PAGE: usize = 4096;

/// What is written hides what is below.
#[derive(Debug)]
pub(super) struct Overlay {
    below: Box<dyn StorageBackend>,
    above: Mutex<Above>,
}

#[derive(Debug)]
struct Above {
    length: u64,
    /// How much of what is below was never cut off.
    below: u64,
    pages: BTreeMap<u64, Box<[u8; PAGE]>>,
}

impl Overlay {
    pub(super) fn over(below: Box<dyn StorageBackend>) -> io::Result<Self> {
        let length = below.len()?;
        Ok(Self { above: Mutex::new(Above { length, below: length, pages: BTreeMap::new() }), below })
    }

    fn lock(&self) -> MutexGuard<'_, Above> {
        self.above.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as it is seen.
    fn page(&self, above: &Above, number: u64) -> io::Result<Box<[u8; PAGE]>> {
        if let Some(page) = above.pages.get(&number) {
            return Ok(page.clone());
        }
        let mut page = Box::new([0; PAGE]);
        let begin = number * PAGE as u64;
        let there = above.below.saturating_sub(begin).min(PAGE as u64);
        if there > 0 {
            self.below.read(begin, &mut page[..usize::try_from(there).map_err(io::Error::other)?])?;
        }
        Ok(page)
    }
}

/// The parts of a range by page: the page's number, where in it, and how many bytes.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let place = offset + done as u64;
        let within = usize::try_from(place % PAGE as u64).expect("a page is small");
        let count = (PAGE - within).min(length - done);
        done += count;
        (count > 0).then_some((place / PAGE as u64, within, count))
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let above = self.lock();
        if offset + out.len() as u64 > above.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut rest = out;
        for (page, within, count) in parts(offset, rest.len()) {
            let (part, after) = std::mem::take(&mut rest).split_at_mut(count);
            part.copy_from_slice(&self.page(&above, page)?[within..within + count]);
            rest = after;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut above = self.lock();
        if len < above.length {
            // What is cut off does not come back with the next growth.
            let last = len / PAGE as u64;
            let mut page = self.page(&above, last)?;
            page[usize::try_from(len % PAGE as u64).map_err(io::Error::other)?..].fill(0);
            above.pages.retain(|number, _| *number < last);
            above.pages.insert(last, page);
            above.below = above.below.min(len);
        }
        above.length = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut above = self.lock();
        let mut rest = data;
        for (number, within, count) in parts(offset, data.len()) {
            let (part, after) = rest.split_at(count);
            let mut page = self.page(&above, number)?;
            page[within..within + count].copy_from_slice(part);
            above.pages.insert(number, page);
            rest = after;
        }
        above.length = above.length.max(offset + data.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulated_disk::SimulatedDisk;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_seen_as_a_disk_with_these_changes_and_the_one_below_stays(
            changes in proptest::collection::vec((0u64..20_000, 0usize..9000, any::<bool>()), 1..12),
        ) {
            let bytes: Vec<u8> = (0..10_000u32).map(|number| (number % 251) as u8).collect();
            let below = SimulatedDisk::with(bytes.clone());
            let plain = below.copy();
            let overlay = Overlay::over(Box::new(below.clone())).unwrap();
            for (number, (offset, length, cut)) in changes.into_iter().enumerate() {
                for disk in [&overlay as &dyn StorageBackend, &plain] {
                    match cut {
                        true => disk.set_len(offset).unwrap(),
                        false => disk.write(offset, &vec![number as u8 + 1; length]).unwrap(),
                    }
                }
                let mut seen = vec![0; usize::try_from(overlay.len().unwrap()).unwrap()];
                overlay.read(0, &mut seen).unwrap();
                prop_assert_eq!(seen, plain.bytes());
            }
            prop_assert_eq!(below.bytes(), bytes);
        }
    }
}
