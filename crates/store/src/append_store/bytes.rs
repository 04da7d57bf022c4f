//! Numbers, texts and fields of any bytes in a row: little-endian, with lengths of four bytes.

/// Puts values into a row of bytes.
pub(super) trait Put {
    fn put_u64(&mut self, value: u64);
    fn put_i64(&mut self, value: i64);
    fn put_field(&mut self, field: &[u8]);
}

impl Put for Vec<u8> {
    fn put_u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_i64(&mut self, value: i64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn put_field(&mut self, field: &[u8]) {
        let length = u32::try_from(field.len()).expect("names and entries are within their limits");
        self.extend_from_slice(&length.to_le_bytes());
        self.extend_from_slice(field);
    }
}

/// Takes values from the beginning of a row of bytes; `None` where it ends too early.
pub(super) trait Take<'a> {
    fn take_u8(&mut self) -> Option<u8>;
    fn take_u32(&mut self) -> Option<u32>;
    fn take_u64(&mut self) -> Option<u64>;
    fn take_i64(&mut self) -> Option<i64>;
    fn take_field(&mut self) -> Option<&'a [u8]>;
}

impl<'a> Take<'a> for &'a [u8] {
    fn take_u8(&mut self) -> Option<u8> {
        self.split_off_first().copied()
    }

    fn take_u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.split_off(..4)?.try_into().ok()?))
    }

    fn take_u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.split_off(..8)?.try_into().ok()?))
    }

    fn take_i64(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.split_off(..8)?.try_into().ok()?))
    }

    fn take_field(&mut self) -> Option<&'a [u8]> {
        let length = self.take_u32()?;
        self.split_off(..usize::try_from(length).ok()?)
    }
}
