//! Policy documents: read as IAM reads them, and written as its answers have them.

use awsproto::{AwsError, Call};
use model::quotas::{MANAGED_POLICY_MAX, TRUST_POLICY_MAX};
use model::{Role, World};
use policy::{Document, Kind, PolicyProblem};

use crate::errors;

/// A policy that says what somebody may do.
pub(crate) fn identity(text: Option<String>) -> Result<Document, AwsError> {
    Document::parse(&text.unwrap_or_default(), Kind::Identity).map_err(malformed)
}

/// The same of a managed policy, which has a size of its own.
pub(crate) fn managed(text: Option<String>) -> Result<Document, AwsError> {
    within(identity(text)?, "PolicySize", MANAGED_POLICY_MAX)
}

/// A policy that says who may act as a role, as it is kept: whom it names must be there.
pub(crate) fn trust(call: &Call, world: &World, text: Option<String>) -> Result<Document, AwsError> {
    let document = trust_text(text)?;
    let kept = world.with_principal_ids(&document, call.scope.account, call.partition());
    kept.map_err(|nobody| malformed(PolicyProblem::Principal(nobody)))
}

/// What is shown and counted is what was given, not what is kept.
fn trust_text(text: Option<String>) -> Result<Document, AwsError> {
    let document = Document::parse(&text.unwrap_or_default(), Kind::Trust).map_err(malformed)?;
    within(document, "ACLSizePerRole", TRUST_POLICY_MAX)
}

/// A role's trust policy as answers have it.
pub(crate) fn encoded_trust(call: &Call, world: &World, role: &Role) -> Option<String> {
    encoded(&world.with_principal_arns(&role.trust_policy, call.partition()))
}

/// As answers have it: "The policy document … is URL-encoded compliant with RFC 3986" (GetPolicyVersion).
pub(crate) fn encoded(document: &Document) -> Option<String> {
    Some(awsproto::encode_uri_component(document.text()))
}

fn within(document: Document, quota: &str, limit: usize) -> Result<Document, AwsError> {
    match document.counted_length() <= limit {
        true => Ok(document),
        false => Err(errors::quota_reached(quota, limit)),
    }
}

/// `MalformedPolicyDocument`.
fn malformed(problem: PolicyProblem) -> AwsError {
    AwsError::new("MalformedPolicyDocument", problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_characters_of_a_policy_count() {
        let statement = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"X"}}}"#;
        let policy = |filler: &str| {
            let filled = statement.replace('X', filler);
            trust_text(Some(format!(
                r#"{{"Version":"2012-10-17","Statement":{filled}{}}}"#,
                " ".repeat(4000)
            )))
        };
        assert!(policy("us").is_ok());
        let refused = policy(&"1".repeat(2048)).unwrap_err();
        assert_eq!(refused.to_string(), "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
    }
}
