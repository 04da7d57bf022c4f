//! What CloudTrail writes down of a call: a management event.
//!
//! Follows "CloudTrail record contents for management, data, and network activity events" and "CloudTrail userIdentity
//! element" (CloudTrail User Guide). Left out: what only AWS's own services do (`invokedBy`, `vpcEndpointId`).

mod data_events;
mod elements;
mod failure;
mod identity;
mod parameters;
mod resources;
mod shared;

pub use data_events::is_data_event;

use crate::call::Call;
use crate::error::AwsError;
use crate::input::Input;
use crate::origin::{Origin, Sender};
use crate::principal::Principal;
use crate::service::{Protocol, Service};
use crate::session::Session;
use crate::web_identity::WebIdentity;
use model::{Region, Scope, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use resources::Resource;

/// The form of the events.
const EVENT_VERSION: &str = "1.11";
/// The longest parameters, and the longest answer, that are written down: "maximum size of 100 KB; content that exceeds the
/// size limit is omitted" (record contents).
const PART_BYTES_MAX: usize = 100 << 10;
/// The longest user agent and error message: "maximum size of 1 KB" (record contents).
const TEXT_BYTES_MAX: usize = 1 << 10;
/// Services that are called in one place and record there.
const GLOBAL: [&str; 5] = ["iam", "route53", "organizations", "cloudfront", "globalaccelerator"];

/// Whom a call acted for, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub principal: Principal,
    /// The access key that signed.
    pub access_key_id: String,
    /// What is known of the session, where the credentials are temporary.
    pub session: Option<Arc<Session>>,
}

impl Actor {
    /// Whom a call acts for.
    pub fn of(call: &Call) -> Actor {
        let Call { principal, access_key_id, session, .. } = call;
        Actor { principal: principal.clone(), access_key_id: access_key_id.clone(), session: session.clone() }
    }
}

/// A call that reached a service, and how it ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The identifier that the caller was told.
    pub request_id: String,
    /// Who called.
    pub actor: Actor,
    /// The account and Region that were called.
    pub scope: Scope,
    /// Whether the client has named no Region, but a service's global endpoint.
    pub is_global: bool,
    /// When.
    pub at: Timestamp,
    /// By which way.
    pub origin: Origin,
    /// With which program.
    pub user_agent: Option<String>,
    /// The service.
    pub service: &'static Service,
    /// The operation.
    pub operation: String,
    /// Whether it could change something.
    pub is_write: bool,
    /// The parameters, if they could be read.
    pub input: Option<Input>,
    /// The answer without its envelope, where it is written down; or the refusal.
    pub outcome: Result<Option<String>, AwsError>,
}

/// An event, with what it can be looked up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The account and Region whose event it is.
    pub scope: Scope,
    /// Its identifier.
    pub id: String,
    /// The operation.
    pub name: String,
    /// `ec2.amazonaws.com`
    pub source: String,
    /// When the call was.
    pub time: Timestamp,
    /// Whether the operation changes nothing.
    pub is_read_only: bool,
    /// The name of who called.
    pub username: Option<String>,
    /// The access key that signed.
    pub access_key_id: Option<String>,
    /// What it was about.
    pub resources: Vec<Resource>,
    /// All of it, as JSON.
    pub text: String,
}

impl Finished {
    /// The event that CloudTrail writes of it, under an identifier of its own.
    pub fn event(&self, event_id: &str) -> Event {
        Event::of(&self.record(event_id)).expect("a record has what events are looked up by")
    }

    /// Whether the answer of such a call is written down: of those "that make changes", which for CloudTrail are also those
    /// that give credentials.
    pub fn tells_answer(service: &Service, operation: &str, is_write: bool) -> bool {
        is_write || (service.name == "sts" && operation != "GetCallerIdentity" && !is_question(operation))
    }

    /// All events of it: the caller's account's own, and that of another account whose role is acted as.
    pub fn events(&self, mut id: impl FnMut() -> String) -> Vec<Event> {
        let own = self.record(&id());
        let of_value = |record: &Value| Event::of(record).expect("a record has what events are looked up by");
        match shared::owner(self) {
            None => vec![of_value(&own)],
            Some(owner) => shared::both(self, own, owner, &id(), &id()).iter().map(of_value).collect(),
        }
    }

