//! The policy simulator against the decision about calls, on policies at random: the two never disagree.

use awsproto::sigv4::{Payload, SignedRequest};
use awsproto::testing::{self, XmlAnswer};
use awsproto::{Call, Input, encode_uri_component};
use model::managed_policy::{NewManagedPolicy, PolicyRef};
use model::permissions::Entity;
use model::{AccountId, Ids, Tags, World};
use policy::{Decision, Document, Kind};

use super::tests::Lab;
use super::{Asking, Matter, Question, Standings, questions};
use crate::services;

const ROUNDS: u64 = 400;
const ACTIONS: [&str; 7] =
    ["ec2:*", "ec2:Describe*", "ec2:DeleteVpc", "iam:Get*", "iam:CreateUser", "*", "s3:*"];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:ec2:us-east-1:123456789012:vpc/*",
    "arn:aws:ec2:*:111122223333:vpc/*",
    "arn:aws:iam::123456789012:user/${aws:username}",
    "arn:aws:iam::*:user/x*",
    "arn:aws:ec2:*:*:*/vpc-0?000000000000001",
];
const CONDITIONS: [&str; 7] = [
    "{}",
    r#"{"StringEquals":{"aws:username":"bob"}}"#,
    r#"{"StringNotLike":{"aws:PrincipalTag/team":"b*"}}"#,
    r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:SecureTransport":"false"}}"#,
    r#"{"Null":{"aws:TokenIssueTime":"true"},"DateGreaterThan":{"aws:CurrentTime":"2024-01-01T00:00:00Z"}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"StringEqualsIfExists":{"aws:RequestTag/a":"1"}}"#,
    r#"{"StringEquals":{"ec2:Region":"us-east-1"}}"#,
];
/// What is called: service, action, and its parameters.
const CALLS: [(&str, &str, &str); 6] = [
    ("ec2", "DescribeVpcs", ""),
    ("ec2", "DeleteVpc", "VpcId=vpc-00000000000000001"),
    (
        "ec2",
        "CreateVpc",
        "CidrBlock=10.0.0.0/16&TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=1\
         &TagSpecification.1.Tag.2.Key=b&TagSpecification.1.Tag.2.Value=2",
    ),
    ("iam", "GetUser", "UserName=bob"),
    ("iam", "CreateUser", "UserName=xerxes"),
    ("iam", "ListUsers", ""),
];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }

    fn document(&mut self) -> Document {
        let statements: Vec<String> = (0..=self.roll(3)).map(|_| self.statement()).collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        Document::parse(&text, Kind::Identity).unwrap()
    }

    fn statement(&mut self) -> String {
        let effect = self.one_of(&["Allow", "Allow", "Allow", "Deny"]);
        let (not_action, not_resource) =
            (self.one_of(&["", "", "", "Not"]), self.one_of(&["", "", "", "Not"]));
        let (action, resource, condition) =
            (self.one_of(&ACTIONS), self.one_of(&RESOURCES), self.one_of(&CONDITIONS));
        format!(
            r#"{{"Effect":"{effect}","{not_action}Action":"{action}","{not_resource}Resource":"{resource}","Condition":{condition}}}"#
        )
    }
}

#[test]
fn the_simulator_says_of_random_policies_what_the_call_is_told() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..ROUNDS {
        let dice = &mut Dice(seed);
        let lab = lab(dice);
        for question in asked(&lab, CALLS[dice.roll(CALLS.len())]) {
            let told = word(&question.decide());
            let simulated = simulate(&lab.world, &question);
            let about = format!("seed {seed}: {} on {}", question.action, question.resource);
            assert_eq!(simulated.text("EvalDecision"), told, "{about}");
            *seen.entry(told).or_insert(0) += 1;
        }
    }
    assert!(seen.len() == 3 && seen.values().all(|count| *count > 30), "{seen:?}");
}

/// A user with policies of its own, of a group and from a managed policy, perhaps within a boundary.
fn lab(dice: &mut Dice) -> Lab {
    let mut lab = Lab::new();
    let (account, now) = (AccountId::DEFAULT, testing::call("us-east-1", 1).now);
    let mut number = 1_000;
    let mut random = || {
        number += 1;
        number
    };
    let ids = &mut Ids::new(&mut random);
    lab.world.put_inline_policy(Entity::User(lab.user), "own", dice.document()).unwrap();
    let group = lab.world.create_group(account, "/", "staff", ids, now).unwrap();
    lab.world.add_user_to_group(account, "staff", "bob").unwrap();
    lab.world.put_inline_policy(Entity::Group(group), "staffs", dice.document()).unwrap();
    let mut managed = |name: &str, document| {
        let (path, name) = ("/".to_owned(), name.to_owned());
        let new = NewManagedPolicy { path, name, description: None, document, tags: Tags::new() };
        PolicyRef::Own(lab.world.create_managed_policy(account, new, ids, now).unwrap())
    };
    let (attached, boundary) = (managed("attached", dice.document()), managed("bound", dice.document()));
    lab.world.attach_policy(Entity::User(lab.user), attached).unwrap();
    if dice.roll(3) == 0 {
        lab.world.set_permissions_boundary(Entity::User(lab.user), Some(boundary));
    }
    lab
}

/// What is asked about a call of the user's.
fn asked(lab: &Lab, (service, action, form): (&str, &str, &str)) -> Vec<Question> {
    let call: Call = lab.call();
    let service = *services::ALL.iter().find(|it| it.service.name == service).unwrap();
    let input = Input::parse(service.service.protocol, "", form.as_bytes()).unwrap();
    let headers = [("host", "127.0.0.1"), ("user-agent", "aws-cli/2")];
    let request =
        SignedRequest { method: "POST", path: "/", query: "", headers: &headers, body: Payload::Whole(b"") };
    let action = service.find(action).unwrap();
    let standings = Standings::default();
    let asking = Asking { world: &lab.world, standings: &standings, call: &call, request: &request };
    let matter = Matter { asking, service, action, input: &input };
    questions(&matter).unwrap()
}

/// The same asked of the simulator, with all that the call makes known.
fn simulate(world: &World, question: &Question) -> XmlAnswer {
    let mut form = vec![
        ("PolicySourceArn".to_owned(), question.asker.arn.clone()),
        ("ActionNames.member.1".to_owned(), question.action.to_owned()),
        ("ResourceArns.member.1".to_owned(), question.resource.to_string()),
    ];
    let known = question.context.iter().filter(|(_, values)| !values.is_empty());
    for (place, (key, values)) in known.enumerate() {
        let entry = format!("ContextEntries.member.{}", place + 1);
        let kind = if values.len() == 1 { "string" } else { "stringList" };
        form.push((format!("{entry}.ContextKeyName"), key.to_owned()));
        form.push((format!("{entry}.ContextKeyType"), kind.to_owned()));
        for (number, value) in values.iter().enumerate() {
            form.push((
                format!("{entry}.ContextKeyValues.member.{}", number + 1),
                value.clone().into_owned(),
            ));
        }
    }
    let form: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", encode_uri_component(value))).collect();
    let input = Input::parse(iam::API.service.protocol, "", form.join("&").as_bytes()).unwrap();
    let mut world = world.clone();
    let answer =
        iam::API.perform("SimulatePrincipalPolicy", &mut testing::call("us-east-1", 1), &mut world, &input);
    XmlAnswer(answer.unwrap().body)
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allowed(_) => "allowed",
        Decision::ImplicitDeny(_) => "implicitDeny",
        Decision::ExplicitDeny(..) => "explicitDeny",
    }
}
