//! Fixed fields of fixed headers, copied whole.
//!
//! A field read as one array becomes one load, without a check at run time: that it lies within
//! its header is checked when this is compiled.

/// The `N` bytes at `AT` of a header of `LEN` bytes; what does not fit does not compile.
#[inline(always)]
pub(crate) fn at<const AT: usize, const N: usize, const LEN: usize>(header: &[u8; LEN]) -> [u8; N] {
    const { assert!(AT + N <= LEN, "the field lies within its header") };
    let mut field = [0; N];
    field.copy_from_slice(&header[AT..AT + N]);
    field
}

/// The 16-bit number at `AT`.
#[inline(always)]
pub(crate) fn word<const AT: usize, const LEN: usize>(header: &[u8; LEN]) -> u16 {
    u16::from_be_bytes(at::<AT, 2, LEN>(header))
}

/// A length as headers have it; one that does not fit does not compile where it is a constant.
#[inline(always)]
pub(crate) const fn length(bytes: usize) -> u16 {
    assert!(bytes <= 0xffff, "the length fits a field of 16 bits");
    let [low, high, ..] = bytes.to_le_bytes();
    u16::from_le_bytes([low, high])
}
