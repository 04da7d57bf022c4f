//! A role's trust policy: who may act as the role.
//!
//! Follows "Role trust policies" and "Policies and permissions" (IAM User Guide), as far as AWS's own services ask for a
//! role. Accounts, users and federated identities are taken and not looked at; conditions are not evaluated: an Allow
//! with one lets nobody in, a Deny with one keeps everybody out.

use serde_json::{Map, Value};

/// The action by which somebody begins to act as a role.
const ASSUME_ROLE: &str = "sts:assumerole";

/// Why a text is no trust policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyProblem {
    /// It is not JSON.
    NotJson,
    /// It is JSON, but not a policy.
    Syntax,
    /// It has something that other policies may have.
    ProhibitedField(&'static str),
    /// It speaks of other actions than those of acting as a role.
    OtherActions,
}

/// A trust policy, as far as it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustPolicy {
    statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    allows: bool,
    services: Vec<String>,
    /// Patterns, in small letters.
    actions: Vec<String>,
    has_condition: bool,
}

impl TrustPolicy {
    /// Reads a policy document.
    pub fn parse(text: &str) -> Result<TrustPolicy, PolicyProblem> {
        let document: Value = serde_json::from_str(text).map_err(|_| PolicyProblem::NotJson)?;
        let statements: Result<Vec<Statement>, PolicyProblem> = match document.get("Statement") {
            Some(Value::Array(several)) if !several.is_empty() => several.iter().map(statement).collect(),
            Some(one @ Value::Object(_)) => statement(one).map(|one| vec![one]),
            Some(_) | None => Err(PolicyProblem::Syntax),
        };
        Ok(TrustPolicy { statements: statements? })
    }

    /// Whether an AWS service, such as `ec2.amazonaws.com`, may act as the role.
    pub fn trusts_service(&self, service: &str) -> bool {
        let names =
            |it: &&Statement| it.services.iter().any(|named| named == service) && it.is_about_assuming();
        let named = || self.statements.iter().filter(names);
        named().any(|it| it.allows && !it.has_condition) && named().all(|it| it.allows)
    }
}

impl Statement {
    fn is_about_assuming(&self) -> bool {
        self.actions.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => ASSUME_ROLE.starts_with(start),
            None => pattern == ASSUME_ROLE,
        })
    }
}

fn statement(value: &Value) -> Result<Statement, PolicyProblem> {
    let fields = value.as_object().ok_or(PolicyProblem::Syntax)?;
    for prohibited in ["Resource", "NotResource", "NotPrincipal"] {
        if fields.contains_key(prohibited) {
            return Err(PolicyProblem::ProhibitedField(prohibited));
        }
    }
    let allows = match fields.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        Some(_) | None => return Err(PolicyProblem::Syntax),
    };
    let actions = fields.get("Action").and_then(texts).ok_or(PolicyProblem::Syntax)?;
    let actions: Vec<String> = actions.iter().map(|action| action.to_ascii_lowercase()).collect();
    if !actions.iter().all(|action| action.starts_with("sts:")) {
        return Err(PolicyProblem::OtherActions);
    }
    let services = match fields.get("Principal") {
        Some(Value::String(everybody)) if everybody == "*" => Vec::new(),
        Some(Value::Object(principals)) if !principals.is_empty() => services(principals)?,
        Some(_) | None => return Err(PolicyProblem::Syntax),
    };
    Ok(Statement { allows, services, actions, has_condition: fields.contains_key("Condition") })
}

fn services(principals: &Map<String, Value>) -> Result<Vec<String>, PolicyProblem> {
    let mut services = Vec::new();
    for (kind, named) in principals {
        let named = texts(named).ok_or(PolicyProblem::Syntax)?;
        match kind.as_str() {
            "Service" => services = named,
            "AWS" | "Federated" | "CanonicalUser" => {}
            _ => return Err(PolicyProblem::Syntax),
        }
    }
    Ok(services)
}

/// One text or a list of some.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(texts) if !texts.is_empty() => {
            texts.iter().map(|text| text.as_str().map(str::to_owned)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EC2: &str = "ec2.amazonaws.com";

    fn of(statement: &str) -> Result<TrustPolicy, PolicyProblem> {
        TrustPolicy::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
    }

    #[test]
    fn a_service_is_trusted_when_it_is_named_and_nobody_denies_it() {
        let trusts = |statement: &str| of(statement).unwrap().trusts_service(EC2);
        let allow =
            r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
        assert!(trusts(allow));
        assert!(trusts(&format!("[{allow}]")));
        let listed = r#"{"Effect":"Allow","Principal":{"Service":["x","ec2.amazonaws.com"]},"Action":["sts:TagSession","sts:assume*"]}"#;
        assert!(trusts(listed));
        for other in [
            r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#,
            r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}"#,
            r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}"#,
            r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:TagSession"}"#,
            r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{}}"#,
        ] {
            assert!(!trusts(other), "{other}");
        }
        let deny = allow.replace("Allow", "Deny");
        assert!(!trusts(&format!("[{allow},{deny}]")));
    }

    #[test]
    fn what_is_no_trust_policy_is_refused_for_its_reason() {
        use PolicyProblem::*;
        assert_eq!(TrustPolicy::parse("hello"), Err(NotJson));
        assert_eq!(TrustPolicy::parse(&"[".repeat(100_000)), Err(NotJson));
        for (document, problem) in [
            ("{}", Syntax),
            ("[]", Syntax),
            (r#"{"Statement":[]}"#, Syntax),
            (r#"{"Statement":[1]}"#, Syntax),
            (r#"{"Statement":{"Effect":"allow","Principal":"*","Action":"sts:AssumeRole"}}"#, Syntax),
            (r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}"#, Syntax),
            (r#"{"Statement":{"Effect":"Allow","Principal":{"Dog":"x"},"Action":"sts:AssumeRole"}}"#, Syntax),
            (r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}"#, OtherActions),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}"#,
                ProhibitedField("Resource"),
            ),
        ] {
            assert_eq!(TrustPolicy::parse(document), Err(problem), "{document}");
        }
    }
}
