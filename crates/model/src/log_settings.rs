//! What an account has settled for CloudWatch Logs in a Region: policies that let services write, and queries that are kept.
//!
//! Follows PutResourcePolicy and PutQueryDefinition (Amazon CloudWatch Logs API Reference). No policies of single log groups.

use std::collections::BTreeMap;

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::link::Link;
use crate::place::Scope;
use crate::quotas::{LOG_RESOURCE_POLICIES_MAX, QUERY_DEFINITIONS_MAX};
use crate::timestamp::Timestamp;
use crate::uuid_id::uuid_id;
use crate::world::{ScopeKey, World};

/// The policies of an account and Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// Who may write, by the policy's name.
    pub resource_policies: BTreeMap<String, LogResourcePolicy>,
}

/// A policy about who may write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogResourcePolicy {
    /// What it says.
    pub document: Document,
    /// When it was written.
    pub updated: Timestamp,
}

uuid_id! {
    /// Which kept query.
    QueryDefinitionId
}

/// A query that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryDefinition {
    /// Which.
    pub id: QueryDefinitionId,
    /// Account and Region.
    pub scope: Scope,
    /// Its name; what is before slashes are folders.
    pub name: String,
    /// What it asks.
    pub query: String,
    /// In AWS's word for the language.
    pub language: String,
    /// Which log groups.
    pub log_groups: Vec<String>,
    /// What its placeholders stand for.
    pub parameters: Vec<QueryParameter>,
    /// When it was written.
    pub modified: Timestamp,
}

/// What a placeholder of a query stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryParameter {
    /// Its name.
    pub name: String,
    /// Where nothing else is said.
    pub default_value: Option<String>,
    /// What it is.
    pub description: Option<String>,
}

/// A refused change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSettingsRefusal {
    /// There is none.
    NotFound,
    /// There are as many as there may be.
    TooMany,
}

impl World {
    /// The policies of an account and Region about who may write, by name.
    pub fn log_resource_policies(
        &self,
        scope: Scope,
    ) -> impl Iterator<Item = (&String, &LogResourcePolicy)> + use<'_> {
        self.log_settings.get(&ScopeKey(scope)).into_iter().flat_map(|it| &it.resource_policies)
    }

    /// Writes a policy, or another one in its place.
    pub fn put_log_resource_policy(
        &mut self,
        scope: Scope,
        name: &str,
        policy: LogResourcePolicy,
    ) -> Result<(), LogSettingsRefusal> {
        let before = self.log_settings.get(&ScopeKey(scope));
        let mut policies = before.map(|it| it.resource_policies.clone()).unwrap_or_default();
        policies.insert(name.to_owned(), policy);
        if policies.len() > LOG_RESOURCE_POLICIES_MAX {
            return Err(LogSettingsRefusal::TooMany);
        }
        self.log_settings.insert(ScopeKey(scope), LogSettings { resource_policies: policies });
        Ok(())
    }

    /// Takes a policy away.
    pub fn delete_log_resource_policy(&mut self, scope: Scope, name: &str) -> Result<(), LogSettingsRefusal> {
        let there = self.log_resource_policies(scope).any(|(it, _)| it == name);
        let settings = self.log_settings.get_mut(&ScopeKey(scope)).filter(|_| there);
        settings.ok_or(LogSettingsRefusal::NotFound)?.resource_policies.remove(name);
        Ok(())
    }

    /// The kept queries of an account and Region, by name.
    pub fn query_definitions_of(&self, scope: Scope) -> Vec<&QueryDefinition> {
        let mut all: Vec<&QueryDefinition> = self.query_definitions.linked(Link::Scope(scope)).collect();
        all.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        all
    }

    /// Keeps a query, or another one in its place.
    pub fn put_query_definition(&mut self, definition: QueryDefinition) -> Result<(), LogSettingsRefusal> {
        let is_new = self.query_definitions.get(&definition.id).is_none();
        let count = self.query_definitions.count_linked(Link::Scope(definition.scope));
        if is_new && count >= QUERY_DEFINITIONS_MAX {
            return Err(LogSettingsRefusal::TooMany);
        }
        self.query_definitions.insert(definition.id, definition);
        Ok(())
    }

    /// A kept query.
    pub fn query_definition(
        &self,
        scope: Scope,
        id: QueryDefinitionId,
    ) -> Result<&QueryDefinition, LogSettingsRefusal> {
        let found = self.query_definitions.get(&id).filter(|it| it.scope == scope);
        found.ok_or(LogSettingsRefusal::NotFound)
    }

    /// Keeps a query no longer.
    pub fn delete_query_definition(
        &mut self,
        scope: Scope,
        id: QueryDefinitionId,
    ) -> Result<(), LogSettingsRefusal> {
        self.query_definition(scope, id)?;
        self.query_definitions.remove(&id);
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

    #[test]
    fn a_region_has_ten_policies() {
        let mut world = World::default();
        let policy = LogResourcePolicy { document: Document::stored("{}"), updated: Timestamp(1) };
        for number in 0..LOG_RESOURCE_POLICIES_MAX {
            world.put_log_resource_policy(scope(), &format!("p{number}"), policy.clone()).unwrap();
        }
        world.put_log_resource_policy(scope(), "p0", policy.clone()).unwrap();
        let more = world.put_log_resource_policy(scope(), "more", policy);
        assert_eq!(more, Err(LogSettingsRefusal::TooMany));
        world.delete_log_resource_policy(scope(), "p0").unwrap();
        assert_eq!(world.delete_log_resource_policy(scope(), "p0"), Err(LogSettingsRefusal::NotFound));
    }
}
