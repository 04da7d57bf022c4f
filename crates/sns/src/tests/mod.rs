//! The service as its callers see it, with a courier who remembers what was handed over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use awsproto::delivery::{Courier, Delivery, Handing, Undelivered};
use awsproto::testing::{Caller, XmlAnswer};
use awsproto::{AwsError, Beside, Handler, Input, Provided};
use futures_util::FutureExt as _;
use model::topic::SignatureVersion;

mod messages;
mod subscriptions;
mod topics;

use crate::{API, Publishing, Signed, Signer, Signing};

const TOPIC: &str = "arn:aws:sns:us-west-2:123456789012:alarms";
const QUEUE: &str = "arn:aws:sqs:us-west-2:123456789012:jobs";

/// Remembers what it was handed; does not find what is called `gone`, and cannot store what is called `full`.
#[derive(Default)]
struct Remembering(Mutex<Vec<Delivery>>);

impl Courier for Remembering {
    fn deliver(&self, delivery: Delivery) -> Handing {
        let outcome = match delivery.to.rsplit(':').next() {
            Some("gone" | "gone.fifo") => Err(Undelivered::NotFound),
            Some("full") => Err(Undelivered::NotStored),
            _ => {
                self.0.lock().unwrap().push(delivery);
                Ok(())
            }
        };
        Box::pin(async move { outcome })
    }
}

/// Signs by writing the version and the text's length.
struct Counting;

impl Signer for Counting {
    fn sign(&self, version: SignatureVersion, text: String) -> Signing {
        let signature = format!("{version:?} {}", text.len());
        Box::pin(
            async move { Some(Signed { signature, certificate: "SimpleNotificationService-1.pem".into() }) },
        )
    }
}

/// Somebody who calls, and what was delivered.
struct Topics {
    caller: Caller,
    courier: Arc<Remembering>,
    beside: Beside,
}

impl Topics {
    fn new() -> Topics {
        let courier = Arc::new(Remembering::default());
        let publishing = Publishing::new(Some(courier.clone() as Arc<dyn Courier>), Arc::new(Counting));
        let mut caller = Caller::new(&API, "us-west-2");
        let made = vec![b'a'; 64];
        caller.call.provided = Provided::Secret { bits: [7; 32], made };
        Topics { caller, courier, beside: Beside::default().with(Arc::new(publishing)) }
    }

    #[track_caller]
    fn ok(&mut self, action: &str, parameters: &[(&str, &str)]) -> XmlAnswer {
        self.caller.ok(action, parameters)
    }

    #[track_caller]
    fn refused(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.caller.refused_with_status(action, parameters)
    }

    fn create(&mut self, name: &str, attributes: &[(&str, &str)]) -> String {
        let pairs = entries("Attributes", attributes);
        let mut parameters: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        parameters.push(("Name", name));
        self.ok("CreateTopic", &parameters).text("TopicArn")
    }

    fn subscribe(&mut self, topic: &str, endpoint: &str, attributes: &[(&str, &str)]) -> String {
        let pairs = entries("Attributes", attributes);
        let mut parameters: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        parameters.extend([("TopicArn", topic), ("Protocol", "sqs"), ("Endpoint", endpoint)]);
        self.ok("Subscribe", &parameters).text("SubscriptionArn")
    }

    fn send(&mut self, action: &str, parameters: &[(&str, &str)]) -> Result<XmlAnswer, AwsError> {
        let form: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", awsproto::encode_uri_component(value)))
            .collect();
        let input = Input::parse(API.service.protocol, "", form.join("&").as_bytes())?;
        let row = API.find(action)?;
        let Handler::Beside { handle, .. } = row.handler else { panic!("{action} is about the state alone") };
        let call = self.caller.call.clone();
        // Identifiers go on.
        self.caller.call.ids.u64();
        let world = Arc::new(self.caller.world.clone());
        let answer = handle(call, world, &self.beside, (row.decode)(&input)?);
        Ok(XmlAnswer(answer.now_or_never().expect("nobody here waits")?.body))
    }

    #[track_caller]
    fn publish(&mut self, parameters: &[(&str, &str)]) -> XmlAnswer {
        self.send("Publish", parameters).unwrap_or_else(|error| panic!("it was refused: {error}"))
    }

    #[track_caller]
    fn unpublished(&mut self, action: &str, parameters: &[(&str, &str)]) -> String {
        match self.send(action, parameters) {
            Ok(answer) => panic!("it was not refused: {answer:?}"),
            Err(error) => format!("{} {error}", error.status),
        }
    }

    fn delivered(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.courier.0.lock().unwrap())
    }

    fn attributes(&mut self, action: &str, parameter: &str, arn: &str) -> BTreeMap<String, String> {
        let answer = self.ok(action, &[(parameter, arn)]);
        let pair = |entry: String| {
            let entry = XmlAnswer(entry);
            (entry.text("key"), entry.texts("value").into_iter().next().unwrap_or_default())
        };
        answer.texts("entry").into_iter().map(pair).collect()
    }
}

fn entries(map: &str, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let each = pairs.iter().enumerate().flat_map(|(at, (key, value))| {
        let entry = format!("{map}.entry.{}", at + 1);
        [(format!("{entry}.key"), (*key).to_owned()), (format!("{entry}.value"), (*value).to_owned())]
    });
    each.collect()
}
