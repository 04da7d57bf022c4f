//! When users and roles last called which actions.
//!
//! Follows "Refine permissions in AWS using last accessed information" (IAM User Guide).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access_key::is_later;
use crate::iam_id::{MalformedIamId, RoleId, UserId};
use crate::place::AccountId;
use crate::table_key::kept_as_they_are;
use crate::timestamp::Timestamp;
use crate::world::World;

/// How many reports of an account are remembered; the oldest gives way.
const REPORTS_MAX: usize = 100;

/// Who calls: a user, or a role whose sessions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Accessor {
    /// A user.
    User(UserId),
    /// A role.
    Role(RoleId),
}

kept_as_they_are! { Accessor }

impl fmt::Display for Accessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accessor::User(id) => id.fmt(f),
            Accessor::Role(id) => id.fmt(f),
        }
    }
}

impl FromStr for Accessor {
    type Err = MalformedIamId;
    fn from_str(text: &str) -> Result<Self, MalformedIamId> {
        text.parse().map(Accessor::User).or_else(|_| text.parse().map(Accessor::Role))
    }
}

/// What a user or a role has called. There is at most one entry for each action that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastAccess {
    /// By action, as policies call it: `ec2:DescribeVpcs`.
    pub actions: BTreeMap<String, Access>,
}

/// When and where somebody last called an action, or acted as a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// When.
    pub at: Timestamp,
    /// In which Region.
    pub region: String,
}

/// That somebody asked for a report about a user, a group, a role or a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastAccessReport {
    /// Its identifier, a UUID.
    pub id: String,
    /// About whom or what.
    pub arn: String,
    /// Whether it tells of actions, too, and not of services alone.
    pub by_action: bool,
    /// When somebody asked.
    pub created: Timestamp,
}

impl Access {
    /// Whether another one is to be written down: not if one like it just was.
    pub fn is_news(known: Option<&Access>, region: &str, at: Timestamp) -> bool {
        known.is_none_or(|known| known.region != region || is_later(known.at, at))
    }
}

impl LastAccess {
    /// Whether a call is to be written down: not if one like it just was.
    pub fn is_news(&self, action: &str, region: &str, at: Timestamp) -> bool {
        Access::is_news(self.actions.get(action), region, at)
    }

    /// The actions of a service, as `ec2`.
    pub fn of_service<'a>(&'a self, service: &'a str) -> impl Iterator<Item = (&'a str, &'a Access)> {
        let of_service = move |(action, access): (&'a String, &'a Access)| {
            let (namespace, name) = action.split_once(':')?;
            (namespace == service).then_some((name, access))
        };
        self.actions.iter().filter_map(of_service)
    }
}

impl World {
    /// Notes that somebody has called an action. Who is gone by then is not noted.
    pub fn note_access(&mut self, who: Accessor, action: &str, access: Access) {
        let is_there = match who {
            Accessor::User(id) => self.users.contains(&id),
            Accessor::Role(id) => self.roles.contains(&id),
        };
        if !is_there {
            return;
        }
        if !self.last_accesses.contains(&who) {
            self.last_accesses.insert(who, LastAccess::default());
        }
        let known = self.last_accesses.get_mut(&who).expect("it was put in");
        known.actions.insert(action.to_owned(), access);
    }

    /// Forgets what somebody has called who is deleted.
    pub(crate) fn forget_access(&mut self, who: Accessor) {
        self.last_accesses.remove(&who);
    }

    /// Remembers that somebody asked for a report.
    pub fn note_last_access_report(&mut self, account: AccountId, report: LastAccessReport) {
        let reports = &mut self.account_settings_mut(account).last_access_reports;
        reports.push(report);
        let surplus = reports.len().saturating_sub(REPORTS_MAX);
        reports.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(at: i64, region: &str) -> Access {
        Access { at: Timestamp(at), region: region.to_owned() }
    }

    #[test]
    fn a_call_like_the_last_one_is_no_news_for_a_while() {
        let mut known = LastAccess::default();
        assert!(known.is_news("ec2:RunInstances", "us-east-1", Timestamp(0)));
        known.actions.insert("ec2:RunInstances".into(), access(0, "us-east-1"));
        assert!(!known.is_news("ec2:RunInstances", "us-east-1", Timestamp(1_000)));
        assert!(known.is_news("ec2:RunInstances", "eu-west-1", Timestamp(1_000)));
        assert!(known.is_news("ec2:RunInstances", "us-east-1", Timestamp(3_600_000)));
        assert!(known.is_news("ec2:StopInstances", "us-east-1", Timestamp(1_000)));
        known.actions.insert("ec2messages:GetMessages".into(), access(0, "us-east-1"));
        assert_eq!(known.of_service("ec2").map(|(name, _)| name).collect::<Vec<_>>(), ["RunInstances"]);
    }

    #[test]
    fn who_is_gone_is_not_noted() {
        let mut world = World::default();
        let nobody = Accessor::User(UserId::numbered(1));
        world.note_access(nobody, "ec2:DescribeVpcs", access(0, "us-east-1"));
        assert!(world.last_accesses.get(&nobody).is_none());
        assert_eq!(nobody.to_string().parse(), Ok(nobody));
        let role = Accessor::Role(RoleId::numbered(1));
        assert_eq!(role.to_string().parse(), Ok(role));
    }
}
