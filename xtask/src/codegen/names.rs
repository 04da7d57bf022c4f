//! Names: AWS's into Rust's.

/// `VpcId` to `vpc_id`, `OutpostARN` to `outpost_arn`; words Rust keeps for itself get `r#`.
pub(super) fn field(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        if letter.is_uppercase() && begins_word(&letters, index) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase().filter(char::is_ascii_alphanumeric));
    }
    match is_keyword(&snake) {
        true => format!("r#{snake}"),
        false => snake,
    }
}

/// `IpRange` to `IP_RANGE`: as constants are called.
pub(super) fn constant(name: &str) -> String {
    field(name).trim_start_matches("r#").to_uppercase()
}

/// `snapshotDetail` to `SnapshotDetail`.
pub(super) fn structure(name: &str) -> String {
    upper_first(name)
}

/// The first letter capitalised.
pub(super) fn upper_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// A capital begins a word after a small letter, or before one at the end of a run of capitals; but not before the `s` of
/// several, as in `VPCs`.
fn begins_word(letters: &[char], index: usize) -> bool {
    let Some(before) = index.checked_sub(1).map(|before| letters[before]) else {
        return false;
    };
    let after = &letters[index + 1..];
    let after_is_small = after.first().is_some_and(|after| after.is_lowercase()) && after != ['s'];
    before != '_' && (!before.is_uppercase() || after_is_small)
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "type"
            | "return"
            | "in"
            | "for"
            | "match"
            | "move"
            | "ref"
            | "use"
            | "where"
            | "static"
            | "final"
            | "virtual"
            | "override"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let pairs = [
            ("VpcId", "vpc_id"),
            ("Ipv6CidrBlock", "ipv6_cidr_block"),
            ("OutpostARN", "outpost_arn"),
            ("SSHPublicKey", "ssh_public_key"),
            ("EnableDnsSupport", "enable_dns_support"),
            ("VPCs", "vpcs"),
            ("Type", "r#type"),
            ("Return", "r#return"),
        ];
        for (aws, rust) in pairs {
            assert_eq!(field(aws), rust);
        }
    }
}
