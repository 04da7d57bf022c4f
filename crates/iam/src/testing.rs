//! A caller for tests: sends forms through the table of actions, and reads the answer.

use awsproto::{AwsError, Call, Input, testing};
use model::World;

use crate::API;
use crate::shapes::SERVICE;

/// A trust policy for instances.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A world, and somebody who calls it.
pub(crate) struct Caller {
    world: World,
    call: Call,
}

impl Caller {
    /// The root of an account without roles.
    pub(crate) fn new() -> Self {
        let call = testing::call("us-east-1", 7);
        Caller { world: World::default(), call }
    }

    fn send(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<String, AwsError> {
        let pairs = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", awsproto::encode_uri_component(value)));
        let form = [format!("Action={action}")].into_iter().chain(pairs).collect::<Vec<_>>().join("&");
        let input = Input::parse(SERVICE.protocol, "", form.as_bytes())?;
        let (call, world) = (&mut self.call, &mut self.world);
        let output = API.perform(action, call, world, &input);
        match output {
            Ok(output) => {
                self.world.commit();
                Ok(output.body)
            }
            Err(error) => {
                self.world.roll_back();
                Err(error)
            }
        }
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        match self.send(action, parameters) {
            Ok(body) => Answer(body),
            Err(error) => panic!("{action} was refused: {error}"),
        }
    }

    /// Calls an action that must fail; gives `status Code: message`.
    #[track_caller]
    pub(crate) fn refused(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        match self.send(action, parameters) {
            Ok(body) => panic!("{action} was not refused: {body}"),
            Err(error) => format!("{} {error}", error.status),
        }
    }
}

/// The inside of an answer.
#[derive(Debug)]
pub(crate) struct Answer(String);

impl Answer {
    /// The text of the first element of this name.
    #[track_caller]
    pub(crate) fn text(&self, element: &str) -> String {
        self.texts(element).into_iter().next().unwrap_or_else(|| panic!("no <{element}> in {}", self.0))
    }

    /// The inside of all elements of this name.
    pub(crate) fn texts(&self, element: &str) -> Vec<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let parts = self.0.split(&open).skip(1);
        parts.filter_map(|part| Some(part.split_once(&close)?.0.to_owned())).collect()
    }
}
