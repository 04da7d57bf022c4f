//! What a session cannot call, whatever policies say. Follows "Compare AWS STS credentials" (IAM User Guide).

use awsproto::{AwsError, Principal, Session};

use crate::credentials::without_session;

/// Whether a caller may call an operation of a service as far as its credentials are concerned.
///
/// # Errors
/// - of a session that GetSessionToken has begun: IAM, unless a second factor was shown; STS, but AssumeRole and
///   GetCallerIdentity
/// - of one that somebody has by signing in to the console: the same of STS. IAM is theirs, as AWS's console has pages of it
/// - of one that GetFederationToken has begun: IAM; STS, but GetCallerIdentity
///
/// What else sessions of roles cannot call refuses them itself.
pub fn session_may_call(
    principal: &Principal,
    session: Option<&Session>,
    service: &str,
    operation: &str,
) -> Result<(), AwsError> {
    let Some(session) = session else { return Ok(()) };
    let (iam, sts): (bool, &[&str]) = match principal {
        Principal::AssumedRole { .. } | Principal::WebIdentity { .. } => return Ok(()),
        Principal::Root(_) | Principal::User { .. } => {
            (session.mfa.is_some() || session.is_of_console, &["AssumeRole", "GetCallerIdentity"])
        }
        Principal::FederatedUser { .. } => (false, &["GetCallerIdentity"]),
    };
    match service {
        "iam" if !iam => Err(AwsError::new(
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
        )),
        "sts" if !sts.contains(&operation) => Err(without_session(operation)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::Timestamp;
    use model::{AccountId, RoleId};

    #[test]
    fn the_table_of_the_user_guide_holds() {
        let account = AccountId::DEFAULT;
        let plain = Session::lasting(Timestamp(0), Timestamp(1));
        let with_code = Session { mfa: Some(Timestamp(0)), ..plain.clone() };
        let of_console = Session { is_of_console: true, ..plain.clone() };
        let root = Principal::Root(account);
        let federated = Principal::FederatedUser { account, name: "eve".into() };
        let role = Principal::AssumedRole {
            account,
            role: RoleId::numbered(1),
            role_path: "/".into(),
            role_name: "web".into(),
            session: "alice".into(),
        };
        let calls = [
            ("iam", "ListUsers"),
            ("sts", "AssumeRole"),
            ("sts", "GetCallerIdentity"),
            ("sts", "GetAccessKeyInfo"),
            ("ec2", "DescribeVpcs"),
        ];
        for (who, session, expected) in [
            (&root, None, [true; 5]),
            (&root, Some(&plain), [false, true, true, false, true]),
            (&root, Some(&with_code), [true, true, true, false, true]),
            (&root, Some(&of_console), [true, true, true, false, true]),
            (&federated, Some(&plain), [false, false, true, false, true]),
            (&federated, Some(&of_console), [false, false, true, false, true]),
            (&role, Some(&plain), [true; 5]),
        ] {
            let may =
                calls.map(|(service, operation)| session_may_call(who, session, service, operation).is_ok());
            assert_eq!(may, expected, "{who:?}");
        }
    }
}
