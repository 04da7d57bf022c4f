//! Roles are acted as.

use crate::API;
use awsproto::testing::Caller;
use awsproto::{Bearer, Principal, Session, Timestamp};
use model::role::NewRole;
use model::{AccountId, Ids, RoleId, Tags, UserId};
use policy::Document;
use std::sync::Arc;

const ROLE: &str = "arn:aws:iam::222222222222:role/servers/web";

/// A user of one account, and the role `web` of another.
fn user() -> (Caller, RoleId) {
    let mut caller = Caller::new(&API, "us-east-1");
    let account = AccountId::DEFAULT;
    let (path, name) = ("/".to_owned(), "bob".to_owned());
    caller.call.principal = Principal::User { account, user: UserId::numbered(1), path, name };
    let new = NewRole {
        path: "/servers/".into(),
        name: "web".into(),
        description: None,
        trust_policy: Document::stored("{}"),
        max_session_duration_s: 7200,
        boundary: None,
        tags: Tags::new(),
    };
    let owner = "222222222222".parse().unwrap();
    let role = caller.world.create_role(owner, new, &mut Ids::new(&mut || 7), Timestamp(0)).unwrap();
    // Calls that are refused take back what was not committed.
    drop(caller.world.commit());
    (caller, role)
}

/// The same, as a role's session one of whose tags comes down to those that it begins.
fn chained() -> Caller {
    let (mut caller, role) = user();
    caller.call.principal = Principal::AssumedRole {
        account: AccountId::DEFAULT,
        role,
        role_path: "/".into(),
        role_name: "first".into(),
        session: "bob".into(),
    };
    caller.call.session = Some(Arc::new(Session {
        tags: Tags::from([("Team".into(), "blue".into()), ("stage".into(), "test".into())]),
        transitive_tag_keys: vec!["team".into()],
        source_identity: Some("bob@home".into()),
        ..Session::lasting(Timestamp(0), Timestamp(1))
    }));
    caller
}

fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("RoleArn", ROLE), ("RoleSessionName", "alice")], more].concat()
}

#[test]
fn somebody_of_another_account_becomes_the_role() {
    let (mut caller, role) = user();
    let answer = caller.ok("AssumeRole", &form(&[("ExternalId", "secret"), ("SourceIdentity", "bob")]));
    assert_eq!(answer.text("Arn"), "arn:aws:sts::222222222222:assumed-role/web/alice");
    assert_eq!(answer.text("AssumedRoleId"), format!("{role}:alice"));
    assert_eq!(answer.text("SourceIdentity"), "bob");
    assert_eq!(answer.text("Expiration"), "2024-09-24T13:00:00.000Z");
    assert!(answer.texts("PackedPolicySize").is_empty());
    let opened = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap();
    assert_eq!(opened.bearer, Bearer::Role(role, "alice".into()));
    assert_eq!(opened.credentials.access_key_id, answer.text("AccessKeyId"));
    assert_eq!(opened.credentials.secret_access_key, answer.text("SecretAccessKey"));
    assert!(!opened.session.is_chained);
    let account = model::access_key::account_of_key(&answer.text("AccessKeyId"));
    assert_eq!(account, Some("222222222222".parse().unwrap()));
}

#[test]
fn the_root_may_not_and_whom_open_mode_does_not_know_may() {
    let (mut caller, _) = user();
    caller.call.principal = Principal::Root(AccountId::DEFAULT);
    let refused = caller.refused_with_status("AssumeRole", &form(&[]));
    assert_eq!(refused, "403 AccessDenied: Roles may not be assumed by root accounts.");
    caller.call.is_stranger = true;
    caller.ok("AssumeRole", &form(&[]));
}

