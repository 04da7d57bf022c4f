//! Queues' policies. Follows "Custom access policies" (Amazon SQS Developer Guide).

use awsproto::AwsError;
use model::{Scope, World};
use policy::{Document, Kind};

use crate::errors;

/// Reads a policy as it is kept; an empty text takes it back.
pub(crate) fn read(world: &World, scope: Scope, text: &str) -> Result<Option<Document>, AwsError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let invalid = || errors::invalid_attribute("Policy");
    let document = Document::parse(text, Kind::Resource).map_err(|_| invalid())?;
    let kept = world.with_principal_ids(&document, scope.account, scope.region.partition());
    kept.map(Some).map_err(|_| invalid())
}
