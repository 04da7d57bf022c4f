//! Names of queues, which an account has once in a Region.
//!
//! Follows "Queue name" and "FIFO queue names" (Amazon SQS Developer Guide): "up to 80 characters … alphanumeric characters,
//! hyphens, and underscores", "the name of a FIFO queue must end with the .fifo suffix".

use std::fmt;
use std::str::FromStr;

use crate::place::Scope;
use crate::table_key::kept_as_they_are;
use crate::world::ScopeKey;

/// Letters of the longest name.
const LETTERS_MAX: usize = 80;
/// What names of FIFO queues end with.
const FIFO: &str = ".fifo";

/// An account and Region, and the name of a queue in them. Keys sort by place and then by name, as lists do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueName {
    scope: Scope,
    /// Filled up with zeros, which no name has.
    name: [u8; LETTERS_MAX],
}

kept_as_they_are! { QueueName }

/// A text is no name of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidQueueName;

impl QueueName {
    /// The name, if it keeps the rules.
    pub fn new(scope: Scope, name: &str) -> Result<QueueName, InvalidQueueName> {
        let plain = name.strip_suffix(FIFO).unwrap_or(name);
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        if plain.is_empty() || name.len() > LETTERS_MAX || !plain.bytes().all(is_letter) {
            return Err(InvalidQueueName);
        }
        let mut letters = [0; LETTERS_MAX];
        letters[..name.len()].copy_from_slice(name.as_bytes());
        Ok(QueueName { scope, name: letters })
    }

    /// The queue that an ARN names.
    pub fn of_arn(arn: &str) -> Result<QueueName, InvalidQueueName> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "sqs", region, account, name] = parts[..] else {
            return Err(InvalidQueueName);
        };
        let (Ok(region), Ok(account)) = (region.parse::<crate::place::Region>(), account.parse()) else {
            return Err(InvalidQueueName);
        };
        match region.partition().name() == partition {
            true => QueueName::new(Scope { account, region }, name),
            false => Err(InvalidQueueName),
        }
    }

    /// Whose it is, and where.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        let end = self.name.iter().position(|it| *it == 0).unwrap_or(LETTERS_MAX);
        std::str::from_utf8(&self.name[..end]).expect("names are made of ASCII letters")
    }

    /// Whether it is a FIFO queue's.
    pub fn is_fifo(&self) -> bool {
        self.as_str().ends_with(FIFO)
    }

    /// `arn:aws:sqs:us-west-2:123456789012:jobs`.
    pub fn arn(&self) -> String {
        self.scope.region.arn("sqs", self.scope.account, self.as_str())
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scope, self.as_str())
    }
}

impl FromStr for QueueName {
    type Err = InvalidQueueName;

    fn from_str(text: &str) -> Result<Self, InvalidQueueName> {
        let (scope, name) = text.rsplit_once('/').ok_or(InvalidQueueName)?;
        let ScopeKey(scope) = scope.parse().map_err(|_| InvalidQueueName)?;
        QueueName::new(scope, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;

    fn scope() -> Scope {
        Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() }
    }

    #[test]
    fn names_have_letters_digits_hyphens_and_underscores() {
        for name in ["a", "Jobs-1_x", "jobs.fifo", &"a".repeat(80)] {
            assert!(QueueName::new(scope(), name).is_ok(), "{name}");
        }
        for name in ["", ".fifo", "jobs.", "a b", "a/b", "jobs.FIFO", "ä", &"a".repeat(81)] {
            assert!(QueueName::new(scope(), name).is_err(), "{name}");
        }
        assert!(QueueName::new(scope(), "jobs.fifo").unwrap().is_fifo());
        assert!(!QueueName::new(scope(), "jobs-fifo").unwrap().is_fifo());
    }

    #[test]
    fn an_arn_and_a_key_lead_back_to_it() {
        let name = QueueName::new(scope(), "jobs.fifo").unwrap();
        assert_eq!(name.arn(), "arn:aws:sqs:us-west-2:123456789012:jobs.fifo");
        assert_eq!(QueueName::of_arn(&name.arn()), Ok(name));
        assert_eq!(name.to_string().parse(), Ok(name));
        for other in
            ["arn:aws-cn:sqs:us-west-2:123456789012:jobs", "arn:aws:sns:us-west-2:123456789012:jobs", "jobs"]
        {
            assert_eq!(QueueName::of_arn(other), Err(InvalidQueueName), "{other}");
        }
    }
}
