//! The table of actions, and what is done once around each: decoding, dry run, encoding.
//!
//! A service is one visible list:
//!
//! ```text
//! pub static ACTIONS: &[Action<World>] = &[
//!     read!(DescribeVpcs, vpc::describe),
//!     write!(CreateVpc, vpc::create),
//!     write!(CreateKeyPair, key_pair::create).needs(Need::Secret(key_pair::prepare)),
//!     write_beside!(SendMessage, message::send),
//! ];
//! ```
//!
//! where `vpc::create` is `fn(&mut Call, &mut World, CreateVpcRequest) -> Result<CreateVpcResult,
//! AwsError>`, and `message::send` is `async fn(Call, Arc<World>, Arc<Queues>, SendMessageRequest) ->
//! Result<SendMessageResult, AwsError>` with what its service keeps beside the state ([`Beside`]). The types are checked
//! against the operation. `docs/add-an-action.md` has the steps.

use crate::authorization::Authorization;
use crate::beside::Beside;
use crate::call::{Call, Need};
use crate::error::AwsError;
use crate::event_stream::EventSource;
use crate::input::Input;
use crate::reply::Output;
use crate::retired;
use crate::service::Service;
use model::Scope;
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What an operation is made of, as the model of its service says. Generated.
pub trait Operation {
    /// `CreateVpc`.
    const NAME: &'static str;
    /// What a caller must be allowed.
    const AUTHORIZATION: &'static Authorization;
    /// The service it belongs to.
    const SERVICE: &'static Service;
    /// The parameter that makes it idempotent, if there is one.
    const CLIENT_TOKEN: Option<&'static str>;
    /// How it pages, if it does.
    const PAGES: Option<Pages>;
    /// The parameters that must be there.
    const REQUIRED: &'static [&'static str];
    /// Whether it can be tried without being done.
    const DRY_RUN: bool;
    /// What comes in.
    type Request: Send + 'static;
    /// What goes out; `()` if the model has nothing.
    type Response;
    /// Reads a request, refusing what is missing, unknown or malformed.
    fn decode(input: &Input) -> Result<Self::Request, AwsError>;
    /// Writes an answer, without its envelope.
    fn encode(response: &Self::Response) -> Output;
}

/// An operation's name and a function that decodes its requests and forgets them.
pub type Decoder = (&'static str, fn(&Input) -> Result<(), AwsError>);

/// How an operation pages, from the service's paginators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The parameter that carries the token.
    pub token: &'static str,
    /// The parameter that bounds the page, if there is one.
    pub limit: Option<&'static str>,
    /// The member of the answer that is cut into pages.
    pub result: &'static str,
}

/// A request that its operation has decoded, with its type folded away.
pub type Decoded = Box<dyn Any + Send>;

/// A handler with its types folded away.
pub enum Handler<S: 'static> {
    /// Looks at the state.
    Read(fn(&mut Call, &S, Decoded) -> Result<Output, AwsError>),
    /// Changes the state.
    Write(fn(&mut Call, &mut S, Decoded) -> Result<Output, AwsError>),
    /// Asks, or changes, what is kept beside the state. It may take its time.
    Beside {
        /// Whether it changes anything.
        writes: bool,
        /// What is called.
        handle: fn(Call, Arc<S>, &Beside, Decoded) -> Answering,
    },
    /// Answers with events, for as long as they come, from what is kept beside the state.
    Events(fn(Call, Arc<S>, &Beside, Decoded) -> Starting),
}

/// An answer of events that is about to begin.
pub type Starting = Pin<Box<dyn Future<Output = Result<Box<dyn EventSource>, AwsError>> + Send>>;

/// An answer that takes its time.
pub type Answering = Pin<Box<dyn Future<Output = Result<Output, AwsError>> + Send>>;

/// Whether something that the question is about is on its way from one state to the next, by itself and soon.
pub type Passing<S> = fn(&S, Scope, &Input) -> bool;

/// How the bodies of an action's requests are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// Into memory, as parameters; of a few MiB at most.
    Whole,
    /// To disk, as they come.
    Streamed {
        /// The longest.
        bytes_max: usize,
    },
}

