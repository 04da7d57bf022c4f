//! S3 as the API has it: which requests are its, who is behind them, whether they may, and what is written down of it.
//!
//! S3 reads its own requests, since bodies are streamed and signed in pieces; so this is beside the life of a call, with the
//! same steps: [`crate::api::Api::refusal`] admits, [`asker`] identifies, proves and authorizes, [`record`] audits. The crate
//! [`s3`] does the rest.

mod around;
mod asker;
mod control;
mod form;
mod keys;
mod record;
mod resign;
#[cfg(test)]
mod tests;
mod website;

use awsproto::delivery::Courier;
use awsproto::sigv4::CredentialScope;
use awsproto::{AwsError, Protocol, Reply, Service, query_value};
use guest::service_endpoints::{ServiceEndpoint, Website};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Request, Response, Uri};
use model::bucket::Bucket;
use model::bucket_name::BucketName;
use model::{Region, World};
use s3::objects::Objects;
use s3::service::{PostedFile, S3Service, Visit, bucket_of};
use s3s::Body;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{Api, Client, respond};
use crate::body::{PACE, Paced};
use crate::clock;
use crate::config::Auth;
use crate::host_name::name_in;
use crate::refusal::{Reason, Refusal};
use crate::writer::State;
use around::Around;
use asker::Visitor;

/// How often what is due ends. AWS looks once a day.
const HOUSEKEEPING: Duration = Duration::from_secs(15 * 60);

/// What a page from a bucket may do: everything but be of the origin that it came from.
const SANDBOX: HeaderValue =
    HeaderValue::from_static("sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts");

pub(crate) use asker::touched;

/// S3's description. Its operations are [`s3::operations`].
pub(crate) static SERVICE: Service = Service {
    name: "s3",
    title: "Amazon S3",
    protocol: Protocol::S3,
    api_version: "2006-03-01",
    xml_namespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    target_prefix: "",
    known_operations: &[],
    routes: &[],
};

/// S3 of what is kept in a data directory; without what is in the buckets there is none, and the rest goes on.
pub(crate) fn service(data: &Path, state: &State, courier: Option<Arc<dyn Courier>>) -> Option<S3Service> {
    match Objects::open(&data.join("objects")) {
        Ok(objects) => Some(S3Service::new(objects, Arc::new(Around { state: state.clone(), courier }))),
        Err(problem) => {
            tracing::error!(?problem, "what is in buckets cannot be read: S3 is not there");
            None
        }
    }
}

/// Keeps the house of S3 for ever.
pub(crate) async fn keep_house_for_ever(s3: S3Service) {
    loop {
        if let Err(problem) = s3.keep_house().await {
            tracing::warn!(?problem, "what is due in buckets has not ended");
        }
        tokio::time::sleep(HOUSEKEEPING).await;
    }
}

/// Whether a request is S3's: by the host that it is spoken to, by its signature, or, at the API's own port and with neither,
/// because there is a bucket of the name that its path begins with.
pub(crate) fn is_meant<B>(api: &Api, request: &Request<B>) -> bool {
    let headers = request.headers();
    if api.s3.is_none() || headers.contains_key("x-amz-target") {
        return false;
    }
    let Addressed { host, scope } = Addressed::of(request.uri(), headers);
    if host.as_deref().and_then(Website::named).is_some() {
        return true;
    }
    if let Some(endpoint) = host.as_deref().and_then(ServiceEndpoint::spoken_to) {
        return endpoint.service == SERVICE.name || endpoint.service == control::ENDPOINT;
    }
    let path = request.uri().path();
    match scope {
        // S3 Control signs with the same name.
        Some(scope) => scope.service == SERVICE.name,
        None if is_signed_as_before(request.uri(), headers) => true,
        None => {
            let is_by_host = host.as_deref().and_then(bucket_of).is_some();
            is_by_host
                || first_segment(path).is_some_and(|it| bucket_called(&api.state.snapshot(), it).is_some())
        }
    }
}

/// Answers a request of S3. Where keys that nobody knows are an administrator's, and at the API's own port, where the web console
/// is, a page that lies in a bucket must not speak for whoever opens it: browsers show it as a page of nobody's, which
/// [`crate::web_page`] refuses.
pub(crate) async fn answer(api: &Arc<Api>, client: &Client, request: Request<Incoming>) -> Response<Body> {
    let mut response = answer_whatever(api, client, request).await;
    if client.auth == Auth::Open || client.endpoint.is_none() {
        response.headers_mut().insert("content-security-policy", SANDBOX);
    }
    response
}

