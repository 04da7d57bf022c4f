//! What an account is called: GetAccountInformation, PutAccountName (Account Management API Reference).

use awsproto::{AwsError, Call};
use model::{Timestamp, World};

use crate::errors;
use crate::shapes::*;

/// The name of an account that was given none.
const NAME_DEFAULT: &str = "Hamlet";
/// When accounts were made, as far as anybody can say: 2020-01-01, as IAM says of their roots.
const CREATED: Timestamp = Timestamp(1_577_836_800_000);

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetAccountInformationRequest,
) -> Result<GetAccountInformationResponse, AwsError> {
    let GetAccountInformationRequest { account_id } = request;
    errors::refuse_account(call, "GetAccountInformation", account_id)?;
    let name = world.account(call.scope.account).and_then(|account| account.name.clone());
    Ok(GetAccountInformationResponse {
        account_created_date: Some(CREATED),
        account_id: Some(call.scope.account.to_string()),
        account_name: Some(name.unwrap_or_else(|| NAME_DEFAULT.to_owned())),
        account_state: Some("ACTIVE".to_owned()),
    })
}

pub(crate) fn put_name(
    call: &mut Call,
    world: &mut World,
    request: PutAccountNameRequest,
) -> Result<(), AwsError> {
    let PutAccountNameRequest { account_id, account_name } = request;
    errors::refuse_account(call, "PutAccountName", account_id)?;
    world.account_mut(call.scope.account).name = account_name;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::caller;
    use serde_json::json;

    #[test]
    fn an_account_has_the_name_that_it_was_given() {
        let mut caller = caller();
        let information = caller.ok("GetAccountInformation", json!({}));
        assert_eq!(
            information,
            json!({
                "AccountCreatedDate": "2020-01-01T00:00:00.000Z", "AccountId": "123456789012",
                "AccountName": "Hamlet", "AccountState": "ACTIVE",
            })
        );
        caller.ok("PutAccountName", json!({"AccountName": "Elsinore"}));
        assert_eq!(caller.ok("GetAccountInformation", json!({}))["AccountName"], "Elsinore");
        let refused = caller.refused("PutAccountName", json!({"AccountName": "<b>"}));
        assert!(refused.contains("at 'accountName' failed to satisfy constraint"), "{refused}");
    }
}