/// One row of a service's table.
pub struct Action<S: 'static> {
    /// `CreateVpc`.
    pub name: &'static str,
    /// What a caller must be allowed.
    pub authorization: &'static Authorization,
    /// The service the action belongs to.
    pub service: &'static Service,
    /// Reads a request, refusing what is missing, unknown or malformed.
    pub decode: fn(&Input) -> Result<Decoded, AwsError>,
    /// What is called.
    pub handler: Handler<S>,
    /// Whether what it touches has a policy of its own, which must allow it to everybody, accounts' roots among them.
    pub asks_resource: bool,
    /// What it needs besides the state.
    pub need: Need,
    /// For a question that is held a little while what it is about is passing.
    pub passing: Option<Passing<S>>,
    /// How the bodies of its requests are read.
    pub body: BodyRule,
    /// The parameter with the client token, if the action has one.
    pub idempotent: Option<&'static str>,
    /// How it pages, if it does.
    pub pages: Option<Pages>,
    /// The parameters that must be there.
    pub required: &'static [&'static str],
    /// Whether it can be tried without being done.
    pub dry_run: bool,
}

impl<S> Action<S> {
    /// A row for an operation. Use `read!` and `write!`.
    pub const fn of<O: Operation>(handler: Handler<S>) -> Self {
        Action {
            name: O::NAME,
            authorization: O::AUTHORIZATION,
            service: O::SERVICE,
            decode: |input| Ok(Box::new(O::decode(input)?)),
            handler,
            asks_resource: false,
            need: Need::Nothing,
            passing: None,
            body: BodyRule::Whole,
            idempotent: O::CLIENT_TOKEN,
            pages: O::PAGES,
            required: O::REQUIRED,
            dry_run: O::DRY_RUN,
        }
    }

    /// The same row for an action whose resources have policies of their own, which its service's `touches` brings.
    pub const fn asks_resource(mut self) -> Self {
        self.asks_resource = true;
        self
    }

    /// The same row for an action that needs more than the state.
    pub const fn needs(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    /// The same row for a question that is worth holding a little: as long as the function says so, within the server's
    /// bounds.
    pub const fn waits_out(mut self, passing: Passing<S>) -> Self {
        self.passing = Some(passing);
        self
    }

    /// The same row for an action whose requests have bodies of up to so many bytes, which are streamed to disk. Its
    /// protocol names the operation in the head of the request, and its handler finds the body in [`Call::body`].
    pub const fn streams(mut self, bytes_max: usize) -> Self {
        self.body = BodyRule::Streamed { bytes_max };
        self
    }

    /// Whether the action changes anything.
    pub fn is_write(&self) -> bool {
        match self.handler {
            Handler::Read(_) | Handler::Events(_) => false,
            Handler::Write(_) => true,
            Handler::Beside { writes, .. } => writes,
        }
    }

    /// Stops a request that was sent to be tried only. Decoding has checked by then that the action can be.
    pub fn check_dry_run(&self, input: &Input) -> Result<(), AwsError> {
        match input.is_dry_run() {
            true => Err(AwsError::dry_run()),
            false => Ok(()),
        }
    }

    /// Looks at the state; an action that changes it is an error of the caller, answered as such.
    pub fn read(&self, call: &mut Call, state: &S, request: Decoded) -> Result<Output, AwsError> {
        match self.handler {
            Handler::Read(handler) => handler(call, state, request),
            Handler::Write(_) => Err(self.misplaced("without the writer")),
            Handler::Beside { .. } | Handler::Events(_) => Err(self.misplaced("with the state alone")),
        }
    }

    /// Looks at the state, or changes it.
    pub fn write(&self, call: &mut Call, state: &mut S, request: Decoded) -> Result<Output, AwsError> {
        match self.handler {
            Handler::Read(handler) => handler(call, state, request),
            Handler::Write(handler) => handler(call, state, request),
            Handler::Beside { .. } | Handler::Events(_) => Err(self.misplaced("by the writer")),
        }
    }

    fn misplaced(&self, how: &str) -> AwsError {
        AwsError::new("InternalError", format!("{} was called {how}.", self.name)).with_status(500)
    }
}

/// A row whose handler is `fn(&mut Call, &State, Request) -> Result<Response, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! read {
    ($operation:ident, $handler:expr) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Read(|call, state, request| {
            $crate::action::handle::<op::$operation>(request, |request| $handler(call, state, request))
        }))
    };
}

