//! What holds of any policies and any request.

mod common;

use common::*;
use policy::{Attached, Context, Decision, Document, Kind, Policies, Principal, Request};
use proptest::prelude::*;

const ACTIONS: [&str; 6] = ["s3:GetObject", "s3:PutObject", "S3:Get*", "ec2:*", "*", "s3:?utObject"];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::b?cket/${aws:username}",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:s3:::*/a",
];
const CONDITIONS: [&str; 6] = [
    "{}",
    r#"{"StringEquals":{"aws:username":["ann","bob"]}}"#,
    r#"{"StringNotLike":{"aws:username":"a*"}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["x","y"]}}"#,
    r#"{"Null":{"aws:TagKeys":"true"},"NumericLessThanIfExists":{"s3:max-keys":"10"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
];
const PRINCIPALS: [&str; 6] = [
    r#""*""#,
    r#"{"AWS":"111122223333"}"#,
    r#"{"AWS":"arn:aws:iam::111122223333:user/dev/ann"}"#,
    r#"{"AWS":["arn:aws:iam::111122223333:role/app/reader","444455556666"]}"#,
    r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/reader/s1"}"#,
    r#"{"Service":"ec2.amazonaws.com"}"#,
];

fn one_of(all: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    (0..all.len()).prop_map(|at| all[at])
}

fn listed(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(one_of(all), 1..3).prop_map(|values| format!("[\"{}\"]", values.join("\",\"")))
}

