//! Signed answers, which no zone has. Follows GetDNSSEC (Route 53 API Reference).

use awsproto::{AwsError, Call};
use model::World;

use crate::errors::refused;
use crate::request::zone_id;
use crate::shapes::*;

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetDNSSECRequest,
) -> Result<GetDNSSECResponse, AwsError> {
    let GetDNSSECRequest { hosted_zone_id } = request;
    let zone = world.private_hosted_zone(call.scope.account, zone_id(hosted_zone_id)?).map_err(refused)?;
    if !zone.is_public() {
        let sentence = "Operation is unsupported for private hosted zones.";
        return Err(AwsError::new("InvalidArgument", sentence));
    }
    Ok(GetDNSSECResponse {
        key_signing_keys: Vec::new(),
        status: Some(DNSSECStatus { serve_signature: Some("NOT_SIGNING".to_owned()), status_message: None }),
    })
}