/// A row whose handler is `fn(&mut Call, &mut State, Request) -> Result<Response, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! write {
    ($operation:ident, $handler:expr) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Write(
            |call, state, request| {
                $crate::action::handle::<op::$operation>(request, |request| $handler(call, state, request))
            },
        ))
    };
}

/// A row that asks what its service keeps beside the state; its handler is
/// `async fn(Call, Arc<State>, Arc<Kept>, Request) -> Result<Response, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! read_beside {
    ($operation:ident, $handler:expr) => {
        $crate::beside_row!($operation, $handler, false)
    };
}

/// A row that changes what its service keeps beside the state; as `read_beside!` otherwise.
#[macro_export]
macro_rules! write_beside {
    ($operation:ident, $handler:expr) => {
        $crate::beside_row!($operation, $handler, true)
    };
}

/// A row that answers with events; its handler is
/// `async fn(Call, Arc<State>, Arc<Kept>, Request) -> Result<Box<dyn EventSource>, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! events_beside {
    ($operation:ident, $handler:expr) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Events(
            |call, state, beside, request| {
                $crate::action::handle_events::<op::$operation, _, _>(beside, request, |kept, request| {
                    $handler(call, state, kept, request)
                })
            },
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! beside_row {
    ($operation:ident, $handler:expr, $writes:literal) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Beside {
            writes: $writes,
            handle: |call, state, beside, request| {
                $crate::action::handle_beside::<op::$operation, _, _>(beside, request, |kept, request| {
                    $handler(call, state, kept, request)
                })
            },
        })
    };
}

/// Calls the handler with what is kept beside the state and what its row has decoded, and encodes the answer.
pub fn handle_beside<O: Operation, K, F>(
    beside: &Beside,
    request: Decoded,
    handler: impl FnOnce(Arc<K>, O::Request) -> F + Send + 'static,
) -> Answering
where
    K: Send + Sync + 'static,
    F: Future<Output = Result<O::Response, AwsError>> + Send + 'static,
{
    let request: Box<O::Request> = request.downcast().expect("the row's own decoder has made it");
    let kept = beside.get::<K>();
    Box::pin(async move {
        let response = handler(kept?, *request).await?;
        Ok(O::encode(&response))
    })
}

/// Calls the handler of an action that answers with events.
pub fn handle_events<O: Operation, K, F>(
    beside: &Beside,
    request: Decoded,
    handler: impl FnOnce(Arc<K>, O::Request) -> F + Send + 'static,
) -> Starting
where
    K: Send + Sync + 'static,
    F: Future<Output = Result<Box<dyn EventSource>, AwsError>> + Send + 'static,
{
    let request: Box<O::Request> = request.downcast().expect("the row's own decoder has made it");
    let kept = beside.get::<K>();
    Box::pin(async move { handler(kept?, *request).await })
}

/// Calls the handler with what its row has decoded, and encodes the answer.
pub fn handle<O: Operation>(
    request: Decoded,
    handler: impl FnOnce(O::Request) -> Result<O::Response, AwsError>,
) -> Result<Output, AwsError> {
    let request: Box<O::Request> = request.downcast().expect("the row's own decoder has made it");
    handler(*request).map(|response| O::encode(&response))
}

/// The refusal of an action that has no row: AWS's if AWS has none such or serves it no longer, ours if only we lack it.
pub(crate) fn not_here(service: &Service, name: &str) -> AwsError {
    match service.knows(name) {
        true => retired::refusal(service, name).unwrap_or_else(|| AwsError::not_implemented(service, name)),
        false => AwsError::unknown_action(service, name),
    }
}
