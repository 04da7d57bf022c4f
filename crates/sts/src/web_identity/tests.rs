use super::*;
use crate::API;
use awsproto::testing::{self, Caller};
use awsproto::{Bearer, Principal, Protocol};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::role::NewRole;
use model::{Ids, RoleId, Tags};
use policy::Document;
use serde_json::{Value, json};
use std::sync::Arc;

const ROLE: &str = "arn:aws:iam::222222222222:role/ci";
const ISSUER: &str = "https://issuer.example";
const PROVIDER: &str = "arn:aws:iam::222222222222:oidc-provider/issuer.example";

/// What openssl has signed: `tests/make_tokens.py`.
fn made() -> Value {
    serde_json::from_str(include_str!("../../tests/tokens.json")).unwrap()
}

fn owner() -> AccountId {
    "222222222222".parse().unwrap()
}

/// The role `ci` of an account that knows the issuer.
fn lab() -> (Caller, RoleId) {
    let mut caller = Caller::new(&API, "us-east-1");
    let new = NewRole {
        path: "/".into(),
        name: "ci".into(),
        description: None,
        trust_policy: Document::stored("{}"),
        max_session_duration_s: 7200,
        boundary: None,
        tags: Tags::new(),
    };
    let role = caller.world.create_role(owner(), new, &mut Ids::new(&mut || 7), Timestamp(0)).unwrap();
    let provider = OidcProvider {
        url: "issuer.example".into(),
        client_ids: vec!["sts.amazonaws.com".into(), "other".into()],
        thumbprints: Vec::new(),
        created: Timestamp(0),
        tags: Tags::new(),
    };
    caller.world.create_oidc_provider(owner(), provider).unwrap();
    drop(caller.world.commit());
    (caller, role)
}

/// A token with these claims that nobody has signed, for what is looked at before its signature.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

fn claims(more: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "sub": "alice", "aud": "sts.amazonaws.com", "iat": 1_727_179_000, "exp": 1_727_182_800,
    });
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn presented(token: &str) -> Result<Presented, AwsError> {
    let (caller, _) = lab();
    let form = format!("RoleArn={ROLE}&RoleSessionName=x&WebIdentityToken={token}");
    let input = Input::parse(Protocol::Query, "", form.as_bytes()).unwrap();
    Presented::of(&caller.world, Partition::Commercial, &input, testing::call("us-east-1", 1).now)
}

fn refused(more: Value) -> String {
    let error = presented(&token(&claims(more))).unwrap_err();
    format!("{}: {}", error.code, error.message)
}

/// What a token says that is believed.
fn said(more: Value) -> Result<WebIdentity, AwsError> {
    let Presented { provider, prefix, audience, claims, .. } = presented(&token(&claims(more)))?;
    claims.into_identity(provider, &prefix, audience)
}

fn checked(token: &Value) -> Result<WebIdentity, String> {
    let keys = made()["keys"].to_string();
    let presented = presented(token.as_str().unwrap()).unwrap();
    presented.believed(keys.as_bytes()).map_err(|error| format!("{}: {}", error.code, error.message))
}

#[test]
fn a_signature_by_a_key_of_the_issuer_is_believed_in_each_algorithm() {
    let made = made();
    for (algorithm, token) in made["tokens"].as_object().unwrap() {
        let identity = checked(token).unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        assert_eq!(identity.subject, "repo:octo-org/octo-repo:ref:refs/heads/main");
        assert_eq!(identity.federation.provider, PROVIDER);
    }
    assert!(checked(&made["without_key_id"]).is_ok());
}

#[test]
fn a_signature_by_nobody_or_another_is_not() {
    let made = made();
    let nobody = no_verification_key();
    let nobody = format!("{}: {}", nobody.code, nobody.message);
    let wrong = "InvalidIdentityToken: The signature of the ID Token provided is not valid.";
    assert_eq!(checked(&made["by_another"]).unwrap_err(), wrong);
    assert_eq!(checked(&made["of_no_key"]).unwrap_err(), nobody);
    assert_eq!(checked(&made["of_another_algorithm"]).unwrap_err(), nobody);
    assert_eq!(
        checked(&made["unsigned"]).unwrap_err(),
        "InvalidIdentityToken: Unsupported token signing algorithm: none"
    );
    // Another payload under the same signature; the signature of another.
    for (algorithm, token) in made["tokens"].as_object().unwrap() {
        let token = token.as_str().unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = text.split_once('.').unwrap();
        let payload = URL_SAFE_NO_PAD.encode(claims(json!({"sub": "mallory"})).to_string());
        let changed = json!(format!("{header}.{payload}.{signature}"));
        assert_eq!(checked(&changed).unwrap_err(), wrong, "{algorithm}");
        assert_eq!(checked(&json!(format!("{text}.AAAA"))).unwrap_err(), wrong, "{algorithm}");
    }
    let token = made["tokens"]["RS256"].as_str().unwrap();
    for keys in [
        "",
        "{}",
        r#"{"keys":[]}"#,
        r#"{"keys":[1,{"kty":"oct","k":"AA"},{"kty":"RSA","kid":"key of RS256"}]}"#,
    ] {
        let error = presented(token).unwrap().believed(keys.as_bytes()).unwrap_err();
        assert_eq!(format!("{}: {}", error.code, error.message), nobody, "{keys}");
    }
}

