//! CBOR (RFC 8949) into JSON values and back: as much of it as clients of AWS's write.
//!
//! Bytes become Base64 text, a tagged value (a moment is one) the value itself. What JSON cannot have, keys that are no
//! text above all, is refused. Everything here reads what a stranger sent: depth and number of values are bounded.

use base64::Engine as _;
use serde_json::{Map, Value};

/// How deep values may be in each other.
const DEPTH_MAX: usize = 64;

/// Major types, in the three highest bits.
const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

/// Lengths from here on do not fit beside the major type: they follow in one, two, four or eight bytes.
const IN_ONE_BYTE: u8 = 24;
const IN_EIGHT_BYTES: u8 = 27;
/// The length is not said: a break ends it.
const INDEFINITE: u8 = 31;
const BREAK: u8 = 0xff;

/// The tag of moments: seconds since 1970.
const EPOCH: u64 = 1;

/// Simple values.
const FALSE: u64 = 20;
const TRUE: u64 = 21;
const NULL: u64 = 22;
const UNDEFINED: u64 = 23;

/// The value, if there is one and nothing after it.
pub(crate) fn read(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(0)?;
    reader.rest.is_empty().then_some(value)
}

/// The value as CBOR. Numbers that are members of these names, or in lists that are, are moments, and say so.
pub(crate) fn write(value: &Value, moments: &[&str]) -> Vec<u8> {
    let mut writer = Writer { out: Vec::new(), moments };
    writer.value(value, false);
    writer.out
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        let (major, low) = self.first()?;
        match major {
            UNSIGNED => Some(Value::from(self.number(low)?)),
            NEGATIVE => Some(Value::from(-1 - i64::try_from(self.number(low)?).ok()?)),
            BYTES => {
                let bytes = self.chunks(low, BYTES)?;
                Some(Value::from(base64::engine::general_purpose::STANDARD.encode(bytes)))
            }
            TEXT => Some(Value::from(self.text(low)?)),
            ARRAY => self.array(low, depth),
            MAP => self.map(low, depth),
            TAG => {
                self.number(low)?;
                self.value(depth + 1)
            }
            SIMPLE => self.simple(low),
            8.. => None,
        }
    }

    fn first(&mut self) -> Option<(u8, u8)> {
        let [first] = self.take(1)? else { return None };
        Some((first >> 5, first & 0x1f))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// The number that the low bits are, or announce.
    fn number(&mut self, low: u8) -> Option<u64> {
        match low {
            0..IN_ONE_BYTE => Some(u64::from(low)),
            IN_ONE_BYTE..=IN_EIGHT_BYTES => {
                let bytes = self.take(1 << (low - IN_ONE_BYTE))?;
                Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
            }
            _ => None,
        }
    }

    /// How many follow; `None` if a break ends them. More than there are bytes cannot follow.
    fn length(&mut self, low: u8) -> Option<Option<usize>> {
        match low {
            INDEFINITE => Some(None),
            _ => {
                let length = usize::try_from(self.number(low)?).ok()?;
                (length <= self.rest.len()).then_some(Some(length))
            }
        }
    }

    fn ends(&mut self) -> bool {
        let is_break = self.rest.first() == Some(&BREAK);
        if is_break {
            self.rest = &self.rest[1..];
        }
        is_break
    }

    /// Bytes or text in one piece, or in several.
    fn chunks(&mut self, low: u8, of: u8) -> Option<Vec<u8>> {
        if let Some(length) = self.length(low)? {
            return self.take(length).map(<[u8]>::to_vec);
        }
        let mut whole = Vec::new();
        while !self.ends() {
            let (major, low) = self.first()?;
            let length = self.length(low)?.filter(|_| major == of)?;
            whole.extend_from_slice(self.take(length)?);
        }
        Some(whole)
    }

    fn text(&mut self, low: u8) -> Option<String> {
        String::from_utf8(self.chunks(low, TEXT)?).ok()
    }

    fn array(&mut self, low: u8, depth: usize) -> Option<Value> {
        let length = self.length(low)?;
        let mut members = Vec::new();
        while !self.is_over(length, members.len()) {
            members.push(self.value(depth + 1)?);
        }
        Some(Value::Array(members))
    }

    fn map(&mut self, low: u8, depth: usize) -> Option<Value> {
        let length = self.length(low)?;
        let mut members = Map::new();
        let mut count = 0;
        while !self.is_over(length, count) {
            let (major, low) = self.first()?;
            let name = if major == TEXT { self.text(low)? } else { return None };
            members.insert(name, self.value(depth + 1)?);
            count += 1;
        }
        Some(Value::Object(members))
    }

    fn is_over(&mut self, length: Option<usize>, count: usize) -> bool {
        length.map_or_else(|| self.ends(), |length| count == length)
    }

    fn simple(&mut self, low: u8) -> Option<Value> {
        let is_float = low > IN_ONE_BYTE;
        let bits = self.number(low)?;
        if is_float {
            return float(low, bits).map(Value::from);
        }
        match bits {
            FALSE => Some(Value::from(false)),
            TRUE => Some(Value::from(true)),
            NULL | UNDEFINED => Some(Value::Null),
            _ => None,
        }
    }
}

