use super::*;
use crate::testing;
use crate::web_identity::Federation;
use model::{AccountId, RoleId, UserId};

static EC2: Service = service("ec2", Protocol::Ec2);
static IAM: Service = service("iam", Protocol::Query);
static STS: Service = service("sts", Protocol::Query);
static SSM: Service = service("ssm", Protocol::Json11);
static ROUTE53: Service = service("route53", Protocol::RestXml);

const fn service(name: &'static str, protocol: Protocol) -> Service {
    Service {
        name,
        title: "x",
        protocol,
        api_version: "2016-11-15",
        xml_namespace: "",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    }
}

fn finished(service: &'static Service, operation: &str, parameters: &str) -> Finished {
    let call = testing::call("eu-west-1", 1);
    Finished {
        request_id: call.request_id.clone(),
        actor: Actor { principal: call.principal, access_key_id: call.access_key_id, session: None },
        scope: call.scope,
        is_global: false,
        at: call.now,
        origin: call.origin,
        user_agent: Some("aws-cli/2".to_owned()),
        service,
        operation: operation.to_owned(),
        is_write: !is_question(operation),
        input: Input::parse(service.protocol, "", parameters.as_bytes()).ok(),
        outcome: Ok(None),
    }
}

fn by(principal: Principal, session: Option<Session>) -> (Value, Event) {
    let mut call = finished(&EC2, "DescribeVpcs", "");
    call.actor = Actor { principal, access_key_id: "ASIAEXAMPLE".to_owned(), session: session.map(Arc::new) };
    let (record, event) = written(&call);
    (record["userIdentity"].clone(), event)
}

fn written(call: &Finished) -> (Value, Event) {
    let event = call.event("11111111-2222-4333-8444-555555555555");
    (serde_json::from_str(&event.text).unwrap(), event)
}

fn failed(service: &'static Service, code: &'static str) -> Value {
    let mut call = finished(service, "DescribeVpcs", "");
    call.outcome = Err(AwsError::new(code, "No."));
    written(&call).0
}

#[test]
fn a_change_says_who_what_when_where_and_what_came_of_it() {
    let mut call = finished(&EC2, "CreateSecurityGroup", "GroupName=web&GroupDescription=true&VpcId=vpc-1");
    call.outcome = Ok(Some("<return>true</return><groupId>sg-1</groupId><tagSet/>".to_owned()));
    let (record, event) = written(&call);
    let expected = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root", "principalId": "123456789012", "arn": "arn:aws:iam::123456789012:root",
            "accountId": "123456789012", "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        },
        "eventTime": "2024-09-24T12:00:00Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "CreateSecurityGroup",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2",
        "requestParameters": { "groupName": "web", "groupDescription": "true", "vpcId": "vpc-1" },
        "responseElements": {
            "requestId": "00000000-0000-4000-8000-000000000000", "_return": true, "groupId": "sg-1", "tagSet": "",
        },
        "requestID": "00000000-0000-4000-8000-000000000000",
        "eventID": "11111111-2222-4333-8444-555555555555",
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    });
    assert_eq!(record, expected);
    let found: Vec<(&str, &str)> = event.resources.iter().map(|it| (it.kind, it.name.as_str())).collect();
    let group = "AWS::EC2::SecurityGroup";
    assert_eq!(found, [(group, "sg-1"), (group, "web"), ("AWS::EC2::VPC", "vpc-1")]);
    assert_eq!((event.username.as_deref(), event.is_read_only), (Some("root"), false));
    assert_eq!(Event::read(&event.text), Some(event), "what was written is read as the same");
}

#[test]
fn a_call_through_a_vpc_endpoint_names_it() {
    let mut call = finished(&EC2, "DescribeVpcs", "");
    assert_eq!(written(&call).0.get("vpcEndpointId"), None);
    let endpoint = "vpce-0e25b8cdd720f900e".parse().unwrap();
    let address = "10.0.0.5".parse().unwrap();
    let (id, vpc) = ("eni-0e25b8cdd720f900e".parse().unwrap(), "vpc-0e25b8cdd720f900e".parse().unwrap());
    let sender = Sender::Interface { id, vpc, address, endpoint: Some(endpoint) };
    call.origin = Origin { sender, seen_as: address, is_secure: true };
    let (record, _) = written(&call);
    assert_eq!(record["vpcEndpointId"], json!("vpce-0e25b8cdd720f900e"));
    assert_eq!(record["sourceIPAddress"], json!("10.0.0.5"));
}

