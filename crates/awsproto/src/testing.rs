//! For the tests of services: a call, somebody who calls, and what answers say.

use crate::api::Api;
use crate::call::{Call, Provided};
use crate::error::AwsError;
use crate::ids::IdSource;
use crate::input::Input;
use crate::origin::{Origin, Sender};
use crate::percent::encode_uri_component;
use crate::principal::Principal;
use crate::reply::Output;
use crate::sealed::SessionKey;
use model::Timestamp;
use model::{AccountId, Scope, World};
use serde_json::Value;

/// A call of the default account's root in a Region, at noon of 2024-09-24. Same seed, same identifiers.
pub fn call(region: &str, seed: u64) -> Call {
    let account = AccountId::DEFAULT;
    Call {
        scope: Scope { account, region: region.parse().expect("a Region that there is") },
        principal: Principal::Root(account),
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        session: None,
        is_stranger: false,
        sessions: SessionKey::of(b"secret"),
        request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        now: Timestamp::parse("2024-09-24T12:00:00Z").expect("a moment"),
        origin: Origin { sender: Sender::Unknown, seen_as: [203, 0, 113, 9].into(), is_secure: false },
        spoken_to: None,
        ids: IdSource::new(seed),
        unknown_images: Default::default(),
        provided: Provided::Nothing,
        body: None,
    }
}

/// A world, and somebody who calls a service about it.
pub struct Caller {
    /// What is called about.
    pub world: World,
    /// Who calls.
    pub call: Call,
    api: &'static Api<World>,
}

impl Caller {
    /// A caller as [`call`] makes them, in a world with nothing in it.
    pub fn new(api: &'static Api<World>, region: &str) -> Self {
        Caller { world: World::default(), call: call(region, 7), api }
    }

    /// Calls an action. A failed call changes nothing, as in the server.
    pub fn perform(&mut self, action: &str, input: &Input) -> Result<Output, AwsError> {
        let answer = self.api.perform(action, &mut self.call, &mut self.world, input);
        match answer {
            Ok(_) => drop(self.world.commit()),
            Err(_) => self.world.roll_back(),
        }
        answer
    }

    /// Calls an action with a form, as the EC2 and query protocols do; gives the inside of the answer.
    pub fn send(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<String, AwsError> {
        let service = self.api.service;
        let pairs = [("Action", action), ("Version", service.api_version)];
        let pairs = pairs.iter().chain(parameters);
        let form: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", encode_uri_component(value))).collect();
        let input = Input::parse(service.protocol, "", form.join("&").as_bytes())?;
        self.perform(action, &input).map(|output| output.body)
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub fn ok(&mut self, action: &str, parameters: &[(&str, &str)]) -> XmlAnswer {
        match self.send(action, parameters) {
            Ok(body) => XmlAnswer(body),
            Err(error) => panic!("{action} was refused: {error}"),
        }
    }

    /// Calls an action that must fail; gives `Code: message`.
    #[track_caller]
    pub fn refused(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.error(action, parameters).to_string()
    }

    /// Calls an action that must fail; gives `status Code: message`.
    #[track_caller]
    pub fn refused_with_status(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        let error = self.error(action, parameters);
        format!("{} {error}", error.status)
    }

    #[track_caller]
    fn error(&mut self, action: &str, parameters: &[(&str, &str)]) -> AwsError {
        match self.send(action, parameters) {
            Ok(body) => panic!("{action} was not refused: {body}"),
            Err(error) => error,
        }
    }
}

/// Somebody who calls a service with JSON.
pub struct JsonCaller {
    /// Who, and about what.
    pub inner: Caller,
}

impl JsonCaller {
    /// A caller as [`Caller::new`] makes them.
    pub fn new(api: &'static Api<World>, region: &str) -> Self {
        JsonCaller { inner: Caller::new(api, region) }
    }

    /// Calls an action; gives the answer, null where there is none. What is told by method and path is the same body
    /// everywhere.
    pub fn send(&mut self, action: &str, body: &Value) -> Result<Value, AwsError> {
        let output = self.inner.perform(action, &Input::Json(body.clone()))?;
        match output.body.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_str(&output.body).expect("answers are JSON")),
        }
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub fn ok(&mut self, action: &str, body: Value) -> Value {
        self.send(action, &body).unwrap_or_else(|error| panic!("{action} was refused: {error}"))
    }

    /// Calls an action that must fail; gives `Code: message`.
    #[track_caller]
    pub fn refused(&mut self, action: &str, body: Value) -> String {
        match self.send(action, &body) {
            Ok(answer) => panic!("{action} was not refused: {answer}"),
            Err(error) => error.to_string(),
        }
    }
}

/// The inside of an XML answer.
#[derive(Debug)]
pub struct XmlAnswer(pub String);

impl XmlAnswer {
    /// The text of the first element of this name.
    #[track_caller]
    pub fn text(&self, element: &str) -> String {
        self.texts(element).into_iter().next().unwrap_or_else(|| panic!("no <{element}> in {}", self.0))
    }

    /// The inside of all elements of this name.
    pub fn texts(&self, element: &str) -> Vec<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let parts = self.0.split(&open).skip(1);
        parts.filter_map(|part| Some(part.split_once(&close)?.0.to_owned())).collect()
    }
}
