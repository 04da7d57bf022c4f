//! Client tokens, kept in the world beside what they made.
//!
//! Follows "Ensuring idempotency in Amazon EC2 API requests" (EC2 API Reference). A token is kept for a day;
//! when there are too many, the oldest go first.

use awsproto::{Remembered, Timestamp, TokenKey, Tokens};
use model::World;
use model::request_token::{RequestToken, RequestTokenKey};
use std::time::Duration;

/// How long a token is remembered.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Tokens kept at most.
pub(crate) const TOKENS_MAX: usize = 10_000;

/// Remembers client tokens in `World::request_tokens`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequestTokens;

impl Tokens<World> for RequestTokens {
    fn remembered(&self, world: &World, key: &TokenKey, now: Timestamp) -> Option<Remembered> {
        let kept = world.request_tokens.get(&RequestTokenKey(key.digest()))?;
        let fresh = !is_old(kept, now);
        fresh.then(|| Remembered { params_hash: kept.parameters, body: kept.answer.clone() })
    }

    fn remember(&self, world: &mut World, key: TokenKey, call: Remembered, now: Timestamp) {
        if world.request_tokens.len() >= TOKENS_MAX {
            forget(world, now);
        }
        let answered = model::Timestamp(now.as_millis());
        let token = RequestToken { parameters: call.params_hash, answer: call.body, answered };
        world.request_tokens.insert(RequestTokenKey(key.digest()), token);
    }
}

fn is_old(token: &RequestToken, now: Timestamp) -> bool {
    now.since(token.answered) > KEPT_FOR
}

/// Makes room: all old tokens go, or else the oldest one.
fn forget(world: &mut World, now: Timestamp) {
    let tokens = &world.request_tokens;
    let mut gone: Vec<RequestTokenKey> =
        tokens.iter().filter(|(_, token)| is_old(token, now)).map(|(key, _)| key).collect();
    if gone.is_empty() {
        gone.extend(tokens.iter().min_by_key(|(_, token)| token.answered).map(|(key, _)| key));
    }
    for key in gone {
        world.request_tokens.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_forgotten_after_a_day() {
        let mut world = World::default();
        RequestTokens.remember(&mut world, key("t"), answer(), Timestamp(0));
        let at = |seconds| RequestTokens.remembered(&world, &key("t"), Timestamp::from_secs(seconds));
        assert_eq!(at(86_400), Some(answer()));
        assert_eq!(at(86_401), None);
        assert_eq!(RequestTokens.remembered(&world, &key("u"), Timestamp(0)), None);
    }

    #[test]
    fn the_oldest_makes_room_when_there_are_too_many() {
        let mut world = World::default();
        for n in 0..=TOKENS_MAX {
            let now = Timestamp::from_millis(i64::try_from(n).unwrap());
            RequestTokens.remember(&mut world, key(&n.to_string()), answer(), now);
        }
        assert_eq!(world.request_tokens.len(), TOKENS_MAX);
        let kept = |token: &str| RequestTokens.remembered(&world, &key(token), Timestamp(0)).is_some();
        assert!(!kept("0") && kept("1") && kept("10000"));
    }

    fn key(token: &str) -> TokenKey {
        let scope = awsproto::testing::call("us-east-1", 1).scope;
        TokenKey { scope, action: "CreateNatGateway", token: token.to_owned() }
    }

    fn answer() -> Remembered {
        Remembered { params_hash: 7, body: "<x/>".to_owned() }
    }
}