#[test]
fn arns_that_are_none_and_roles_that_are_not_there() {
    let (mut caller, _) = user();
    let mut refused =
        |arn| caller.refused_with_status("AssumeRole", &[("RoleArn", arn), ("RoleSessionName", "alice")]);
    for arn in [
        "arn:aws:iam::222222222222:user/web",
        "arn:aws:sts::222222222222:role/servers/web",
        "arn:aws:iam::22222222:role/servers/web",
        "arn:aws:iam::222222222222:role/",
    ] {
        assert_eq!(refused(arn), format!("400 ValidationError: {arn} is invalid"));
    }
    for arn in [
        "arn:aws:iam::222222222222:role/web",
        "arn:aws:iam::222222222222:role/servers/Web",
        "arn:aws:iam::123456789012:role/servers/web",
        "arn:aws-cn:iam::222222222222:role/servers/web",
    ] {
        let sentence = format!(
            "403 AccessDenied: User: arn:aws:iam::123456789012:user/bob is not authorized to perform: sts:AssumeRole on \
             resource: {arn}"
        );
        assert_eq!(refused(arn), sentence);
    }
}

#[test]
fn a_name_has_letters_that_arns_can_have() {
    let (mut caller, _) = user();
    let refused = caller.refused("AssumeRole", &[("RoleArn", ROLE), ("RoleSessionName", "Session1:2")]);
    assert_eq!(
        refused,
        r"ValidationError: 1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
    );
}

#[test]
fn a_session_is_no_longer_than_the_role_lets_it_and_an_hour_in_a_chain() {
    let (mut caller, _) = user();
    let asked = |seconds| form(&[("DurationSeconds", seconds)]);
    caller.ok("AssumeRole", &asked("7200"));
    assert_eq!(
        caller.refused("AssumeRole", &asked("7201")),
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    assert!(caller.refused("AssumeRole", &asked("43201")).ends_with("less than or equal to 43200"));
    let mut caller = chained();
    caller.ok("AssumeRole", &asked("3600"));
    assert_eq!(
        caller.refused("AssumeRole", &asked("3601")),
        "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    );
}

#[test]
fn transitive_tags_and_the_source_identity_come_down_a_chain() {
    let mut caller = chained();
    let more =
        [("Tags.member.1.Key", "cost"), ("Tags.member.1.Value", "7"), ("TransitiveTagKeys.member.1", "cost")];
    let answer = caller.ok("AssumeRole", &form(&more));
    let session = caller.call.sessions.opened(&answer.text("SessionToken")).unwrap().session;
    let tags = Tags::from([("Team".into(), "blue".into()), ("cost".into(), "7".into())]);
    assert_eq!((session.tags, session.transitive_tag_keys), (tags, vec!["team".into(), "cost".into()]));
    assert!(session.is_chained);
    assert_eq!(session.source_identity.as_deref(), Some("bob@home"));
    assert_eq!(answer.text("SourceIdentity"), "bob@home");
    caller.ok("AssumeRole", &form(&[("SourceIdentity", "bob@home")]));
    let refused = caller.refused("AssumeRole", &form(&[("SourceIdentity", "eve")]));
    assert_eq!(refused, "ValidationError: The source identity of the session cannot be changed.");
}

#[test]
fn tags_that_clash_are_refused() {
    let tag = |key| [("Tags.member.1.Key", key), ("Tags.member.1.Value", "red")];
    let clash = chained().refused("AssumeRole", &form(&tag("TEAM")));
    assert!(
        clash.starts_with("InvalidParameterValue: One or more of the specified transitive tag keys"),
        "{clash}"
    );
    let (mut caller, _) = user();
    caller.ok("AssumeRole", &form(&tag("TEAM")));
    let twice = [("Tags.member.2.Key", "team"), ("Tags.member.2.Value", "red")];
    assert_eq!(
        caller.refused("AssumeRole", &form(&[tag("Team"), twice].concat())),
        "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    assert_eq!(
        caller.refused("AssumeRole", &form(&[("TransitiveTagKeys.member.1", "team")])),
        "InvalidParameterValue: The specified transitive tag key must be included in the requested tags."
    );
}

#[test]
fn what_is_not_here_yet_is_refused() {
    let (mut caller, _) = user();
    for more in [
        &[("ProvidedContexts.member.1.ContextAssertion", "assertion")][..],
        &[("MinimumSessionTokenSize", "4096")],
    ] {
        let refused = caller.refused_with_status("AssumeRole", &form(more));
        assert!(refused.starts_with("501 NotImplemented"), "{refused}");
    }
}
