//! Temporary credentials for somebody whom IAM does not know. Follows "GetFederationToken" (STS API Reference).

use awsproto::{AwsError, Bearer, Call, Principal};
use model::World;

use crate::credentials::{any_token_size, issue, long_term, session, users_duration, without_session};
use crate::passed;
use crate::shapes::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse};

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetFederationTokenRequest,
) -> Result<GetFederationTokenResponse, AwsError> {
    let GetFederationTokenRequest {
        duration_seconds,
        minimum_session_token_size,
        name,
        policy,
        policy_arns,
        tags,
    } = request;
    let duration = users_duration(call, duration_seconds);
    any_token_size(minimum_session_token_size)?;
    long_term(call, "GetFederationToken")?;
    let account = call.principal.account();
    let issuer = match &call.principal {
        Principal::Root(_) => None,
        Principal::User { user, .. } => Some(*user),
        Principal::AssumedRole { .. } | Principal::FederatedUser { .. } | Principal::WebIdentity { .. } => {
            return Err(without_session("GetFederationToken"));
        }
    };
    let mut session = session(call, duration);
    session.issuer = issuer;
    passed::bound(&mut session, world, account, policy, policy_arns)?;
    passed::tag(&mut session, None, tags, Vec::new())?;
    let packed_policy_size = passed::packed_size(&session)?;
    let name = name.unwrap_or_default();
    let bearer = Bearer::Federated(account, name.clone());
    let credentials = issue(call, account, &bearer, &session);
    let federated = Principal::FederatedUser { account, name };
    // What AWS says of the token's size is not published.
    Ok(GetFederationTokenResponse {
        credentials: Some(credentials),
        federated_user: Some(FederatedUser {
            arn: Some(federated.arn(call.partition())),
            federated_user_id: Some(federated.user_id()),
        }),
        packed_policy_size,
        session_token_size: None,
        session_token_utilization: None,
    })
}

#[cfg(test)]
mod tests {
    use crate::API;
    use awsproto::testing::Caller;
    use awsproto::{Bearer, Principal};
    use model::{AccountId, UserId};

    const POLICY: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}"#;

    fn user() -> Caller {
        let mut caller = Caller::new(&API, "us-east-1");
        let account = caller.call.principal.account();
        let (path, name) = ("/".to_owned(), "bob".to_owned());
        caller.call.principal = Principal::User { account, user: UserId::numbered(1), path, name };
        caller
    }

    #[test]
    fn its_session_knows_who_asked_and_what_bounds_it() {
        let mut caller = user();
        let with = [
            ("Name", "eve"),
            ("Policy", POLICY),
            ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "blue"),
        ];
        let answer = caller.ok("GetFederationToken", &with);
        assert_eq!(answer.text("Arn"), "arn:aws:sts::123456789012:federated-user/eve");
        assert_eq!(answer.text("FederatedUserId"), "123456789012:eve");
        assert_eq!(answer.text("PackedPolicySize"), "4");
        let opened = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap();
        assert_eq!(opened.bearer, Bearer::Federated(AccountId::DEFAULT, "eve".into()));
        assert_eq!(opened.session.issuer, Some(UserId::numbered(1)));
        assert_eq!(opened.session.policies[0].text(), POLICY);
        assert_eq!(opened.session.policy_arns, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
        assert_eq!(opened.session.tags["team"], "blue");
        let bare = caller.ok("GetFederationToken", &[("Name", "eve")]);
        assert!(bare.texts("PackedPolicySize").is_empty());
    }

    #[test]
    fn policies_and_tags_have_rules() {
        let mut caller = user();
        let mut refused = |key, value| caller.refused("GetFederationToken", &[("Name", "eve"), (key, value)]);
        let malformed = refused("Policy", "{}");
        assert!(malformed.starts_with("MalformedPolicyDocument: "), "{malformed}");
        let missing = refused("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nothing");
        assert!(missing.starts_with("MalformedPolicyDocument: "), "{missing}");
        let arn = |n: usize| (format!("PolicyArns.member.{n}.arn"), "arn:aws:iam::aws:policy/ReadOnlyAccess");
        let eleven: Vec<(String, &str)> = (1..12).map(arn).collect();
        let mut form: Vec<(&str, &str)> = eleven.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        form.push(("Name", "eve"));
        let many = caller.refused("GetFederationToken", &form);
        assert!(
            many.ends_with(
                "'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10"
            ),
            "{many}"
        );
        let value = "v".repeat(256);
        let names: Vec<String> = (1..21)
            .flat_map(|n| [format!("Tags.member.{n}.Key"), format!("Tags.member.{n}.Value"), format!("k{n}")])
            .collect();
        let mut form = vec![("Name", "eve")];
        for name in names.chunks(3) {
            form.extend([(name[0].as_str(), name[2].as_str()), (name[1].as_str(), value.as_str())]);
        }
        let large = caller.refused("GetFederationToken", &form);
        assert_eq!(
            large,
            "PackedPolicyTooLarge: Packed size of session tags consumes 127% of allotted space."
        );
    }
}
