//! Users, roles and sessions against every row of every service, and the words of refusals.

use awsproto::sigv4::{Payload, SignedRequest};
use awsproto::xml_reader::Element;
use awsproto::{
    Action, Api, AwsError, Call, ErrorNames, Input, Principal, Protocol, Purpose, Session, testing,
};
use model::managed_policy::{PolicyRef, aws};
use model::permissions::Entity;
use model::user::NewUser;
use model::{AccountId, Ids, RoleId, Tags, UserId, World};
use policy::{Decision, Document, Kind};
use std::sync::Arc;

use super::*;
use crate::services;

const ACCOUNT: AccountId = AccountId::DEFAULT;

/// A world with the user `bob`, who may do nothing.
pub(super) struct Lab {
    pub(super) world: World,
    pub(super) user: UserId,
}

impl Lab {
    pub(super) fn new() -> Lab {
        let mut world = World::default();
        let mut number = 0;
        let mut random = || {
            number += 1;
            number
        };
        let tags = Tags::from([("team".to_owned(), "blue".to_owned())]);
        let new = NewUser { path: "/".into(), name: "bob".into(), boundary: None, tags };
        let user =
            world.create_user(ACCOUNT, new, &mut Ids::new(&mut random), testing::call("us-east-1", 1).now);
        let user = user.unwrap();
        Lab { world, user }
    }

    fn with_policy(mut self, statement: &str) -> Lab {
        let document = document(statement);
        self.world.put_inline_policy(Entity::User(self.user), "own", document).unwrap();
        self
    }

    pub(super) fn call(&self) -> Call {
        let user = &self.world.users.get(&self.user).unwrap();
        let principal = Principal::User {
            account: ACCOUNT,
            user: user.id,
            path: user.path.clone(),
            name: user.name.clone(),
        };
        Call { principal, ..testing::call("us-east-1", 1) }
    }

    /// What a call of the user comes to: nothing if it is allowed.
    fn ask(&self, service: &str, action: &str, form: &str) -> Option<AwsError> {
        self.ask_as(&self.call(), service, action, form)
    }

    fn ask_as(&self, call: &Call, service: &str, action: &str, form: &str) -> Option<AwsError> {
        let service = *services::ALL.iter().find(|it| it.service.name == service).unwrap();
        let input = Input::parse(service.service.protocol, "", form.as_bytes()).unwrap();
        judge(&self.world, call, service, service.find(action).unwrap(), &input)
    }
}

fn document(statement: &str) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    Document::parse(&text, Kind::Identity).unwrap()
}

/// A request without parameters.
fn nothing(service: &Api<World>) -> Input {
    match service.service.protocol {
        Protocol::Ec2 | Protocol::Query => Input::parse(service.service.protocol, "", b"").unwrap(),
        Protocol::RestXml | Protocol::S3 => Input::Xml(Element::default()),
        Protocol::Json10
        | Protocol::Json11
        | Protocol::RestJson
        | Protocol::RpcCbor
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => Input::Json(serde_json::json!({})),
    }
}

fn judge(
    world: &World,
    call: &Call,
    service: &'static Api<World>,
    action: &'static Action<World>,
    input: &Input,
) -> Option<AwsError> {
    let headers = [("host", "127.0.0.1"), ("user-agent", "aws-cli/2")];
    let request =
        SignedRequest { method: "POST", path: "/", query: "", headers: &headers, body: Payload::Whole(b"") };
    let standings = Standings::default();
    let asking = Asking { world, standings: &standings, call, request: &request };
    let matter = Matter { asking, service, action, input };
    let questions = questions(&matter)?;
    let (place, decision) = verdict(&questions)?;
    Some(refusal(call, service.service, &questions[place], &decision))
}

