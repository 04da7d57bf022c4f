//! What of a request tells whose it is, and what is made of it. Whole requests are `tests/labs`' business.

use awsproto::sigv4::{self, CredentialScope, Payload, SignedRequest};
use hyper::{HeaderMap, Request, Response, Uri};
use model::Timestamp;
use s3::operations::operation;
use s3::surroundings::Asked;
use s3s::Body;

use super::asker::Stranger;
use super::{Addressed, is_signed_as_before, keys, misdirected, record, resign, signed_scope};
use crate::callers::Proof;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn scope_of(request: &Request<()>) -> Option<CredentialScope> {
    signed_scope(request.uri(), request.headers())
}

fn asking(uri: &str, headers: &[(&str, &str)]) -> Request<()> {
    let request =
        headers.iter().fold(Request::builder().uri(uri), |it, (name, value)| it.header(*name, *value));
    request.body(()).unwrap()
}

fn signed_for(scope: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=AKID/20260101/{scope}/aws4_request, SignedHeaders=host, Signature=0")
}

#[test]
fn a_signature_says_in_header_or_query_for_whom_it_is() {
    let header = signed_for("eu-west-1/s3");
    let scope = scope_of(&asking("/b/k", &[("authorization", &header)])).unwrap();
    assert_eq!((scope.region.as_str(), scope.service.as_str()), ("eu-west-1", "s3"));
    let query = "/b/k?X-Amz-Credential=AKID%2F20260101%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Signature=0";
    assert_eq!(scope_of(&asking(query, &[])).unwrap().region, "us-west-2");
    assert_eq!(scope_of(&asking("/b/k", &[])), None);
    for (uri, headers, is_so) in [
        ("/b/k?AWSAccessKeyId=A&Signature=b&Expires=1", vec![], true),
        ("/b/k", vec![("authorization", "AWS AKID:b")], true),
        ("/b/k?Signature=b", vec![], false),
        ("/b/k", vec![("authorization", header.as_str())], false),
    ] {
        let asked = asking(uri, &headers);
        assert_eq!(is_signed_as_before(asked.uri(), asked.headers()), is_so, "{uri}");
    }
}

#[test]
fn a_signature_is_for_the_region_of_the_endpoint() {
    let refused = |host: &str, region: &str| {
        let authorization = signed_for(&format!("{region}/s3"));
        let asked = asking("/", &[("host", host), ("authorization", &authorization)]);
        misdirected(&Addressed::of(asked.uri(), asked.headers())).err().map(|error| error.to_string())
    };
    assert_eq!(refused("logs.s3.us-west-2.amazonaws.com", "us-west-2"), None);
    assert_eq!(refused("s3.amazonaws.com", "us-east-1"), None);
    assert_eq!(refused("127.0.0.1:4566", "eu-west-1"), None, "the API's own port is in all Regions");
    assert_eq!(
        refused("s3.us-west-2.amazonaws.com", "us-east-1").unwrap(),
        "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting \
         'us-west-2'"
    );
}

#[test]
fn a_strangers_request_is_signed_anew_whatever_it_was_signed_with() {
    let stranger =
        Stranger { access_key_id: "test".to_owned(), secret: "ours".to_owned(), proof: Proof::Shown };
    let header = signed_for("us-west-2/s3");
    for (uri, headers) in [
        ("/b/a%20b?versionId=1", vec![("authorization", header.as_str()), ("x-amz-security-token", "t")]),
        ("/b/a%20b?versionId=1&X-Amz-Signature=0&X-Amz-Credential=A&X-Amz-Expires=9", vec![]),
        ("/b/a%20b?AWSAccessKeyId=test&Signature=b&Expires=1&versionId=1", vec![]),
    ] {
        let (mut head, ()) = asking(uri, &headers).into_parts();
        head.headers.insert("host", "localhost:4566".parse().unwrap());
        let scope = CredentialScope {
            access_key_id: "test".to_owned(),
            date: NOW.basic_date(),
            region: "us-west-2".to_owned(),
            service: "s3".to_owned(),
        };
        resign::resign(&stranger, &mut head, scope, NOW);
        assert_eq!(head.uri, "/b/a%20b?versionId=1");
        let headers: Vec<(&str, &str)> =
            head.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let request = SignedRequest {
            method: "GET",
            path: head.uri.path(),
            query: head.uri.query().unwrap(),
            headers: &headers,
            body: Payload::Whole(b""),
        };
        let authorization = sigv4::parse(&request).unwrap();
        assert_eq!(authorization.session_token, None);
        let secret =
            |key: &str| Some(sigv4::Secret { key: key.to_owned(), session_token: None, expires: None });
        assert_eq!(sigv4::verify(&request, &authorization, |_| secret("ours"), NOW), Ok(()));
        assert!(sigv4::verify(&request, &authorization, |_| secret("other"), NOW).is_err());
    }
}

