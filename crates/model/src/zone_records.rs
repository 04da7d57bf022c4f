//! The records of a private hosted zone: finding what a name stands for, and changing sets of records together.
//!
//! Follows "Working with records" (Route 53 Developer Guide) and RFC 4592 (wildcards).

use crate::dns_record::{RecordData, RecordSet, RecordType};
use crate::domain_name::{self, DomainName};
use crate::private_hosted_zone::PrivateHostedZone;
use crate::quotas::{RECORD_SETS_PER_HOSTED_ZONE_MAX, VALUES_PER_RECORD_SET_MAX};

/// One step of a change of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordChange {
    /// A new set.
    Create(RecordSet),
    /// A set goes; it must be told as it is.
    Delete(RecordSet),
    /// A set, whether there was one or not.
    Upsert(RecordSet),
}

/// What is wrong with a step of a change of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordProblem {
    /// It exists already.
    Exists(DomainName, RecordType),
    /// It does not exist.
    NotFound(DomainName, RecordType),
    /// It exists with other values.
    Different(DomainName, RecordType),
    /// The name is outside of the zone.
    OutsideZone(DomainName),
    /// An alias at the zone's top.
    CnameAtApex,
    /// A new alias beside other records of the name.
    CnameBesideOthers(DomainName),
    /// A new record beside the name's alias.
    BesideCname(RecordType, DomainName),
    /// The start of authority is at the top, with one value.
    OneSoa,
    /// The zone has name servers.
    OwnNameServers,
    /// A value has not the form of its type.
    Value(RecordType, String),
    /// A value is there twice.
    Twice(String),
    /// A set has none or too many values.
    ValueCount(DomainName, RecordType),
    /// The zone has as many sets as it may.
    TooManySets,
}

impl PrivateHostedZone {
    /// All sets of records, by name and type.
    pub fn record_sets(&self) -> &[RecordSet] {
        &self.record_sets
    }

    /// What a name stands for: its sets of records, none where only longer names exist; `None` if there is no such name.
    /// The name is in lower case and without the final dot.
    ///
    /// A name that does not exist may be made from a wildcard: the one right below the closest ancestor that exists, and no
    /// other (RFC 4592, 3.3.1, "closest encloser").
    pub fn lookup(&self, name: &str) -> Option<&[RecordSet]> {
        if !domain_name::is_in(name, self.name.as_str()) {
            return None;
        }
        let mut known = name;
        while !self.exists(known) {
            known = known.split_once('.')?.1;
        }
        if known == name {
            return Some(self.sets_of(name));
        }
        Some(self.sets_of(&format!("*.{known}"))).filter(|sets| !sets.is_empty())
    }

    /// The set at the top that answers without records come with.
    pub fn start_of_authority(&self) -> Option<&RecordSet> {
        self.sets_of(self.name.as_str()).iter().find(|set| set.record_type == RecordType::Soa)
    }

    /// Whether the name or one below it has records.
    fn exists(&self, name: &str) -> bool {
        let next = self.record_sets.get(self.first_from(name));
        next.is_some_and(|set| domain_name::is_in(set.name.as_str(), name))
    }

    fn sets_of(&self, name: &str) -> &[RecordSet] {
        let start = self.first_from(name);
        let len = self.record_sets[start..].iter().take_while(|set| set.name.as_str() == name).count();
        &self.record_sets[start..start + len]
    }

    /// Where the sets of a name begin, or would.
    fn first_from(&self, name: &str) -> usize {
        self.record_sets
            .partition_point(|set| domain_name::reversed(set.name.as_str()).lt(domain_name::reversed(name)))
    }

    fn position(&self, name: &DomainName, record_type: RecordType) -> Result<usize, usize> {
        self.record_sets.binary_search_by(|set| (&set.name, set.record_type).cmp(&(name, record_type)))
    }

