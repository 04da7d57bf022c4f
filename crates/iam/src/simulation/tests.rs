//! The simulator asked as the AWS CLI asks it.

use awsproto::testing::{Caller, XmlAnswer};

use crate::testing::{TRUST, root};

const BUCKET: &str = "arn:aws:s3:::teambucket";
const BOB: &str = "arn:aws:iam::123456789012:user/bob";

fn policy(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)
}

fn allow(action: &str, resource: &str) -> String {
    policy(&format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#))
}

fn custom(caller: &mut Caller, parameters: &[(&str, &str)]) -> XmlAnswer {
    caller.ok("SimulateCustomPolicy", parameters)
}

#[test]
fn a_statement_that_matches_is_named_with_its_place() {
    let mut caller = root();
    let text = "{\n  \"Version\":\"2012-10-17\",\n  \"Statement\":{\n    \"Effect\":\"Allow\",\n    \
                \"Action\":\"s3:ListBucket\",\n    \"Resource\":\"arn:aws:s3:::teambucket\",\n    \
                \"Condition\":{\n      \"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}\n    }\n  }\n}";
    let asked = [
        ("PolicyInputList.member.1", text),
        ("ActionNames.member.1", "s3:ListBucket"),
        ("ResourceArns.member.1", BUCKET),
    ];
    let without = custom(&mut caller, &asked);
    assert_eq!(without.text("EvalDecision"), "implicitDeny");
    assert_eq!(without.texts("MissingContextValues").len(), 2, "of the whole, and of the resource");
    assert!(without.text("MissingContextValues").contains("aws:MultiFactorAuthPresent"));
    let known = [
        ("ContextEntries.member.1.ContextKeyName", "aws:multifactorauthpresent"),
        ("ContextEntries.member.1.ContextKeyType", "boolean"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "true"),
    ];
    let with = custom(&mut caller, &[&asked[..], &known[..]].concat());
    assert_eq!(with.text("EvalDecision"), "allowed");
    assert_eq!(with.texts("EvalResourceName"), [BUCKET, BUCKET]);
    assert_eq!(with.text("SourcePolicyId"), "PolicyInputList.1");
    assert_eq!(with.text("SourcePolicyType"), "IAM Policy");
    assert_eq!(
        (with.text("StartPosition"), with.text("EndPosition")),
        ("<Column>16</Column><Line>3</Line>".to_owned(), "<Column>4</Column><Line>10</Line>".to_owned())
    );
    assert!(with.0.contains("<EvalDecisionDetails/>"));
    assert!(with.texts("MissingContextValues").is_empty());
}

#[test]
fn all_resources_are_tried_where_none_is_named() {
    let mut caller = root();
    let everything = allow("*", "*");
    let answer = custom(
        &mut caller,
        &[("PolicyInputList.member.1", &everything), ("ActionNames.member.1", "ec2:DescribeVpcs")],
    );
    assert_eq!(
        (answer.text("EvalResourceName"), answer.text("EvalDecision")),
        ("*".into(), "allowed".into())
    );
    for left_out in ["EvalDecisionDetails", "ResourceSpecificResults", "PermissionsBoundaryDecisionDetail"] {
        assert!(!answer.0.contains(left_out), "{left_out}: {}", answer.0);
    }
}

#[test]
fn several_resources_are_results_of_one_action_and_the_worst_of_them_is_told_of_it() {
    let mut caller = root();
    let text = policy(
        r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::bad"}]"#,
    );
    let answer = custom(
        &mut caller,
        &[
            ("PolicyInputList.member.1", &text),
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", "arn:aws:s3:::good"),
            ("ResourceArns.member.2", "arn:aws:s3:::bad"),
        ],
    );
    assert_eq!(answer.texts("EvalResourceName"), ["*", "arn:aws:s3:::good", "arn:aws:s3:::bad"]);
    assert_eq!(answer.texts("EvalDecision"), ["explicitDeny"]);
    assert_eq!(answer.texts("EvalResourceDecision"), ["allowed", "explicitDeny"]);
    // The deny of the whole, the allow of one, the deny of the other.
    assert_eq!(answer.texts("SourcePolicyId").len(), 3);
}

#[test]
fn a_user_is_tried_with_groups_boundary_and_tags() {
    let mut caller = root();
    caller.ok(
        "CreateUser",
        &[("UserName", "bob"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "net")],
    );
    caller.ok("CreateGroup", &[("GroupName", "staff")]);
    caller.ok("AddUserToGroup", &[("GroupName", "staff"), ("UserName", "bob")]);
    let own = policy(
        r#"{"Effect":"Allow","Action":"ec2:StartInstances","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"net","aws:username":"bob"}}}"#,
    );
    caller.ok("PutUserPolicy", &[("UserName", "bob"), ("PolicyName", "start"), ("PolicyDocument", &own)]);
    let of_group = allow("ec2:Describe*", "*");
    caller.ok(
        "PutGroupPolicy",
        &[("GroupName", "staff"), ("PolicyName", "see"), ("PolicyDocument", &of_group)],
    );
    let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    caller.ok("AttachGroupPolicy", &[("GroupName", "staff"), ("PolicyArn", read_only)]);
    let asked = [
        ("PolicySourceArn", BOB),
        ("ActionNames.member.1", "ec2:StartInstances"),
        ("ActionNames.member.2", "ec2:DescribeVpcs"),
        ("ActionNames.member.3", "s3:GetObject"),
        ("ActionNames.member.4", "iam:CreateUser"),
    ];
    let answer = caller.ok("SimulatePrincipalPolicy", &asked);
    assert_eq!(answer.texts("EvalDecision"), ["allowed", "allowed", "allowed", "implicitDeny"]);
    assert_eq!(
        answer.texts("SourcePolicyId"),
        ["user_bob_start", "group_staff_see", "AmazonS3ReadOnlyAccess"]
    );
    // The group alone, who is nobody in particular.
    let group = [&[("PolicySourceArn", "arn:aws:iam::123456789012:group/staff")], &asked[1..]].concat();
    let answer = caller.ok("SimulatePrincipalPolicy", &group);
    assert_eq!(answer.texts("EvalDecision"), ["implicitDeny", "allowed", "allowed", "implicitDeny"]);

    let boundary = allow("ec2:Describe*", "*");
    let bound = [&asked[..], &[("PermissionsBoundaryPolicyInputList.member.1", boundary.as_str())]].concat();
    let answer = caller.ok("SimulatePrincipalPolicy", &bound);
    assert_eq!(answer.texts("EvalDecision"), ["implicitDeny", "allowed", "implicitDeny", "implicitDeny"]);
    assert_eq!(answer.texts("AllowedByPermissionsBoundary"), ["false", "true", "false", "false"]);
    assert_eq!(answer.texts("SourcePolicyId"), ["group_staff_see"]);

    caller.ok("PutUserPermissionsBoundary", &[("UserName", "bob"), ("PermissionsBoundary", read_only)]);
    let answer = caller.ok("SimulatePrincipalPolicy", &asked);
    assert_eq!(answer.texts("EvalDecision"), ["implicitDeny", "implicitDeny", "allowed", "implicitDeny"]);
}

#[test]
fn a_role_is_tried_and_somebody_with_anothers_policies() {
    let mut caller = root();
    let web = "arn:aws:iam::123456789012:role/web";
    caller.ok("CreateRole", &[("RoleName", "web"), ("AssumeRolePolicyDocument", TRUST)]);
    let home = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}");
    caller.ok("PutRolePolicy", &[("RoleName", "web"), ("PolicyName", "home"), ("PolicyDocument", &home)]);
    let asked = [
        ("PolicySourceArn", web),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::home/bob"),
    ];
    let answer = caller.ok("SimulatePrincipalPolicy", &asked);
    assert_eq!(answer.text("EvalDecision"), "implicitDeny", "a session has no user's name");
    assert!(answer.text("MissingContextValues").contains("aws:username"));
    let answer = caller.ok("SimulatePrincipalPolicy", &[&asked[..], &[("CallerArn", BOB)]].concat());
    assert_eq!(answer.text("EvalDecision"), "allowed", "as bob, as if bob had the role's policies");
    assert_eq!(answer.text("SourcePolicyId"), "role_web_home");
}

