//! The API's port: calls (`crate::life`), tunnels, the web console, and two pages for people.

use arc_swap::ArcSwapOption;
use awsproto::event_stream::{self, EventSource};
use awsproto::sigv4::{Payload, SignatureError, SignedRequest};
use awsproto::{Api as ServiceApi, AwsError, Beside, Call, Origin, Provided, Reply, Service};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming as Body};
use hyper::header::HeaderMap;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use model::{Partition, Region, Scope, Timestamp, World};
use s3::service::S3Service;
use std::net::IpAddr;
use std::sync::Arc;

use crate::authorization::{Ledger, Standings};
use crate::body::{self, Bodies};
use crate::buckets;
use crate::callers::{Caller, Callers};
use crate::clock;
use crate::config::{Auth, Config};
use crate::consoles::Consoles;
use crate::controllers::endpoint_places::EndpointPlaces;
use crate::host_name::HostNames;
use crate::life::{self, Exchange};
use crate::namespaces::Namespaces;
use crate::notification_signing::NotificationSigning;
use crate::refusal::{Refusal, RefusedRequests};
use crate::service_endpoints;
use crate::services;
use crate::shares::Holder;
use crate::spool::Spool;
use crate::trail::Trail;
use crate::tunnel;
use crate::uses::Uses;
use crate::web_console::{self, Entrance, Terminals};
use crate::web_page;
use crate::writer::State;

/// What requests are answered from.
pub struct Api {
    /// What this run was told.
    pub config: Config,
    /// Who calls.
    pub callers: Callers,
    /// The names by which it is spoken to.
    pub(crate) host_names: HostNames,
    /// The services there are.
    pub services: &'static [&'static ServiceApi<World>],
    /// Their descriptions.
    pub descriptions: Vec<&'static Service>,
    /// The network.
    pub state: State,
    /// What instances print, if there are machines; it is there a moment after the start.
    pub consoles: Arc<ArcSwapOption<Consoles>>,
    /// Where tunnels lead.
    pub places: EndpointPlaces,
    /// What was refused.
    pub refused: Arc<RefusedRequests>,
    /// What was decided lately.
    pub(crate) ledger: Arc<Ledger>,
    /// The policies of those who called lately.
    pub(crate) standings: Standings,
    /// The room for requests' bodies.
    pub(crate) bodies: Bodies,
    /// Where bodies are streamed to.
    pub(crate) spool: Spool,
    /// What was done, by whom.
    pub(crate) trail: Arc<Trail>,
    /// What was last used, and when.
    pub(crate) uses: Arc<Uses>,
    /// S3; none if what is in its buckets cannot be read.
    pub(crate) s3: Option<S3Service>,
    /// Whose certificate anybody can have who gets a topic's notifications.
    pub(crate) notifications: Arc<NotificationSigning>,
    /// What other services keep beside the state.
    pub(crate) beside: Beside,
    /// Who may use the web console.
    pub(crate) entrance: Arc<Entrance>,
    /// The terminals that are open in it.
    pub(crate) terminals: Terminals,
    /// Where they come from, if there are machines; it is there a moment after the start.
    pub(crate) namespaces: Arc<ArcSwapOption<Namespaces>>,
}

/// The body of an answer: whole, or one that streams, S3's or of events.
pub type Answer = Either<Full<Bytes>, s3s::Body>;

/// Who is at the other end of a connection.
#[derive(Clone)]
pub struct Client {
    /// By which way the connection has come.
    pub origin: Origin,
    /// Whose share of what is limited its requests take.
    pub holder: Holder,
    /// Why nothing that comes from there is answered, if that is so.
    pub refused: Option<Refusal>,
    /// Whether keys that nobody knows are an administrator's, for whoever asks from there.
    pub auth: Auth,
    /// The address inside that the client has come to; None at the API's own port.
    pub endpoint: Option<IpAddr>,
    /// The version of TLS that is spoken, as policies name it: `1.3`.
    pub tls: Option<&'static str>,
}