async fn answer_whatever(api: &Arc<Api>, client: &Client, request: Request<Incoming>) -> Response<Body> {
    let request_id = request_id();
    let (mut head, body) = request.into_parts();
    let addressed = Addressed::of(&head.uri, &head.headers);
    if control::is_meant(&addressed, head.uri.path(), &head.headers) {
        return control::answer(api, client, (head, body), &addressed, &request_id).await;
    }
    let body = Body::http_body(Paced::of(PACE, body));
    let mut visitor = Visitor::of(api, client, &head, &addressed, &request_id);
    if let Some(refusal) = api.refusal(client, &head).filter(|it| !is_a_pages_own(it, &visitor)) {
        api.refused.count(refusal.reason);
        return whole(refusal.reply(&SERVICE, &request_id), &request_id);
    }
    if let Some(website) = addressed.host.as_deref().and_then(Website::named) {
        let Some(s3) = api.s3.clone() else { return Response::new(Body::empty()) };
        let host = addressed.host.as_deref().unwrap_or_default();
        return website::Visited { api, client, s3, head: &head, host, bucket: website.bucket }
            .answer()
            .await;
    }
    if let Err(error) = misdirected(&addressed).and_then(|()| resign::resign_stranger(&visitor, &mut head)) {
        return whole(error.render(&SERVICE, &request_id), &request_id);
    }
    let Some(s3) = api.s3.clone() else { return Response::new(Body::empty()) };
    let (form, body) = form::look(&head, body).await;
    if let Some(form) = form {
        visitor.has_form(&form);
        head.extensions.insert(PostedFile(form.file));
    }
    let visitor = Arc::new(visitor);
    let visit = Visit { asker: Arc::clone(&visitor) as _, partition: visitor.region.partition(), request_id };
    let response = s3.answer(Request::from_parts(head, body), visit).await;
    record::record(api, &visitor, &response);
    response
}

fn whole(reply: Reply, request_id: &str) -> Response<Body> {
    respond(reply, request_id).map(Body::http_body)
}

/// Whether a page of another origin may ask after all, as buckets have rules for (CORS): it has a key that Hamlet knows, or none
/// at all, and is nobody whom open mode takes for an administrator.
fn is_a_pages_own(refusal: &Refusal, visitor: &Visitor) -> bool {
    refusal.reason == Reason::WebPage && visitor.stranger.is_none()
}

/// A signature for another Region than the one whose endpoint it is spoken to.
fn misdirected(Addressed { host, scope }: &Addressed) -> Result<(), AwsError> {
    let endpoint = host.as_deref().and_then(ServiceEndpoint::spoken_to);
    let (Some(endpoint), Some(scope)) = (endpoint, scope) else { return Ok(()) };
    if scope.region == endpoint.region.name() {
        return Ok(());
    }
    let (given, right) = (&scope.region, endpoint.region.name());
    let sentence =
        format!("The authorization header is malformed; the region '{given}' is wrong; expecting '{right}'");
    Err(AwsError::new("AuthorizationHeaderMalformed", sentence).with_status(400))
}

/// The Region that a request is spoken to or signed for.
fn region_of(api: &Api, host: Option<&str>, scope: Option<&CredentialScope>, bucket: Option<&str>) -> Region {
    let endpoint = host.and_then(ServiceEndpoint::spoken_to);
    let signed = || scope.and_then(|scope| scope.region.parse().ok());
    // Nothing tells where an unsigned request goes but the bucket.
    let of_bucket = || {
        let world = api.state.snapshot();
        let partition = api.config.region.partition();
        let name = BucketName::new(partition, bucket?).ok()?;
        world.bucket(&name).ok().map(|row| row.region)
    };
    endpoint.map(|it| it.region).or_else(signed).or_else(of_bucket).unwrap_or(api.config.region)
}

/// To whom a request is spoken, and for what it is signed.
struct Addressed {
    host: Option<String>,
    scope: Option<CredentialScope>,
}

impl Addressed {
    fn of(uri: &Uri, headers: &HeaderMap) -> Addressed {
        Addressed { host: host_of(uri, headers), scope: signed_scope(uri, headers) }
    }
}

fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let (authority, header) = (uri.authority(), headers.get("host"));
    let text = authority.map(|it| it.as_str()).or_else(|| header?.to_str().ok())?;
    name_in(text)
}

fn signed_scope(uri: &Uri, headers: &HeaderMap) -> Option<CredentialScope> {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    let credential = match header {
        Some(header) => header.split_once("Credential=")?.1.split([',', ' ']).next()?.to_owned(),
        None => query_value(uri.query()?, "X-Amz-Credential")?,
    };
    CredentialScope::parse(&credential)
}

/// Whether it has a signature of version 2, which names no service and which nothing but S3 takes.
fn is_signed_as_before(uri: &Uri, headers: &HeaderMap) -> bool {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    let query = uri.query().unwrap_or_default();
    let has = |name| query_value(query, name).is_some();
    header.is_some_and(|it| it.starts_with("AWS "))
        || has("AWSAccessKeyId") && has("Signature") && has("Expires")
}

fn first_segment(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.split('/').next().filter(|it| !it.is_empty())
}

/// The bucket of a name, in whichever partition it is.
fn bucket_called<'w>(world: &'w World, name: &str) -> Option<&'w Bucket> {
    let names = model::Partition::ALL.into_iter().filter_map(|it| BucketName::new(it, name).ok());
    names.into_iter().find_map(|name| world.bucket(&name).ok())
}

/// Sixteen digits and letters, as S3 numbers its requests.
fn request_id() -> String {
    clock::ids().uuid().replace('-', "").to_ascii_uppercase().chars().take(16).collect()
}