/// The elements of a statement, but for its effect and its principals.
fn elements() -> impl Strategy<Value = String> {
    let not = || prop_oneof![Just(""), Just("Not")];
    let actions = (not(), listed(&ACTIONS));
    let resources = (not(), listed(&RESOURCES));
    (actions, resources, one_of(&CONDITIONS)).prop_map(|((a, actions), (r, resources), condition)| {
        format!(r#""{a}Action":{actions},"{r}Resource":{resources},"Condition":{condition}"#)
    })
}

fn statement() -> impl Strategy<Value = String> {
    (prop_oneof![Just("Allow"), Just("Deny")], elements())
        .prop_map(|(effect, elements)| format!(r#"{{"Effect":"{effect}",{elements}}}"#))
}

fn resource_statement() -> impl Strategy<Value = String> {
    let not = prop_oneof![3 => Just(""), 1 => Just("Not")];
    (prop_oneof![Just("Allow"), Just("Deny")], not, one_of(&PRINCIPALS), elements()).prop_map(
        |(effect, not, principal, elements)| {
            format!(r#"{{"Effect":"{effect}","{not}Principal":{principal},{elements}}}"#)
        },
    )
}

fn some(statement: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement, 1..4)
}

/// The statements of all policies that have a say.
#[derive(Clone, Debug)]
struct Said {
    identity: Vec<Vec<String>>,
    boundary: Option<Vec<String>>,
    session: Option<Vec<String>>,
    resource: Option<Vec<String>>,
    must_allow: bool,
    endpoint: Option<Vec<String>>,
}

fn said() -> impl Strategy<Value = Said> {
    let maybe = |strategy| prop::option::weighted(0.3, strategy);
    (
        prop::collection::vec(some(statement()), 0..3),
        maybe(some(statement()).boxed()),
        maybe(some(statement()).boxed()),
        maybe(some(resource_statement()).boxed()),
        any::<bool>(),
        maybe(some(resource_statement()).boxed()),
    )
        .prop_map(|(identity, boundary, session, resource, must_allow, endpoint)| Said {
            identity,
            boundary,
            session,
            resource,
            must_allow,
            endpoint,
        })
}

#[derive(Clone, Debug)]
struct Asked {
    action: &'static str,
    resource: &'static str,
    account: Option<&'static str>,
    principal: Principal<'static>,
    context: Context,
}

fn asked() -> impl Strategy<Value = Asked> {
    let principals = [
        USER,
        ROLE,
        FEDERATED,
        Principal::Root { account: "111122223333" },
        Principal::Service("ec2.amazonaws.com"),
        Principal::Anonymous,
    ];
    let accounts = prop_oneof![Just(None), Just(Some("111122223333")), Just(Some("444455556666"))];
    let keys = prop::collection::vec(one_of(&["x", "y", "z"]), 0..3);
    (
        one_of(&["s3:GetObject", "s3:PUTOBJECT", "ec2:RunInstances"]),
        one_of(&[
            "arn:aws:s3:::bucket/a",
            "arn:aws:s3:::bucket/ann",
            "arn:aws:ec2:us-east-1:1:instance/i-1",
            "*",
        ]),
        accounts,
        0..principals.len(),
        prop::option::of(one_of(&["ann", "bob", "eve"])),
        prop::option::of(keys),
        prop::option::of(one_of(&["10.1.2.3", "192.0.2.1", "2001:db8::1"])),
    )
        .prop_map(move |(action, resource, account, who, name, tags, address)| {
            let mut context = Context::new();
            if let Some(name) = name {
                context.set("aws:username", name);
            }
            if let Some(tags) = tags {
                context.set("aws:TagKeys", tags.into_iter().map(str::to_owned).collect::<Vec<_>>());
            }
            if let Some(address) = address {
                context.set("aws:SourceIp", address);
            }
            Asked { action, resource, account, principal: principals[who], context }
        })
}

fn read(statements: &[String], kind: Kind) -> Document {
    document(&format!("[{}]", statements.join(",")), kind)
}

fn answer(said: &Said, asked: &Asked) -> Decision {
    let identity: Vec<Document> = said.identity.iter().map(|policy| read(policy, Kind::Identity)).collect();
    let attached: Vec<Attached<'_>> = identity.iter().map(inline).collect();
    let read_as = |kind| move |policy: &Vec<String>| read(policy, kind);
    let boundary = said.boundary.as_ref().map(read_as(Kind::Identity));
    let session_policy = said.session.as_ref().map(read_as(Kind::Session));
    let of_session: Option<Vec<Attached<'_>>> = session_policy.as_ref().map(|policy| vec![session(policy)]);
    let bucket = said.resource.as_ref().map(read_as(Kind::Resource));
    let endpoint = said.endpoint.as_ref().map(read_as(Kind::Resource));
    let policies = Policies {
        identity: &attached,
        boundary: boundary.as_ref().map(inline),
        session: of_session.as_deref(),
        resource: bucket
            .as_ref()
            .map(|bucket| policy::ResourcePolicy { must_allow: said.must_allow, ..of_resource(bucket) }),
        endpoint: endpoint.as_ref().map(resource),
        ..NONE
    };
    let Asked { action, resource, account, principal, context } = asked;
    let request = Request { action, resource, resource_account: *account, principal, context };
    let decision = policy::decide(&request, &policies);
    assert_eq!(policy::explain(&request, &policies).decision, decision, "explained as it was decided");
    decision
}

fn reversed(mut said: Said) -> Said {
    said.identity.reverse();
    for policy in said.identity.iter_mut().chain(&mut said.boundary).chain(&mut said.session) {
        policy.reverse();
    }
    for policy in said.resource.iter_mut().chain(&mut said.endpoint) {
        policy.reverse();
    }
    said
}

/// `Action` where it says `NotAction`, and the other way round.
fn complemented(statement: &str) -> String {
    match statement.contains("\"NotAction\"") {
        true => statement.replace("\"NotAction\"", "\"Action\""),
        false => statement.replace("\"Action\"", "\"NotAction\""),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// And the explanation says what was decided, which `answer` looks at.
    #[test]
    fn the_order_of_statements_and_policies_does_not_matter(said in said(), asked in asked()) {
        prop_assert_eq!(answer(&said, &asked), answer(&reversed(said), &asked));
    }

    #[test]
    fn allowing_more_never_undoes_an_explicit_deny(said in said(), asked in asked(), elements in elements()) {
        let before = answer(&said, &asked);
        let allow = format!(r#"{{"Effect":"Allow",{elements}}}"#);
        let to_everyone = format!(r#"{{"Effect":"Allow","Principal":"*",{elements}}}"#);
        let mut more = said.clone();
        more.identity.push(vec![allow.clone()]);
        more.boundary.iter_mut().chain(&mut more.session).for_each(|policy| policy.push(allow.clone()));
        more.resource.iter_mut().chain(&mut more.endpoint).for_each(|policy| policy.push(to_everyone.clone()));
        let after = answer(&more, &asked);
        match before {
            Decision::ExplicitDeny(..) => prop_assert_eq!(after, before),
            Decision::Allowed(_) => prop_assert!(after.is_allowed(), "{:?}", after),
            Decision::ImplicitDeny(_) => prop_assert!(!matches!(after, Decision::ExplicitDeny(..))),
        }
    }

    #[test]
    fn denying_more_never_allows(said in said(), asked in asked(), elements in elements()) {
        let mut more = said.clone();
        more.identity.push(vec![format!(r#"{{"Effect":"Deny",{elements}}}"#)]);
        prop_assert!(answer(&said, &asked).is_allowed() || !answer(&more, &asked).is_allowed());
    }

    #[test]
    fn not_action_is_the_complement_of_action(elements in elements(), asked in asked()) {
        let asked = Asked { principal: USER, account: None, ..asked };
        let allow = |elements: String| {
            let identity = vec![vec![format!(r#"{{"Effect":"Allow",{elements}}}"#)]];
            let said = Said { identity, boundary: None, session: None, resource: None, must_allow: false, endpoint: None };
            answer(&said, &asked).is_allowed()
        };
        // Whether the rest matches at all, an action that is everything tells.
        let start = elements.find(']').unwrap() + 1;
        let rest = allow(format!(r#""Action":"*"{}"#, &elements[start..]));
        prop_assert_eq!(allow(elements.clone()) ^ allow(complemented(&elements)), rest);
    }

    #[test]
    fn any_text_is_a_policy_or_refused(text in ".{0,200}") {
        if let Ok(document) = Document::parse(&text, Kind::Resource) {
            prop_assert_eq!(document.text(), &text);
        }
        let stored = Document::stored(&text);
        prop_assert_eq!(stored.text(), &text);
    }

    /// Texts that are nearly policies: a valid one with a piece taken out, doubled or replaced.
    #[test]
    fn a_damaged_policy_is_a_policy_or_refused(statements in some(statement()), at in 0usize..400, length in 0usize..20, put in ".{0,5}") {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let characters: Vec<char> = text.chars().collect();
        let (start, end) = (at.min(characters.len()), (at + length).min(characters.len()));
        let damaged: String = characters[..start].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        let _ = Document::parse(&damaged, Kind::Identity).map_err(|problem| problem.to_string());
        let document = Document::stored(&damaged);
        let policies = Policies { identity: &[inline(&document)], ..NONE };
        let _ = decide("s3:GetObject", "arn:aws:s3:::bucket/a", None, &USER, &Context::new(), &policies);
    }
}