impl Api {
    /// Answers one request of a client.
    pub async fn serve(self: &Arc<Self>, client: &Client, mut request: Request<Body>) -> Response<Answer> {
        let request_id = clock::ids().uuid();
        if request.uri().path() == tunnel::PATH {
            let upgrade = hyper::upgrade::on(&mut request);
            return self.open_tunnel(client, request, upgrade, &request_id).await.map(Either::Left);
        }
        if web_console::is_meant(client, request.uri().path()) {
            let upgrade = hyper::upgrade::on(&mut request);
            let (head, body) = request.into_parts();
            return web_console::answer(self, client, &head, body, upgrade).await.map(Either::Left);
        }
        if buckets::is_meant(self, &request) {
            return buckets::answer(self, client, request).await.map(Either::Right);
        }
        self.answer(client, request, request_id).await
    }

    async fn answer(&self, client: &Client, request: Request<Body>, request_id: String) -> Response<Answer> {
        let (head, body) = request.into_parts();
        let is_plain = client.endpoint.is_none()
            && head.method == Method::GET
            && head.uri.query().is_none()
            && !is_of_a_client(&head);
        if let Some(text) =
            page(head.uri.path()).filter(|_| is_plain && self.refusal(client, &head).is_none())
        {
            return plain(text).map(Either::Left);
        }
        match self.certificate(client, &head).await {
            Some(certificate) => plain(certificate).map(Either::Left),
            None => self.call(client, &head, body, request_id).await,
        }
    }

    /// With what notifications are signed, if that is what is asked for.
    async fn certificate(&self, client: &Client, head: &Parts) -> Option<String> {
        let is_asked = head.method == Method::GET && head.uri.query().is_none();
        if !is_asked || self.refusal(client, head).is_some() {
            return None;
        }
        self.notifications.certificate(head.uri.path()).await
    }

    /// Why nothing that this client asks is answered, if that is so.
    pub(crate) fn refusal(&self, client: &Client, head: &Parts) -> Option<Refusal> {
        client.refused.clone().or_else(|| match client.endpoint {
            Some(address) => service_endpoints::refusal(&self.state.snapshot(), client, address, head),
            None => web_page::refusal(&self.host_names, head),
        })
    }

    async fn call(&self, client: &Client, head: &Parts, body: Body, request_id: String) -> Response<Answer> {
        let headers = headers_of(head);
        let mut exchange = Exchange::new(client, head, &headers, body, request_id);
        life::live(self, &mut exchange).await;
        // Who only listens after having sent everything would not hear the answer otherwise.
        if let Some(body) = exchange.unread.take() {
            body::discard(body).await;
        }
        let reply = exchange.reply.expect("the last step answers");
        match exchange.events {
            None => respond(reply, &exchange.request_id).map(Either::Left),
            Some(events) => respond_with_events(events, &exchange.request_id).map(Either::Right),
        }
    }

    /// The call of a caller, before anything is known of what it asks.
    pub(crate) fn call_of(
        &self,
        caller: Caller,
        access_key_id: String,
        scope: Scope,
        request_id: String,
        origin: Origin,
        now: Timestamp,
    ) -> Call {
        let Caller { principal, proof: _, session, is_stranger } = caller;
        Call {
            scope,
            principal,
            access_key_id,
            session,
            is_stranger,
            sessions: self.callers.sessions().clone(),
            request_id,
            now,
            origin,
            spoken_to: None,
            ids: clock::ids(),
            unknown_images: self.config.unknown_images,
            provided: Provided::Nothing,
            body: None,
        }
    }

    /// The account of a caller in the Region of a name. One that the account has not opted into does not know its keys, and
    /// says so in the words of the service.
    pub(crate) fn scope_of(
        &self,
        world: &World,
        caller: &Caller,
        service: &Service,
        name: Option<&str>,
    ) -> Result<Scope, AwsError> {
        let scope = Scope { account: caller.account(), region: self.region_named(name)? };
        match world.is_region_enabled(scope.account, scope.region) {
            true => Ok(scope),
            false => Err(SignatureError::NotOptedIn.to_aws(service.protocol)),
        }
    }

