//! SSH's own encoding: strings with a length before them, and numbers as strings (RFC 4251, section 5).

/// Appends a string.
pub(crate) fn put(out: &mut Vec<u8>, text: &[u8]) {
    let length = u32::try_from(text.len()).expect("keys are far smaller than 4 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text);
}

/// Strings one after the other.
pub(crate) fn strings(texts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    texts.iter().for_each(|text| put(&mut out, text));
    out
}

/// Takes a string off the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(text)
}

/// A number's bytes in two's complement: as short as can be, with a zero in front where the first bit would make it
/// negative. Zero is one zero byte here, as in DER.
pub(crate) fn positive(bytes: &[u8]) -> Vec<u8> {
    let digits = trimmed(bytes);
    match digits.first() {
        Some(first) if *first < 0x80 => digits.to_vec(),
        Some(_) | None => [&[0], digits].concat(),
    }
}

/// A number's bytes without leading zeros.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}
