//! AWS on the wire: signatures, the EC2, query, JSON and REST-XML protocols, errors, filters, paging.
//!
//! Pure: requests in, values out; time, identifiers and secrets are arguments. Which service and
//! operation a request is for is `route`; who signed it, `sigv4`; its parameters, `input`; how they
//! are read and answers written, `protocol`; the table it is looked up in, `action`; what a call
//! carries, `call`. Shapes are generated into the service crates.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod absent;
pub mod action;
pub mod api;
pub mod authorization;
pub mod beside;
pub mod call;
mod cbor;
pub mod constraints;
pub mod delivery;
pub mod elements;
pub mod error;
pub mod event_stream;
pub mod filter;
pub mod ids;
mod incoming;
pub mod input;
pub mod json;
pub mod metering;
pub mod origin;
pub mod page;
pub mod params;
mod pattern;
mod percent;
pub mod principal;
pub mod protocol;
mod reply;
pub mod rest;
mod retired;
pub mod route;
pub mod sealed;
pub mod service;
pub mod session;
pub mod session_token;
pub mod sigv4;
pub mod tags;
pub mod testing;
pub mod tokens;
pub mod trail;
pub mod vacant;
mod web_identity;
pub mod xml;
pub mod xml_reader;

pub use action::{Action, Answering, BodyRule, Decoded, Handler, Operation, Pages};
pub use api::{Api, FirstUse};
pub use authorization::{AccessLevel, Authorization, Keys, OwnPolicy, ResourceType, ResourceUse, Touched};
pub use beside::Beside;
pub use call::{Call, Need, Provided, SecretBits, StreamedBody};
pub use error::AwsError;
pub use filter::{Filter, Filterable, Filters};
pub use ids::IdSource;
pub use input::Input;
pub use model::Timestamp;
pub use origin::{Origin, Sender};
pub use page::Page;
pub use percent::{decode_pair, decode_uri_component, encode_uri_component, query_value};
pub use principal::Principal;
pub use reply::{Output, Reply};
pub use sealed::{Purpose, SessionKey};
pub use service::{ErrorNames, Protocol, Service};
pub use session::Session;
pub use session_token::{Bearer, Opened, TemporaryCredentials};
pub use tokens::{ClientToken, Remembered, TokenKey, Tokens};
pub use web_identity::{Federation, WebIdentity};