#[test]
fn a_token_is_three_parts_that_say_who_for_whom_and_how_long() {
    let no_token = "InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an \
                    Access Token)";
    for text in ["", "Atza|IQEBLjAs", "a.b.c", "e30.e30.", "e30.e30.e30.e30", "eyJhbGciOiJSUzI1NiJ9.W10.c2ln"]
    {
        let error = presented(text).unwrap_err();
        assert_eq!(format!("{}: {}", error.code, error.message), no_token, "{text}");
    }
    for name in ["iss", "sub", "aud", "iat", "exp"] {
        let missing = format!("InvalidIdentityToken: Missing a required claim: {name}");
        assert_eq!(refused(json!({ name: null })), missing);
        assert_eq!(refused(json!({ name: {} })), missing);
    }
    assert_eq!(
        refused(json!({"exp": 1_727_179_200})),
        "ExpiredTokenException: Token expired: current date/time 1727179200 must be before the expiration date/time 1727179200"
    );
    assert!(refused(json!({"nbf": 1_727_179_501})).contains("not valid yet"));
    assert!(presented(&token(&claims(json!({"nbf": 1_727_179_500})))).is_ok());
}

#[test]
fn the_roles_account_must_know_the_issuer_and_for_whom_the_token_is() {
    assert_eq!(
        refused(json!({"iss": "https://other.example"})),
        "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://other.example"
    );
    assert!(refused(json!({"iss": "issuer.example"})).contains("No OpenIDConnect provider"));
    for audience in [json!("else"), json!(["else"])] {
        assert_eq!(refused(json!({"aud": audience})), "InvalidIdentityToken: Incorrect token audience");
    }
    assert_eq!(said(json!({"aud": ["else", "other"]})).unwrap().audience, "other");
    // Who asked for it comes before for whom it is.
    assert_eq!(said(json!({"azp": "other"})).unwrap().audience, "other");
    assert_eq!(refused(json!({"azp": "else"})), "InvalidIdentityToken: Incorrect token audience");
    let google = said(json!({"iss": "https://accounts.google.com", "azp": "app", "email": "a@b.c"})).unwrap();
    assert_eq!(google.federation.provider, "accounts.google.com");
    let key =
        |name: &str| google.federation.keys.iter().find(|(key, _)| key == name).map(|(_, it)| it.join(","));
    assert_eq!(key("accounts.google.com:aud").as_deref(), Some("app"));
    assert_eq!(key("accounts.google.com:oaud").as_deref(), Some("sts.amazonaws.com"));
    assert_eq!(key("accounts.google.com:email").as_deref(), Some("a@b.c"));
}

#[test]
fn a_token_gives_condition_keys_tags_and_a_source_identity() {
    let nested = json!({
        "amr": ["mfa", "pwd"],
        "https://aws.amazon.com/source_identity": "Ada",
        "https://aws.amazon.com/tags": {
            "principal_tags": {"Project": ["Automation"], "Team": ["blue"]}, "transitive_tag_keys": ["Project"],
        },
    });
    let flat = json!({
        "amr": ["mfa", "pwd"],
        "https://aws.amazon.com/source_identity": "Ada",
        "https://aws.amazon.com/tags/principal_tags/Project": "Automation",
        "https://aws.amazon.com/tags/principal_tags/Team": ["blue"],
        "https://aws.amazon.com/tags/transitive_tag_keys": ["Project"],
    });
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    for claims in [nested, flat] {
        let identity = said(claims).unwrap();
        assert_eq!(identity.tags, [pair("Project", "Automation"), pair("Team", "blue")]);
        assert_eq!(identity.transitive_tag_keys, ["Project"]);
        assert_eq!(identity.source_identity.as_deref(), Some("Ada"));
        let keys: Vec<String> = identity
            .federation
            .keys
            .iter()
            .map(|(key, values)| format!("{key}={}", values.join(",")))
            .collect();
        assert_eq!(
            keys,
            [
                "issuer.example:aud=sts.amazonaws.com",
                "issuer.example:sub=alice",
                "issuer.example:amr=mfa,pwd"
            ]
        );
    }
    let several = json!({"https://aws.amazon.com/tags": {"principal_tags": {"Team": ["blue", "red"]}}});
    assert!(said(several).is_err());
}

