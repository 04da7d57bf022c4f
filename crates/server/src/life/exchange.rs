//! What the steps of a call have found so far.

use awsproto::action::{Action, Decoded};
use awsproto::event_stream::EventSource;
use awsproto::route::{Incoming, Route};
use awsproto::sigv4::{Authorization, Payload, SignatureError, SignedRequest};
use awsproto::trail::Actor;
use awsproto::{
    Api as ServiceApi, Call, ClientToken, Input, Output, Principal, Reply, Service, StreamedBody,
};
use hyper::body::Incoming as Body;
use hyper::http::request::Parts;
use model::{Scope, Timestamp, World};

use super::Ended;
use crate::api::{Client, signed_request};
use crate::body::Whole;
use crate::callers::Proof;
use crate::spool::Spooled;
use crate::writer::Durable;

/// A body that was read.
pub(super) enum Read {
    /// It is in memory.
    Whole(Whole),
    /// It is on disk.
    Streamed(Spooled),
}

/// Who called, where and when: what outlives the call itself, which its action takes.
pub(super) struct Identified {
    pub(super) actor: Actor,
    pub(super) scope: Scope,
    pub(super) at: Timestamp,
}

/// One request on its way to its answer. What a step needs of an earlier one is there: the list says so.
pub(crate) struct Exchange<'r> {
    /// Who is at the other end.
    pub(crate) client: &'r Client,
    /// The request's head.
    pub(crate) head: &'r Parts,
    /// Its headers, as signatures see them.
    pub(crate) headers: &'r [(&'r str, &'r str)],
    /// The request's UUID.
    pub(crate) request_id: String,
    /// The step that was taken last.
    pub(crate) last_step: &'static str,
    /// How it ends; `None` as long as it goes on.
    pub(crate) outcome: Option<Result<Output, Ended>>,
    /// The answer.
    pub(crate) reply: Option<Reply>,
    /// Events that are the answer's body, where it goes on.
    pub(crate) events: Option<Box<dyn EventSource>>,

    pub(crate) unread: Option<Body>,
    pub(super) authorization: Result<Authorization, SignatureError>,
    pub(super) body: Option<Read>,
    /// What the body is where it came compressed.
    pub(super) inflated: Option<Vec<u8>>,
    pub(super) route: Option<Route>,
    pub(super) principal: Option<Principal>,
    pub(super) proof: Option<Proof>,
    pub(super) call: Option<Call>,
    pub(super) identified: Option<Identified>,
    pub(super) found: Option<(&'static ServiceApi<World>, &'static Action<World>)>,
    pub(super) input: Option<Input>,
    pub(super) request: Option<Decoded>,
    pub(super) token: Option<ClientToken>,
    pub(super) durable: Option<Durable<Result<Output, awsproto::AwsError>>>,
}

impl<'r> Exchange<'r> {
    /// A request of which only the head was read.
    pub(crate) fn new(
        client: &'r Client,
        head: &'r Parts,
        headers: &'r [(&'r str, &'r str)],
        body: Body,
        request_id: String,
    ) -> Exchange<'r> {
        Exchange {
            client,
            head,
            headers,
            request_id,
            last_step: "",
            outcome: None,
            reply: None,
            events: None,
            unread: Some(body),
            authorization: Err(SignatureError::Unsigned),
            body: None,
            inflated: None,
            route: None,
            principal: None,
            proof: None,
            call: None,
            identified: None,
            found: None,
            input: None,
            request: None,
            token: None,
            durable: None,
        }
    }

    /// The request as it was signed; without its body before that was read.
    pub(crate) fn signed(&self) -> SignedRequest<'_> {
        let body = match &self.body {
            None => Payload::Whole(&[]),
            Some(Read::Whole(body)) => Payload::Whole(&body.bytes),
            Some(Read::Streamed(spooled)) => Payload::Streamed(&spooled.body.sha256),
        };
        SignedRequest { body, ..signed_request(self.head, self.headers) }
    }

    /// What tells where it goes.
    pub(crate) fn incoming(&self) -> Incoming<'_> {
        let request = self.signed();
        Incoming {
            host: request.header("host"),
            target: request.header("x-amz-target"),
            scope: self.authorization.as_ref().ok().map(|authorization| &authorization.scope),
            method: request.method,
            path: request.path,
            query: request.query,
            body: match (&self.inflated, &self.body) {
                (Some(inflated), _) => inflated,
                (None, Some(Read::Whole(body))) => &body.bytes,
                (None, Some(Read::Streamed(_)) | None) => &[],
            },
        }
    }

    /// The service that it is for.
    pub(crate) fn service(&self) -> &'static Service {
        self.route().service
    }

    /// What its action is told of a body on disk.
    pub(super) fn streamed(&self) -> Option<StreamedBody> {
        match &self.body {
            Some(Read::Streamed(spooled)) => Some(spooled.body.clone()),
            Some(Read::Whole(_)) | None => None,
        }
    }

    pub(super) fn route(&self) -> &Route {
        self.route.as_ref().expect("the route was told before")
    }

    pub(super) fn input(&self) -> &Input {
        self.input.as_ref().expect("the parameters were read before")
    }

    pub(super) fn found(&self) -> (&'static ServiceApi<World>, &'static Action<World>) {
        self.found.expect("the action was found before")
    }

    pub(super) fn action(&self) -> &'static Action<World> {
        self.found().1
    }

    pub(super) fn call(&self) -> &Call {
        self.call.as_ref().expect("the caller was identified before")
    }
}
