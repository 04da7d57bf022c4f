//! The condition keys that policies have to be told. Follows GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy
//! in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;
use policy::{Document, Kind};

use super::{caller, tried};
use crate::shapes::*;

pub(crate) fn of_custom(
    _: &mut Call,
    _: &World,
    request: GetContextKeysForCustomPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, AwsError> {
    let GetContextKeysForCustomPolicyRequest { policy_input_list } = request;
    let documents = read_all(&policy_input_list)?;
    Ok(answer(documents.iter()))
}

pub(crate) fn of_principal(
    call: &mut Call,
    world: &World,
    request: GetContextKeysForPrincipalPolicyRequest,
) -> Result<GetContextKeysForPolicyResponse, AwsError> {
    let GetContextKeysForPrincipalPolicyRequest { policy_input_list, policy_source_arn } = request;
    let source = caller::source(call, world, &policy_source_arn.unwrap_or_default())?;
    let given = read_all(&policy_input_list)?;
    let own = world.policies_for(source, call.partition());
    Ok(answer(own.iter().map(|(_, document)| *document).chain(&given)))
}

fn read_all(texts: &[String]) -> Result<Vec<Document>, AwsError> {
    texts.iter().map(|text| tried::read(text, Kind::Identity)).collect()
}

fn answer<'a>(documents: impl Iterator<Item = &'a Document>) -> GetContextKeysForPolicyResponse {
    GetContextKeysForPolicyResponse {
        context_key_names: of(documents).into_iter().map(str::to_owned).collect(),
    }
}

/// The keys of several policies, each once, in whatever case, as it is written first.
pub(super) fn of<'a>(documents: impl Iterator<Item = &'a Document>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    let mut keys = documents.flat_map(Document::context_keys).collect::<Vec<&str>>();
    keys.retain(|key| seen.insert(key.to_ascii_lowercase()));
    keys
}
