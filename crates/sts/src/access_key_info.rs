//! Whose account an access key is of. Follows "GetAccessKeyInfo" (STS API Reference): it says nothing of whether there is
//! such a key.

use awsproto::{AwsError, Call};
use model::World;
use model::access_key::account_of_key;

use crate::shapes::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};

pub(crate) fn get(
    call: &mut Call,
    _: &World,
    request: GetAccessKeyInfoRequest,
) -> Result<GetAccessKeyInfoResponse, AwsError> {
    let GetAccessKeyInfoRequest { access_key_id } = request;
    let id = access_key_id.unwrap_or_default();
    // The caller's own may be one whose letters do not tell: that of the account's root, and an instance's.
    let own = (id == call.access_key_id && !call.is_stranger).then(|| call.principal.account());
    match own.or_else(|| account_of_key(&id)) {
        Some(account) => Ok(GetAccessKeyInfoResponse { account: Some(account.to_string()) }),
        None => Err(AwsError::new("ValidationError", format!("Invalid access key id: {id}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::API;
    use awsproto::testing::Caller;

    #[test]
    fn letters_tell_the_account_and_the_callers_own_key_does_not_need_to() {
        let mut caller = Caller::new(&API, "us-east-1");
        let account =
            |caller: &mut Caller, id| caller.ok("GetAccessKeyInfo", &[("AccessKeyId", id)]).text("Account");
        assert_eq!(account(&mut caller, "ASIAY34FZKBOKMUTVV7A"), "609629065308");
        assert_eq!(account(&mut caller, "AKIAIOSFODNN7EXAMPLE"), "123456789012");
        caller.call.is_stranger = true;
        let refused = caller.refused("GetAccessKeyInfo", &[("AccessKeyId", "AKIAIOSFODNN7EXAMPLE")]);
        assert_eq!(refused, "ValidationError: Invalid access key id: AKIAIOSFODNN7EXAMPLE");
    }
}
