//! Thrift's compact protocol, as far as the headers of Parquet files need it. Follows "Thrift Compact protocol encoding" (Apache
//! Thrift).

/// What a value is, as headers of fields and lists say it.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Byte = 3,
    Short = 4,
    Int = 5,
    Long = 6,
    Binary = 8,
    List = 9,
    Struct = 12,
}

/// What of a field is in its header, where it is of a truth.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// The end of a struct.
const STOP: u8 = 0;
/// The longest list whose length is in its header.
const SHORT_LIST_MAX: usize = 14;

/// A struct that is being written: fields by their number, lowest first.
pub(super) struct Struct<'a> {
    bytes: &'a mut Vec<u8>,
    last: u8,
}

/// Writes a struct.
pub(super) fn write(bytes: &mut Vec<u8>, fields: impl FnOnce(&mut Struct<'_>)) {
    let mut writer = Struct { bytes, last: 0 };
    fields(&mut writer);
    bytes.push(STOP);
}

impl Struct<'_> {
    pub(super) fn byte(&mut self, id: u8, value: i8) {
        self.header(id, Kind::Byte as u8);
        self.bytes.extend(value.to_le_bytes());
    }

    pub(super) fn short(&mut self, id: u8, value: i16) {
        self.header(id, Kind::Short as u8);
        number(self.bytes, i64::from(value));
    }

    pub(super) fn int(&mut self, id: u8, value: i32) {
        self.header(id, Kind::Int as u8);
        number(self.bytes, i64::from(value));
    }

    pub(super) fn long(&mut self, id: u8, value: i64) {
        self.header(id, Kind::Long as u8);
        number(self.bytes, value);
    }

    pub(super) fn truth(&mut self, id: u8, value: bool) {
        self.header(id, if value { TRUE } else { FALSE });
    }

    pub(super) fn binary(&mut self, id: u8, value: &[u8]) {
        self.header(id, Kind::Binary as u8);
        binary(self.bytes, value);
    }

    pub(super) fn inner(&mut self, id: u8, fields: impl FnOnce(&mut Struct<'_>)) {
        self.header(id, Kind::Struct as u8);
        write(self.bytes, fields);
    }

    pub(super) fn ints(&mut self, id: u8, values: &[i32]) {
        self.list(id, Kind::Int, values.len());
        for value in values {
            number(self.bytes, i64::from(*value));
        }
    }

    pub(super) fn binaries(&mut self, id: u8, values: &[&[u8]]) {
        self.list(id, Kind::Binary, values.len());
        for value in values {
            binary(self.bytes, value);
        }
    }

    pub(super) fn structs<T>(
        &mut self,
        id: u8,
        items: impl ExactSizeIterator<Item = T>,
        each: impl Fn(T, &mut Struct<'_>),
    ) {
        self.list(id, Kind::Struct, items.len());
        for item in items {
            write(self.bytes, |fields| each(item, fields));
        }
    }

    /// "field-id-delta and type" in one byte. The ids here are all below 16.
    fn header(&mut self, id: u8, kind: u8) {
        assert!(id > self.last && id < 16, "fields are written in the order of their numbers");
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    fn list(&mut self, id: u8, kind: Kind, length: usize) {
        self.header(id, Kind::List as u8);
        match u8::try_from(length) {
            Ok(short) if length <= SHORT_LIST_MAX => self.bytes.push(short << 4 | kind as u8),
            _ => {
                self.bytes.push(0xf0 | kind as u8);
                varint(self.bytes, length as u64);
            }
        }
    }
}

fn binary(bytes: &mut Vec<u8>, value: &[u8]) {
    varint(bytes, value.len() as u64);
    bytes.extend(value);
}

/// A number with a sign: "zigzag", so that small ones are short, whatever their sign.
fn number(bytes: &mut Vec<u8>, value: i64) {
    varint(bytes, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
pub(super) fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits fit");
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_as_the_specification_s_examples_have_it() {
        let mut bytes = Vec::new();
        write(&mut bytes, |it| {
            it.int(1, -1);
            it.truth(2, true);
            it.binary(4, b"PAR1");
            it.ints(5, &[0, 64]);
            it.inner(15, |inner| inner.byte(1, -128));
        });
        let expected = [
            0x15, 1,    // field 1, an i32: -1
            0x11, // field 2, true
            0x28, 4, b'P', b'A', b'R', b'1', // field 4, binary of 4
            0x19, 0x25, 0, 0x80, 1, // field 5, a list of two i32: 0 and 64
            0xac, 0x13, 0x80, 0, // field 15, a struct with a byte
            0,
        ];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn long_lists_and_large_numbers_have_more_bytes() {
        let mut bytes = Vec::new();
        write(&mut bytes, |it| it.ints(1, &[0; 15]));
        assert_eq!(bytes[..3], [0x19, 0xf5, 15]);
        bytes.clear();
        write(&mut bytes, |it| it.long(1, i64::MIN));
        assert_eq!(bytes, [&[0x16][..], &[0xff; 9], &[1, 0]].concat());
    }
}