#[test]
fn everybody_is_told_by_their_kind() {
    let account = AccountId::DEFAULT;
    let user = Principal::User { account, user: UserId::numbered(1), path: "/".into(), name: "bob".into() };
    let (identity, event) = by(user.clone(), None);
    assert_eq!((&identity["type"], &identity["userName"]), (&json!("IAMUser"), &json!("bob")));
    assert_eq!(identity.get("sessionContext"), None);
    assert_eq!(event.username.as_deref(), Some("bob"));

    let start = Timestamp::parse("2024-09-24T11:00:00Z").unwrap();
    let session = |mfa| Session {
        mfa,
        source_identity: Some("alice".into()),
        ..Session::lasting(start, Timestamp::parse("2024-09-24T13:00:00Z").unwrap())
    };
    let attributes = |mfa: &str| json!({ "creationDate": "2024-09-24T11:00:00Z", "mfaAuthenticated": mfa });
    let context = json!({ "attributes": attributes("true"), "sourceIdentity": "alice" });
    assert_eq!(by(user, Some(session(Some(start)))).0["sessionContext"], context);

    let role = Principal::AssumedRole {
        account,
        role: RoleId::numbered(1),
        role_path: "/servers/".into(),
        role_name: "web".into(),
        session: "i-1".into(),
    };
    let (identity, event) = by(role, Some(session(None)));
    let expected = json!({
        "type": "AssumedRole",
        "principalId": "AROAAAAAAAAAAAAAAAAAB:i-1",
        "arn": "arn:aws:sts::123456789012:assumed-role/web/i-1",
        "accountId": "123456789012",
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAAAAAAAAAAAAAAAAAB",
                "arn": "arn:aws:iam::123456789012:role/servers/web",
                "accountId": "123456789012",
                "userName": "web",
            },
            "attributes": attributes("false"),
            "sourceIdentity": "alice",
        },
    });
    assert_eq!(identity, expected);
    assert_eq!(event.username.as_deref(), Some("i-1"));

    let (identity, event) = by(Principal::FederatedUser { account, name: "eve".into() }, Some(session(None)));
    assert_eq!(
        (&identity["type"], &identity["arn"]),
        (&json!("FederatedUser"), &json!("arn:aws:sts::123456789012:federated-user/eve"))
    );
    assert_eq!(event.username.as_deref(), Some("eve"));
}

#[test]
fn failures_have_the_codes_of_cloudtrail() {
    let code = |service, code| failed(service, code)["errorCode"].clone();
    assert_eq!(code(&EC2, "UnauthorizedOperation"), "Client.UnauthorizedOperation");
    assert_eq!(code(&EC2, "InvalidVpcID.NotFound"), "Client.InvalidVpcID.NotFound");
    assert_eq!(code(&EC2, "InternalError"), "Server.InternalError");
    assert_eq!(code(&IAM, "NoSuchEntity"), "NoSuchEntityException");
    assert_eq!(code(&IAM, "ValidationError"), "ValidationException");
    assert_eq!(code(&STS, "AccessDenied"), "AccessDenied");
    assert_eq!(code(&SSM, "AccessDeniedException"), "AccessDenied");
    assert_eq!(code(&SSM, "ParameterNotFound"), "ParameterNotFound");
    let record = failed(&EC2, "UnauthorizedOperation");
    assert_eq!((&record["errorMessage"], &record["responseElements"]), (&json!("No."), &Value::Null));
}

#[test]
fn lists_are_sets_of_items() {
    let parameters = |operation: &str, form: &str| {
        written(&finished(&EC2, operation, form)).0["requestParameters"].clone()
    };
    assert_eq!(
        parameters(
            "DescribeVpcs",
            "VpcId.2=vpc-2&VpcId.1=vpc-1&Filter.1.Name=state&Filter.1.Value.1=available"
        ),
        json!({
            "vpcSet": { "items": [{ "vpcId": "vpc-1" }, { "vpcId": "vpc-2" }] },
            "filterSet": { "items": [{ "name": "state", "valueSet": { "items": [{ "value": "available" }] } }] },
        })
    );
    assert_eq!(
        parameters("TerminateInstances", "InstanceId.1=i-1"),
        json!({ "instancesSet": { "items": [{ "instanceId": "i-1" }] } })
    );
    assert_eq!(
        parameters("CreateTags", "ResourceId.1=i-1&Tag.1.Key=Name&Tag.1.Value=true"),
        json!({
            "resourcesSet": { "items": [{ "resourceId": "i-1" }] },
            "tagSet": { "items": [{ "key": "Name", "value": "true" }] },
        })
    );
    assert_eq!(
        parameters(
            "AuthorizeSecurityGroupIngress",
            "GroupId=sg-1&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=22&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0"
        ),
        json!({
            "groupId": "sg-1",
            "ipPermissions": { "items": [
                { "ipProtocol": "tcp", "fromPort": 22, "ipRanges": { "items": [{ "cidrIp": "0.0.0.0/0" }] } },
            ] },
        })
    );
    let iam = written(&finished(&IAM, "TagUser", "UserName=bob&Tags.member.1.Key=a&Tags.member.1.Value=b")).0;
    assert_eq!(
        iam["requestParameters"],
        json!({ "userName": "bob", "tags": [{ "key": "a", "value": "b" }] })
    );
}