/// Calls as somebody who is believed.
fn vouched(more: Value) -> (Caller, RoleId) {
    let (mut caller, role) = lab();
    let identity = Arc::new(said(more).unwrap());
    caller.call.principal = Principal::WebIdentity { account: owner(), identity };
    caller.call.scope.account = owner();
    (caller, role)
}

const OPERATION: &str = "AssumeRoleWithWebIdentity";

fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("RoleArn", ROLE), ("RoleSessionName", "build"), ("WebIdentityToken", "x.y.z")], more].concat()
}

#[test]
fn who_is_believed_acts_as_the_role_and_is_known_by_the_provider() {
    let tags = json!({
        "https://aws.amazon.com/source_identity": "Ada",
        "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["blue"]}, "transitive_tag_keys": ["Team"]},
    });
    let (mut caller, role) = vouched(tags);
    let answer = caller.ok(OPERATION, &form(&[("DurationSeconds", "900")]));
    assert_eq!(answer.text("Arn"), "arn:aws:sts::222222222222:assumed-role/ci/build");
    assert_eq!(answer.text("SubjectFromWebIdentityToken"), "alice");
    assert_eq!(answer.text("Audience"), "sts.amazonaws.com");
    assert_eq!((answer.text("Provider"), answer.text("SourceIdentity")), (PROVIDER.into(), "Ada".into()));
    assert_eq!(answer.text("PackedPolicySize"), "1");
    let opened = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap();
    assert_eq!(opened.bearer, Bearer::Role(role, "build".into()));
    assert_eq!(opened.session.federation.unwrap().provider, PROVIDER);
    assert_eq!(opened.session.tags["Team"], "blue");
    assert_eq!(opened.session.transitive_tag_keys, ["Team"]);
    assert!(!opened.session.is_chained);
}

#[test]
fn its_session_has_the_bounds_of_others() {
    let (mut caller, _) = vouched(json!({}));
    let long = caller.refused(OPERATION, &form(&[("DurationSeconds", "7201")]));
    assert_eq!(
        long,
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    let malformed = caller.refused(OPERATION, &form(&[("Policy", "{}")]));
    assert!(malformed.starts_with("MalformedPolicyDocument: "), "{malformed}");
    let other = [
        ("RoleArn", "arn:aws:iam::222222222222:role/other"),
        ("RoleSessionName", "build"),
        ("WebIdentityToken", "x.y.z"),
    ];
    assert_eq!(
        caller.refused_with_status(OPERATION, &other),
        "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    );
}

#[test]
fn it_touches_the_role_by_what_the_token_says() {
    let (caller, _) = vouched(json!({
        "https://aws.amazon.com/source_identity": "Ada",
        "https://aws.amazon.com/tags": {"principal_tags": {"Team": ["blue"]}},
    }));
    let parameters: Vec<String> = form(&[]).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let input = Input::parse(Protocol::Query, "", parameters.join("&").as_bytes()).unwrap();
    let action = API.find(OPERATION).unwrap();
    let touched = (API.touches)(&caller.world, &caller.call, action, &input);
    let actions: Vec<Option<&str>> = touched.iter().map(|it| it.action).collect();
    assert_eq!(actions, [None, Some("sts:TagSession"), Some("sts:SetSourceIdentity")]);
    let value = |key: &str| touched[0].values(key).map(|values| values.join(","));
    assert_eq!(value("issuer.example:sub").as_deref(), Some("alice"));
    assert_eq!(value("issuer.example:aud").as_deref(), Some("sts.amazonaws.com"));
    assert_eq!(value("aws:RequestTag/Team").as_deref(), Some("blue"));
    assert_eq!(value("sts:SourceIdentity").as_deref(), Some("Ada"));
    assert_eq!(value("sts:RoleSessionName").as_deref(), Some("build"));
}
