//! What IAM's model says of single parameters: lengths, ranges and patterns, and the sentence for what does not keep them.

use awsproto::AwsError;
use model::quotas::TRUST_POLICY_MAX;
use model::trust_policy::{PolicyProblem, TrustPolicy};
use policy::Document;

use crate::errors;

/// Characters of a role's name.
const ROLE_NAME_MAX: usize = 64;
/// Characters of an instance profile's name.
const INSTANCE_PROFILE_NAME_MAX: usize = 128;
/// Characters of a path.
const PATH_MAX: usize = 512;
/// Characters of a description.
const DESCRIPTION_MAX: usize = 1000;
/// Characters of a policy document, white space and all.
const DOCUMENT_MAX: usize = 131_072;

/// `ValidationError` about one parameter.
pub(crate) fn violated(value: &str, parameter: &str, rule: &str) -> AwsError {
    let sentence = format!(
        "1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: Member must {rule}"
    );
    AwsError::new("ValidationError", sentence)
}

/// A role's name.
pub(crate) fn role_name(name: Option<&str>) -> Result<&str, AwsError> {
    named(name, "roleName", ROLE_NAME_MAX)
}

/// An instance profile's name.
pub(crate) fn instance_profile_name(name: Option<&str>) -> Result<&str, AwsError> {
    named(name, "instanceProfileName", INSTANCE_PROFILE_NAME_MAX)
}

fn named<'a>(name: Option<&'a str>, parameter: &str, characters_max: usize) -> Result<&'a str, AwsError> {
    let name = name.unwrap_or_default();
    length(name, parameter, 1, characters_max)?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    match name.bytes().all(is_allowed) {
        true => Ok(name),
        false => Err(violated(name, parameter, r"satisfy regular expression pattern: [\w+=,.@-]+")),
    }
}

/// A path; `/` when none is given.
pub(crate) fn path(path: Option<&str>) -> Result<&str, AwsError> {
    let path = path.unwrap_or("/");
    length(path, "path", 1, PATH_MAX)?;
    let is_folder = path.starts_with('/') && path.ends_with('/');
    match is_folder && path.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(path),
        false => {
            let pattern = r"satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)";
            Err(violated(path, "path", pattern))
        }
    }
}

/// The beginning of paths to be listed; all of them when none is given.
pub(crate) fn path_prefix(prefix: Option<&str>) -> Result<&str, AwsError> {
    let prefix = prefix.unwrap_or("/");
    length(prefix, "pathPrefix", 1, PATH_MAX)?;
    match prefix.starts_with('/') && prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(prefix),
        false => {
            Err(violated(prefix, "pathPrefix", r"satisfy regular expression pattern: \u002F[\u0021-\u007F]*"))
        }
    }
}

/// A description.
pub(crate) fn description(text: Option<String>) -> Result<Option<String>, AwsError> {
    let Some(text) = text else { return Ok(None) };
    length(&text, "description", 0, DESCRIPTION_MAX)?;
    let is_allowed = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}');
    match text.chars().all(is_allowed) {
        true => Ok(Some(text).filter(|text| !text.is_empty())),
        false => {
            let pattern =
                r"satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*";
            Err(violated(&text, "description", pattern))
        }
    }
}

/// How long sessions of a role may last: an hour to twelve.
pub(crate) fn max_session_duration_s(seconds: i32) -> Result<u32, AwsError> {
    let rule = match seconds {
        ..3_600 => "have value greater than or equal to 3600",
        43_201.. => "have value less than or equal to 43200",
        3_600..=43_200 => return Ok(seconds.unsigned_abs()),
    };
    Err(violated(&seconds.to_string(), "maxSessionDuration", rule))
}

/// A trust policy, which is kept as it was sent.
pub(crate) fn trust_policy(document: Option<String>, parameter: &str) -> Result<Document, AwsError> {
    let document = document.unwrap_or_default();
    length(&document, parameter, 1, DOCUMENT_MAX)?;
    TrustPolicy::parse(&document).map_err(malformed)?;
    match document.chars().filter(|letter| !letter.is_whitespace()).count() {
        0..=TRUST_POLICY_MAX => Ok(Document::stored(&document)),
        _ => Err(errors::quota_reached("ACLSizePerRole", TRUST_POLICY_MAX)),
    }
}

fn malformed(problem: PolicyProblem) -> AwsError {
    let sentence = match problem {
        PolicyProblem::NotJson => "This policy contains invalid Json".to_owned(),
        PolicyProblem::Syntax => "Syntax errors in policy.".to_owned(),
        PolicyProblem::ProhibitedField(field) => format!("Has prohibited field {field}"),
        PolicyProblem::OtherActions => {
            "AssumeRole policy may only specify STS AssumeRole actions.".to_owned()
        }
    };
    AwsError::new("MalformedPolicyDocument", sentence)
}

pub(crate) fn length(text: &str, parameter: &str, min: usize, max: usize) -> Result<(), AwsError> {
    let length = text.chars().count();
    if length < min {
        return Err(violated(text, parameter, &format!("have length greater than or equal to {min}")));
    }
    if length > max {
        return Err(violated(text, parameter, &format!("have length less than or equal to {max}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_letters_digits_and_a_few_signs() {
        assert_eq!(role_name(Some("A-z_0+=,.@")), Ok("A-z_0+=,.@"));
        let long = "x".repeat(65);
        for (name, rule) in [
            ("", "have length greater than or equal to 1"),
            ("a b", r"satisfy regular expression pattern: [\w+=,.@-]+"),
            ("é", r"satisfy regular expression pattern: [\w+=,.@-]+"),
            (&long, "have length less than or equal to 64"),
        ] {
            assert_eq!(role_name(Some(name)), Err(violated(name, "roleName", rule)));
        }
        assert!(instance_profile_name(Some(&long)).is_ok());
    }

    #[test]
    fn paths_are_folders() {
        assert_eq!(path(None), Ok("/"));
        assert_eq!(path(Some("/division/team/")), Ok("/division/team/"));
        for wrong in ["", "team/", "/team", "/te am/", "/é/"] {
            assert!(path(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(path_prefix(Some("/te")), Ok("/te"));
    }

    #[test]
    fn only_visible_characters_of_a_trust_policy_count() {
        let statement = r#"{"Effect":"Allow","Principal":{"AWS":"X"},"Action":"sts:AssumeRole"}"#;
        let policy = |filler: &str| {
            let filled = statement.replace('X', filler);
            trust_policy(Some(format!(r#"{{"Statement":{filled}}}"#)), "policyDocument")
        };
        assert!(policy(&" ".repeat(4000)).is_ok());
        let refused = policy(&"x".repeat(2048)).unwrap_err();
        assert_eq!(refused.to_string(), "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
    }
}
