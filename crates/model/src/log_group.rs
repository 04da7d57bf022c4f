//! Log groups of CloudWatch Logs, and what they are set to. What is in them is not here: streams and events are bulk data.
//!
//! Follows "Working with log groups and log streams" and "Log classes" (Amazon CloudWatch Logs User Guide), CreateLogGroup and
//! PutRetentionPolicy (Amazon CloudWatch Logs API Reference). No keys of KMS, no data protection policies, no transformers.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::ids::Ids;
use crate::link::Link;
use crate::log_filter::{MetricFilter, SubscriptionFilter};
use crate::place::Scope;
use crate::quotas::LOG_GROUPS_MAX;
use crate::table_key::kept_as_number;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// Letters of the longest name.
pub const LOG_GROUP_NAME_MAX: usize = 512;
/// For how many days events can be kept.
pub const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/// "The Delivery class … events … are retained for only one day" (CreateLogGroup).
const DELIVERY_DAYS: u32 = 1;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Which log group: nobody sees it, since groups have names. Its events are kept under it, and a group that is made again has
/// another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogGroupId(u64);

impl LogGroupId {
    /// A new one.
    pub fn fresh(ids: &mut Ids<'_>) -> LogGroupId {
        let bits = ids.bits().to_be_bytes();
        LogGroupId(u64::from_be_bytes(bits[8..].try_into().expect("eight of sixteen bytes")))
    }

    /// Its number.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LogGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for LogGroupId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(LogGroupId)
    }
}

as_text! { LogGroupId }
kept_as_number! { LogGroupId of u64 }

/// A log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// Which.
    pub id: LogGroupId,
    /// Account and Region.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// What can be done with it.
    pub class: LogGroupClass,
    /// For how many days it keeps events; `None`: for ever.
    pub retention_days: Option<u32>,
    /// Whether it cannot be deleted.
    pub deletion_protected: bool,
    /// What is counted of its events, by name.
    pub metric_filters: BTreeMap<String, MetricFilter>,
    /// Who is told of its events, by name.
    pub subscription_filters: BTreeMap<String, SubscriptionFilter>,
    /// Tags.
    pub tags: Tags,
}

/// What can be done with a log group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogGroupClass {
    /// Everything.
    #[default]
    Standard,
    /// Queries.
    InfrequentAccess,
    /// Nothing: events go on to where functions' logs are delivered.
    Delivery,
}

impl LogGroupClass {
    /// All of them.
    pub const ALL: [LogGroupClass; 3] =
        [LogGroupClass::Standard, LogGroupClass::InfrequentAccess, LogGroupClass::Delivery];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            LogGroupClass::Standard => "STANDARD",
            LogGroupClass::InfrequentAccess => "INFREQUENT_ACCESS",
            LogGroupClass::Delivery => "DELIVERY",
        }
    }
}

/// A refused change of a log group, or of what belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogGroupRefusal {
    /// There is none.
    NotFound,
    /// It is there already.
    Exists,
    /// The account has as many as it may.
    TooMany,
    /// It cannot be deleted.
    Protected,
}

/// Whether a text can be the name of a log group.
pub fn is_log_group_name(name: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_' | b'/' | b'#');
    (1..=LOG_GROUP_NAME_MAX).contains(&name.len()) && name.bytes().all(is_letter)
}

/// The ARN by which identifiers and tags name a log group: without `:*`.
pub fn log_group_arn(scope: Scope, name: &str) -> String {
    scope.region.arn("logs", scope.account, format_args!("log-group:{name}"))
}

impl LogGroup {
    /// One as AWS makes it.
    pub fn new(scope: Scope, name: &str, now: Timestamp, ids: &mut Ids<'_>) -> LogGroup {
        LogGroup {
            id: LogGroupId::fresh(ids),
            scope,
            name: name.to_owned(),
            created: now,
            class: LogGroupClass::default(),
            retention_days: None,
            deletion_protected: false,
            metric_filters: BTreeMap::new(),
            subscription_filters: BTreeMap::new(),
            tags: Tags::new(),
        }
    }

    /// The ARN by which identifiers and tags name it.
    pub fn arn(&self) -> String {
        log_group_arn(self.scope, &self.name)
    }

