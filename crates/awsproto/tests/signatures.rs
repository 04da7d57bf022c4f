//! Signatures made by botocore hold here; changed requests do not.
//!
//! Committed vectors (`signatures.jsonl`) always run. With python3 and botocore at hand, new
//! random ones are made as well; in CI they must be.

use awsproto::Timestamp;
use awsproto::sigv4::{
    self, CredentialScope, Payload, Secret, SignatureError, SignedRequest, parse, presign,
};
use proptest::prelude::*;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

const VECTORS: &str = include_str!("signatures.jsonl");
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Reads and checks a signature.
fn verify(
    request: &SignedRequest<'_>,
    lookup: impl FnOnce(&str) -> Option<Secret>,
    now: Timestamp,
) -> Result<sigv4::Authorization, SignatureError> {
    let authorization = parse(request)?;
    sigv4::verify(request, &authorization, lookup, now)?;
    Ok(authorization)
}

#[test]
fn signatures_of_botocore_hold() {
    assert!(VECTORS.lines().count() >= 20);
    VECTORS.lines().for_each(check_vector);
}

#[test]
fn fresh_random_signatures_of_botocore_hold() {
    let seed = std::process::id().to_string();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sign_with_botocore.py");
    let output = Command::new("python3").args([script, "300", &seed]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        eprintln!("NOT RUN: python3 with botocore is not here; only committed vectors were checked");
        assert!(std::env::var_os("CI").is_none(), "CI must have python3 with botocore");
        return;
    };
    eprintln!("seed {seed}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 300);
    text.lines().for_each(check_vector);
}

#[test]
fn an_unknown_key_is_told_with_its_scope() {
    let vector = Vector::read(VECTORS.lines().next().unwrap());
    let headers = vector.headers();
    let Err(SignatureError::UnknownKey(claimed)) = verify(&vector.request(&headers), |_| None, now()) else {
        panic!("an unknown key was taken");
    };
    assert_eq!(claimed.scope.access_key_id, "AKIDEXAMPLE");
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let vector = VECTORS.lines().map(Vector::read).find(|vector| !vector.is_presigned()).unwrap();
    let at = |moment| vector.verify(moment).map(drop);
    let (edge, beyond) = (Duration::from_secs(300), Duration::from_secs(301));
    assert_eq!(at(now() + edge), Ok(()));
    assert_eq!(at(now() - edge), Ok(()));
    assert!(matches!(at(now() + beyond), Err(SignatureError::TooOld { .. })));
    assert!(matches!(at(now() - beyond), Err(SignatureError::TooNew { .. })));
    let late = at(now() + beyond).unwrap_err().to_string();
    assert_eq!(
        late,
        "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)"
    );
}

#[test]
fn clocks_may_differ_by_fifteen_minutes_for_iam_and_sts() {
    let headers = [("Host", "sts.us-west-2.amazonaws.com"), ("X-Amz-Date", "20260102T030405Z")];
    let request =
        SignedRequest { method: "GET", path: "/", query: "", headers: &headers, body: Payload::Whole(b"") };
    let ask = |service: &str, off: Duration| {
        let scope =
            CredentialScope::parse(&format!("AKID/20260102/us-west-2/{service}/aws4_request")).unwrap();
        let signature = sigv4::sign(&request, scope, "secret", now());
        let mut headers = headers.to_vec();
        headers.push(("Authorization", &signature));
        let request = SignedRequest { headers: &headers, ..request };
        let known = |_: &str| Some(Secret { key: "secret".to_owned(), session_token: None, expires: None });
        sigv4::verify(&request, &sigv4::parse(&request)?, known, now() + off)
    };
    let (edge, beyond) = (Duration::from_secs(900), Duration::from_secs(901));
    for service in ["iam", "sts"] {
        assert_eq!(ask(service, edge), Ok(()));
        let late = ask(service, beyond).unwrap_err().to_string();
        assert!(late.ends_with(" - 15 min.)"), "{late}");
    }
    for service in ["ec2", "ssm", "route53"] {
        let late = ask(service, Duration::from_secs(301)).unwrap_err().to_string();
        assert!(late.ends_with(" - 5 min.)"), "{late}");
    }
}

#[test]
fn presigned_requests_hold_until_their_own_end() {
    let vector = VECTORS.lines().map(Vector::read).find(Vector::is_presigned).unwrap();
    assert!(vector.verify(now() + Duration::from_secs(600)).is_ok());
    assert_eq!(vector.verify(now() + Duration::from_secs(601)).unwrap_err(), SignatureError::Expired);
}

/// The very URL that the AWS CLI's `ec2-instance-connect open-tunnel` makes of these parts with botocore.
#[test]
fn a_presigned_query_is_the_one_that_botocore_makes() {
    let headers = [("Host", "eice-1.0123abcd.ec2-instance-connect-endpoint.us-west-2.amazonaws.com")];
    let query = "instanceConnectEndpointId=eice-1&remotePort=22&privateIpAddress=10.0.0.5";
    let request = SignedRequest {
        method: "GET",
        path: "/openTunnel",
        query,
        headers: &headers,
        body: Payload::Whole(b""),
    };
    let scope = CredentialScope {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        date: now().basic_date(),
        region: "us-west-2".to_owned(),
        service: "ec2-instance-connect".to_owned(),
    };
    let signed = presign(&request, scope, SECRET, now(), 60);
    assert_eq!(
        signed,
        "instanceConnectEndpointId=eice-1&remotePort=22&privateIpAddress=10.0.0.5&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-west-2%2Fec2-instance-connect%2Faws4_request\
         &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=c97c97aaf21432c3b8fb3afeda5b503032df99a4ed57a787f21bc61d275092bb"
    );
    let at = |query: &str, moment| {
        let request = SignedRequest { query, ..request };
        verify(&request, |_| Some(secret(None)), moment).map(drop)
    };
    assert_eq!(at(&signed, now() + Duration::from_secs(60)), Ok(()));
    assert_eq!(at(&signed, now() + Duration::from_secs(61)), Err(SignatureError::Expired));
    let elsewhere = signed.replace("10.0.0.5", "10.0.0.6");
    assert!(matches!(at(&elsewhere, now()), Err(SignatureError::Mismatch { .. })));
}

#[test]
fn sts_keeps_its_own_end_of_presigned_requests() {
    let headers = [("Host", "sts.us-west-2.amazonaws.com")];
    let body = Payload::Whole(b"");
    let query = "Action=GetCallerIdentity&Version=2011-06-15";
    let request = SignedRequest { method: "GET", path: "/", query, headers: &headers, body };
    let scope = CredentialScope {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        date: now().basic_date(),
        region: "us-west-2".to_owned(),
        service: "sts".to_owned(),
    };
    let signed = presign(&request, scope, SECRET, now(), 60);
    let at = |seconds| {
        let request = SignedRequest { query: &signed, ..request };
        verify(&request, |_| Some(secret(None)), now() + Duration::from_secs(seconds)).map(drop)
    };
    assert_eq!((at(900), at(901)), (Ok(()), Err(SignatureError::Expired)));
    let without = signed.replace("&X-Amz-Expires=60", "");
    let said = parse(&SignedRequest { query: &without, ..request }).unwrap();
    assert_eq!(said.expires_s, Some(900));
    let other = without.replace("%2Fsts%2F", "%2Fec2%2F");
    assert!(matches!(parse(&SignedRequest { query: &other, ..request }), Err(SignatureError::Malformed(_))));
}

#[test]
fn malformed_headers_are_told_apart_from_none() {
    let of = |header: &str| {
        let headers = [("Authorization", header), ("X-Amz-Date", "20260102T030405Z"), ("Host", "h")];
        parse(&SignedRequest {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: Payload::Whole(b""),
        })
    };
    for header in [
        "",
        "Basic YTpi",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260102/r/s/aws4_request, SignedHeaders=x-amz-date, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20260102/r/s/aws4_request, SignedHeaders=host",
    ] {
        assert!(matches!(of(header), Err(SignatureError::Malformed(_))), "{header}");
    }
    let other_day = "AWS4-HMAC-SHA256 Credential=a/20260103/r/s/aws4_request,SignedHeaders=host,Signature=0";
    assert!(matches!(of(other_day), Err(SignatureError::WrongScope(_))));
    let bare = SignedRequest {
        method: "GET",
        path: "/",
        query: "Action=X",
        headers: &[],
        body: Payload::Whole(b""),
    };
    assert_eq!(parse(&bare), Err(SignatureError::Unsigned));
}

proptest! {
    #[test]
    fn any_authorization_is_read_or_refused_without_a_panic(
        header in "(AWS4-HMAC-SHA256 )?((Credential|SignedHeaders|Signature)=[a-z0-9/;é]{0,20}, ?){0,4}",
        query in "(X-Amz-(Algorithm|Date|Expires|Credential|Signature|SignedHeaders)=[A-Z0-9a-z/%;-]{0,20}&){0,7}",
        date in any::<String>(),
        path in any::<String>(),
    ) {
        let headers = [("authorization", header.as_str()), ("x-amz-date", &date), ("host", "h")];
        for headers in [&headers[..], &headers[1..]] {
            let request = SignedRequest { method: "GET", path: &path, query: &query, headers, body: Payload::Whole(b"") };
            let _ = verify(&request, |_| Some(secret(None)), now());
        }
    }

    #[test]
    fn a_changed_request_does_not_hold(line in any::<prop::sample::Index>(), change in 0..5) {
        let lines: Vec<&str> = VECTORS.lines().collect();
        let mut vector = Vector::read(lines[line.index(lines.len())]);
        match change {
            0 => vector.0["method"] = "PUT".into(),
            1 => vector.0["path"] = format!("{}x", vector.text("path")).into(),
            2 => vector.0["query"] = format!("{}&zz=1", vector.text("query")).into(),
            3 => vector.0["body"] = format!("{}x", vector.text("body")).into(),
            _ => vector.0["headers"].as_array_mut().unwrap().retain(|header| header[0] != "Host"),
        }
        let refused = vector.verify(now()).unwrap_err();
        prop_assert!(matches!(refused, SignatureError::Mismatch { .. }), "{refused:?}");
    }
}

struct Vector(Value);

impl Vector {
    fn read(line: &str) -> Self {
        Vector(serde_json::from_str(line).unwrap())
    }

    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn is_presigned(&self) -> bool {
        self.text("query").contains("X-Amz-Signature=")
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let headers = self.0["headers"].as_array().unwrap();
        headers.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect()
    }

    fn request<'a>(&'a self, headers: &'a [(&'a str, &'a str)]) -> SignedRequest<'a> {
        let body = self.text("body").as_bytes();
        SignedRequest {
            method: self.text("method"),
            path: self.text("path"),
            query: self.text("query"),
            headers,
            body: Payload::Whole(body),
        }
    }

    fn verify(&self, now: Timestamp) -> Result<awsproto::sigv4::Authorization, SignatureError> {
        verify(&self.request(&self.headers()), |_| Some(secret(self.0["token"].as_str())), now)
    }
}

fn check_vector(line: &str) {
    let vector = Vector::read(line);
    let authorization = vector.verify(now()).unwrap_or_else(|refusal| panic!("{line}\n{refusal:?}"));
    assert_eq!(authorization.scope.service, vector.text("service"));
    assert_eq!(authorization.scope.region, vector.text("region"));
    let other = verify(&vector.request(&vector.headers()), |_| Some(secret(Some("other"))), now());
    assert_eq!(other, Err(SignatureError::WrongToken));
    let wrong = Secret { key: "wrong".into(), ..secret(vector.0["token"].as_str()) };
    let wrong = verify(&vector.request(&vector.headers()), |_| Some(wrong), now()).unwrap_err();
    assert!(matches!(wrong, SignatureError::Mismatch { .. }));
}

fn secret(token: Option<&str>) -> Secret {
    Secret { key: SECRET.into(), session_token: token.map(str::to_owned), expires: None }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-01-02T03:04:05Z").unwrap()
}
