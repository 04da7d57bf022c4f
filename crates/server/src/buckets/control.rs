//! S3 Control, which is spoken to as S3 is, and whose requests are small: read whole, with the same steps.

use awsproto::sigv4::{self, Payload, SignatureError, SignedRequest};
use awsproto::{AwsError, Protocol, Reply, Service};
use guest::service_endpoints::ServiceEndpoint;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use model::AccountId;
use s3::service::control::{Answer, Request};
use s3::surroundings::{Asked, Asker};
use s3s::{Body, S3Error};
use std::sync::Arc;

use super::asker::Visitor;
use super::{Addressed, SERVICE, record, whole};
use crate::api::{Api, Client, headers_of, signed_request};
use crate::body::Unread;

/// What its endpoints are called.
pub(super) const ENDPOINT: &str = "s3-control";
/// By what a request says which account it is about.
const ACCOUNT: &str = "x-amz-account-id";
const CONTENT_TYPE: &str = "application/xml";

/// S3 Control, as far as its errors are concerned.
static CONTROL: Service = Service {
    title: "AWS S3 Control",
    protocol: Protocol::RestXml,
    api_version: "2018-08-20",
    xml_namespace: "http://awss3control.amazonaws.com/doc/2018-08-20/",
    ..SERVICE
};

/// Whether a request is S3 Control's: by the name that it is spoken to, or at the API's own port by its path, where a bucket of
/// the same name is not asked about an account.
pub(super) fn is_meant(addressed: &Addressed, path: &str, headers: &HeaderMap) -> bool {
    match addressed.host.as_deref().and_then(ServiceEndpoint::spoken_to) {
        Some(endpoint) => endpoint.service == ENDPOINT,
        None => path.starts_with(s3::service::control::ROOT) && headers.contains_key(ACCOUNT),
    }
}

/// Answers a request of S3 Control.
pub(super) async fn answer(
    api: &Arc<Api>,
    client: &Client,
    (head, body): (Parts, Incoming),
    addressed: &Addressed,
    request_id: &str,
) -> Response<Body> {
    if let Some(refusal) = api.refusal(client, &head) {
        crate::body::discard(body).await;
        api.refused.count(refusal.reason);
        return whole(refusal.reply(&CONTROL, request_id), request_id);
    }
    let body = match api.bodies.read(client.holder, body).await {
        Ok(body) => body,
        Err(Unread::Refused(refusal)) => {
            api.refused.count(refusal.reason);
            return whole(refusal.reply(&CONTROL, request_id), request_id);
        }
        Err(Unread::Broken | Unread::NotKept(_)) => {
            let error = AwsError::new("IncompleteBody", "The request body terminated unexpectedly");
            return whole(error.render(&CONTROL, request_id), request_id);
        }
    };
    let visitor = Visitor::of(api, client, &head, addressed, request_id);
    let reply = match asked(api, &visitor, &head, &body.bytes).await {
        Ok((status, text)) => Reply {
            status: status.as_u16(),
            content_type: CONTENT_TYPE,
            headers: Vec::new(),
            body: text.into(),
        },
        Err(error) => error.render(&CONTROL, request_id),
    };
    let response = whole(reply, request_id);
    record::record(api, &visitor, &response);
    response
}

async fn asked(api: &Arc<Api>, visitor: &Visitor, head: &Parts, body: &[u8]) -> Result<Answer, AwsError> {
    let refused = |error: SignatureError| error.to_aws(Protocol::S3);
    let headers = headers_of(head);
    let signed = SignedRequest { body: Payload::Whole(body), ..signed_request(head, &headers) };
    let authorization = sigv4::parse(&signed).map_err(refused)?;
    let world = api.state.snapshot();
    let caller = api.callers.identify(&world, &signed, &authorization, visitor.client.auth, visitor.now);
    let access_key = &authorization.scope.access_key_id;
    visitor.identified(&world, caller.map_err(refused)?, access_key).map_err(|error| of_s3(&error))?;
    let target = (signed.path, signed.query);
    let request = Request::read(visitor.region.partition(), &head.method, target, body)?;
    let bucket = request.bucket().map(|it| it.as_str().to_owned());
    let caller = visitor.authorize(&Asked {
        operation: request.operation(),
        action: request.operation().action,
        bucket: bucket.as_deref(),
        key: None,
        version: None,
        access_key: Some(access_key),
        uri: &head.uri,
        headers: &head.headers,
    });
    let caller = caller.map_err(|error| of_s3(&error))?;
    // Nobody speaks for another account.
    match signed.header(ACCOUNT).map(str::parse::<AccountId>) {
        Some(Ok(account)) if account == caller.account => {}
        Some(_) => return Err(AwsError::new("AccessDenied", "Access Denied").with_status(403)),
        None => {
            let sentence = "Missing required header for this request: x-amz-account-id";
            return Err(AwsError::new("InvalidRequest", sentence));
        }
    }
    let s3 = api.s3.clone().ok_or_else(|| {
        AwsError::new("ServiceUnavailable", "What is in buckets could not be opened; the log says why.")
            .with_status(503)
    })?;
    s3.control(&caller, request).await
}

fn of_s3(error: &S3Error) -> AwsError {
    let status = error.status_code().map_or(403, |it| it.as_u16());
    AwsError::new(error.code().as_str().to_owned(), error.message().unwrap_or_default()).with_status(status)
}