/// A number of half, single or double precision.
fn float(low: u8, bits: u64) -> Option<f64> {
    match low - IN_ONE_BYTE {
        1 => Some(half(u16::try_from(bits).ok()?)),
        2 => Some(f64::from(f32::from_bits(u32::try_from(bits).ok()?))),
        _ => Some(f64::from_bits(bits)),
    }
}

/// Ten bits of fraction, five of exponent, as RFC 8949 (appendix D) reads them.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits >> 15 == 0 { size } else { -size }
}

struct Writer<'a> {
    out: Vec<u8>,
    moments: &'a [&'a str],
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, is_moment: bool) {
        let out = &mut self.out;
        match value {
            Value::Null => out.push(SIMPLE << 5 | 22),
            Value::Bool(false) => out.push(SIMPLE << 5 | 20),
            Value::Bool(true) => out.push(SIMPLE << 5 | 21),
            Value::Number(number) => {
                if is_moment {
                    write_head(out, TAG, EPOCH);
                }
                write_number(out, number);
            }
            Value::String(text) => write_text(out, text),
            Value::Array(members) => {
                write_head(out, ARRAY, members.len() as u64);
                members.iter().for_each(|member| self.value(member, is_moment));
            }
            Value::Object(members) => {
                write_head(out, MAP, members.len() as u64);
                for (name, member) in members {
                    write_text(&mut self.out, name);
                    self.value(member, self.moments.contains(&name.as_str()));
                }
            }
        }
    }
}

fn write_number(out: &mut Vec<u8>, number: &serde_json::Number) {
    if let Some(number) = number.as_u64() {
        write_head(out, UNSIGNED, number);
    } else if let Some(number) = number.as_i64() {
        write_head(out, NEGATIVE, number.unsigned_abs() - 1);
    } else {
        out.push(SIMPLE << 5 | IN_EIGHT_BYTES);
        out.extend(number.as_f64().unwrap_or_default().to_bits().to_be_bytes());
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_head(out, TEXT, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// The major type, and the number in as few bytes as it needs.
fn write_head(out: &mut Vec<u8>, major: u8, number: u64) {
    let bytes = number.to_be_bytes();
    let (low, length) = match number {
        0..24 => return out.push(major << 5 | bytes[7]),
        24..=0xff => (0, 1),
        0x100..=0xffff => (1, 2),
        0x1_0000..=0xffff_ffff => (2, 4),
        _ => (3, 8),
    };
    out.push(major << 5 | (IN_ONE_BYTE + low));
    out.extend_from_slice(&bytes[bytes.len() - length..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn examples_of_the_standard_are_read() {
        for (hex, value) in [
            ("00", json!(0)),
            ("1818", json!(24)),
            ("1b000000e8d4a51000", json!(1_000_000_000_000_u64)),
            ("3903e7", json!(-1000)),
            ("f93c00", json!(1.0)),
            ("f90001", json!(5.960464477539063e-8)),
            ("fa47c35000", json!(100_000.0)),
            ("fbc010666666666666", json!(-4.1)),
            ("f4", json!(false)),
            ("f6", Value::Null),
            ("c11a514b67b0", json!(1_363_896_240)),
            ("4401020304", json!("AQIDBA==")),
            ("62c3bc", json!("\u{fc}")),
            ("a26161016162820203", json!({"a": 1, "b": [2, 3]})),
            ("bf61610161629f0203ffff", json!({"a": 1, "b": [2, 3]})),
            ("7f657374726561646d696e67ff", json!("streaming")),
        ] {
            assert_eq!(read(&bytes(hex)), Some(value), "{hex}");
        }
    }

    #[test]
    fn what_is_cut_off_too_deep_or_not_json_is_refused() {
        for hex in [
            "",
            "18",
            "62c3",
            "62c3ff",
            "8201",
            "bf",
            "a10101",
            "ff",
            "0000",
            "9bffffffffffffffff",
            "f8ff",
            "1c",
        ] {
            assert_eq!(read(&bytes(hex)), None, "{hex}");
        }
        let deep = [vec![0x81; 100_000], vec![0]].concat();
        assert_eq!(read(&deep), None);
    }

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        let head = |length: usize| write(&Value::from("x".repeat(length)), &[])[..5].to_vec();
        assert_eq!(head(23)[..1], [0x77]);
        assert_eq!(head(24)[..2], [0x78, 24]);
        assert_eq!(head(255)[..2], [0x78, 255]);
        assert_eq!(head(256)[..3], [0x79, 1, 0]);
        assert_eq!(head(65_536)[..5], [0x7a, 0, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number: i64, large: u64, real in -1e300..1e300_f64, text: String, many in 0_usize..300) {
            let value = json!({"n": number, "l": large, "r": real, text.clone(): [text], "m": vec![0; many], "no": null});
            prop_assert_eq!(read(&write(&value, &["n"])), Some(value));
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }
}