#[test]
fn a_path_is_signed_as_keys_are_written_whichever_way_the_client_writes_it() {
    for (path, signed) in [
        ("/b/a%20b", "/b/a%20b"),
        ("/b/..%2f..%2Fx", "/b/../../x"),
        ("/b/a+b&c=d", "/b/a%2Bb%26c%3Dd"),
        ("/b/%c3%a9", "/b/%C3%A9"),
        ("/", "/"),
    ] {
        assert_eq!(resign::canonical(path), signed, "{path}");
    }
}

#[test]
fn conditions_can_be_about_parameters_headers_and_how_it_was_signed() {
    let uri: Uri = "/b?list-type=2&prefix=home%2Fbob%2F&max-keys=7".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", signed_for("us-west-2/s3").parse().unwrap());
    headers.insert("x-amz-server-side-encryption", "AES256".parse().unwrap());
    headers.insert("x-amz-tagging", "team=blue&a%20b=c".parse().unwrap());
    let asked = Asked {
        operation: operation("ListObjectsV2").unwrap(),
        action: "s3:ListBucket",
        bucket: Some("b"),
        key: None,
        version: None,
        access_key: Some("AKID"),
        uri: &uri,
        headers: &headers,
    };
    let keys = keys::of(&asked, Some("1.2"));
    let value = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("s3:prefix"), Some("home/bob/"));
    assert_eq!(value("s3:max-keys"), Some("7"));
    assert_eq!(value("s3:delimiter"), None);
    assert_eq!(value("s3:x-amz-server-side-encryption"), Some("AES256"));
    assert_eq!(value("s3:RequestObjectTag/team"), Some("blue"));
    assert_eq!(value("s3:RequestObjectTag/a b"), Some("c"));
    assert_eq!(value("s3:signatureversion"), Some("AWS4-HMAC-SHA256"));
    assert_eq!(value("s3:authType"), Some("REST-HEADER"));
    assert_eq!(value("s3:TlsVersion"), Some("1.2"));
    assert!(keys::has_existing("s3:GetObjectVersionTagging") && !keys::has_existing("s3:DeleteObject"));
    assert_eq!(
        keys::of(&Asked { access_key: None, ..asked }, None)
            .iter()
            .filter(|(key, _)| key.contains("auth"))
            .count(),
        0
    );
}

#[test]
fn the_trail_has_management_under_its_own_names_and_errors_as_told() {
    let is_written = |name| record::is_management(operation(name).unwrap());
    assert!(["CreateBucket", "PutBucketPolicy", "ListBuckets", "HeadBucket"].into_iter().all(is_written));
    assert!(!["GetObject", "ListObjectsV2", "DeleteObjects", "UploadPart"].into_iter().any(is_written));
    assert_eq!(record::event_name("PutPublicAccessBlock"), "PutBucketPublicAccessBlock");
    assert_eq!(record::event_name("CreateBucket"), "CreateBucket");
    let body =
        "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>";
    let response = Response::builder().status(404).body(Body::from(body.to_owned())).unwrap();
    let error = record::error_in(&response).unwrap();
    assert_eq!((error.code.as_ref(), error.status), ("NoSuchBucket", 404));
    assert_eq!(record::error_in(&Response::new(Body::empty())), None);
    let not_changed = Response::builder().status(304).body(Body::empty()).unwrap();
    assert_eq!(record::error_in(&not_changed), None);
}
