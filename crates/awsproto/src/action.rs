//! The table of actions, and what is done once around it: unknown actions, decoding, dry run,
//! client tokens, encoding.
//!
//! A service is one visible list:
//!
//! ```text
//! pub static ACTIONS: &[Action<World>] = &[
//!     read!(DescribeVpcs, vpc::describe),
//!     write!(CreateVpc, vpc::create),
//! ];
//! ```
//!
//! where `vpc::create` is `fn(&mut Call, &mut World, CreateVpcRequest) -> Result<CreateVpcResult,
//! AwsError>`. The types are checked against the operation. `docs/add-an-action.md` has the steps.

use crate::error::{AwsError, Reply};
use crate::ids::IdSource;
use crate::input::Input;
use crate::service::{Protocol, Service};
use crate::timestamp::Timestamp;
use crate::xml;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Who calls, from where, when, and what the handler draws its identifiers from.
#[derive(Clone, Debug)]
pub struct Call {
    /// Twelve digits.
    pub account: String,
    /// `us-east-1`.
    pub region: String,
    /// `arn:aws:iam::123456789012:user/ada`.
    pub principal_arn: String,
    /// `AIDA…`, or the account for its root.
    pub user_id: String,
    /// The request's UUID, also in the answer.
    pub request_id: String,
    /// The moment of the call.
    pub now: Timestamp,
    /// Where the call came from.
    pub source_ip: IpAddr,
    /// Where new identifiers come from.
    pub ids: IdSource,
    /// What the server knows and the state does not, by name: an instance's console output, bits for key pairs.
    pub facts: BTreeMap<&'static str, Vec<u8>>,
}

/// What an operation is made of, as the model of its service says. Generated.
pub trait Operation {
    /// `CreateVpc`.
    const NAME: &'static str;
    /// `ec2:CreateVpc`.
    const IAM_ACTION: &'static str;
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
    type Request;
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

/// An answer, rendered but for its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The inside of the XML envelope, or the whole JSON.
    pub body: String,
    /// Members that go in headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Output {
    /// The answer as a whole HTTP answer.
    pub fn render(&self, service: &Service, operation: &str, request_id: &str) -> Reply {
        match service.protocol {
            Protocol::Ec2 | Protocol::Query | Protocol::RestXml(_) => {
                xml::render(service, operation, request_id, self)
            }
            Protocol::Json11 => Reply {
                status: 200,
                content_type: service.protocol.content_type(),
                headers: Vec::new(),
                body: self.body.clone(),
            },
        }
    }
}

/// A handler with its types folded away.
pub enum Handler<S: 'static> {
    /// Looks at the state.
    Read(fn(&mut Call, &S, &Input) -> Result<Output, AwsError>),
    /// Changes the state.
    Write(fn(&mut Call, &mut S, &Input) -> Result<Output, AwsError>),
}

/// One row of a service's table.
pub struct Action<S: 'static> {
    /// `CreateVpc`.
    pub name: &'static str,
    /// `ec2:CreateVpc`.
    pub iam_action: &'static str,
    /// The service the action belongs to.
    pub service: &'static Service,
    /// What is called.
    pub handler: Handler<S>,
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
            iam_action: O::IAM_ACTION,
            service: O::SERVICE,
            handler,
            idempotent: O::CLIENT_TOKEN,
            pages: O::PAGES,
            required: O::REQUIRED,
            dry_run: O::DRY_RUN,
        }
    }

    /// Whether the action needs the writer.
    pub fn is_write(&self) -> bool {
        match self.handler {
            Handler::Read(_) => false,
            Handler::Write(_) => true,
        }
    }
}

/// A row whose handler is `fn(&mut Call, &State, Request) -> Result<Response, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! read {
    ($operation:ident, $handler:expr) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Read(|call, state, input| {
            $crate::action::serve::<op::$operation>(call, input, |call, request| {
                $handler(call, state, request)
            })
        }))
    };
}

