//! AWS Security Token Service: requests in, answers out.
//!
//! Nothing is remembered of a session but which code of an MFA device was used: what its credentials stand for is sealed in
//! its token (`awsproto::session_token`). Who may begin one is decided before these functions are called. Identities of SAML
//! providers and AssumeRoot are not here yet.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod access_key_info;
mod assume_role;
mod assume_role_with_web_identity;
mod authorization_message;
mod caller_identity;
mod credentials;
mod federation_token;
mod passed;
mod second_factor;
mod session_limits;
mod session_token;
pub mod shapes;
mod touches;
pub mod web_identity;

use awsproto::{Action, Api, Need, read, write};
use model::World;
use shapes::op;

pub use session_limits::session_may_call;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    // A code is used up, which has to be written down.
    write!(AssumeRole, assume_role::assume).asks_resource(),
    read!(AssumeRoleWithWebIdentity, assume_role_with_web_identity::assume)
        .asks_resource()
        .needs(Need::Voucher),
    read!(DecodeAuthorizationMessage, authorization_message::decode),
    read!(GetAccessKeyInfo, access_key_info::get),
    read!(GetCallerIdentity, caller_identity::get),
    read!(GetFederationToken, federation_token::get),
    write!(GetSessionToken, session_token::get),
];
