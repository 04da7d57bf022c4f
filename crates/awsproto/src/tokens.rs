//! Client tokens: the same token and parameters get the same answer again.
//!
//! Follows "Ensuring idempotency in Amazon EC2 API requests" (EC2 API Reference).

use crate::action::Action;
use crate::call::Call;
use crate::error::AwsError;
use crate::input::Input;
use crate::reply::Output;
use model::Scope;
use model::Timestamp;
use sha2::{Digest, Sha256};

/// The longest client token, in characters.
const TOKEN_LEN_MAX: usize = 64;

/// What a client token is unique within.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey {
    /// The account and Region called.
    pub scope: Scope,
    /// The action, since two actions may use the same token.
    pub action: &'static str,
    /// What the client sent.
    pub token: String,
}

impl TokenKey {
    /// All of the key in 128 bits, for tables.
    pub fn digest(&self) -> u128 {
        let Scope { account, region } = self.scope;
        // No part contains a line feed: the token is checked for control characters.
        let parts = format!("{account}\n{region}\n{}\n{}", self.action, self.token);
        let digest: [u8; 32] = Sha256::digest(parts).into();
        digest.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    }
}

/// What is kept of a call that carried a client token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// A hash of all its parameters.
    pub params_hash: u64,
    /// The answer it got, less the envelope. Headers are not kept: no action with a client token answers with any.
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

/// A client token that a call carries, with a hash of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientToken {
    key: TokenKey,
    params_hash: u64,
}

impl ClientToken {
    /// The client token of a call, if its action has one and one was sent; an empty one is none.
    pub fn of<S>(action: &Action<S>, call: &Call, input: &Input) -> Result<Option<ClientToken>, AwsError> {
        let token = action.idempotent.and_then(|name| input.text(name)).unwrap_or_default();
        if token.is_empty() || !action.is_write() {
            return Ok(None);
        }
        if token.len() > TOKEN_LEN_MAX || !token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(AwsError::invalid_value(
                "clientToken",
                token,
                "A client token has at most 64 ASCII characters.",
            ));
        }
        let key = TokenKey { scope: call.scope, action: action.name, token: token.to_owned() };
        Ok(Some(ClientToken { key, params_hash: input.hash() }))
    }

    /// Does a change once: a token that was used before is answered as it was then, and with other parameters is a mismatch.
    pub fn once<S>(
        self,
        tokens: &(impl Tokens<S> + ?Sized),
        now: Timestamp,
        state: &mut S,
        change: impl FnOnce(&mut S) -> Result<Output, AwsError>,
    ) -> Result<Output, AwsError> {
        match tokens.remembered(state, &self.key, now) {
            Some(earlier) if earlier.params_hash == self.params_hash => {
                Ok(Output { body: earlier.body, ..Output::default() })
            }
            Some(_) => Err(AwsError::idempotent_parameter_mismatch()),
            None => {
                let output = change(state)?;
                let remembered = Remembered { params_hash: self.params_hash, body: output.body.clone() };
                tokens.remember(state, self.key, remembered, now);
                Ok(output)
            }
        }
    }
}
