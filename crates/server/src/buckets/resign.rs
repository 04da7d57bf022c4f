//! Signs a stranger's request anew.
//!
//! In open mode a key that nobody knows is an administrator's, and its secret is the client's alone. S3 reads bodies by what
//! their signature says, and so it is given one that it can check. What is signed in pieces cannot be signed anew before it is
//! there, and is refused.

use awsproto::sigv4::{self, CredentialScope, Payload, SignedRequest};
use awsproto::{AwsError, decode_uri_component, encode_uri_component};
use hyper::header::HeaderValue;
use hyper::http::request::Parts;

use super::asker::{Stranger, Visitor};

/// Parameters that are a signature's.
const OF_SIGNATURES: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "awsaccesskeyid",
    "signature",
    "expires",
];
const CONTENT: &str = "x-amz-content-sha256";
const SIGNED_IN_PIECES: &str = "STREAMING-AWS4-";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Signs a request anew with what stands for the stranger's secret; others stay as they are.
pub(super) fn resign_stranger(visitor: &Visitor, head: &mut Parts) -> Result<(), AwsError> {
    if let Some(stranger) = &visitor.stranger {
        let content = head.headers.get(CONTENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
        if content.starts_with(SIGNED_IN_PIECES) {
            let sentence = "Hamlet cannot read a body whose pieces are signed with a key that it does not know: `hamlet env` \
                            prints one that it knows.";
            return Err(AwsError::new("NotImplemented", sentence).with_status(501));
        }
        let date = visitor.now.basic();
        let scope = CredentialScope {
            access_key_id: stranger.access_key_id.clone(),
            date: date[..8].to_owned(),
            region: visitor.region.name().to_owned(),
            service: super::SERVICE.name.to_owned(),
        };
        resign(stranger, head, scope, visitor.now);
    }
    Ok(())
}

pub(super) fn resign(stranger: &Stranger, head: &mut Parts, scope: CredentialScope, now: model::Timestamp) {
    let query = head.uri.query().unwrap_or_default();
    let query = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && !OF_SIGNATURES.contains(&name.to_ascii_lowercase().as_str())
    });
    let query = query.collect::<Vec<_>>().join("&");
    let path = head.uri.path();
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let Ok(host) = HeaderValue::from_str(&addressed(head)) else { return };
    let date = now.basic();
    let Ok(target) = target.parse() else { return };
    head.uri = target;
    let text = |value: &str| HeaderValue::from_str(value).ok();
    head.headers.insert("host", host);
    head.headers.remove("x-amz-security-token");
    if let Some(date) = text(&date) {
        head.headers.insert("x-amz-date", date);
    }
    head.headers.entry(CONTENT).or_insert(HeaderValue::from_static(UNSIGNED));
    let signed: Vec<(String, String)> = ["host", "x-amz-date", CONTENT]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), head.headers.get(*name)?.to_str().ok()?.to_owned())))
        .collect();
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (&**name, &**value)).collect();
    let request = SignedRequest {
        method: head.method.as_str(),
        path: &canonical(head.uri.path()),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: Payload::Whole(b""),
    };
    let signature = sigv4::sign(&request, scope, &stranger.secret, now);
    if let Some(signature) = text(&signature) {
        head.headers.insert("authorization", signature);
    }
}

/// A path as it is signed, whichever way its client has written it: "URI-encode every byte" of the key (Create a canonical request).
pub(super) fn canonical(path: &str) -> String {
    let decoded = decode_uri_component(path);
    decoded.split('/').map(encode_uri_component).collect::<Vec<_>>().join("/")
}

fn addressed(head: &Parts) -> String {
    let header = || head.headers.get("host").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let authority = head.uri.authority().map(|it| it.as_str().to_owned());
    authority.or_else(header).unwrap_or_default()
}
