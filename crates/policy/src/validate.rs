//! What AWS refuses in a policy, in the order in which it looks.
//!
//! Follows "IAM JSON policy elements reference" (IAM User Guide), and the order that the answers to wrong policies show.

use std::collections::BTreeSet;

use crate::arn::pattern_parts;
use crate::document::Kind;
use crate::draft::{Draft, DraftStatement, Version};
use crate::pattern::Pattern;
use crate::problem::PolicyProblem;
use crate::statement::Statement;

/// What IAM's resources begin with, as its sentence lists them.
pub(crate) const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What they begin with as well: AWS's own policies speak of them.
const IAM_PATHS_UNLISTED: [&str; 2] = ["root", "role-template/"];

const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

const ACCOUNT_DIGITS: usize = 12;

/// What a trust policy may speak of.
const TRUST_ACTIONS: [&str; 7] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:assumeroot",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
];

/// Checks a policy, and makes its statements.
pub(crate) fn statements(draft: Draft, kind: Kind) -> Result<Vec<Statement>, PolicyProblem> {
    if kind == Kind::Identity && draft.version != Version::Current {
        return Err(PolicyProblem::Version);
    }
    let drafts = &draft.statements;
    drafts.iter().try_for_each(effect)?;
    let resource_problem = resources(drafts)?;
    drafts.iter().try_for_each(|statement| fields(statement, kind))?;
    sids(drafts, kind)?;
    drafts.iter().try_for_each(|statement| has_actions(statement, kind))?;
    if kind != Kind::Trust {
        drafts.iter().try_for_each(has_resources)?;
    }
    resource_problem.map_or(Ok(()), Err)?;
    drafts.iter().try_for_each(|statement| actions(statement, kind))?;
    let variables = draft.version == Version::Current;
    draft.statements.into_iter().map(|statement| Statement::new(statement, variables)).collect()
}

fn effect(statement: &DraftStatement) -> Result<(), PolicyProblem> {
    match statement.effect.as_deref() {
        Some("Allow" | "Deny") => Ok(()),
        Some(_) | None => Err(PolicyProblem::LegacyParsing),
    }
}

fn fields(statement: &DraftStatement, kind: Kind) -> Result<(), PolicyProblem> {
    let principal = statement.principal.as_ref().map(|principals| principals.all_but);
    match (kind, principal) {
        (Kind::Identity | Kind::Session, Some(_)) => return Err(PolicyProblem::NamesPrincipals),
        (Kind::Trust, Some(true)) => return Err(PolicyProblem::ProhibitedField("NotPrincipal")),
        (Kind::Trust | Kind::Resource, None) => return Err(PolicyProblem::MissingField("Principal")),
        (Kind::Identity | Kind::Session, None) | (Kind::Trust, Some(false)) | (Kind::Resource, Some(_)) => {}
    }
    match (kind, &statement.resource) {
        (Kind::Trust, Some(resource)) => {
            let field = if resource.all_but { "NotResource" } else { "Resource" };
            Err(PolicyProblem::ProhibitedField(field))
        }
        _ => Ok(()),
    }
}

fn sids(statements: &[DraftStatement], kind: Kind) -> Result<(), PolicyProblem> {
    let mut seen = BTreeSet::new();
    for sid in statements.iter().filter_map(|statement| statement.sid.as_deref()) {
        if !sid.is_empty() && !seen.insert(sid) {
            return Err(PolicyProblem::SidTwice);
        }
    }
    // "Some AWS services … might have other requirements" (Sid): buckets' policies may have spaces.
    let is_free = kind == Kind::Resource;
    let is_plain = |sid: &&str| sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_free || seen.iter().all(is_plain) {
        true => Ok(()),
        false => Err(PolicyProblem::Sid),
    }
}

fn has_actions(statement: &DraftStatement, kind: Kind) -> Result<(), PolicyProblem> {
    match (&statement.action, kind) {
        (Some(listed), _) if !listed.values.is_empty() => Ok(()),
        (_, Kind::Identity | Kind::Session) => Err(PolicyProblem::NoActions),
        (_, Kind::Trust | Kind::Resource) => Err(PolicyProblem::MissingField("Action")),
    }
}

fn has_resources(statement: &DraftStatement) -> Result<(), PolicyProblem> {
    match &statement.resource {
        Some(listed) if !listed.values.is_empty() => Ok(()),
        Some(_) | None => Err(PolicyProblem::NoResources),
    }
}

fn actions(statement: &DraftStatement, kind: Kind) -> Result<(), PolicyProblem> {
    let Some(listed) = &statement.action else { return Ok(()) };
    if kind == Kind::Trust {
        let are_trust = !listed.all_but && listed.values.iter().all(|action| is_trust_action(action));
        return if are_trust { Ok(()) } else { Err(PolicyProblem::OtherActions) };
    }
    listed.values.iter().try_for_each(|action| vendor(action))
}

