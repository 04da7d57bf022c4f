//! Frames: what files consist of, each with a checksum, so that what was not written whole is noticed.
//!
//! ```text
//!   frame = length u32, checksum u32, payload        the length is never zero
//! ```
//!
//! The checksum is of the file's number and the frame's place in it, too: what lay on the disk before, of another file or
//! elsewhere, is no frame here.

use super::bytes::Take;
use super::checksum;

/// What comes before the payload.
pub(super) const HEADER_BYTES: usize = 8;
/// The longest payload: the most that one append holds, and what is said about it.
pub(super) const PAYLOAD_BYTES_MAX: usize = super::limits::APPEND_BYTES_MAX + (4 << 20);

/// Which file frames are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileNumber(pub(super) u64);

/// Puts a frame at the end of `out`, whose first byte is at `offset` in the file.
pub(super) fn put(out: &mut Vec<u8>, file: FileNumber, offset: u64, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_BYTES]);
    payload(out);
    let place = offset + start as u64;
    let (header, payload) = out[start..].split_at_mut(HEADER_BYTES);
    let length = u32::try_from(payload.len()).expect("payloads are within their limit");
    header[..4].copy_from_slice(&length.to_le_bytes());
    header[4..].copy_from_slice(&sum(file, place, payload).to_le_bytes());
}

/// The payload of the frame at `at`, and where the next one begins; `None` if there is no whole frame. The first of
/// `bytes` is the first of the file.
pub(super) fn take(bytes: &[u8], file: FileNumber, at: usize) -> Option<(&[u8], usize)> {
    let mut rest = bytes.get(at..)?;
    let length = usize::try_from(rest.take_u32()?).ok()?;
    let expected = rest.take_u32()?;
    if length == 0 || length > PAYLOAD_BYTES_MAX {
        return None;
    }
    let payload = rest.get(..length)?;
    (sum(file, at as u64, payload) == expected).then_some((payload, at + HEADER_BYTES + length))
}

fn sum(file: FileNumber, place: u64, payload: &[u8]) -> u32 {
    let of_file = checksum::extend(0, &file.0.to_le_bytes());
    checksum::extend(checksum::extend(of_file, &place.to_le_bytes()), payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_where_it_was_written_and_nowhere_else() {
        let mut bytes = Vec::new();
        for payload in [b"first".as_slice(), b"second"] {
            put(&mut bytes, FileNumber(7), 0, |out| out.extend_from_slice(payload));
        }
        let (first, next) = take(&bytes, FileNumber(7), 0).unwrap();
        assert_eq!(
            (first, take(&bytes, FileNumber(7), next).unwrap().0),
            (b"first".as_slice(), b"second".as_slice())
        );
        assert_eq!(take(&bytes, FileNumber(8), 0), None, "another file's");
        assert_eq!(take(&bytes[next..], FileNumber(7), 0), None, "another place's");
        assert_eq!(take(&bytes[..next - 1], FileNumber(7), 0), None, "cut");
        assert_eq!(take(&[0; 64], FileNumber(7), 0), None, "nothing");
        bytes[HEADER_BYTES] ^= 1;
        assert_eq!(take(&bytes, FileNumber(7), 0), None, "damaged");
    }
}