    /// The Region of a name; the one of this run for services that have none.
    pub(crate) fn region_named(&self, name: Option<&str>) -> Result<Region, AwsError> {
        match name {
            None | Some("aws-global") => Ok(self.config.region),
            Some("aws-cn-global") => Ok(Partition::China.home().unwrap_or(self.config.region)),
            Some("aws-us-gov-global") => Ok(Partition::GovCloud.home().unwrap_or(self.config.region)),
            Some(name) => name.parse().map_err(|_| {
                let sentence = format!("Hamlet has no Region '{name}'.");
                AwsError::new("InvalidRegion", sentence)
            }),
        }
    }

    /// What a service has given to the server, be it only that there are none.
    pub(crate) fn service(&self, service: &'static Service) -> &'static ServiceApi<World> {
        let others = services::IN_OTHER_PROTOCOLS.iter().chain(awsproto::vacant::ALL);
        let mut all = self.services.iter().chain(others);
        all.find(|it| std::ptr::eq(it.service, service)).expect("requests are routed among these services")
    }
}

/// Headers that are text.
pub(crate) fn texts(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}

/// Headers as signatures see them; what is not text cannot be signed. HTTP/2 has the host in the target.
pub(crate) fn headers_of(head: &Parts) -> Vec<(&str, &str)> {
    let headers = texts(&head.headers);
    let target = head.uri.authority().filter(|_| !head.headers.contains_key("host"));
    headers.chain(target.map(|target| ("host", target.as_str()))).collect()
}

/// A request as it was signed, but for its body.
pub(crate) fn signed_request<'a>(head: &'a Parts, headers: &'a [(&'a str, &'a str)]) -> SignedRequest<'a> {
    SignedRequest {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers,
        body: Payload::Whole(b""),
    }
}

/// Whether a client of AWS's sends this, and no browser: signed or not, it numbers what it sends.
fn is_of_a_client(head: &Parts) -> bool {
    ["authorization", "x-amz-target", "amz-sdk-invocation-id"]
        .iter()
        .any(|name| head.headers.contains_key(*name))
}

pub(crate) fn respond(reply: Reply, request_id: &str) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let builder = Response::builder()
        .status(status)
        .header("content-type", reply.content_type)
        .header("x-amzn-requestid", request_id);
    let headers = reply.headers.into_iter();
    headers
        .fold(builder, |builder, (name, value)| builder.header(name, value))
        .body(Full::new(Bytes::from(reply.body)))
        .expect("status and headers are well-formed")
}

/// An answer whose body goes on until its events end, or its client is gone.
fn respond_with_events(events: Box<dyn EventSource>, request_id: &str) -> Response<s3s::Body> {
    let frames = futures_util::stream::unfold(events, |mut events| async move {
        let frame = Frame::data(Bytes::from(events.next().await?));
        Some((Ok::<_, std::convert::Infallible>(frame), events))
    });
    Response::builder()
        .header("content-type", event_stream::CONTENT_TYPE)
        .header("x-amzn-requestid", request_id)
        .body(s3s::Body::http_body_unsync(StreamBody::new(frames)))
        .expect("headers are well-formed")
}

/// For people who open the address in a browser, and for those who wait until the API answers. Other paths are AWS's.
fn page(path: &str) -> Option<&'static str> {
    match path {
        "/" => Some(
            "Hamlet: a virtual private cloud on this machine. Point AWS_ENDPOINT_URL here; `hamlet env` prints what to set.\n",
        ),
        "/health" => Some("ok\n"),
        _ => None,
    }
}

fn plain(text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(Full::new(text.into()))
        .expect("status and headers are well-formed")
}