fn is_trust_action(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let pattern = Pattern::new(&action);
    action.starts_with("sts:") && TRUST_ACTIONS.iter().any(|known| pattern.matches(known.as_bytes()))
}

fn vendor(action: &str) -> Result<(), PolicyProblem> {
    if action == "*" {
        return Ok(());
    }
    let (vendor, name) = action.split_once(':').ok_or(PolicyProblem::NoVendor)?;
    if name.contains(':') {
        return Err(PolicyProblem::Colons);
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    match vendor == "*" || vendor.bytes().all(is_part) {
        true => Ok(()),
        false => Err(PolicyProblem::Vendor(vendor.to_owned())),
    }
}

/// What is wrong with the resources: at once if they cannot be read at all, else what is told if nothing else is wrong.
fn resources(statements: &[DraftStatement]) -> Result<Option<PolicyProblem>, PolicyProblem> {
    let mut first = None;
    for statement in statements {
        conditions(statement)?;
        let Some(listed) = &statement.resource else { continue };
        let mut values: Vec<&str> = listed.values.iter().map(String::as_str).collect();
        values.sort_unstable();
        first = first.or_else(|| values.iter().find_map(|resource| of_resource(resource).err()));
        if first.is_none() && !values.iter().all(|resource| is_readable(resource)) {
            return Err(PolicyProblem::LegacyParsing);
        }
    }
    Ok(first)
}

fn conditions(statement: &DraftStatement) -> Result<(), PolicyProblem> {
    let is_readable = |(operator, key, values): &(_, String, Vec<String>)| {
        crate::condition::Condition::new(*operator, key, values.clone(), true).is_ok()
    };
    match statement.conditions.iter().all(is_readable) {
        true => Ok(()),
        false => Err(PolicyProblem::LegacyParsing),
    }
}

fn of_resource(resource: &str) -> Result<(), PolicyProblem> {
    if resource == "*" {
        return Ok(());
    }
    let parts = pattern_parts(resource, true);
    let [_, partition, rest @ ..] = parts.as_slice() else {
        return Err(PolicyProblem::NoArn(resource.to_owned()));
    };
    if !is_partition(partition) {
        let partition = (*partition).to_owned();
        return Err(PolicyProblem::Partition { resource: completed(&partition, rest), partition });
    }
    match rest {
        [] => Err(PolicyProblem::NoResourceVendor),
        ["iam", region, ..] if !region.is_empty() => Err(PolicyProblem::IamRegion(resource.to_owned())),
        // Access points and the like have both; buckets have neither.
        ["s3", region, rest @ ..] if !region.is_empty() && matches!(rest, [] | ["", ..]) => {
            Err(PolicyProblem::S3Region(resource.to_owned()))
        }
        ["iam", _, _, path] => iam_path(path),
        _ => Ok(()),
    }
}

fn iam_path(path: &str) -> Result<(), PolicyProblem> {
    let mut known = IAM_PATHS.iter().chain(&IAM_PATHS_UNLISTED);
    match path == "*" || known.any(|start| path.starts_with(start)) {
        true => Ok(()),
        false => Err(PolicyProblem::IamPath),
    }
}

fn is_partition(partition: &str) -> bool {
    let pattern = Pattern::new(partition);
    PARTITIONS.iter().any(|known| pattern.matches(known.as_bytes()))
}

/// An ARN whose missing parts are `*`, as the sentence about its partition quotes it.
fn completed(partition: &str, rest: &[&str]) -> String {
    let part = |n: usize| rest.get(n).copied().unwrap_or("*");
    let service = match rest {
        [] | [""] => "*",
        [service, ..] => service,
    };
    format!("arn:{partition}:{service}:{}:{}:{}", part(1), part(2), part(3))
}

/// What IAM's older reader takes: a service, all six parts if any is left empty, and an account that can be one.
fn is_readable(resource: &str) -> bool {
    if resource == "*" {
        return true;
    }
    let parts = pattern_parts(resource, true);
    let is_whole = parts.len() == 6 || !resource.contains("::");
    let service = parts.get(2).copied().unwrap_or_default();
    is_whole && !service.is_empty() && parts.get(4).is_none_or(|account| is_account(service, account))
}

/// Twelve digits, `aws` and the like, or a pattern; not a placeholder that somebody forgot. A variable where IAM does not have
/// to know whose its own resource is.
fn is_account(service: &str, account: &str) -> bool {
    let is_number = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = account.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_pattern = account.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
    match is_number {
        true => account.len() == ACCOUNT_DIGITS,
        false => is_word || is_pattern || (account.starts_with("${") && service != "iam"),
    }
}
