//! Somebody who calls the service about groups and what is in them.

use std::sync::Arc;

use awsproto::event_stream::EventSource;
use awsproto::testing::JsonCaller;
use awsproto::{Beside, Handler, Input};
use model::World;
use serde_json::Value;

use crate::Queries;
use crate::events::Events;
use crate::events::testing::Folder;

/// A moment of the calls that has some years before it.
pub(super) const NOW: i64 = 1_727_179_200_000;
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;
pub(super) const HOUR: i64 = 60 * 60 * 1000;

pub(super) struct Rig {
    pub(super) caller: JsonCaller,
    pub(super) events: Arc<Events>,
    queries: Arc<Queries>,
    runtime: tokio::runtime::Runtime,
    _folder: Folder,
}

impl Rig {
    pub(super) fn new() -> Rig {
        let folder = Folder::new();
        let events = Arc::new(Events::open(folder.path()).unwrap());
        Rig {
            caller: JsonCaller::new(&crate::API, "us-west-2"),
            queries: Arc::new(Queries::new(Arc::clone(&events), 7)),
            events,
            runtime: tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(),
            _folder: folder,
        }
    }

    /// One with a group and a stream in it.
    pub(super) fn with_stream() -> Rig {
        let mut rig = Rig::new();
        rig.ok("CreateLogGroup", serde_json::json!({"logGroupName": "app"}));
        rig.ok("CreateLogStream", serde_json::json!({"logGroupName": "app", "logStreamName": "one"}));
        rig
    }

    fn send(&mut self, action: &str, body: Value) -> Result<Value, awsproto::AwsError> {
        let row = crate::API.actions.iter().find(|it| it.name == action).expect("there is such an action");
        let Handler::Beside { handle, .. } = row.handler else { return self.caller.send(action, &body) };
        // Each call has identifiers of its own.
        self.caller.inner.call.ids.uuid();
        let beside = Beside::default().with(Arc::clone(&self.events)).with(Arc::clone(&self.queries));
        let world: Arc<World> = Arc::new(self.caller.inner.world.clone());
        let request = (row.decode)(&Input::Json(body))?;
        let output =
            self.runtime.block_on(handle(self.caller.inner.call.clone(), world, &beside, request))?;
        Ok(serde_json::from_str(&output.body).unwrap_or_default())
    }

    /// Begins a session of live tail.
    pub(super) fn tail(&mut self, body: Value) -> Result<Box<dyn EventSource>, awsproto::AwsError> {
        let row = crate::API.actions.iter().find(|it| it.name == "StartLiveTail").expect("it is there");
        let Handler::Events(handle) = row.handler else { panic!("it answers with events") };
        let beside = Beside::default().with(Arc::clone(&self.events));
        let world: Arc<World> = Arc::new(self.caller.inner.world.clone());
        let request = (row.decode)(&Input::Json(body))?;
        self.wait(handle(self.caller.inner.call.clone(), world, &beside, request))
    }

    pub(super) fn wait<T>(&self, coming: impl Future<Output = T>) -> T {
        self.runtime.block_on(coming)
    }

    #[track_caller]
    pub(super) fn ok(&mut self, action: &str, body: Value) -> Value {
        self.send(action, body).unwrap_or_else(|error| panic!("{action} was refused: {error}"))
    }

    #[track_caller]
    pub(super) fn error(&mut self, action: &str, body: Value) -> awsproto::AwsError {
        self.send(action, body).expect_err("it is refused")
    }

    #[track_caller]
    pub(super) fn refused(&mut self, action: &str, body: Value) -> String {
        match self.send(action, body) {
            Ok(answer) => panic!("{action} was not refused: {answer}"),
            Err(error) => error.to_string(),
        }
    }

    /// What a query comes to, once it is done.
    #[track_caller]
    pub(super) fn found(&mut self, id: &str) -> Value {
        loop {
            let answer = self.ok("GetQueryResults", serde_json::json!({"queryId": id}));
            if !matches!(answer["status"].as_str(), Some("Scheduled" | "Running")) {
                return answer;
            }
            let a_moment = std::time::Duration::from_millis(2);
            self.runtime.block_on(async { tokio::time::sleep(a_moment).await });
        }
    }

    /// Puts messages into the stream at these times.
    #[track_caller]
    pub(super) fn put(&mut self, events: &[(i64, &str)]) -> Value {
        self.put_into("one", events)
    }

    #[track_caller]
    pub(super) fn put_into(&mut self, stream: &str, events: &[(i64, &str)]) -> Value {
        let events: Vec<Value> = events
            .iter()
            .map(|(time, message)| serde_json::json!({"timestamp": time, "message": message}))
            .collect();
        self.ok(
            "PutLogEvents",
            serde_json::json!({"logGroupName": "app", "logStreamName": stream, "logEvents": events}),
        )
    }
}

/// The messages of an answer.
pub(super) fn messages(answer: &Value) -> Vec<&str> {
    let events = answer["events"].as_array().expect("there are events");
    events.iter().map(|it| it["message"].as_str().expect("a message is text")).collect()
}