/// A row whose handler is `fn(&mut Call, &mut State, Request) -> Result<Response, AwsError>`.
/// Needs the generated module `op` in scope.
#[macro_export]
macro_rules! write {
    ($operation:ident, $handler:expr) => {
        $crate::action::Action::of::<op::$operation>($crate::action::Handler::Write(|call, state, input| {
            $crate::action::serve::<op::$operation>(call, input, |call, request| {
                $handler(call, state, request)
            })
        }))
    };
}

/// Decodes, stops if this is a dry run, calls the handler, encodes. The server has authorized
/// the call by then.
pub fn serve<O: Operation>(
    call: &mut Call,
    input: &Input,
    handler: impl FnOnce(&mut Call, O::Request) -> Result<O::Response, AwsError>,
) -> Result<Output, AwsError> {
    let request = O::decode(input)?;
    if input.is_dry_run() {
        return Err(AwsError::dry_run());
    }
    handler(call, request).map(|response| O::encode(&response))
}

/// The row for an action, or AWS's refusal if AWS has no such action, or ours if only we lack it.
pub fn find<S>(
    service: &Service,
    table: &'static [Action<S>],
    name: &str,
) -> Result<&'static Action<S>, AwsError> {
    if let Some(action) = table.iter().find(|action| action.name == name) {
        return Ok(action);
    }
    match service.knows(name) {
        true => Err(AwsError::not_implemented(service, name)),
        false => Err(AwsError::unknown_action(service, name)),
    }
}

/// What a client token is unique within.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey {
    /// The caller's account.
    pub account: String,
    /// The region called.
    pub region: String,
    /// The action, since two actions may use the same token.
    pub action: &'static str,
    /// What the client sent.
    pub token: String,
}

impl TokenKey {
    /// All of the key in 128 bits, for tables.
    pub fn digest(&self) -> u128 {
        let parts = [&self.account, &self.region, self.action, &self.token];
        // No part contains a line feed: the token is checked for control characters.
        let digest: [u8; 32] = Sha256::digest(parts.join("\n")).into();
        digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    }
}

/// What is kept of a call that carried a client token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// A hash of all its parameters.
    pub params_hash: u64,
    /// The answer it got, less the envelope.
    pub body: String,
}

/// How a state `S` remembers client tokens. How many and how long is for it to bound.
/// A service implements this on a type of its own, since the state may belong to another crate.
pub trait Tokens<S> {
    /// The call that used this token, if one did and `now` is not too late for it.
    fn remembered(&self, state: &S, key: &TokenKey, now: Timestamp) -> Option<Remembered>;
    /// Keeps a call and its answer.
    fn remember(&self, state: &mut S, key: TokenKey, call: Remembered, now: Timestamp);
}

/// No memory, for services without idempotent actions.
impl<S> Tokens<S> for () {
    fn remembered(&self, _: &S, _: &TokenKey, _: Timestamp) -> Option<Remembered> {
        None
    }
    fn remember(&self, _: &mut S, _: TokenKey, _: Remembered, _: Timestamp) {}
}

/// Calls a reading action; a writing one is an error of the caller, answered as such.
pub fn dispatch_read<S>(
    action: &Action<S>,
    call: &mut Call,
    state: &S,
    input: &Input,
) -> Result<Output, AwsError> {
    match action.handler {
        Handler::Read(handler) => handler(call, state, input),
        Handler::Write(_) => {
            Err(AwsError::new("InternalError", format!("{} was called without the writer.", action.name)))
        }
    }
}

/// Calls an action by row, with client tokens: the same token and parameters get the same
/// answer again, the same token with others is a mismatch.
pub fn dispatch_write<S>(
    tokens: &impl Tokens<S>,
    action: &Action<S>,
    call: &mut Call,
    state: &mut S,
    input: &Input,
) -> Result<Output, AwsError> {
    let handler = match action.handler {
        Handler::Read(handler) => return handler(call, state, input),
        Handler::Write(handler) => handler,
    };
    let Some(key) = token_key(action, call, input)? else {
        return handler(call, state, input);
    };
    let params_hash = input.hash();
    match tokens.remembered(state, &key, call.now) {
        Some(earlier) if earlier.params_hash == params_hash => {
            Ok(Output { body: earlier.body, ..Output::default() })
        }
        Some(_) => Err(AwsError::idempotent_parameter_mismatch()),
        None => {
            let output = handler(call, state, input)?;
            let remembered = Remembered { params_hash, body: output.body.clone() };
            tokens.remember(state, key, remembered, call.now);
            Ok(output)
        }
    }
}

