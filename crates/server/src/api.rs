//! One HTTP request: who calls, which service, what to answer. Every answer is shaped as the service's clients expect.

use awsproto::route::{Incoming, Route, RouteError};
use awsproto::sigv4::{self, SignatureError, SignedRequest};
use awsproto::{AwsError, Call, Reply, Service};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming as Body};
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use model::{Region, Scope};
use std::net::IpAddr;
use std::sync::Arc;

use crate::body::{self, Bodies, Unread};
use crate::callers::{Callers, Proof};
use crate::clock;
use crate::config::{Config, Instances};
use crate::facts;
use crate::host_name::HostNames;
use crate::instance_connect_endpoints::InstanceConnectEndpoints;
use crate::refusal::{Reason, Refusal, RefusedRequests};
use crate::services;
use crate::shares::Holder;
use crate::tunnel::{self, Admitted};
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
    /// The network.
    pub state: State,
    /// What the host knows.
    pub facts: Arc<facts::Facts>,
    /// Where tunnels lead.
    pub endpoints: InstanceConnectEndpoints,
    /// What was refused.
    pub refused: Arc<RefusedRequests>,
    /// The room for requests' bodies.
    pub(crate) bodies: Bodies,
}

/// Who is at the other end of a connection.
pub struct Client {
    /// The address.
    pub source: IpAddr,
    /// Whose share of what is limited its requests take.
    pub holder: Holder,
    /// Why nothing that comes from there is answered, if that is so.
    pub refused: Option<Refusal>,
}

impl Api {
    /// Answers one request of a client.
    pub async fn serve(&self, client: &Client, request: Request<Body>) -> Response<Full<Bytes>> {
        let request_id = clock::ids().uuid();
        let (head, body) = request.into_parts();
        let refused = client.refused.clone().or_else(|| web_page::refusal(&self.host_names, &head));
        if let Some(refusal) = refused {
            return self.refuse(&refusal, &head, body, &request_id).await;
        }
        let mut request = Request::from_parts(head, body);
        if request.uri().path() == tunnel::PATH {
            let upgrade = hyper::upgrade::on(&mut request);
            return self.open_tunnel(&request.into_parts().0, upgrade, &request_id);
        }
        let (head, body) = request.into_parts();
        let is_plain = head.method == Method::GET && head.uri.query().is_none() && !has_signature(&head);
        if let Some(text) = page(head.uri.path()).filter(|_| is_plain) {
            return plain(text);
        }
        let body = match self.bodies.read(client.holder, body).await {
            Ok(body) => body,
            Err(Unread::Refused(refusal)) => return self.answer_refused(&refusal, &head, &request_id),
            Err(Unread::Broken) => {
                let error = AwsError::new("IncompleteBody", "The body of this request did not come whole.");
                return respond(error.render(meant(&head), &request_id), &request_id);
            }
        };
        let headers = headers_of(&head);
        let signed = signed_request(&head, &headers, &body.bytes);
        let reply = self.answer(client.source, &signed, &request_id).await;
        respond(reply, &request_id)
    }

    /// Says as the service that was meant why it is not answered.
    async fn refuse(
        &self,
        refusal: &Refusal,
        head: &Parts,
        body: Body,
        request_id: &str,
    ) -> Response<Full<Bytes>> {
        // Who only listens after having sent everything would not hear it otherwise.
        body::discard(body).await;
        self.answer_refused(refusal, head, request_id)
    }

    fn answer_refused(&self, refusal: &Refusal, head: &Parts, request_id: &str) -> Response<Full<Bytes>> {
        self.refused.count(refusal.reason);
        respond(refusal.reply(meant(head), request_id), request_id)
    }

    /// Opens a tunnel through an EC2 Instance Connect Endpoint, or says as its service why not.
    fn open_tunnel(&self, head: &Parts, upgrade: OnUpgrade, request_id: &str) -> Response<Full<Bytes>> {
        let headers = headers_of(head);
        match self.admit_tunnel(&signed_request(head, &headers, b"")) {
            Ok(admitted) => admitted.open(upgrade, request_id),
            Err(error) => respond(error.render(&ec2::instance_connect::SERVICE, request_id), request_id),
        }
    }

    fn admit_tunnel(&self, request: &SignedRequest<'_>) -> Result<Admitted, AwsError> {
        let service = &ec2::instance_connect::SERVICE;
        let world = self.state.snapshot();
        let caller = self.callers.identify(&world, request, clock::now());
        let account = caller.map_err(|error| error.to_aws(service.protocol))?.account;
        let scope = sigv4::parse(request).map_err(|error| error.to_aws(service.protocol))?.scope;
        if scope.service != service.name {
            let sentence = format!("Credential should be scoped to correct service: '{}'.", service.name);
            return Err(SignatureError::WrongScope(sentence).to_aws(service.protocol));
        }
        if self.config.instances == Instances::None {
            return Err(ec2::instance_connect::tunnel::without_machines());
        }
        let region = self.region_named(Some(&scope.region))?;
        tunnel::admit(&world, &self.endpoints, Scope { account, region }, request)
    }

