//! Names of buckets, which nobody else in the partition has.
//!
//! Follows "General purpose bucket naming rules" (Amazon S3 User Guide).

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::partition::Partition;
use crate::table_key::kept_as_they_are;

/// Letters of the shortest name.
const LETTERS_MIN: usize = 3;
/// Letters of the longest name.
const LETTERS_MAX: usize = 63;

const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// A partition, and the name of a bucket in it. Keys sort by partition and then by name, as lists do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BucketName {
    partition: Partition,
    /// Filled up with zeros, which no name has.
    name: [u8; LETTERS_MAX],
}

kept_as_they_are! { BucketName }

/// A text is no name of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBucketName;

impl BucketName {
    /// The name, if it keeps the rules.
    pub fn new(partition: Partition, name: &str) -> Result<BucketName, InvalidBucketName> {
        if !is_valid(name) {
            return Err(InvalidBucketName);
        }
        let mut letters = [0; LETTERS_MAX];
        letters[..name.len()].copy_from_slice(name.as_bytes());
        Ok(BucketName { partition, name: letters })
    }

    /// Where it is nobody else's.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        let end = self.name.iter().position(|it| *it == 0).unwrap_or(LETTERS_MAX);
        std::str::from_utf8(&self.name[..end]).expect("names are made of ASCII letters")
    }

    /// The bucket's name for everybody: neither Region nor account is in it.
    pub fn arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.partition.name(), self.as_str())
    }
}

fn is_valid(name: &str) -> bool {
    let is_end = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let letters = name.as_bytes();
    (LETTERS_MIN..=LETTERS_MAX).contains(&letters.len())
        && letters.iter().all(|it| is_end(*it) || matches!(it, b'.' | b'-'))
        && letters.first().is_some_and(|it| is_end(*it))
        && letters.last().is_some_and(|it| is_end(*it))
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !RESERVED_PREFIXES.iter().any(|it| name.starts_with(it))
        && !RESERVED_SUFFIXES.iter().any(|it| name.ends_with(it))
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.partition.name(), self.as_str())
    }
}

impl FromStr for BucketName {
    type Err = InvalidBucketName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (partition, name) = text.split_once('/').ok_or(InvalidBucketName)?;
        let partition =
            Partition::ALL.into_iter().find(|it| it.name() == partition).ok_or(InvalidBucketName)?;
        BucketName::new(partition, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_rules() {
        let is_name = |it: &str| BucketName::new(Partition::Commercial, it).is_ok();
        for name in ["abc", "my-logs.2026", "0a0", "192.168.0.1a", &"x".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        let long = "x".repeat(64);
        for text in
            ["ab", &long, "Abc", "a_b", "-ab", "ab-", ".ab", "a..b", "192.168.5.4", "xn--a", "a--x-s3", "äbc"]
        {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn a_name_is_read_as_it_is_written_and_sorts_as_words_do() {
        let name = BucketName::new(Partition::China, "logs").unwrap();
        assert_eq!(name.to_string(), "aws-cn/logs");
        assert_eq!("aws-cn/logs".parse(), Ok(name));
        assert_eq!(name.arn(), "arn:aws-cn:s3:::logs");
        assert!(name < BucketName::new(Partition::China, "logs2").unwrap());
        assert_eq!("logs".parse::<BucketName>(), Err(InvalidBucketName));
    }
}