    /// From when on its events are kept, at a moment; `None`: all of them.
    pub fn oldest(&self, now: Timestamp) -> Option<i64> {
        let days = match self.class {
            LogGroupClass::Standard | LogGroupClass::InfrequentAccess => self.retention_days?,
            LogGroupClass::Delivery => DELIVERY_DAYS,
        };
        Some(now.0.saturating_sub(i64::from(days) * DAY_MS))
    }
}

impl World {
    /// A log group by its name.
    pub fn log_group(&self, scope: Scope, name: &str) -> Result<&LogGroup, LogGroupRefusal> {
        let mut named = self.log_groups.linked(Link::name(scope, name));
        named.find(|it| it.scope == scope && it.name == name).ok_or(LogGroupRefusal::NotFound)
    }

    /// The same, to be changed.
    pub fn log_group_mut(&mut self, scope: Scope, name: &str) -> Result<&mut LogGroup, LogGroupRefusal> {
        let id = self.log_group(scope, name)?.id;
        self.log_groups.get_mut(&id).ok_or(LogGroupRefusal::NotFound)
    }

    /// A scope's log groups, by name.
    pub fn log_groups_of(&self, scope: Scope) -> Vec<&LogGroup> {
        let mut groups: Vec<&LogGroup> = self.log_groups.linked(Link::Scope(scope)).collect();
        groups.sort_by(|one, other| one.name.cmp(&other.name));
        groups
    }

    /// Makes a log group.
    pub fn create_log_group(&mut self, group: LogGroup) -> Result<(), LogGroupRefusal> {
        if self.log_group(group.scope, &group.name).is_ok() {
            return Err(LogGroupRefusal::Exists);
        }
        if self.log_groups.count_linked(Link::Scope(group.scope)) >= LOG_GROUPS_MAX {
            return Err(LogGroupRefusal::TooMany);
        }
        self.log_groups.insert(group.id, group);
        Ok(())
    }

    /// Takes a log group away. Its events are given back where they are.
    pub fn delete_log_group(&mut self, scope: Scope, name: &str) -> Result<(), LogGroupRefusal> {
        let group = self.log_group(scope, name)?;
        if group.deletion_protected {
            return Err(LogGroupRefusal::Protected);
        }
        let id = group.id;
        self.log_groups.remove(&id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;

    fn scope() -> Scope {
        Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() }
    }

    fn made(name: &str, number: u128) -> LogGroup {
        LogGroup::new(scope(), name, Timestamp(1), &mut Ids::new(&mut || number))
    }

    #[test]
    fn names_have_letters_digits_and_five_signs() {
        for good in ["a", "/aws/vpc/flow-logs", "A.b_c#1", &"x".repeat(512)] {
            assert!(is_log_group_name(good), "{good}");
        }
        for bad in ["", "a b", "a:b", "a*", "ä", &"x".repeat(513)] {
            assert!(!is_log_group_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_group_is_made_once_and_a_protected_one_stays() {
        let mut world = World::default();
        world.create_log_group(made("app", 1)).unwrap();
        assert_eq!(world.create_log_group(made("app", 2)), Err(LogGroupRefusal::Exists));
        world.log_group_mut(scope(), "app").unwrap().deletion_protected = true;
        assert_eq!(world.delete_log_group(scope(), "app"), Err(LogGroupRefusal::Protected));
        world.log_group_mut(scope(), "app").unwrap().deletion_protected = false;
        world.delete_log_group(scope(), "app").unwrap();
        assert_eq!(world.delete_log_group(scope(), "app"), Err(LogGroupRefusal::NotFound));
    }

    #[test]
    fn groups_come_in_the_order_of_their_names() {
        let mut world = World::default();
        for (number, name) in (1..).zip(["b", "a", "B", "/c"]) {
            world.create_log_group(made(name, number)).unwrap();
        }
        let names: Vec<&str> = world.log_groups_of(scope()).iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["/c", "B", "a", "b"]);
    }

    #[test]
    fn events_are_kept_for_days_or_for_ever() {
        let mut group = made("app", 1);
        let now = Timestamp(40 * DAY_MS);
        assert_eq!(group.oldest(now), None);
        group.retention_days = Some(30);
        assert_eq!(group.oldest(now), Some(10 * DAY_MS));
        group.class = LogGroupClass::Delivery;
        assert_eq!(group.oldest(now), Some(39 * DAY_MS));
    }
}
