//! Who am I: the account, the user's identifier and the ARN behind a signature.
//!
//! Follows "GetCallerIdentity" (STS API Reference): it needs no permission, and no policy can
//! deny it.

use crate::shapes::{GetCallerIdentityRequest, GetCallerIdentityResponse};
use awsproto::{AwsError, Call};

pub(crate) fn get(
    call: &mut Call,
    _: &(),
    _: GetCallerIdentityRequest,
) -> Result<GetCallerIdentityResponse, AwsError> {
    Ok(GetCallerIdentityResponse {
        account: Some(call.account.clone()),
        user_id: Some(call.user_id.clone()),
        arn: Some(call.principal_arn.clone()),
    })
}

#[cfg(test)]
mod tests {
    use crate::ACTIONS;
    use crate::shapes::SERVICE;
    use awsproto::action::{dispatch_read, find};
    use awsproto::{AwsError, Call, IdSource, Input, Timestamp};

    #[test]
    fn a_caller_is_told_who_it_is() {
        let answer = ask("Action=GetCallerIdentity&Version=2011-06-15").unwrap();
        assert_eq!(
            answer,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <GetCallerIdentityResult><Account>123456789012</Account>\
             <Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDAEXAMPLE</UserId>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId>\
             </ResponseMetadata></GetCallerIdentityResponse>"
        );
    }

    #[test]
    fn other_actions_are_refused_by_name() {
        assert_eq!(ask("Action=AssumeRole").unwrap_err().code, "NotImplemented");
        let unknown = ask("Action=AssumeRoll").unwrap_err();
        assert_eq!(unknown.message, "Could not find operation AssumeRoll for version 2011-06-15");
        let body = unknown.render(&SERVICE, "r-1").body;
        assert!(body.contains("<Error><Type>Sender</Type><Code>InvalidAction</Code>"), "{body}");
    }

    fn ask(form: &str) -> Result<String, AwsError> {
        let name = form.split(['=', '&']).nth(1).unwrap_or_default();
        let input = Input::parse(SERVICE.protocol, "", form.as_bytes())?;
        let output = dispatch_read(find(&SERVICE, ACTIONS, name)?, &mut call(), &(), &input)?;
        Ok(output.render(&SERVICE, name, "r-1").body)
    }

    fn call() -> Call {
        Call {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            principal_arn: "arn:aws:iam::123456789012:user/ada".into(),
            user_id: "AIDAEXAMPLE".into(),
            request_id: "r-1".into(),
            now: Timestamp(0),
            source_ip: [127, 0, 0, 1].into(),
            ids: IdSource::new(1),
            facts: Default::default(),
        }
    }
}
