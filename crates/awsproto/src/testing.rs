//! Calls for the tests of services.

use crate::call::{Call, Principal, Provided};
use crate::ids::IdSource;
use crate::timestamp::Timestamp;
use model::{AccountId, Scope};

/// A call of the default account's root in a Region, at noon of 2024-09-24. Same seed, same identifiers.
pub fn call(region: &str, seed: u64) -> Call {
    let account = AccountId::DEFAULT;
    Call {
        scope: Scope { account, region: region.parse().expect("a Region that there is") },
        principal: Principal::Root(account),
        request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
        now: Timestamp::parse("2024-09-24T12:00:00Z").expect("a moment"),
        source_ip: [203, 0, 113, 9].into(),
        ids: IdSource::new(seed),
        provided: Provided::Nothing,
        body: None,
    }
}