#[test]
fn secrets_are_not_written_down() {
    let mut secret = finished(&EC2, "RunInstances", "UserData=c2VjcmV0&MinCount=1");
    assert_eq!(
        written(&secret).0["requestParameters"],
        json!({ "userData": "<sensitiveDataRemoved>", "minCount": 1 })
    );
    secret =
        finished(&IAM, "CreateLoginProfile", "UserName=bob&Password=hunter2&PasswordResetRequired=false");
    assert_eq!(
        written(&secret).0["requestParameters"],
        json!({ "userName": "bob", "passwordResetRequired": false })
    );
    secret = finished(&EC2, "CreateKeyPair", "KeyName=k");
    secret.outcome = Ok(Some("<keyName>k</keyName><keyMaterial>hunter2</keyMaterial>".into()));
    assert_eq!(written(&secret).0["responseElements"]["keyMaterial"], "<sensitiveDataRemoved>");
    secret = finished(&IAM, "CreateAccessKey", "UserName=bob");
    let key =
        "<AccessKey><AccessKeyId>AKIA1</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey></AccessKey>";
    secret.outcome = Ok(Some(key.into()));
    assert_eq!(written(&secret).0["responseElements"], json!({ "accessKey": { "accessKeyId": "AKIA1" } }));
    secret =
        finished(&STS, "AssumeRole", "RoleArn=arn:aws:iam::1:role/r&DurationSeconds=900&TokenCode=hunter2");
    let credentials = "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
                       <SessionToken>hunter2</SessionToken></Credentials>";
    secret.outcome = Ok(Some(credentials.into()));
    let (record, event) = written(&secret);
    assert_eq!(record["responseElements"], json!({ "credentials": { "accessKeyId": "ASIA1" } }));
    assert_eq!(
        record["requestParameters"],
        json!({ "roleArn": "arn:aws:iam::1:role/r", "durationSeconds": 900 })
    );
    assert!(!event.text.contains("hunter2"));
    assert_eq!(event.resources.len(), 2, "the role and the key: {:?}", event.resources);
}

#[test]
fn answers_are_told_of_changes_and_of_sessions() {
    assert!(Finished::tells_answer(&EC2, "CreateVpc", true));
    assert!(!Finished::tells_answer(&EC2, "DescribeVpcs", false));
    assert!(Finished::tells_answer(&STS, "AssumeRole", false));
    assert!(Finished::tells_answer(&STS, "GetSessionToken", false));
    assert!(!Finished::tells_answer(&STS, "GetCallerIdentity", false));
    let void = Finished { outcome: Ok(Some(String::new())), ..finished(&IAM, "DeleteUser", "UserName=bob") };
    assert_eq!(written(&void).0["responseElements"], Value::Null);
}

#[test]
fn what_is_in_no_region_is_written_down_in_the_first() {
    let region = |call: &Finished| written(call).1.scope.region.to_string();
    assert_eq!(region(&finished(&IAM, "CreateUser", "")), "us-east-1");
    assert_eq!(region(&finished(&ROUTE53, "GetHostedZone", "")), "us-east-1");
    assert_eq!(region(&finished(&STS, "GetCallerIdentity", "")), "eu-west-1");
    assert_eq!(region(&Finished { is_global: true, ..finished(&STS, "GetCallerIdentity", "") }), "us-east-1");
}

#[test]
fn parts_that_are_too_long_are_omitted() {
    let form = format!("UserName=bob&PolicyDocument={}", "x".repeat(PART_BYTES_MAX));
    let (record, event) = written(&finished(&IAM, "PutUserPolicy", &form));
    let parameters = &record["requestParameters"];
    assert_eq!(
        (&parameters["omitted"], &parameters["reason"]),
        (&json!(true), &json!("requestParameters too large"))
    );
    assert!(event.text.len() < 2000);
    let mut loud = finished(&EC2, "DescribeVpcs", "");
    loud.user_agent = Some("ä".repeat(TEXT_BYTES_MAX));
    assert_eq!(written(&loud).0["userAgent"].as_str().map(str::len), Some(TEXT_BYTES_MAX));
}

