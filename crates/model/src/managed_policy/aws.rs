//! The policies that AWS manages, and everybody may attach.

use std::sync::LazyLock;

use policy::Document;

use crate::timestamp::Timestamp;

/// A policy that AWS manages.
#[derive(Debug)]
pub struct AwsManagedPolicy {
    /// Its ARN in the commercial partition.
    pub arn: String,
    /// The folder that its ARN shows.
    pub path: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its identifier.
    pub id: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// When its newest version was made.
    pub updated: Timestamp,
    /// The version that holds: `v1`.
    pub default_version: &'static str,
    /// That version's text.
    pub document: Document,
}

static ALL: LazyLock<Vec<AwsManagedPolicy>> = LazyLock::new(|| {
    let text = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": \"*\",\n            \"Resource\": \"*\"\n        }\n    ]\n}";
    vec![AwsManagedPolicy {
        arn: "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
        path: "/",
        name: "AdministratorAccess",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        description: "Provides full access to AWS services and resources.",
        created: Timestamp(1_423_247_946_000),
        updated: Timestamp(1_423_247_946_000),
        default_version: "v1",
        document: Document::stored(text),
    }]
});

/// All of them, by name.
pub fn all() -> &'static [AwsManagedPolicy] {
    &ALL
}

/// The one of this name, or with this ARN in the commercial partition.
pub fn policy(name_or_arn: &str) -> Option<&'static AwsManagedPolicy> {
    ALL.iter().find(|policy| policy.name == name_or_arn || policy.arn == name_or_arn)
}