    async fn answer(&self, source: IpAddr, request: &SignedRequest<'_>, request_id: &str) -> Reply {
        let authorization = sigv4::parse(request);
        let scope = authorization.as_ref().ok().map(|authorization| &authorization.scope);
        let incoming = incoming(request, scope);
        let route = match awsproto::route::route(&incoming, services::ALL) {
            Ok(route) => route,
            Err(error) => {
                let (service, error) = unrouted(error, request);
                return error.render(service, request_id);
            }
        };
        match self.routed(source, request, &incoming, &route, request_id).await {
            Ok(output) => output.render(route.service, &route.operation, request_id),
            Err(Problem::Error(error)) => error.render(route.service, request_id),
            Err(Problem::Refused(refusal)) => {
                self.refused.count(refusal.reason);
                refusal.reply(route.service, request_id)
            }
        }
    }

    async fn routed(
        &self,
        source: IpAddr,
        request: &SignedRequest<'_>,
        incoming: &Incoming<'_>,
        route: &Route,
        request_id: &str,
    ) -> Result<awsproto::Output, Problem> {
        let now = clock::now();
        let caller = self.callers.identify(&self.state.snapshot(), request, now);
        let caller = caller.map_err(|error| error.to_aws(route.service.protocol))?;
        if caller.proof == Proof::Lacking && services::is_change(route) {
            return Err(Problem::Refused(Refusal::new(
                Reason::Unproven,
                "A signature in the query changes something only if it is of a key that Hamlet knows: sign in the \
                 Authorization header.",
            )));
        }
        let region = self.region_named(route.region.as_deref())?;
        let input = route.input(incoming)?;
        let call = Call {
            account: caller.account.to_string(),
            region: region.to_string(),
            principal_arn: caller.principal_arn,
            user_id: caller.user_id,
            request_id: request_id.to_owned(),
            now: awsproto::Timestamp(now.0),
            source_ip: source,
            ids: clock::ids(),
            facts: self.facts.for_call(&route.operation, &input).await,
        };
        let scope = Scope { account: caller.account, region };
        Ok(services::answer(&self.state, scope, caller.proof, route, input, call).await?)
    }

    fn region_named(&self, name: Option<&str>) -> Result<Region, AwsError> {
        match name {
            None | Some("aws-global") => Ok(self.config.region),
            Some(name) => name.parse().map_err(|_| {
                let sentence = format!("Hamlet has no Region '{name}'; it has those that need no opt-in.");
                AwsError::new("InvalidRegion", sentence)
            }),
        }
    }
}

/// Why a request that went somewhere is not done.
enum Problem {
    Error(AwsError),
    Refused(Refusal),
}

impl From<AwsError> for Problem {
    fn from(error: AwsError) -> Problem {
        Problem::Error(error)
    }
}

/// Headers as signatures see them; what is not text cannot be signed. HTTP/2 has the host in the target.
fn headers_of(head: &Parts) -> Vec<(&str, &str)> {
    let headers = head.headers.iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let target = head.uri.authority().filter(|_| !head.headers.contains_key("host"));
    headers.chain(target.map(|target| ("host", target.as_str()))).collect()
}

fn signed_request<'a>(
    head: &'a Parts,
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
) -> SignedRequest<'a> {
    SignedRequest {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers,
        body,
    }
}

/// The service that a request seems to be for, before its body is read.
fn meant(head: &Parts) -> &'static Service {
    if head.uri.path() == tunnel::PATH {
        return &ec2::instance_connect::SERVICE;
    }
    let headers = headers_of(head);
    let request = signed_request(head, &headers, b"");
    let authorization = sigv4::parse(&request);
    let incoming = incoming(&request, authorization.as_ref().ok().map(|authorization| &authorization.scope));
    awsproto::route::service(&incoming, services::ALL).unwrap_or_else(|_| like(&request))
}

fn has_signature(head: &Parts) -> bool {
    head.headers.contains_key("authorization") || head.headers.contains_key("x-amz-target")
}

fn incoming<'a>(request: &SignedRequest<'a>, scope: Option<&'a sigv4::Scope>) -> Incoming<'a> {
    Incoming {
        host: request.header("host"),
        target: request.header("x-amz-target"),
        scope,
        method: request.method,
        path: request.path,
        query: request.query,
        body: request.body,
    }
}

/// The service whose form a request for none seems to expect.
fn like(request: &SignedRequest<'_>) -> &'static Service {
    match request.header("x-amz-target").is_some() {
        true => &ssm::shapes::SERVICE,
        false => &ec2::shapes::SERVICE,
    }
}

/// A request that is for no service: answered in the form of the service it seems to mean.
fn unrouted(error: RouteError, request: &SignedRequest<'_>) -> (&'static Service, AwsError) {
    let error = match error {
        RouteError::NoOperation(service, error) => return (service, error),
        RouteError::UnknownService(Some(name)) => {
            let sentence =
                format!("Hamlet has no service '{name}' yet; see docs/coverage.md for what it has.");
            AwsError::new("NotImplemented", sentence).with_status(501)
        }
        RouteError::UnknownService(None) => {
            AwsError::new("MissingAuthenticationToken", "Request is missing Authentication Token")
                .with_status(403)
        }
    };
    (like(request), error)
}

fn respond(reply: Reply, request_id: &str) -> Response<Full<Bytes>> {
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

fn plain(text: &'static str) -> Response<Full<Bytes>> {
    Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(Full::new(Bytes::from_static(text.as_bytes())))
        .expect("status and headers are well-formed")
}