#[test]
fn every_row_of_every_service_is_refused_to_whom_nothing_allows_it_in_the_services_words() {
    let lab = Lab::new();
    let call = lab.call();
    let mut asked = 0;
    for service in services::ALL {
        let input = nothing(service);
        for action in service.actions.iter().chain(service.vacant) {
            let refused = judge(&lab.world, &call, service, action, &input);
            if !action.authorization.is_decided {
                assert!(refused.is_none(), "{} is nobody's to decide", action.name);
                continue;
            }
            let refused =
                refused.unwrap_or_else(|| panic!("{} {} is open", service.service.name, action.name));
            let (code, status) = match service.service.protocol.error_names() {
                ErrorNames::Ec2 => ("UnauthorizedOperation", 403),
                ErrorNames::Plain if service.service.name == "sns" => ("AuthorizationError", 403),
                ErrorNames::Plain => ("AccessDenied", 403),
                ErrorNames::Exceptions => {
                    // SQS and CloudWatch have the statuses of their query protocol.
                    let has_own = service.service.protocol == Protocol::RestJson
                        || matches!(service.service.name, "sqs" | "monitoring");
                    ("AccessDeniedException", if has_own { 403 } else { 400 })
                }
            };
            let told = refused.render(service.service, "r-1").status;
            assert_eq!((refused.code.as_ref(), told), (code, status), "{}", action.name);
            let text = "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: ";
            assert!(refused.message.contains(text), "{}: {}", action.name, refused.message);
            let reason = "because no identity-based policy allows the ";
            assert!(refused.message.contains(reason), "{}: {}", action.name, refused.message);
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked} rows");
}

#[test]
fn an_administrator_may_do_what_every_row_is_about() {
    let mut lab = Lab::new();
    let everything = PolicyRef::Aws(aws::named("AdministratorAccess").unwrap().name);
    lab.world.attach_policy(Entity::User(lab.user), everything).unwrap();
    let call = lab.call();
    for service in services::ALL {
        let input = nothing(service);
        for action in service.actions.iter().chain(service.vacant) {
            assert_eq!(judge(&lab.world, &call, service, action, &input), None, "{}", action.name);
        }
    }
}

/// A sentence of EC2's without its encoded message.
fn without_encoded(message: String) -> String {
    let (sentence, _) = message.split_once(". Encoded authorization failure message: ").unwrap();
    sentence.to_owned()
}

/// What EC2 has sealed into a refusal.
fn decoded(lab: &Lab, refused: &AwsError) -> serde_json::Value {
    let (_, encoded) = refused.message.split_once("message: ").unwrap();
    assert!(encoded.len() <= 10_240, "STS takes no more");
    let text = lab.call().sessions.open(Purpose::AuthorizationMessage, encoded).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn an_encoded_message_says_why_in_the_form_of_aws() {
    let lab = Lab::new().with_policy(
        r#"[{"Effect":"Allow","Action":"*","Resource":"*"},
            {"Sid":"Keep","Effect":"Deny","Action":"ec2:Delete*","Resource":"arn:aws:ec2:*:*:vpc/*"}]"#,
    );
    let arn = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-00000000000000001";
    let refused = lab.ask("ec2", "DeleteVpc", "VpcId=vpc-00000000000000001").unwrap();
    let message = decoded(&lab, &refused);
    let id = lab.user.to_string();
    let statement = serde_json::json!({
        "statementId": "Keep", "effect": "DENY", "principals": {"items": [{"value": id}]},
        "principalGroups": {"items": []}, "actions": {"items": [{"value": "ec2:Delete*"}]},
        "resources": {"items": [{"value": "arn:aws:ec2:*:*:vpc/*"}]},
    });
    assert_eq!(message["explicitDeny"], true);
    assert_eq!(message["matchedStatements"]["items"], serde_json::json!([statement]));
    let context = &message["context"];
    let bob = serde_json::json!({"id": id, "name": "bob", "arn": "arn:aws:iam::123456789012:user/bob"});
    assert_eq!((&context["principal"], &context["action"]), (&bob, &"ec2:DeleteVpc".into()));
    assert_eq!(context["resource"], arn);
    let region = serde_json::json!({"key": "ec2:Region", "values": {"items": [{"value": "us-east-1"}]}});
    assert!(context["conditions"]["items"].as_array().unwrap().contains(&region), "{context}");
    let nobody = Lab::new();
    let message = decoded(&nobody, &nobody.ask("ec2", "DescribeVpcs", "").unwrap());
    assert_eq!((&message["explicitDeny"], &message["context"]["resource"]), (&false.into(), &"*".into()));
}

#[test]
fn an_encoded_message_is_never_too_long_for_sts() {
    let lab = Lab::new();
    let tags: Vec<String> = (0..50)
        .flat_map(|number| {
            let at = format!("TagSpecification.1.Tag.{}", number + 1);
            [format!("{at}.Key=key-{number}"), format!("{at}.Value={}", "v".repeat(250))]
        })
        .collect();
    let form = format!("CidrBlock=10.0.0.0/16&TagSpecification.1.ResourceType=vpc&{}", tags.join("&"));
    let message = decoded(&lab, &lab.ask("ec2", "CreateVpc", &form).unwrap());
    assert_eq!(message["context"]["action"], "ec2:CreateVpc");
    assert!(message["context"]["conditions"]["items"].as_array().unwrap().len() > 20);
}

#[test]
fn refusals_have_the_words_of_aws() {
    let lab = Lab::new();
    let said = |service, action, form| without_encoded(lab.ask(service, action, form).unwrap().message);
    assert_eq!(
        said("ec2", "DescribeVpcs", ""),
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/bob is not authorized to \
         perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action"
    );
    assert_eq!(
        said("ec2", "DeleteVpc", "VpcId=vpc-00000000000000001"),
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/bob is not authorized to \
         perform: ec2:DeleteVpc on resource: arn:aws:ec2:us-east-1:123456789012:vpc/vpc-00000000000000001 because no \
         identity-based policy allows the ec2:DeleteVpc action"
    );
    let lab = Lab::new().with_policy(
        r#"[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]"#,
    );
    assert_eq!(
        lab.ask("iam", "GetAccountSummary", "").unwrap().message,
        "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:GetAccountSummary with an explicit \
         deny in an identity-based policy"
    );
    assert_eq!(lab.ask("ec2", "DescribeVpcs", ""), None);
}

#[test]
fn the_root_and_what_needs_no_permission_are_not_asked() {
    let lab = Lab::new();
    assert_eq!(lab.ask("sts", "GetCallerIdentity", ""), None);
    assert_eq!(lab.ask_as(&testing::call("us-east-1", 1), "ec2", "DescribeVpcs", ""), None);
}

#[test]
fn conditions_see_who_asks_from_where_and_with_which_tags() {
    for (condition, holds) in [
        (r#"{"StringEquals":{"aws:username":"bob"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"blue"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#, false),
        (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, true),
        (r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1","ec2:Region":"us-east-1"}}"#, true),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":"2024-09-24T11:59:59Z"}}"#, true),
        (r#"{"DateLessThan":{"aws:CurrentTime":"2024-09-24T11:59:59Z"}}"#, false),
        (r#"{"NumericGreaterThan":{"aws:EpochTime":"1727179199"}}"#, true),
        (r#"{"StringLike":{"aws:UserAgent":"aws-cli/*"}}"#, true),
        (r#"{"Null":{"aws:TokenIssueTime":"true","aws:MultiFactorAuthPresent":"true"}}"#, true),
        (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/bob"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalType":"User","aws:PrincipalAccount":"123456789012"}}"#, true),
    ] {
        let statement = format!(
            r#"{{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*","Condition":{condition}}}"#
        );
        let lab = Lab::new().with_policy(&statement);
        assert_eq!(lab.ask("ec2", "DescribeVpcs", "").is_none(), holds, "{condition}");
    }
}

#[test]
fn a_boundary_and_a_sessions_policy_bound_and_give_nothing() {
    let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let mut lab = Lab::new().with_policy(allow);
    let boundary = PolicyRef::Aws(aws::named("AmazonVPCReadOnlyAccess").unwrap().name);
    lab.world.set_permissions_boundary(Entity::User(lab.user), Some(boundary));
    assert_eq!(lab.ask("ec2", "DescribeVpcs", ""), None);
    let refused = lab.ask("ec2", "CreateVpc", "CidrBlock=10.0.0.0/16").unwrap().message;
    assert!(refused.contains("because no permissions boundary allows the ec2:CreateVpc action"), "{refused}");

    let lab = Lab::new().with_policy(allow);
    let now = lab.call().now;
    let mut session = Session::lasting(now, now);
    session.policies.push(document(r#"{"Effect":"Allow","Action":"ec2:DescribeVpcs","Resource":"*"}"#));
    let call = Call { session: Some(Arc::new(session)), ..lab.call() };
    assert_eq!(lab.ask_as(&call, "ec2", "DescribeVpcs", ""), None);
    let refused = lab.ask_as(&call, "ec2", "DescribeSubnets", "").unwrap().message;
    assert!(refused.contains("because no session policy allows the ec2:DescribeSubnets action"), "{refused}");
    let bound = Lab::new();
    assert!(bound.ask_as(&call, "ec2", "DescribeVpcs", "").is_some(), "a session's policy gives nothing");
}

#[test]
fn a_role_that_was_deleted_may_do_nothing() {
    let lab = Lab::new();
    let principal = Principal::AssumedRole {
        account: ACCOUNT,
        role: RoleId::numbered(9),
        role_path: "/".into(),
        role_name: "gone".into(),
        session: "i-1".into(),
    };
    let call = Call { principal, ..testing::call("us-east-1", 1) };
    assert!(lab.ask_as(&call, "ec2", "DescribeVpcs", "").is_some());
}

#[test]
fn who_comes_back_under_a_trusted_name_is_not_trusted() {
    let mut lab = Lab::new();
    let mut root = testing::call("us-east-1", 2);
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/bob"},"Action":"sts:AssumeRole"}}"#;
    let mut perform = |world: &mut World, action: &str, form: &str| {
        let input = Input::parse(Protocol::Query, "", form.as_bytes()).unwrap();
        iam::API.perform(action, &mut root, world, &input).unwrap();
    };
    let form = format!("RoleName=web&AssumeRolePolicyDocument={}", awsproto::encode_uri_component(trust));
    perform(&mut lab.world, "CreateRole", &form);
    let assume = "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fweb&RoleSessionName=me";
    assert_eq!(lab.ask("sts", "AssumeRole", assume), None);
    perform(&mut lab.world, "UpdateUser", "UserName=bob&NewUserName=robert");
    assert_eq!(lab.ask("sts", "AssumeRole", assume), None, "it is still he");
    perform(&mut lab.world, "DeleteUser", "UserName=robert");
    perform(&mut lab.world, "CreateUser", "UserName=bob");
    lab.user = lab.world.user_named(ACCOUNT, "bob").unwrap().id;
    let refused = lab.ask("sts", "AssumeRole", assume).unwrap().message;
    assert!(refused.contains("because no role trust policy allows the sts:AssumeRole action"), "{refused}");
}

#[test]
fn the_reasoning_names_the_statement_and_the_condition_that_decided() {
    let lab = Lab::new().with_policy(
        r#"[{"Sid":"ByDay","Effect":"Allow","Action":"ec2:*","Resource":"*",
             "Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}}]"#,
    );
    let call = lab.call();
    let service = *services::ALL.iter().find(|it| it.service.name == "ec2").unwrap();
    let action = service.find("DescribeVpcs").unwrap();
    let input = nothing(service);
    let request =
        SignedRequest { method: "POST", path: "/", query: "", headers: &[], body: Payload::Whole(b"") };
    let standings = Standings::default();
    let asking = Asking { world: &lab.world, standings: &standings, call: &call, request: &request };
    let matter = Matter { asking, service, action, input: &input };
    let questions = questions(&matter).unwrap();
    let refused = verdict(&questions).map(|(place, _)| place);
    let judged = Judged {
        request_id: "r-1".into(),
        origin: call.origin,
        at: call.now,
        service: "ec2",
        operation: "DescribeVpcs",
        questions,
        refused,
    };
    let text = tell(&judged);
    for expected in [
        "ec2 DescribeVpcs was refused at 2024-09-24T12:00:00.000Z",
        "DENIED ec2:DescribeVpcs on *  <- what the caller was told",
        "origin    unknown, seen as 203.0.113.9",
        "because no identity-based policy allows the ec2:DescribeVpcs action",
        "statement 1 ByDay (Allow, line 1)",
        "aws:PrincipalTag/team",
        "which is blue",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    let ledger = Ledger::default();
    ledger.write(judged);
    assert_eq!(ledger.find("r-1").unwrap().refused, Some(0));
    assert!(ledger.last(true).is_none() && ledger.last(false).is_some());
    assert!(matches!(ledger.last(false).unwrap().questions[0].decide(), Decision::ImplicitDeny(_)));
}
