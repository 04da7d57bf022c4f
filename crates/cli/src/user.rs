//! Users of this machine, by name.

use crate::failure::{Failure, Result};

/// The list of them, passwd(5).
const LIST: &str = "/etc/passwd";

/// The number of a user who is named by it, or by name.
pub(crate) fn find(user: &str) -> Result<u32> {
    let number = user.parse().ok();
    let found = number.or_else(|| in_list(&std::fs::read_to_string(LIST).unwrap_or_default(), user));
    found.ok_or_else(|| {
        Failure::new(format!(
            "there is no user '{user}' in {LIST}: name one by number, as `id -u {user}` says it"
        ))
    })
}

fn in_list(list: &str, user: &str) -> Option<u32> {
    let mut lines = list.lines().map(|line| line.split(':').collect::<Vec<_>>());
    lines.find_map(|fields| match fields.as_slice() {
        [name, _, number, ..] if *name == user => number.parse().ok(),
        [..] => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_name_and_by_number() {
        let list = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000\nbroken\nno:x:number:1\n";
        assert_eq!(in_list(list, "ann"), Some(1000));
        assert_eq!((in_list(list, "an"), in_list(list, "broken"), in_list(list, "no")), (None, None, None));
        assert_eq!(find("4711").unwrap(), 4711);
        assert_eq!(find("root").unwrap(), 0);
        let failure = find("nobody-of-that-name").unwrap_err();
        assert!(failure.sentence.contains("by number"), "{failure}");
    }
}