    fn record(&self, event_id: &str) -> Value {
        let partition = self.scope.region.partition();
        let answer = self.outcome.as_ref().ok().and_then(Option::as_ref);
        let answer = answer.map(|body| elements::of(self.service.protocol, body, &self.request_id));
        let mut record = json!({
            "eventVersion": EVENT_VERSION,
            "userIdentity": identity::of(&self.actor, partition),
            "eventTime": self.at.to_the_second(),
            "eventSource": format!("{}.amazonaws.com", self.service.name),
            "eventName": self.operation,
            "awsRegion": self.region().to_string(),
            "sourceIPAddress": self.origin.seen_as.to_string(),
            "userAgent": self.user_agent.as_deref().map(|it| cut(it, TEXT_BYTES_MAX)),
            "requestParameters": bounded(self.input.as_ref().map_or(Value::Null, parameters::of), "requestParameters"),
            "responseElements": bounded(answer.unwrap_or(Value::Null), "responseElements"),
            "requestID": self.request_id,
            "eventID": event_id,
            "readOnly": self.is_read_only(),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.scope.account.to_string(),
            "eventCategory": "Management",
        });
        if let Some(role) = shared::role(self) {
            record["resources"] = json!([role]);
        }
        if let Sender::Interface { endpoint: Some(endpoint), .. } = self.origin.sender {
            record["vpcEndpointId"] = endpoint.to_string().into();
        }
        if let Principal::WebIdentity { identity, .. } = &self.actor.principal {
            add_tags(&mut record["requestParameters"], identity);
        }
        if let Err(error) = &self.outcome {
            record["errorCode"] = failure::code(self.service, error).into();
            record["errorMessage"] = cut(&error.message, TEXT_BYTES_MAX).into();
        }
        record
    }

    /// Sessions are begun by what CloudTrail takes for reading.
    fn is_read_only(&self) -> bool {
        !self.is_write || self.service.name == "sts"
    }

    /// Where it is written down: services that are in no Region do so in their partition's first.
    fn region(&self) -> Region {
        let partition = self.scope.region.partition();
        match self.is_global || GLOBAL.contains(&self.service.name) {
            true => partition.global_region(),
            false => self.scope.region,
        }
    }
}

impl Event {
    /// An event that was written down before; `None` if it is none.
    pub fn read(text: &str) -> Option<Event> {
        Event::of(&serde_json::from_str(text).ok()?)
    }

    fn of(record: &Value) -> Option<Event> {
        let text = |name: &str| record[name].as_str().map(str::to_owned);
        let identity = &record["userIdentity"];
        Some(Event {
            scope: Scope {
                account: text("recipientAccountId")?.parse().ok()?,
                region: text("awsRegion")?.parse().ok()?,
            },
            id: text("eventID")?,
            name: text("eventName")?,
            source: text("eventSource")?,
            time: Timestamp::parse(record["eventTime"].as_str()?)?,
            is_read_only: record["readOnly"].as_bool()?,
            username: identity::username(identity),
            access_key_id: identity["accessKeyId"].as_str().map(str::to_owned),
            resources: resources::of(record),
            text: record.to_string(),
        })
    }

    /// About what it takes in memory.
    pub fn cost(&self) -> usize {
        let resources = self.resources.iter().map(|it| size_of::<Resource>() + it.name.len());
        size_of::<Event>() + self.text.len() + 256 + resources.sum::<usize>()
    }
}

/// The session tags that an identity provider's token asks for, which is itself not shown.
fn add_tags(parameters: &mut Value, identity: &WebIdentity) {
    if !identity.tags.is_empty() {
        parameters["principalTags"] =
            identity.tags.iter().cloned().collect::<BTreeMap<_, _>>().into_iter().collect();
    }
    if !identity.transitive_tag_keys.is_empty() {
        parameters["transitiveTagKeys"] = identity.transitive_tag_keys.clone().into();
    }
}

/// Whether an operation of this name asks only, where no row says so.
pub fn is_question(operation: &str) -> bool {
    ["Describe", "Get", "List", "Lookup", "Search", "Decode"].iter().any(|verb| operation.starts_with(verb))
        && !["GetSessionToken", "GetFederationToken"].contains(&operation)
}

/// As much of a text as has room.
fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn bounded(part: Value, name: &str) -> Value {
    let bytes = part.to_string().len();
    match bytes > PART_BYTES_MAX {
        true => json!({ "omitted": true, "originalSize": bytes, "reason": format!("{name} too large") }),
        false => part,
    }
}

/// `GroupId` as CloudTrail spells members: `groupId`.
fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a protocol writes lists as `{"items": […]}`.
fn has_item_lists(protocol: Protocol) -> bool {
    match protocol {
        Protocol::Ec2 => true,
        Protocol::Query
        | Protocol::Json10
        | Protocol::Json11
        | Protocol::RestJson
        | Protocol::RestXml
        | Protocol::S3
        | Protocol::RpcCbor
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => false,
    }
}

/// What stands where a secret was that AWS shows a place of.
const REMOVED: &str = "<sensitiveDataRemoved>";

/// What is shown of a member whose name says that it is a secret; `None` if it is not.
fn hidden(name: &str) -> Option<Option<&'static str>> {
    match name.to_ascii_lowercase().as_str() {
        "userdata" | "keymaterial" => Some(Some(REMOVED)),
        "password"
        | "oldpassword"
        | "newpassword"
        | "secretaccesskey"
        | "sessiontoken"
        | "privatekey"
        | "webidentitytoken"
        | "samlassertion"
        | "tokencode"
        | "authenticationcode1"
        | "authenticationcode2"
        | "virtualmfadevice"
        | "base32stringseed"
        | "qrcodepng"
        | "presharedkey" => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
