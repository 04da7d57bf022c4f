//! The changes of one transaction as bytes, for the log.
//!
//! ```text
//!   entry  = change*
//!   change = 'P' length key length value | 'D' length key        length: u32, little-endian
//! ```

use crate::{Change, StoreError};

const PUT: u8 = b'P';
const DELETE: u8 = b'D';

pub(super) fn encode<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for change in changes {
        match change {
            Change::Put(key, value) => {
                bytes.push(PUT);
                put(&mut bytes, key.as_bytes());
                put(&mut bytes, value);
            }
            Change::Delete(key) => {
                bytes.push(DELETE);
                put(&mut bytes, key.as_bytes());
            }
        }
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).expect("keys and values are within their limits");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(field);
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Change>, StoreError> {
    let damaged = || StoreError::Corrupt("an entry of the change log is malformed".into());
    let mut rest = bytes;
    let mut changes = Vec::new();
    while !rest.is_empty() {
        changes.push(take_change(&mut rest).ok_or_else(damaged)?);
    }
    Ok(changes)
}

fn take_change(rest: &mut &[u8]) -> Option<Change> {
    let kind = *rest.split_off_first()?;
    let key = String::from_utf8(take_field(rest)?.to_vec()).ok()?;
    match kind {
        PUT => Some(Change::Put(key, take_field(rest)?.to_vec())),
        DELETE => Some(Change::Delete(key)),
        _ => None,
    }
}

fn take_field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(rest.split_off(..4)?.try_into().ok()?);
    rest.split_off(..usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            (".*", proptest::collection::vec(any::<u8>(), 0..40))
                .prop_map(|(key, value)| Change::Put(key, value)),
            ".*".prop_map(Change::Delete),
        ]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(changes in proptest::collection::vec(change(), 0..8)) {
            prop_assert_eq!(decode(&encode(&changes)), Ok(changes));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let _ = decode(&bytes);
        }

        #[test]
        fn a_cut_entry_is_corrupt(key in ".+", cut in 1usize..4) {
            let bytes = encode(&[Change::Put(key, vec![7; 4])]);
            prop_assert!(matches!(
                decode(&bytes[..bytes.len() - cut]), Err(StoreError::Corrupt(_))
            ));
        }
    }
}
