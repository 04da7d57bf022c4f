//! Finds the connection of a packet: from 32 bits of a hash to small numbers.
//!
//! One array with linear probing, so that a look-up in a large table costs one cache miss; each cell keeps its hash, so
//! that growing looks at no connection and a stranger's cell is passed over without looking at its connection.

/// Cells: the hash in the upper half, the number plus one in the lower; zero is free.
pub(crate) struct ConnectionIndex {
    cells: Vec<u64>,
    count: usize,
}

const FIRST_CELLS: usize = 1024;

fn cell(hash: u32, number: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(number + 1)
}

fn hash_of(cell: u64) -> u32 {
    (cell >> 32) as u32
}

fn number_of(cell: u64) -> u32 {
    (cell & 0xffff_ffff) as u32 - 1
}

impl ConnectionIndex {
    pub(crate) fn new() -> ConnectionIndex {
        ConnectionIndex { cells: vec![0; FIRST_CELLS], count: 0 }
    }

    /// How many bytes it takes.
    pub(crate) fn memory(&self) -> usize {
        self.cells.capacity() * size_of::<u64>()
    }

    /// The number under this hash that `is_it`.
    #[inline]
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.cells.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.cells[at] {
                0 => return None,
                cell if hash_of(cell) == hash && is_it(number_of(cell)) => return Some(number_of(cell)),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// The cell where a search for this hash begins.
    #[inline]
    pub(crate) fn first_cell(&self, hash: u32) -> u64 {
        self.cells[hash as usize & (self.cells.len() - 1)]
    }

    /// Puts a number in. It must not be in.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        if (self.count + 1) * 2 > self.cells.len() {
            self.grow();
        }
        self.count += 1;
        self.put(cell(hash, number));
    }

    fn put(&mut self, cell: u64) {
        let mask = self.cells.len() - 1;
        let mut at = hash_of(cell) as usize & mask;
        while self.cells[at] != 0 {
            at = (at + 1) & mask;
        }
        self.cells[at] = cell;
    }

    fn grow(&mut self) {
        let larger = vec![0; self.cells.len() * 2];
        let before = std::mem::replace(&mut self.cells, larger);
        before.into_iter().filter(|cell| *cell != 0).for_each(|cell| self.put(cell));
    }

    /// Takes a number out, and moves what comes after it up, so that no search ends too early.
    pub(crate) fn remove(&mut self, hash: u32, number: u32) {
        let mask = self.cells.len() - 1;
        let wanted = cell(hash, number);
        let mut free = hash as usize & mask;
        while self.cells[free] != wanted {
            if self.cells[free] == 0 {
                return;
            }
            free = (free + 1) & mask;
        }
        self.count -= 1;
        let mut at = free;
        loop {
            at = (at + 1) & mask;
            let cell = self.cells[at];
            if cell == 0 {
                break;
            }
            let home = hash_of(cell) as usize & mask;
            // Whether the cell's home is not between the free one and where the cell is.
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(free) & mask {
                self.cells[free] = cell;
                free = at;
            }
        }
        self.cells[free] = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Few hashes, so that all of them collide.
    #[test]
    fn numbers_are_found_until_they_are_taken_out() {
        let mut index = ConnectionIndex::new();
        let mut wanted: BTreeMap<u32, u32> = BTreeMap::new();
        let mut random = 1u32;
        for step in 0..20_000u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = (random >> 8) % 3000;
            match wanted.remove(&number) {
                Some(hash) => index.remove(hash, number),
                None => {
                    let hash = (step % 61).wrapping_mul(0x0800_0001).wrapping_sub(30);
                    wanted.insert(number, hash);
                    index.insert(hash, number);
                }
            }
            if step % 500 == 0 {
                for number in 0..3000 {
                    let found = wanted.get(&number).map(|hash| index.find(*hash, |it| it == number));
                    assert!(found.is_none_or(|found| found == Some(number)));
                }
            }
        }
        assert_eq!(index.count, wanted.len());
    }
}