#[test]
fn xml_is_told_like_the_rest() {
    let mut call = finished(
        &ROUTE53,
        "CreateHostedZone",
        "<CreateHostedZoneRequest><Name>a.com</Name></CreateHostedZoneRequest>",
    );
    call.outcome = Ok(Some(
        "<CreateHostedZoneResponse><HostedZone><Id>Z1</Id></HostedZone>\
         <VPCs><VPC><VPCId>vpc-1</VPCId></VPC><VPC><VPCId>vpc-2</VPCId></VPC></VPCs></CreateHostedZoneResponse>"
            .into(),
    ));
    let (record, _) = written(&call);
    assert_eq!(
        record["responseElements"],
        json!({ "hostedZone": { "id": "Z1" }, "vPCs": [{ "vPCId": "vpc-1" }, { "vPCId": "vpc-2" }] })
    );
}

fn assumed(outcome: Result<Option<String>, AwsError>) -> Vec<Value> {
    let mut call =
        finished(&STS, "AssumeRole", "RoleArn=arn:aws:iam::222222222222:role/web&RoleSessionName=alice");
    let (path, name) = ("/".to_owned(), "bob".to_owned());
    let principal = Principal::User { account: AccountId::DEFAULT, user: UserId::numbered(1), path, name };
    call.actor = Actor { principal, ..call.actor };
    call.outcome = outcome;
    let mut ids = 0;
    let events = call.events(|| {
        ids += 1;
        format!("id {ids}")
    });
    events.iter().map(|event| serde_json::from_str(&event.text).unwrap()).collect()
}

#[test]
fn a_role_of_another_account_is_acted_as_in_both_accounts_events() {
    let [own, other] = &assumed(Ok(None))[..] else { panic!("two events") };
    let role = json!([{
        "accountId": "222222222222", "type": "AWS::IAM::Role", "ARN": "arn:aws:iam::222222222222:role/web",
    }]);
    for (event, account) in [(own, "123456789012"), (other, "222222222222")] {
        assert_eq!((&event["recipientAccountId"], &event["resources"]), (&json!(account), &role));
        assert_eq!(event["sharedEventID"], own["sharedEventID"]);
    }
    assert_ne!(own["eventID"], other["eventID"]);
    assert_eq!(own["userIdentity"]["userName"], "bob");
    let stranger = json!({ "type": "AWSAccount", "principalId": UserId::numbered(1).to_string(), "accountId": "123456789012" });
    assert_eq!(other["userIdentity"], stranger);
    assert_eq!(other["requestParameters"]["roleSessionName"], "alice");
}

#[test]
fn the_owner_of_a_role_is_not_told_of_who_was_refused() {
    let events = assumed(Err(AwsError::new("AccessDenied", "No.")));
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["recipientAccountId"], &events[0]["errorCode"]),
        (&json!("123456789012"), &json!("AccessDenied"))
    );
    assert!(events[0].get("sharedEventID").is_none());
}

#[test]
fn a_web_identity_is_who_its_provider_says_and_so_is_its_session() {
    let federation = Federation { provider: "accounts.google.com".into(), keys: Vec::new() };
    let identity = WebIdentity {
        federation: federation.clone(),
        audience: "app".into(),
        subject: "alice".into(),
        tags: vec![("Team".into(), "blue".into())],
        ..WebIdentity::default()
    };
    let account = AccountId::DEFAULT;
    let mut call = finished(&STS, "AssumeRoleWithWebIdentity", "RoleSessionName=x&WebIdentityToken=secret");
    let principal = Principal::WebIdentity { account, identity: Arc::new(identity) };
    call.actor = Actor { principal, access_key_id: String::new(), session: None };
    let (record, event) = written(&call);
    let expected = json!({
        "type": "WebIdentityUser", "principalId": "accounts.google.com:app:alice", "userName": "alice",
        "identityProvider": "accounts.google.com",
    });
    assert_eq!(record["userIdentity"], expected);
    assert_eq!(
        record["requestParameters"],
        json!({ "roleSessionName": "x", "principalTags": { "Team": "blue" } })
    );
    assert_eq!((event.username.as_deref(), event.access_key_id), (Some("alice"), None));
    let role = Principal::AssumedRole {
        account,
        role: RoleId::numbered(1),
        role_path: "/".into(),
        role_name: "web".into(),
        session: "x".into(),
    };
    let session = Session { federation: Some(federation), ..Session::lasting(Timestamp(0), Timestamp(1)) };
    let (identity, _) = by(role, Some(session));
    let data = json!({ "federatedProvider": "accounts.google.com", "attributes": {} });
    assert_eq!(identity["sessionContext"]["webIdFederationData"], data);
}