/// Finds and calls an action.
pub fn dispatch<S>(
    tokens: &impl Tokens<S>,
    service: &Service,
    table: &'static [Action<S>],
    name: &str,
    call: &mut Call,
    state: &mut S,
    input: &Input,
) -> Result<Output, AwsError> {
    dispatch_write(tokens, find(service, table, name)?, call, state, input)
}

/// "Up to 64 ASCII characters"; an empty token is none.
fn token_key<S>(action: &Action<S>, call: &Call, input: &Input) -> Result<Option<TokenKey>, AwsError> {
    let token = action.idempotent.and_then(|name| input.text(name)).unwrap_or_default();
    // A dry run neither uses up a token nor is answered from one.
    if token.is_empty() || input.is_dry_run() {
        return Ok(None);
    }
    if token.len() > 64 || !token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Err(AwsError::invalid_value(
            "clientToken",
            token,
            "A client token has at most 64 ASCII characters.",
        ));
    }
    Ok(Some(TokenKey {
        account: call.account.clone(),
        region: call.region.clone(),
        action: action.name,
        token: token.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{At, Fields, FromParams, Node, decode};
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct World {
        vpcs: Vec<String>,
        tokens: BTreeMap<u128, Remembered>,
    }

    struct RequestTokens;

    impl Tokens<World> for RequestTokens {
        fn remembered(&self, world: &World, key: &TokenKey, _: Timestamp) -> Option<Remembered> {
            world.tokens.get(&key.digest()).cloned()
        }
        fn remember(&self, world: &mut World, key: TokenKey, call: Remembered, _: Timestamp) {
            world.tokens.insert(key.digest(), call);
        }
    }

    static ACTIONS: &[Action<World>] = &[read!(DescribeVpcs, describe), write!(CreateVpc, create)];

    fn describe(_: &mut Call, world: &World, _: Vpc) -> Result<(), AwsError> {
        Err(AwsError::new("Seen", world.vpcs.join(",")))
    }

    fn create(call: &mut Call, world: &mut World, request: Vpc) -> Result<String, AwsError> {
        world.vpcs.push(request.cidr.unwrap_or_default());
        Ok(call.ids.id("vpc"))
    }

    #[test]
    fn a_repeated_token_gets_the_first_answer_and_changes_nothing() {
        let mut world = World::default();
        let first = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&ClientToken=t").unwrap();
        let again = go(&mut world, "CreateVpc", "ClientToken=t&Cidr=10.0.0.0/16").unwrap();
        assert_eq!(first, again);
        assert_eq!(world.vpcs, ["10.0.0.0/16"]);
        let other = go(&mut world, "CreateVpc", "Cidr=10.1.0.0/16&ClientToken=t").unwrap_err();
        assert_eq!(other.code, "IdempotentParameterMismatch");
        assert_ne!(go(&mut world, "CreateVpc", "Cidr=10.1.0.0/16").unwrap(), first);
        let long = format!("Cidr=10.0.0.0/16&ClientToken={}", "t".repeat(65));
        assert_eq!(go(&mut world, "CreateVpc", &long).unwrap_err().code, "InvalidParameterValue");
    }

    #[test]
    fn a_dry_run_is_decoded_and_goes_no_further() {
        let mut world = World::default();
        let would = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&DryRun=true&ClientToken=t").unwrap_err();
        assert_eq!((would.code.as_ref(), would.status), ("DryRunOperation", 412));
        assert_eq!(go(&mut world, "CreateVpc", "DryRun=true").unwrap_err().code, "MissingParameter");
        assert_eq!(
            go(&mut world, "CreateVpc", "Cidr=1&DryRun=maybe").unwrap_err().code,
            "InvalidParameterValue"
        );
        assert!(world.vpcs.is_empty() && world.tokens.is_empty());
        assert!(go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&ClientToken=t").is_ok());
        let again = go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16&DryRun=true&ClientToken=t");
        assert_eq!(again.unwrap_err().code, "DryRunOperation");
    }

    #[test]
    fn readers_see_what_writers_did_and_cannot_be_confused_with_them() {
        let mut world = World::default();
        go(&mut world, "CreateVpc", "Cidr=10.0.0.0/16").unwrap();
        assert_eq!(go(&mut world, "DescribeVpcs", "Cidr=x").unwrap_err().message, "10.0.0.0/16");
        let writer = find(&SERVICE, ACTIONS, "CreateVpc").unwrap();
        assert!(writer.is_write() && !find(&SERVICE, ACTIONS, "DescribeVpcs").unwrap().is_write());
        let refused = dispatch_read(writer, &mut call(), &world, &input("Cidr=x")).unwrap_err();
        assert_eq!(refused.code, "InternalError");
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown_or_not_implemented() {
        let mut world = World::default();
        assert_eq!(go(&mut world, "MakeVpc", "").unwrap_err().code, "InvalidAction");
        assert_eq!(go(&mut world, "DeleteVpc", "").unwrap_err().code, "NotImplemented");
    }

    struct Vpc {
        cidr: Option<String>,
    }

    impl FromParams for Vpc {
        fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
            let mut fields = Fields::of(node, at);
            fields.optional::<bool>("DryRun")?;
            fields.optional::<String>("ClientToken")?;
            let value = Vpc { cidr: fields.required("Cidr")? };
            fields.close()?;
            Ok(value)
        }
    }

    static SERVICE: Service = Service {
        name: "ec2",
        protocol: Protocol::Ec2,
        api_version: "1",
        xml_namespace: "urn:x",
        target_prefix: "",
        known_operations: &["CreateVpc", "DeleteVpc", "DescribeVpcs"],
    };

    mod op {
        use super::*;
        pub(super) struct CreateVpc;
        impl Operation for CreateVpc {
            const NAME: &'static str = "CreateVpc";
            const IAM_ACTION: &'static str = "ec2:CreateVpc";
            const SERVICE: &'static Service = &SERVICE;
            const CLIENT_TOKEN: Option<&'static str> = Some("ClientToken");
            const PAGES: Option<Pages> = None;
            const REQUIRED: &'static [&'static str] = &["Cidr"];
            const DRY_RUN: bool = true;
            type Request = Vpc;
            type Response = String;
            fn decode(input: &Input) -> Result<Vpc, AwsError> {
                decode(input.form()?, Protocol::Ec2)
            }
            fn encode(response: &String) -> Output {
                xml::encode(response)
            }
        }
        pub(super) struct DescribeVpcs;
        impl Operation for DescribeVpcs {
            const NAME: &'static str = "DescribeVpcs";
            const IAM_ACTION: &'static str = "ec2:DescribeVpcs";
            const SERVICE: &'static Service = &SERVICE;
            const CLIENT_TOKEN: Option<&'static str> = None;
            const PAGES: Option<Pages> = None;
            const REQUIRED: &'static [&'static str] = &["Cidr"];
            const DRY_RUN: bool = true;
            type Request = Vpc;
            type Response = ();
            fn decode(input: &Input) -> Result<Vpc, AwsError> {
                decode(input.form()?, Protocol::Ec2)
            }
            fn encode(response: &()) -> Output {
                xml::encode_true(response)
            }
        }
    }

    fn go(world: &mut World, name: &str, form: &str) -> Result<Output, AwsError> {
        let mut call = call();
        // Each request is another one.
        call.ids = IdSource::new(u64::try_from(world.vpcs.len()).unwrap());
        dispatch(&RequestTokens, &SERVICE, ACTIONS, name, &mut call, world, &input(form))
    }

    fn input(form: &str) -> Input {
        Input::parse(Protocol::Ec2, "", form.as_bytes()).unwrap()
    }

    fn call() -> Call {
        Call {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            principal_arn: "arn:aws:iam::123456789012:root".into(),
            user_id: "123456789012".into(),
            request_id: "r-1".into(),
            now: Timestamp(0),
            source_ip: [127, 0, 0, 1].into(),
            ids: IdSource::new(1),
            facts: Default::default(),
        }
    }
}
