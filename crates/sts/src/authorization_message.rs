//! Why somebody was refused, which refusals carry sealed. Follows "DecodeAuthorizationMessage" (STS API Reference).

use awsproto::{AwsError, Call, Purpose};
use model::World;

use crate::shapes::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse};

pub(crate) fn decode(
    call: &mut Call,
    _: &World,
    request: DecodeAuthorizationMessageRequest,
) -> Result<DecodeAuthorizationMessageResponse, AwsError> {
    let DecodeAuthorizationMessageRequest { encoded_message } = request;
    let text = call.sessions.open(Purpose::AuthorizationMessage, &encoded_message.unwrap_or_default());
    match text.and_then(|text| String::from_utf8(text).ok()) {
        Some(text) => Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(text) }),
        None => Err(AwsError::new("InvalidAuthorizationMessageException", "Message is not valid")),
    }
}

#[cfg(test)]
mod tests {
    use crate::API;
    use awsproto::Purpose;
    use awsproto::testing::Caller;

    #[test]
    fn what_was_sealed_is_read_and_nothing_else() {
        let mut caller = Caller::new(&API, "us-east-1");
        let sealed = caller.call.sessions.seal(Purpose::AuthorizationMessage, br#"{"allowed":false}"#);
        let token = caller.call.sessions.seal(Purpose::SessionToken, b"{}");
        let action = "DecodeAuthorizationMessage";
        let shown = caller.ok(action, &[("EncodedMessage", &sealed)]).text("DecodedMessage");
        assert_eq!(shown.replace("&quot;", "\""), r#"{"allowed":false}"#);
        for other in [&sealed[1..], &token, "x"] {
            let refused = caller.refused_with_status(action, &[("EncodedMessage", other)]);
            assert_eq!(refused, "400 InvalidAuthorizationMessageException: Message is not valid");
        }
    }
}
