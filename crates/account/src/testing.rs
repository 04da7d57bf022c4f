//! Somebody who calls the service with JSON.

use awsproto::{AwsError, Input, Protocol, testing};
use serde_json::Value;

/// Who calls, about a world with nothing in it.
pub(crate) struct Caller(testing::Caller);

impl Caller {
    pub(crate) fn new() -> Self {
        Caller(testing::Caller::new(&crate::API, "us-east-1"))
    }

    fn send(&mut self, action: &str, body: &Value) -> Result<Value, AwsError> {
        // What is told by method and path is the same body everywhere.
        let input = Input::parse(Protocol::Json11, "", body.to_string().as_bytes())?;
        let output = self.0.perform(action, &input)?;
        match output.body.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_str(&output.body).expect("answers are JSON")),
        }
    }

    /// Calls an action that must succeed.
    #[track_caller]
    pub(crate) fn ok(&mut self, action: &str, body: Value) -> Value {
        self.send(action, &body).unwrap_or_else(|error| panic!("{action} was refused: {error}"))
    }

    /// Calls an action that must fail; gives `Code: message`.
    #[track_caller]
    pub(crate) fn refused(&mut self, action: &str, body: Value) -> String {
        match self.send(action, &body) {
            Ok(answer) => panic!("{action} was not refused: {answer}"),
            Err(error) => error.to_string(),
        }
    }
}
