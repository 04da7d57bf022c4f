//! Who decides: AWS's examples and tables of the evaluation logic, as cases.
//!
//! Follows "Policy evaluation logic" and the pages below it, "Permissions boundaries for IAM entities", "Session policies" and
//! "AWS JSON policy elements: NotPrincipal" (IAM User Guide).

mod common;

use Decision::{Allowed, ExplicitDeny, ImplicitDeny};
use common::*;
use policy::{
    Attached, Context, Decision, Grant, Kind, Origin, Policies, PolicyType, Principal, ResourcePolicy,
};

const BUCKET: &str = "arn:aws:s3:::bucket/key";

/// The resource's policy, with who it names.
fn bucket_policy(effect: &str, principal: &str) -> policy::Document {
    document(
        &format!(
            r#"{{"Effect":"{effect}","Principal":{principal},"Action":"s3:GetObject","Resource":"{BUCKET}"}}"#
        ),
        Kind::Resource,
    )
}

fn get_object(principal: &Principal<'_>, account: Option<&str>, policies: &Policies<'_>) -> Decision {
    decide("s3:GetObject", BUCKET, account, principal, &Context::new(), policies)
}

#[test]
fn what_nobody_allows_is_denied_and_what_one_denies_is_denied() {
    let allow = identity(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    let deny = identity(r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#);
    let other = identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    let ask = |policies: &[Attached<'_>]| get_object(&USER, None, &Policies { identity: policies, ..NONE });
    assert_eq!(ask(&[]), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&[inline(&other)]), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&[inline(&other), inline(&allow)]), Allowed(Grant::Identity));
    assert_eq!(ask(&[inline(&allow), inline(&deny)]), ExplicitDeny(PolicyType::Identity, None));
    assert_eq!(
        ask(&[managed(&deny), inline(&allow)]),
        ExplicitDeny(PolicyType::Identity, Some(MANAGED.to_owned()))
    );
}

/// The table "Example identity-based and resource-based policy evaluation", and who a resource's policy can name.
#[test]
fn in_one_account_either_may_allow_and_who_is_named_says_what_else_is_asked() {
    let nothing = identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    let everything = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let ask = |who: &Principal<'_>, named: &str, identity: &policy::Document, bound: &policy::Document| {
        let bucket = bucket_policy("Allow", named);
        let policies = Policies {
            identity: &[inline(identity)],
            boundary: Some(managed(bound)),
            resource: Some(of_resource(&bucket)),
            ..NONE
        };
        get_object(who, None, &policies)
    };
    // The user itself: neither its policies nor its boundary are asked.
    for named in [
        r#"{"AWS":"arn:aws:iam::111122223333:user/dev/ann"}"#,
        r#"{"AWS":"AIDAEXAMPLEEXAMPLE123"}"#,
        r#""*""#,
    ] {
        assert_eq!(ask(&USER, named, &nothing, &nothing), Allowed(Grant::Resource), "{named}");
    }
    // A session of a role, by its own name.
    let session = r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/reader/s1"}"#;
    assert_eq!(ask(&ROLE, session, &nothing, &nothing), Allowed(Grant::Resource));
    // By its role's: what bounds the role still does.
    for named in [
        r#"{"AWS":"arn:aws:iam::111122223333:role/app/reader"}"#,
        r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#,
        r#"{"AWS":"*"}"#,
    ] {
        assert_eq!(ask(&ROLE, named, &nothing, &everything), Allowed(Grant::Resource), "{named}");
        assert_eq!(ask(&ROLE, named, &nothing, &nothing), ImplicitDeny(PolicyType::Boundary), "{named}");
    }
    // The account: it decides itself.
    for named in [r#"{"AWS":"111122223333"}"#, r#"{"AWS":"arn:aws:iam::111122223333:root"}"#] {
        for who in [USER, ROLE] {
            assert_eq!(ask(&who, named, &nothing, &everything), ImplicitDeny(PolicyType::Identity));
            assert_eq!(ask(&who, named, &everything, &everything), Allowed(Grant::Both));
            assert_eq!(ask(&who, named, &everything, &nothing), ImplicitDeny(PolicyType::Boundary));
        }
    }
    // Somebody else.
    let other = r#"{"AWS":"arn:aws:iam::111122223333:user/bob"}"#;
    assert_eq!(ask(&USER, other, &nothing, &everything), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&USER, other, &everything, &everything), Allowed(Grant::Identity));
}

