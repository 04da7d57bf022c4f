//! Which texts are policies, and what AWS says of those that are not.
//!
//! Follows "IAM JSON policy elements reference" (IAM User Guide).

mod common;

use common::*;
use policy::{Context, Document, Effect, Kind, Policies, Position, Request, StatementResult};

const NOW: &str = r#""Version":"2012-10-17","#;

fn sentence(text: &str, kind: Kind) -> String {
    match Document::parse(text, kind) {
        Ok(document) => {
            assert_eq!(document.text(), text);
            String::new()
        }
        Err(problem) => problem.to_string(),
    }
}

/// A policy of one statement that has these elements beside its effect.
fn of(elements: &str) -> String {
    sentence(&format!(r#"{{{NOW}"Statement":{{"Effect":"Allow",{elements}}}}}"#), Kind::Identity)
}

#[test]
fn what_is_no_policy_is_refused_in_awss_words() {
    let json = "This policy contains invalid Json";
    let syntax = "Syntax errors in policy.";
    let version = "Policy document must be version 2012-10-17 or greater.";
    let legacy = "The policy failed legacy parsing";
    let fine = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    for (text, expected) in [
        ("hello".to_owned(), json),
        ("".to_owned(), json),
        (format!(r#"{{{NOW}"Statement":{{{fine},"Action":"a:b"}}}}"#), json),
        (format!(r#"{{{NOW}"Statement":{{{fine}}}}},"#), json),
        ("[]".to_owned(), syntax),
        ("{}".to_owned(), syntax),
        (format!(r#"{{{NOW}"Statement":[]}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":["x"]}}"#), syntax),
        (format!(r#"{{{NOW}"Id":{{}},"Statement":{{{fine}}}}}"#), syntax),
        (format!(r#"{{{NOW}"Extra":"x","Statement":{{{fine}}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{{fine},"Extra":"x"}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{{fine},"NotAction":"x:Y"}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{{fine},"NotResource":"*"}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{{fine},"Sid":1}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{"Action":"s3:*","Resource":"*"}}}}"#), syntax),
        (format!(r#"{{{NOW}"Statement":{{"Effect":"Permit","Action":"s3:*","Resource":"*"}}}}"#), syntax),
        (format!(r#"{{"Version":"2013-10-17","Statement":{{{fine}}}}}"#), syntax),
        (format!(r#"{{"Version":20121017,"Statement":{{{fine}}}}}"#), syntax),
        (format!(r#"{{"Statement":{{{fine}}}}}"#), version),
        (format!(r#"{{"Version":"2008-10-17","Statement":{{{fine}}}}}"#), version),
        (format!(r#"{{{NOW}"Statement":{{"Effect":"allow","Action":"s3:*","Resource":"*"}}}}"#), legacy),
        (format!(r#"{{{NOW}"Id":"x","Statement":[{{{fine},"Sid":""}},{{{fine},"Sid":""}}]}}"#), ""),
        (
            format!(r#"{{{NOW}"Statement":[{{{fine},"Sid":"A"}},{{{fine},"Sid":"A"}}]}}"#),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (
            format!(r#"{{{NOW}"Statement":[{{{fine},"Sid":"A b"}}]}}"#),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ),
        (
            format!(r#"{{{NOW}"Statement":{{{fine},"Principal":"*"}}}}"#),
            "Policy document should not specify a principal.",
        ),
    ] {
        assert_eq!(sentence(&text, Kind::Identity), expected, "{text}");
    }
}

#[test]
fn actions_have_a_vendor_and_one_colon() {
    let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    for (action, expected) in [
        (r#""*""#, ""),
        (r#""iam: asdf safdsf af ""#, ""),
        (r#"["s3:Get*","EC2:run?nstances"]"#, ""),
        (r#""invalid""#, vendor),
        (r#""""#, vendor),
        (r#""s3:List:Bucket""#, "Actions/Condition can contain only one colon."),
        (r#""a a:ListBucket""#, "Vendor a a is not valid"),
        ("[]", "Policy statement must contain actions."),
        ("[[]]", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
    ] {
        assert_eq!(of(&format!(r#""Action":{action},"Resource":"*""#)), expected, "{action}");
        assert_eq!(of(&format!(r#""NotAction":{action},"Resource":"*""#)), expected, "{action}");
    }
    assert_eq!(of(r#""Resource":"*""#), "Policy statement must contain actions.");
}

#[test]
fn resources_are_arns() {
    let legacy = "The policy failed legacy parsing";
    let path = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";
    for (resource, expected) in [
        (r#""*""#, ""),
        (r#"["arn:aws:s3:::bucket","*"]"#, ""),
        (r#""arn:aws-cn:s3:::bucket/*""#, ""),
        (r#""arn:*:s3:::bucket""#, ""),
        (r#""arn:aws:iam::*:role/${aws:username}""#, ""),
        (r#""arn:aws:iam::aws:policy/x""#, ""),
        (r#""arn:aws:invalid-service:us-east-1::x""#, ""),
        (r#""arn:aws:fdsasf""#, ""),
        (r#""invalid resource""#, "Resource invalid resource must be in ARN format or \"*\"."),
        (r#""""#, "Resource  must be in ARN format or \"*\"."),
        (r#""a:bsdf""#, "Partition \"bsdf\" is not valid for resource \"arn:bsdf:*:*:*:*\"."),
        (r#""a:b:cadf""#, "Partition \"b\" is not valid for resource \"arn:b:cadf:*:*:*\"."),
        (r#""a:b:c:d:e:f:g:h""#, "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\"."),
        (r#""aws:s3:::bucket""#, "Partition \"s3\" is not valid for resource \"arn:s3:::bucket:*\"."),
        (
            r#"["arn:error:s3:::b","arn:error:s3::b"]"#,
            "Partition \"error\" is not valid for resource \"arn:error:s3:::b\".",
        ),
        (r#""arn:aws""#, "Resource vendor must be fully qualified and cannot contain regexes."),
        (r#""arn:aws:iam:::bucket""#, path),
        (
            r#""arn:aws:iam:us-east-1::x""#,
            "IAM resource arn:aws:iam:us-east-1::x cannot contain region information.",
        ),
        (
            r#""arn:aws:s3:us-east-1::x""#,
            "Resource arn:aws:s3:us-east-1::x can not contain region information.",
        ),
        (r#""arn:aws:s3::bucket""#, legacy),
        (r#""arn:aws::::bucket""#, legacy),
        (r#""arn:aws:ec2:us-east-1:<ACCOUNT_ID>:instance/*""#, legacy),
        (r#""arn:aws:ec2:us-east-1:${aws:PrincipalAccount}:instance/*""#, ""),
        (r#""arn:aws:iam::${aws:PrincipalAccount}:role/*""#, legacy),
        (r#""arn:aws:iam::*:root""#, ""),
        (r#""arn:aws:s3:us-east-1:111122223333:accesspoint/x""#, ""),
        (r#""arn:aws:ec2:us-east-1:1234:instance/*""#, legacy),
        ("[]", "Policy statement must contain resources."),
        (r#"{"a":"b"}"#, "Syntax errors in policy."),
    ] {
        assert_eq!(of(&format!(r#""Action":"s3:*","Resource":{resource}"#)), expected, "{resource}");
        assert_eq!(of(&format!(r#""Action":"s3:*","NotResource":{resource}"#)), expected, "{resource}");
    }
    assert_eq!(of(r#""Action":"invalid""#), "Policy statement must contain resources.");
}

#[test]
fn conditions_have_operators_and_values_of_their_kind() {
    let (syntax, legacy) = ("Syntax errors in policy.", "The policy failed legacy parsing");
    for (condition, expected) in [
        ("{}", ""),
        (r#"{"a":{}}"#, ""),
        (r#"{"DateGreaterThan":{"a":[]}}"#, ""),
        (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"Department"}}"#, ""),
        (r#"{"NumericEquals":{"a:b":[1,"2"]},"Bool":{"a:c":true}}"#, ""),
        ("[]", syntax),
        (r#""a""#, syntax),
        (r#"{"a":"b"}"#, syntax),
        (r#"{"x":{"a":"1"}}"#, syntax),
        (r#"{"StringEquals":{"a:b":{}}}"#, syntax),
        (r#"{"StringEquals":{"a:b":null}}"#, syntax),
        (r#"{"ForAnyValue::StringEqualsIfExists":{"a":"b"}}"#, syntax),
        (r#"{"NullIfExists":{"a:b":"true"}}"#, syntax),
        (r#"{"DateGreaterThan":{"a":"sdfdsf"}}"#, legacy),
        (r#"{"DateLessThan":{"a":"9223372036854775808"}}"#, legacy),
        (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}"#, legacy),
        (r#"{"NumericLessThan":{"a:b":"ten"}}"#, legacy),
        (r#"{"Bool":{"a:b":"yes"}}"#, legacy),
        (r#"{"Null":{"a:b":"yes"}}"#, legacy),
        (r#"{"BinaryEquals":{"a:b":"%"}}"#, legacy),
    ] {
        assert_eq!(
            of(&format!(r#""Action":"s3:*","Resource":"*","Condition":{condition}"#)),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn trust_policies_name_who_may_act_as_the_role() {
    let trust = |elements: &str| {
        sentence(&format!(r#"{{"Statement":{{"Effect":"Allow",{elements}}}}}"#), Kind::Trust)
    };
    let service = r#""Principal":{"Service":"ec2.amazonaws.com"}"#;
    for action in
        ["sts:AssumeRole", "sts:assume*", "sts:*", "sts:TagSession", "sts:AssumeRoleWithWebIdentity"]
    {
        assert_eq!(trust(&format!(r#"{service},"Action":"{action}""#)), "", "{action}");
    }
    for action in [r#""s3:GetObject""#, r#""*""#, r#"["sts:AssumeRole","sts:GetCallerIdentity"]"#] {
        let other = "AssumeRole policy may only specify STS AssumeRole actions.";
        assert_eq!(trust(&format!(r#"{service},"Action":{action}"#)), other, "{action}");
    }
    for field in ["Resource", "NotResource"] {
        let prohibited = trust(&format!(r#"{service},"Action":"sts:AssumeRole","{field}":"*""#));
        assert_eq!(prohibited, format!("Has prohibited field {field}"));
    }
    assert_eq!(
        trust(r#""NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole""#),
        "Has prohibited field NotPrincipal"
    );
    assert_eq!(trust(r#""Action":"sts:AssumeRole""#), "Missing required field Principal");
    for (principal, quoted) in [
        (r#"{"AWS":"bob"}"#, r#""AWS":"bob""#),
        (r#"{"AWS":"arn:aws:iam::111122223333:user/*"}"#, r#""AWS":"arn:aws:iam::111122223333:user/*""#),
        (r#"{"AWS":"arn:aws:s3:::bucket"}"#, r#""AWS":"arn:aws:s3:::bucket""#),
        (r#""bob""#, r#""AWS":"bob""#),
    ] {
        let said = trust(&format!(r#""Principal":{principal},"Action":"sts:AssumeRole""#));
        assert_eq!(said, format!("Invalid principal in policy: {quoted}"));
    }
    for principal in [r#"{"Dog":"x"}"#, "{}", "[]", r#"{"AWS":[]}"#] {
        let said = trust(&format!(r#""Principal":{principal},"Action":"sts:AssumeRole""#));
        assert_eq!(said, "Syntax errors in policy.", "{principal}");
    }
}

#[test]
fn a_service_is_trusted_when_it_is_named_nobody_denies_it_and_the_conditions_are_met() {
    let trusts = |statements: &str, context: &Context| {
        let text = format!(r#"{{"Statement":[{statements}]}}"#);
        let document = Document::parse(&text, Kind::Trust).unwrap();
        assert_eq!(
            Document::stored(&text).trusts_service("ec2.amazonaws.com", context),
            document.trusts_service("ec2.amazonaws.com", context)
        );
        document.trusts_service("ec2.amazonaws.com", context)
    };
    let allow = r#"{"Effect":"Allow","Principal":{"Service":["x","ec2.amazonaws.com"]},"Action":["sts:TagSession","sts:assume*"]}"#;
    let nothing = Context::new();
    assert!(trusts(allow, &nothing));
    assert!(!trusts(&allow.replace("ec2.", "lambda."), &nothing));
    assert!(!trusts(&allow.replace("sts:assume*", "sts:SetSourceIdentity"), &nothing));
    assert!(!trusts(&format!("{allow},{}", allow.replace("Allow", "Deny")), &nothing));
    assert!(!trusts(
        r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#,
        &nothing
    ));
    let of_account = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}"#;
    assert!(!trusts(of_account, &nothing));
    assert!(trusts(of_account, &Context::new().with("aws:SourceAccount", "111122223333")));
}

#[test]
fn what_was_stored_and_is_not_understood_allows_nothing() {
    for text in [
        "",
        "{}",
        "hello",
        r#"{"Statement":{"Effect":"Maybe"}}"#,
        r#"{"Statement":{"Effect":"Allow","Resource":"*"}}"#,
    ] {
        let document = Document::stored(text);
        assert_eq!(document.text(), text);
        let policies = Policies { identity: &[inline(&document)], ..NONE };
        assert!(!decide("s3:GetObject", "*", None, &USER, &Context::new(), &policies).is_allowed());
    }
    // An old one, from before versions were asked for, still means what it says.
    let old = Document::stored(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
    let policies = Policies { identity: &[inline(&old)], ..NONE };
    assert!(decide("s3:GetObject", "*", None, &USER, &Context::new(), &policies).is_allowed());
}

#[test]
fn a_policy_is_stored_as_its_text() {
    let text = "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Sid\":\"\"}}";
    let document = Document::parse(text, Kind::Identity).unwrap();
    let stored = serde_json::to_string(&document).unwrap();
    assert_eq!(stored, serde_json::to_string(text).unwrap());
    assert_eq!(serde_json::from_str::<Document>(&stored).unwrap(), document);
    assert_eq!(document.counted_length(), text.replace([' ', '\n'], "").len());
}

#[test]
fn an_explanation_says_what_each_statement_met_with_and_where_it_is() {
    let text = "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Sid\":\"Other\",\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"},\n  {\"Effect\":\"Allow\",\"Action\":[\"s3:Put*\",\"s3:Get*\"],\"Resource\":\"*\",\n   \"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}},\n  {\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"NotResource\":\"arn:aws:s3:::bucket/*\"},\n  {\"Effect\":\"Deny\",\"NotAction\":\"s3:Put*\",\"Resource\":\"arn:aws:s3:::*\"}]}";
    let document = Document::parse(text, Kind::Identity).unwrap();
    let attached = [managed(&document)];
    let policies = Policies { identity: &attached, ..NONE };
    let context = Context::new().with("aws:SourceIp", "192.0.2.1");
    let request = Request {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket/key",
        resource_account: None,
        principal: &USER,
        context: &context,
    };
    let explanation = policy::explain(&request, &policies);
    let [read] = explanation.policies.as_slice() else { panic!("{explanation:?}") };
    assert_eq!(read.effect, Some(Effect::Deny));
    let [other, address, resource, deny] = read.statements.as_slice() else { panic!("{read:?}") };
    assert_eq!(other.sid, Some("Other"));
    assert_eq!((other.start, other.end), (Position { line: 4, column: 3 }, Position { line: 4, column: 67 }));
    assert_eq!((address.start.line, address.end.line), (5, 6));
    assert!(matches!(&other.result, StatementResult::OtherAction { listed, .. } if listed == &["ec2:*"]));
    let StatementResult::Condition { operator, key, request, policy, .. } = &address.result else { panic!() };
    assert_eq!((operator.to_string().as_str(), *key), ("IpAddress", "aws:SourceIp"));
    assert_eq!(
        (request.as_deref().unwrap()[0].as_ref(), policy.as_slice()),
        ("192.0.2.1", &["10.0.0.0/8"][..])
    );
    assert!(matches!(resource.result, StatementResult::OtherResource { all_but: true, .. }));
    assert_eq!(deny.result, StatementResult::Matched { action: None, resource: Some("arn:aws:s3:::*") });
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(json["policies"][0]["origin"]["managed"]["arn"], MANAGED);
    assert_eq!(json["decision"]["explicit_deny"][0], "identity");
    assert_eq!(json["policies"][0]["statements"][1]["result"]["condition"]["operator"], "IpAddress");
}

#[test]
fn principals_are_replaced_and_nothing_else() {
    let text = "{\"Version\":\"2012-10-17\",\n \"Statement\": [{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\", \
                \"AWS\": [\"arn:aws:iam::111122223333:user/a\" , \"444455556666\"]},\"Action\":\"sts:AssumeRole\",\
                \"Condition\":{\"StringEquals\":{\"AWS\":\"arn:aws:iam::111122223333:user/a\"}}},\
                {\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/a\"},\"Action\":\"sts:*\"}]}";
    let document = Document::parse(text, Kind::Trust).unwrap();
    let ends = |named: &str| named.ends_with("user/a").then(|| "AIDAEXAMPLEEXAMPLE123".to_owned());
    let replaced = document.with_principals(ends);
    let arn = "arn:aws:iam::111122223333:user/a";
    assert_eq!(replaced.text().matches("AIDAEXAMPLEEXAMPLE123").count(), 2);
    assert_eq!(replaced.text().matches(arn).count(), 1, "a condition's key is no principal");
    let back = |named: &str| named.starts_with("AIDA").then(|| arn.to_owned());
    assert_eq!(replaced.with_principals(back).text(), text);
    assert_eq!(document.with_principals(|_| None), document);
    assert_eq!(Document::stored("hello").with_principals(ends).text(), "hello");
    assert_eq!(
        Document::stored(r#"{"Statement":[1,{"Principal":"*"}]}"#).with_principals(ends).principals().count(),
        0
    );
}
