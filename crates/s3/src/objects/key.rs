//! Keys of the index: bytes that sort as lists do, by bucket, then by key, then the newest version first.

/// Ends an object's key in the index. A zero in a key is written as the two bytes of `ZERO`, so that no key begins another.
const END: [u8; 2] = [0, 1];
const ZERO: [u8; 2] = [0, 0xff];

/// Bytes before all that a bucket has.
pub(super) fn of_bucket(bucket: u64) -> Vec<u8> {
    bucket.to_be_bytes().to_vec()
}

/// Bytes that the keys beginning with `prefix` begin with.
pub(super) fn of_prefix(bucket: u64, prefix: &str) -> Vec<u8> {
    let mut key = of_bucket(bucket);
    for byte in prefix.bytes() {
        match byte {
            0 => key.extend(ZERO),
            other => key.push(other),
        }
    }
    key
}

/// Bytes that all versions of an object begin with, and nothing else.
pub(super) fn of_object(bucket: u64, name: &str) -> Vec<u8> {
    let mut key = of_prefix(bucket, name);
    key.extend(END);
    key
}

/// A version's key: those of higher numbers come first.
pub(super) fn of_version(bucket: u64, name: &str, number: u64) -> Vec<u8> {
    let mut key = of_object(bucket, name);
    key.extend((!number).to_be_bytes());
    key
}

/// An upload's key: by the object's name, then in the order in which they were begun.
pub(super) fn of_upload(bucket: u64, name: &str, upload: u128) -> Vec<u8> {
    let mut key = of_object(bucket, name);
    key.extend(upload.to_be_bytes());
    key
}

/// The first bytes behind all that begin with `prefix`; `None` if there are none.
pub(super) fn after(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = prefix.pop() {
        if last < u8::MAX {
            prefix.push(last + 1);
            return Some(prefix);
        }
    }
    None
}

/// The bucket that a key is of.
pub(super) fn bucket(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(..8)?.try_into().ok()?))
}

/// The object's name and what follows it.
pub(super) fn read(key: &[u8]) -> Option<(String, &[u8])> {
    let mut rest = key.get(8..)?;
    let mut name = Vec::with_capacity(rest.len());
    loop {
        match *rest {
            [0, 1, ref tail @ ..] => return Some((String::from_utf8(name).ok()?, tail)),
            [0, 0xff, ref tail @ ..] => {
                name.push(0);
                rest = tail;
            }
            [byte, ref tail @ ..] => {
                name.push(byte);
                rest = tail;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_names_do_and_the_newest_version_is_first() {
        let names = ["", "\0", "\0a", "\u{1}", "a", "a\0", "a\0b", "a\u{1}", "ab", "b", "é", "\u{ffff}"];
        let keys: Vec<_> = names.iter().map(|it| of_version(7, it, 3)).collect();
        assert!(keys.is_sorted());
        assert!(of_version(7, "a", 4) < of_version(7, "a", 3));
        assert!(of_version(7, "a", 0) < of_version(7, "a\0", u64::MAX));
        for (name, key) in names.iter().zip(&keys) {
            let (read, rest) = read(key).unwrap();
            assert_eq!((read.as_str(), rest), (*name, &(!3u64).to_be_bytes()[..]));
        }
    }

    #[test]
    fn what_is_after_a_prefix_is_after_all_that_begin_with_it() {
        let end = after(of_prefix(7, "a/")).unwrap();
        assert!(of_version(7, "a/\u{10ffff}", 0) < end && end < of_version(7, "a0", 9));
        assert_eq!(after(vec![255, 255]), None);
        assert_eq!(after(vec![1, 255]), Some(vec![2]));
    }
}
