//! Percent-encoding: forms in, canonical requests out.

/// Bytes that stay as they are in a canonical request (RFC 3986, "unreserved").
fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Encodes a text as one part of a URI (RFC 3986): everything but unreserved characters.
pub fn encode_uri_component(text: &str) -> String {
    encode(text.as_bytes(), false)
}

/// Encodes everything but unreserved characters; `/` too unless it is kept.
pub(crate) fn encode(text: &[u8], keep_slash: bool) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text {
        if unreserved(*byte) || (keep_slash && *byte == b'/') {
            encoded.push(char::from(*byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// Decodes `%41`; leaves `%` alone where no two digits follow. `+` is a space in forms only.
pub(crate) fn decode(text: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, escaped(tail)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                rest = &tail[2..];
            }
            (b'+', _) if plus_is_space => decoded.push(b' '),
            (byte, _) => decoded.push(*byte),
        }
    }
    decoded
}

/// One `key=value` of a form; nothing if either is not UTF-8.
pub fn decode_pair(pair: &[u8]) -> Option<(String, String)> {
    let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    let value = pair.get(equals + 1..).unwrap_or_default();
    let key = String::from_utf8(decode(&pair[..equals], true)).ok()?;
    Some((key, String::from_utf8(decode(value, true)).ok()?))
}

fn escaped(text: &[u8]) -> Option<u8> {
    let high = char::from(*text.first()?).to_digit(16)?;
    let low = char::from(*text.get(1)?).to_digit(16)?;
    u8::try_from(high << 4 | low).ok()
}

/// The first parameter of a name in a query, decoded.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| decode_pair(pair.as_bytes()));
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A part of a path, decoded: a plus is a plus there.
pub fn decode_uri_component(text: &str) -> String {
    String::from_utf8_lossy(&decode(text.as_bytes(), false)).into_owned()
}
