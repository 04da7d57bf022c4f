//! Where a connection is in the table: in which of its chunks, and where in that.

/// A connection's place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    #[inline]
    pub(crate) fn from_number(number: u32) -> Slot {
        Slot(number)
    }

    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    #[inline]
    pub(crate) fn chunk(self) -> usize {
        self.0 as usize >> CHUNK_BITS
    }

    #[inline]
    pub(crate) fn place(self) -> usize {
        self.0 as usize & (CHUNK - 1)
    }
}

const CHUNK_BITS: u32 = 14;
pub(crate) const CHUNK: usize = 1 << CHUNK_BITS;
