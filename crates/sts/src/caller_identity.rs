//! Who am I: the account, the user's identifier and the ARN behind a signature.
//!
//! Follows "GetCallerIdentity" (STS API Reference): it needs no permission, and no policy can
//! deny it.

use crate::shapes::{GetCallerIdentityRequest, GetCallerIdentityResponse};
use awsproto::{AwsError, Call};
use model::World;

pub(crate) fn get(
    call: &mut Call,
    _: &World,
    GetCallerIdentityRequest {}: GetCallerIdentityRequest,
) -> Result<GetCallerIdentityResponse, AwsError> {
    Ok(GetCallerIdentityResponse {
        account: Some(call.principal.account().to_string()),
        user_id: Some(call.principal.user_id()),
        arn: Some(call.principal_arn()),
    })
}

#[cfg(test)]
mod tests {
    use crate::API;
    use crate::shapes::SERVICE;
    use awsproto::{AwsError, Call, Input, Principal, testing};
    use model::{AccountId, World};

    #[test]
    fn a_caller_is_told_who_it_is() {
        let role = Principal::AssumedRole {
            account: AccountId::DEFAULT,
            role: "AROAEXAMPLEEXAMPLEEXA".parse().unwrap(),
            role_path: "/".to_owned(),
            role_name: "web".to_owned(),
            session: "i-0123456789abcdef0".to_owned(),
        };
        let answer = ask_as(role, "Action=GetCallerIdentity&Version=2011-06-15").unwrap();
        assert_eq!(
            answer,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <GetCallerIdentityResult><Account>123456789012</Account>\
             <Arn>arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0</Arn>\
             <UserId>AROAEXAMPLEEXAMPLEEXA:i-0123456789abcdef0</UserId>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId>\
             </ResponseMetadata></GetCallerIdentityResponse>"
        );
    }

    #[test]
    fn other_actions_are_refused_by_name() {
        assert_eq!(ask("Action=AssumeRoot").unwrap_err().code, "NotImplemented");
        let unknown = ask("Action=AssumeRoll").unwrap_err();
        assert_eq!(unknown.message, "Could not find operation AssumeRoll for version 2011-06-15");
        let reply = unknown.render(&SERVICE, "r-1");
        let body = reply.text();
        assert!(body.contains("<Error><Type>Sender</Type><Code>InvalidAction</Code>"), "{body}");
    }

    fn ask(form: &str) -> Result<String, AwsError> {
        ask_as(Principal::Root(AccountId::DEFAULT), form)
    }

    fn ask_as(principal: Principal, form: &str) -> Result<String, AwsError> {
        let name = form.split(['=', '&']).nth(1).unwrap_or_default();
        let input = Input::parse(SERVICE.protocol, "", form.as_bytes())?;
        let mut call = Call { principal, ..testing::call("us-east-1", 1) };
        let output = API.perform(name, &mut call, &mut World::default(), &input)?;
        Ok(output.render(&SERVICE, name, "r-1").text().into_owned())
    }
}