/// The table of "Cross-account policy evaluation logic": both accounts must allow.
#[test]
fn across_accounts_both_must_allow() {
    let everything = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let nothing = identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    let deny = identity(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
    let ask = |identity: &policy::Document, bucket: Option<policy::Document>| {
        let resource = bucket.as_ref().map(of_resource);
        let policies = Policies { identity: &[inline(identity)], resource, ..NONE };
        get_object(&USER, Some("444455556666"), &policies)
    };
    let account = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let user = r#"{"AWS":"arn:aws:iam::111122223333:user/dev/ann"}"#;
    for named in [account, user, r#""*""#] {
        let allow = || Some(bucket_policy("Allow", named));
        assert_eq!(ask(&everything, allow()), Allowed(Grant::Both));
        assert_eq!(ask(&nothing, allow()), ImplicitDeny(PolicyType::Identity));
        assert_eq!(ask(&deny, allow()), ExplicitDeny(PolicyType::Identity, None));
        let denied = ask(&everything, Some(bucket_policy("Deny", named)));
        assert_eq!(denied, ExplicitDeny(PolicyType::Resource, None));
    }
    assert_eq!(ask(&everything, None), ImplicitDeny(PolicyType::Resource));
    let other = bucket_policy("Allow", r#"{"AWS":"777788889999"}"#);
    assert_eq!(ask(&everything, Some(other)), ImplicitDeny(PolicyType::Resource));
}

/// "Permissions boundaries": what both allow, less what either denies.
#[test]
fn a_boundary_and_the_policies_of_a_session_are_intersections() {
    let s3 = identity(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    let get = identity(r#"{"Effect":"Allow","Action":["s3:GetObject","iam:*"],"Resource":"*"}"#);
    let no_get = identity(r#"{"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"}"#);
    let deny = identity(r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#);
    let ask = |who: &Principal<'_>, boundary: &policy::Document, session: Option<&[Attached<'_>]>| {
        let policies =
            Policies { identity: &[inline(&s3)], boundary: Some(managed(boundary)), session, ..NONE };
        get_object(who, None, &policies)
    };
    assert_eq!(ask(&USER, &get, None), Allowed(Grant::Identity));
    assert_eq!(ask(&USER, &no_get, None), ImplicitDeny(PolicyType::Boundary));
    assert_eq!(ask(&USER, &deny, None), ExplicitDeny(PolicyType::Boundary, Some(MANAGED.to_owned())));
    assert_eq!(ask(&ROLE, &get, Some(&[session(&no_get)])), ImplicitDeny(PolicyType::Session));
    assert_eq!(ask(&ROLE, &get, Some(&[session(&no_get), managed(&get)])), Allowed(Grant::Identity));
    assert_eq!(
        ask(&ROLE, &get, Some(&[session(&get), session(&deny)])),
        ExplicitDeny(PolicyType::Session, None)
    );
    assert_eq!(ask(&ROLE, &get, Some(&[])), ImplicitDeny(PolicyType::Session));
    // A boundary grants nothing.
    let only_bound = Policies { boundary: Some(managed(&get)), ..NONE };
    assert_eq!(get_object(&USER, None, &only_bound), ImplicitDeny(PolicyType::Identity));
}

/// "If you do not pass session policies, the session has no permissions"; but "a resource-based policy that names the session".
#[test]
fn a_federated_user_may_do_what_its_session_says() {
    let all = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let ask = |session: Option<&[Attached<'_>]>, resource: Option<ResourcePolicy<'_>>| {
        get_object(&FEDERATED, None, &Policies { identity: &[inline(&all)], session, resource, ..NONE })
    };
    assert_eq!(ask(None, None), ImplicitDeny(PolicyType::Session));
    assert_eq!(ask(Some(&[session(&all)]), None), Allowed(Grant::Identity));
    let named = bucket_policy("Allow", r#"{"AWS":"arn:aws:sts::111122223333:federated-user/visitor"}"#);
    assert_eq!(ask(None, Some(of_resource(&named))), Allowed(Grant::Resource));
}

#[test]
fn root_may_everything_of_its_account_but_what_a_resource_denies() {
    let root = Principal::Root { account: "111122223333" };
    assert_eq!(get_object(&root, None, &NONE), Allowed(Grant::Root));
    let deny = bucket_policy("Deny", r#""*""#);
    let policies = Policies { resource: Some(of_resource(&deny)), ..NONE };
    assert_eq!(get_object(&root, None, &policies), ExplicitDeny(PolicyType::Resource, None));
    assert_eq!(get_object(&root, Some("444455556666"), &NONE), ImplicitDeny(PolicyType::Resource));
    let allow = bucket_policy("Allow", r#"{"AWS":"111122223333"}"#);
    let policies = Policies { resource: Some(of_resource(&allow)), ..NONE };
    assert_eq!(get_object(&root, Some("444455556666"), &policies), Allowed(Grant::Resource));
}

#[test]
fn services_and_nobody_have_only_what_a_resource_allows_them() {
    let service = Principal::Service("delivery.logs.amazonaws.com");
    let named = bucket_policy("Allow", r#"{"Service":"delivery.logs.amazonaws.com"}"#);
    let public = bucket_policy("Allow", r#""*""#);
    let ask = |who: &Principal<'_>, bucket: &policy::Document| {
        get_object(who, Some("444455556666"), &Policies { resource: Some(of_resource(bucket)), ..NONE })
    };
    assert_eq!(ask(&service, &named), Allowed(Grant::Resource));
    assert_eq!(ask(&Principal::Service("ec2.amazonaws.com"), &named), ImplicitDeny(PolicyType::Resource));
    assert_eq!(ask(&Principal::Anonymous, &named), ImplicitDeny(PolicyType::Resource));
    assert_eq!(ask(&Principal::Anonymous, &public), Allowed(Grant::Resource));
    assert_eq!(get_object(&Principal::Anonymous, None, &NONE), ImplicitDeny(PolicyType::Resource));
}

/// "the VPC endpoint policy does not override or replace" the others (VPC endpoints): it only takes away.
#[test]
fn what_came_through_an_endpoint_needs_its_policy_as_well() {
    let all = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let full = document(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#, Kind::Resource);
    let narrow = document(
        r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::other/*"}"#,
        Kind::Resource,
    );
    let deny = document(r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#, Kind::Resource);
    let ask = |endpoint, identity: &[Attached<'_>]| {
        get_object(&USER, None, &Policies { identity, endpoint: Some(resource(endpoint)), ..NONE })
    };
    assert_eq!(ask(&full, &[inline(&all)]), Allowed(Grant::Identity));
    assert_eq!(ask(&full, &[]), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&narrow, &[inline(&all)]), ImplicitDeny(PolicyType::Endpoint));
    assert_eq!(ask(&deny, &[inline(&all)]), ExplicitDeny(PolicyType::Endpoint, None));
}

#[test]
fn an_organizations_policies_only_take_away() {
    let all = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let ec2 = identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    let ask = |service: Option<&[Attached<'_>]>, resource: Option<&[Attached<'_>]>| {
        let policies = Policies {
            identity: &[inline(&all)],
            service_control: service,
            resource_control: resource,
            ..NONE
        };
        get_object(&USER, None, &policies)
    };
    assert_eq!(ask(Some(&[managed(&all)]), None), Allowed(Grant::Identity));
    assert_eq!(ask(Some(&[managed(&ec2)]), None), ImplicitDeny(PolicyType::ServiceControl));
    assert_eq!(
        ask(Some(&[managed(&all)]), Some(&[managed(&ec2)])),
        ImplicitDeny(PolicyType::ResourceControl)
    );
    let root = Principal::Root { account: "111122223333" };
    let policies = Policies { service_control: Some(&[managed(&ec2)]), ..NONE };
    assert_eq!(get_object(&root, None, &policies), ImplicitDeny(PolicyType::ServiceControl));
}

/// "A role trust policy must name the principal", "KMS key policies": what they do not allow, nobody does.
#[test]
fn who_may_act_as_a_role_its_trust_policy_says() {
    let role = "arn:aws:iam::111122223333:role/app/reader";
    let all = identity(r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#);
    let ask = |who: &Principal<'_>, named: &str, owner: &str, identity: &[Attached<'_>]| {
        let trust = document(
            &format!(r#"{{"Effect":"Allow","Principal":{named},"Action":"sts:AssumeRole"}}"#),
            Kind::Trust,
        );
        let attached = Attached { document: &trust, origin: Origin::Trust { role_arn: role } };
        let resource = Some(ResourcePolicy { attached, must_allow: true });
        let policies = Policies { identity, resource, ..NONE };
        decide("sts:AssumeRole", role, Some(owner), who, &Context::new(), &policies)
    };
    let (own, other) = ("111122223333", "444455556666");
    let user = r#"{"AWS":"arn:aws:iam::111122223333:user/dev/ann"}"#;
    let account = r#"{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let service = r#"{"Service":"ec2.amazonaws.com"}"#;
    assert_eq!(ask(&USER, user, own, &[]), Allowed(Grant::Resource));
    assert_eq!(ask(&USER, account, own, &[]), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&USER, account, own, &[inline(&all)]), Allowed(Grant::Both));
    assert_eq!(ask(&USER, service, own, &[inline(&all)]), ImplicitDeny(PolicyType::Trust));
    assert_eq!(ask(&USER, user, other, &[]), ImplicitDeny(PolicyType::Identity));
    assert_eq!(ask(&USER, user, other, &[inline(&all)]), Allowed(Grant::Both));
    assert_eq!(ask(&Principal::Service("ec2.amazonaws.com"), service, own, &[]), Allowed(Grant::Resource));
    let root = Principal::Root { account: own };
    assert_eq!(ask(&root, service, own, &[]), ImplicitDeny(PolicyType::Trust));
    let google = Principal::WebIdentity { provider: "accounts.google.com" };
    assert_eq!(ask(&google, service, own, &[]), ImplicitDeny(PolicyType::Trust));
    assert_eq!(ask(&google, r#"{"Federated":"accounts.google.com"}"#, own, &[]), Allowed(Grant::Resource));
}

/// The examples of "NotPrincipal with Deny": the account has to be listed, too, and for a session also its role.
#[test]
fn not_principal_excepts_only_who_is_listed_with_all_that_it_is() {
    let all = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let ask = |who: &Principal<'_>, listed: &str| {
        let text = format!(
            r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":[{listed}]}},"Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"}}"#
        );
        let bucket = document(&text, Kind::Resource);
        let policies = Policies { identity: &[inline(&all)], resource: Some(of_resource(&bucket)), ..NONE };
        get_object(who, None, &policies)
    };
    let denied = ExplicitDeny(PolicyType::Resource, None);
    let (user, root) = ("\"arn:aws:iam::111122223333:user/dev/ann\"", "\"arn:aws:iam::111122223333:root\"");
    let role = "\"arn:aws:iam::111122223333:role/app/reader\"";
    let session = "\"arn:aws:sts::111122223333:assumed-role/reader/s1\"";
    assert_eq!(ask(&USER, &format!("{user},{root}")), Allowed(Grant::Identity));
    assert_eq!(ask(&USER, user), denied);
    assert_eq!(ask(&USER, root), denied);
    assert_eq!(ask(&ROLE, &format!("{session},{role},{root}")), Allowed(Grant::Identity));
    assert_eq!(ask(&ROLE, &format!("{role},{root}")), denied);
    assert_eq!(ask(&Principal::Anonymous, &format!("{user},{root}")), denied);
}

#[test]
fn refusals_say_what_aws_says() {
    let said = |decision: Decision| decision.reason("ec2:RunInstances").unwrap();
    assert_eq!(
        said(ImplicitDeny(PolicyType::Identity)),
        "because no identity-based policy allows the ec2:RunInstances action"
    );
    assert_eq!(
        said(ImplicitDeny(PolicyType::Boundary)),
        "because no permissions boundary allows the ec2:RunInstances action"
    );
    assert_eq!(
        said(ExplicitDeny(PolicyType::Identity, Some(MANAGED.to_owned()))),
        "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/mine"
    );
    assert_eq!(
        said(ExplicitDeny(PolicyType::Endpoint, None)),
        "with an explicit deny in a VPC endpoint policy"
    );
    assert_eq!(said(ExplicitDeny(PolicyType::Trust, None)), "with an explicit deny in the role trust policy");
    assert_eq!(Allowed(Grant::Root).reason("x:Y"), None);
}