    pub(crate) fn put(&mut self, set: RecordSet) {
        match self.position(&set.name, set.record_type) {
            Ok(at) => self.record_sets[at] = set,
            Err(at) => self.record_sets.insert(at, set),
        }
    }

    pub(crate) fn apply(&mut self, change: RecordChange) -> Result<(), RecordProblem> {
        match change {
            RecordChange::Create(set) => {
                self.check(&set)?;
                if self.position(&set.name, set.record_type).is_ok() {
                    return Err(RecordProblem::Exists(set.name, set.record_type));
                }
                self.put(set);
            }
            RecordChange::Upsert(set) => {
                self.check(&set)?;
                self.put(set);
            }
            RecordChange::Delete(set) => {
                let Ok(at) = self.position(&set.name, set.record_type) else {
                    return Err(RecordProblem::NotFound(set.name, set.record_type));
                };
                if !is_same(&self.record_sets[at], &set) {
                    return Err(RecordProblem::Different(set.name, set.record_type));
                }
                self.record_sets.remove(at);
            }
        }
        Ok(())
    }

    /// What can be said about a set by itself.
    fn check(&self, set: &RecordSet) -> Result<(), RecordProblem> {
        let (name, kind) = (&set.name, set.record_type);
        if !name.is_in(&self.name) {
            return Err(RecordProblem::OutsideZone(name.clone()));
        }
        if kind == RecordType::Cname && *name == self.name {
            return Err(RecordProblem::CnameAtApex);
        }
        let single = matches!(kind, RecordType::Cname | RecordType::Soa);
        let count_max = if single { 1 } else { VALUES_PER_RECORD_SET_MAX };
        if kind == RecordType::Soa && (*name != self.name || set.values.len() != 1) {
            return Err(RecordProblem::OneSoa);
        }
        if !(1..=count_max).contains(&set.values.len()) {
            return Err(RecordProblem::ValueCount(name.clone(), kind));
        }
        if let Some(value) = set.values.iter().find(|value| RecordData::read(kind, value).is_none()) {
            return Err(RecordProblem::Value(kind, value.clone()));
        }
        let mut values: Vec<&String> = set.values.iter().collect();
        values.sort_unstable();
        match values.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(RecordProblem::Twice(pair[0].clone())),
            None => Ok(()),
        }
    }

    /// What can be said about all sets together, once all steps from how the zone was before are made.
    pub(crate) fn check_whole(&self, before: &PrivateHostedZone) -> Result<(), RecordProblem> {
        let own = self.sets_of(self.name.as_str());
        if !own.iter().any(|set| set.record_type == RecordType::Soa) {
            return Err(RecordProblem::OneSoa);
        }
        if !own.iter().any(|set| set.record_type == RecordType::Ns) {
            return Err(RecordProblem::OwnNameServers);
        }
        if self.record_sets.len() > RECORD_SETS_PER_HOSTED_ZONE_MAX {
            return Err(RecordProblem::TooManySets);
        }
        self.record_sets.windows(2).try_for_each(|pair| check_pair(&pair[0], &pair[1], before))
    }
}

/// "If you create a CNAME record for a subdomain, you cannot create any other records for that subdomain" (Supported DNS
/// record types).
fn check_pair(one: &RecordSet, next: &RecordSet, before: &PrivateHostedZone) -> Result<(), RecordProblem> {
    let alias = [one, next].into_iter().find(|set| set.record_type == RecordType::Cname);
    let Some(alias) = alias.filter(|_| one.name == next.name) else { return Ok(()) };
    let other = if alias == one { next } else { one };
    Err(match before.position(&alias.name, RecordType::Cname) {
        Ok(_) => RecordProblem::BesideCname(other.record_type, other.name.clone()),
        Err(_) => RecordProblem::CnameBesideOthers(alias.name.clone()),
    })
}

fn is_same(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| {
        let mut values = set.values.clone();
        values.sort_unstable();
        values
    };
    one.ttl_s == other.ttl_s && sorted(one) == sorted(other)
}
