//! Whether this program was given rights that its caller does not have.
//!
//! A file of it that is setuid, setgid or has capabilities would give its caller all that Hamlet can do. The kernel says so
//! to every program it starts: AT_SECURE, getauxval(3). Hamlet needs no such rights and does nothing with them.

use rustix::process::{getegid, geteuid, getgid, getuid};
use std::io::ErrorKind;

/// What the kernel tells a program as it starts it: pairs of numbers, a kind and a value.
const AUXILIARY: &str = "/proc/self/auxv";
/// The kind that says whether the program has rights of its own.
const AT_SECURE: usize = 23;
const WORD: usize = size_of::<usize>();

/// Why the program does nothing, if that is so.
pub(crate) fn refusal() -> Option<&'static str> {
    has_rights_of_its_own().then_some(
        "this program's file is setuid, setgid or has capabilities, and does nothing as long as that is so: take them \
         away with `chmod ug-s` and `setcap -r`",
    )
}

fn has_rights_of_its_own() -> bool {
    match std::fs::read(AUXILIARY) {
        Ok(bytes) => is_secure(&bytes),
        // A program with such rights may not read about itself.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => true,
        Err(_) => getuid() != geteuid() || getgid() != getegid(),
    }
}

fn is_secure(auxiliary: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.try_into().map(usize::from_ne_bytes).ok();
    let mut pairs = auxiliary.chunks_exact(2 * WORD).map(|pair| pair.split_at(WORD));
    pairs.any(|(kind, value)| number(kind) == Some(AT_SECURE) && number(value) != Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_taken_at_its_word() {
        let text = |pairs: &[usize]| pairs.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>();
        assert!(is_secure(&text(&[6, 4096, AT_SECURE, 1, 0, 0])));
        assert!(!is_secure(&text(&[6, 4096, AT_SECURE, 0, 0, 0])));
        assert!(!is_secure(&text(&[6, AT_SECURE, 0, 0])), "a value, not a kind");
        assert!(!is_secure(b""));
    }

    #[test]
    fn this_test_has_no_rights_of_its_own() {
        assert_eq!(refusal(), None);
    }
}
