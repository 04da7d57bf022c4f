//! An error as AWS gives it: a code, a sentence, a status. Its shape is the protocol's.
//!
//! Codes and sentences follow "Error codes for the Amazon EC2 API" and each service's
//! "Common Errors" page.

use std::borrow::Cow;

/// The code for a parameter that the operation has not.
pub const UNKNOWN_PARAMETER: &str = "UnknownParameter";

/// An error an AWS client can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// What a program looks at: `InvalidVpcID.NotFound`.
    pub code: Cow<'static, str>,
    /// What a person reads.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// What the error's own structure has beside, for protocols in JSON: an object.
    pub members: Option<Box<serde_json::Value>>,
}

impl AwsError {
    /// An error with the HTTP status that EC2 documents for its code; 400 for most.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        let status = status_of(&code);
        AwsError { code, message: message.into(), status, members: None }
    }

    /// The same error under another HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with members that its structure has beside the message.
    #[must_use]
    pub fn with_members(mut self, members: serde_json::Value) -> Self {
        self.members = Some(Box::new(members));
        self
    }

    /// `MissingParameter`: "The request must contain the parameter {name}".
    pub fn missing_parameter(name: &str) -> Self {
        Self::new("MissingParameter", format!("The request must contain the parameter {name}"))
    }

    /// `UnknownParameter`: "The parameter {name} is not recognized".
    pub fn unknown_parameter(name: &str) -> Self {
        Self::new(UNKNOWN_PARAMETER, format!("The parameter {name} is not recognized"))
    }

    /// `InvalidParameterValue` with a sentence of its own.
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// `InvalidParameterValue`: "Value ({value}) for parameter {name} is invalid. {reason}".
    pub fn invalid_value(name: &str, value: &str, reason: &str) -> Self {
        let message = format!("Value ({value}) for parameter {name} is invalid. {reason}");
        Self::new("InvalidParameterValue", message.trim_end())
    }

    /// `InvalidParameterCombination`.
    pub fn invalid_parameter_combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// `{family}.NotFound`: "The {kind} ID '{id}' does not exist".
    pub fn not_found(code: &'static str, kind: &str, id: &str) -> Self {
        Self::new(code, format!("The {kind} ID '{id}' does not exist"))
    }

    /// `{family}.Malformed`: `Invalid id: "{id}"`.
    pub fn malformed_id(code: &'static str, id: &str) -> Self {
        Self::new(code, format!("Invalid id: \"{id}\""))
    }

    /// `DependencyViolation`.
    pub fn dependency_violation(message: impl Into<String>) -> Self {
        Self::new("DependencyViolation", message)
    }

    /// `DryRunOperation`: the request would have succeeded.
    pub fn dry_run() -> Self {
        Self::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    }

    /// `IdempotentParameterMismatch`: a client token used again with other parameters.
    pub fn idempotent_parameter_mismatch() -> Self {
        Self::new(
            "IdempotentParameterMismatch",
            "The client token you have provided is already in use with different parameters.",
        )
    }

    /// A part of an action that AWS has and Hamlet does not: a parameter, a value, a mode.
    pub fn not_implemented_yet(what: &str) -> Self {
        Self::new("NotImplemented", format!("Hamlet does not implement {what} yet.")).with_status(501)
    }
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AwsError {}

/// Client errors are 400; these are the exceptions.
fn status_of(code: &str) -> u16 {
    match code {
        "AuthFailure" => 401,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "ExpiredToken"
        | "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => 403,
        "DryRunOperation" => 412,
        "InternalError" | "InternalFailure" | "InternalServerError" => 500,
        "RequestLimitExceeded" | "Unavailable" | "ServiceUnavailable" => 503,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_follow_the_documentation() {
        assert_eq!(AwsError::dry_run().status, 412);
        assert_eq!(AwsError::new("AuthFailure", "").status, 401);
        assert_eq!(AwsError::new("UnauthorizedOperation", "").status, 403);
        assert_eq!(AwsError::new("RequestLimitExceeded", "").status, 503);
    }
}