#[test]
fn across_accounts_both_have_to_allow_and_each_is_told() {
    let mut caller = root();
    // The API Reference's example.
    let own = allow("ec2:*", "*");
    let bucket = policy(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/arnav"},"Action":"s3:Put*","Resource":"arn:aws:s3:::mary/*"}"#,
    );
    let boundary = allow("iam:*", "*");
    let asked = [
        ("PolicyInputList.member.1", own.as_str()),
        ("PermissionsBoundaryPolicyInputList.member.1", &boundary),
        ("ResourcePolicy", &bucket),
        ("CallerArn", "arn:aws:iam::444455556666:user/arnav"),
        ("ResourceOwner", "arn:aws:iam::123456789012:root"),
        ("ActionNames.member.1", "s3:PutObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::mary/Test"),
    ];
    let answer = custom(&mut caller, &asked);
    let details = "<entry><key>IAM Policy</key><value>implicitDeny</value></entry><entry><key>Permissions Boundary Policy</key>\
                   <value>implicitDeny</value></entry><entry><key>Resource Policy</key><value>allowed</value></entry>";
    assert_eq!(answer.texts("EvalDecisionDetails"), [details, details]);
    assert_eq!(answer.text("EvalDecision"), "implicitDeny");
    assert_eq!(answer.texts("SourcePolicyId"), ["ResourcePolicy"], "of the resource alone");
    // In one account it is enough that the resource names him, whatever bounds him.
    let same = asked.map(|(name, value)| (name, value.replace("123456789012", "444455556666")));
    let same: Vec<(&str, &str)> = same.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = custom(&mut caller, &same);
    assert_eq!(
        (answer.text("EvalDecision"), answer.text("SourcePolicyType")),
        ("allowed".into(), "Resource Policy".into())
    );
    assert_eq!(answer.0.matches("<EvalDecisionDetails/>").count(), 1, "of the whole, and empty");
    assert_eq!(answer.texts("AllowedByPermissionsBoundary"), ["false", "false"]);
}

#[test]
fn a_trust_policy_decides_about_acting_as_a_role() {
    let mut caller = root();
    let own = allow("sts:AssumeRole", "*");
    for (principal, decision) in [("bob", "allowed"), ("eve", "implicitDeny")] {
        let trust = policy(&format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::123456789012:user/{principal}"}},"Action":"sts:AssumeRole"}}"#
        ));
        let answer = custom(
            &mut caller,
            &[
                ("PolicyInputList.member.1", &own),
                ("ResourcePolicy", &trust),
                ("CallerArn", BOB),
                ("ActionNames.member.1", "sts:AssumeRole"),
                ("ResourceArns.member.1", "arn:aws:iam::123456789012:role/web"),
            ],
        );
        assert_eq!(answer.text("EvalDecision"), decision, "{principal}");
    }
}

#[test]
fn pages_keep_the_order_in_which_actions_were_asked_for() {
    let mut caller = root();
    let everything = allow("*", "*");
    let asked = [
        ("PolicyInputList.member.1", everything.as_str()),
        ("ActionNames.member.1", "s3:PutObject"),
        ("ActionNames.member.2", "ec2:RunInstances"),
        ("ActionNames.member.3", "iam:GetUser"),
        ("MaxItems", "2"),
    ];
    let first = custom(&mut caller, &asked);
    assert_eq!(first.texts("EvalActionName"), ["s3:PutObject", "ec2:RunInstances"]);
    assert_eq!(first.text("IsTruncated"), "true");
    let second = custom(&mut caller, &[&asked[..], &[("Marker", first.text("Marker").as_str())]].concat());
    assert_eq!(second.texts("EvalActionName"), ["iam:GetUser"]);
    assert_eq!(second.text("IsTruncated"), "false");
}

#[test]
fn what_cannot_be_tried_is_refused() {
    let mut caller = root();
    caller.ok("CreateRole", &[("RoleName", "web"), ("AssumeRolePolicyDocument", TRUST)]);
    let everything = allow("*", "*");
    let asked =
        [("PolicyInputList.member.1", everything.as_str()), ("ActionNames.member.1", "ec2:RunInstances")];
    let web = "arn:aws:iam::123456789012:role/web";
    let scenario = [
        ("ResourceHandlingOption", "EC2-VPC-EBS"),
        ("ResourceArns.member.1", "arn:aws:ec2:us-east-1::image/ami-1"),
    ];
    let entry = |kind: &'static str, value: &'static str| {
        [
            ("ContextEntries.member.1.ContextKeyName", "aws:something"),
            ("ContextEntries.member.1.ContextKeyType", kind),
            ("ContextEntries.member.1.ContextKeyValues.member.1", value),
        ]
    };
    for (more, expected) in [
        (&[("ActionNames.member.2", "s3:*")][..], "InvalidInput: Invalid Input Actions: \"s3:*\""),
        (&[("ActionNames.member.2", "GetObject")], "InvalidInput: Invalid Input Actions: \"GetObject\""),
        (
            &[("ResourceArns.member.1", "i-1")],
            "InvalidInput: ResourceNames are not in a valid ARN format: i-1.",
        ),
        (
            &[("ResourceOwner", "123456789012")],
            "InvalidInput: '123456789012' is not a valid as a Resource Owner.",
        ),
        (&[("PolicyInputList.member.2", "{}")], "InvalidInput: Syntax errors in policy."),
        (&[("PolicyInputList.member.2", "nonsense")], "InvalidInput: This policy contains invalid Json"),
        (
            &[("CallerArn", "arn:aws:sts::123456789012:assumed-role/web/s")],
            "InvalidInput: Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/web/s does not clearly define entity type and name.",
        ),
        (
            &[("ResourcePolicy", &everything)],
            "InvalidInput: A resource policy can be simulated for IAM users only: specify the ARN of a user as CallerArn.",
        ),
        (
            &[("ResourcePolicy", &everything), ("CallerArn", web)],
            "InvalidInput: A resource policy can be simulated for IAM users only: specify the ARN of a user as CallerArn.",
        ),
        (
            &[("ResourceHandlingOption", "EC2-Classic-EBS")],
            "InvalidInput: 'EC2-Classic-EBS' is not a valid Resource Handling Option.",
        ),
        (&scenario, "InvalidInput: The scenario EC2-VPC-EBS needs a resource of the type instance."),
        (
            &entry("numeric", "many"),
            "InvalidInput: The value 'many' of the context key aws:something is not of the type numeric.",
        ),
        (
            &entry("dateList", "today"),
            "InvalidInput: The value 'today' of the context key aws:something is not of the type dateList.",
        ),
        (
            &[(
                "OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1",
                &everything,
            )],
            "NotImplemented: Hamlet does not implement the parameter OrderedOrganizationPolicyInputList yet.",
        ),
    ] {
        assert_eq!(caller.refused("SimulateCustomPolicy", &[&asked[..], more].concat()), expected);
    }
    for (arn, expected) in [
        (
            "arn:aws:iam::444455556666:role/web",
            "InvalidInput: Invalid Policy Source Arn: caller's account 123456789012 does not have access to policies in account 444455556666",
        ),
        ("arn:aws:iam::123456789012:role/none", "NoSuchEntity: The role with name none cannot be found."),
        ("arn:aws:iam::123456789012:user/x/web", "NoSuchEntity: The user with name web cannot be found."),
        (
            "arn:aws:iam::123456789012:root",
            "InvalidInput: Invalid Entity Arn: arn:aws:iam::123456789012:root does not clearly define entity type and name.",
        ),
    ] {
        let asked = [("PolicySourceArn", arn), ("ActionNames.member.1", "ec2:RunInstances")];
        assert_eq!(caller.refused("SimulatePrincipalPolicy", &asked), expected);
        assert_eq!(caller.refused("GetContextKeysForPrincipalPolicy", &asked[..1]), expected);
    }
}

#[test]
fn the_keys_that_policies_ask_for_are_told_each_once() {
    let mut caller = root();
    caller.ok("CreateUser", &[("UserName", "bob")]);
    let home = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}");
    let dated = policy(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"},"StringEquals":{"AWS:username":"bob"}}}"#,
    );
    caller.ok("PutUserPolicy", &[("UserName", "bob"), ("PolicyName", "home"), ("PolicyDocument", &home)]);
    let given = [("PolicyInputList.member.1", dated.as_str())];
    let custom = caller.ok("GetContextKeysForCustomPolicy", &given);
    let names =
        |answer: &XmlAnswer| answer.text("ContextKeyNames").replace("<member>", "").replace("</member>", " ");
    assert_eq!(names(&custom), "aws:CurrentTime AWS:username ");
    let own =
        caller.ok("GetContextKeysForPrincipalPolicy", &[&[("PolicySourceArn", BOB)], &given[..]].concat());
    assert_eq!(names(&own), "aws:username aws:CurrentTime ");
}
