//! OpenID Connect providers. Follows CreateOpenIDConnectProvider and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::oidc_provider::OidcProvider;
use model::{Tags, World};

use crate::errors::refused;
use crate::listing::asked;
use crate::shapes::*;
use crate::tags;

/// "Typically this list includes only one entry. However, IAM lets you have up to five thumbprints"
/// (CreateOpenIDConnectProvider).
const THUMBPRINTS_MAX: usize = 5;
/// How its URL begins: "The URL must begin with https://".
const SCHEME: &str = "https://";

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateOpenIDConnectProviderRequest,
) -> Result<CreateOpenIDConnectProviderResponse, AwsError> {
    let CreateOpenIDConnectProviderRequest { client_id_list, tags, thumbprint_list, url } = request;
    let url = url.unwrap_or_default();
    let place =
        url.strip_prefix(SCHEME).filter(|place| !place.is_empty() && !place.contains(['?', '#', ' ']));
    let Some(place) = place else {
        return Err(AwsError::new("ValidationError", "Invalid Open ID Connect Provider URL"));
    };
    let provider = OidcProvider {
        url: place.to_owned(),
        client_ids: client_id_list,
        thumbprints: thumbprints(thumbprint_list)?,
        created: call.now,
        tags: tags::checked(tags)?,
    };
    let arn = provider.arn(call.scope.account, call.partition());
    let tags = tags::render(&provider.tags);
    world.create_oidc_provider(call.scope.account, provider).map_err(refused)?;
    Ok(CreateOpenIDConnectProviderResponse { open_id_connect_provider_arn: Some(arn), tags })
}

fn thumbprints(list: Vec<String>) -> Result<Vec<String>, AwsError> {
    match list.len() {
        0..=THUMBPRINTS_MAX => Ok(list),
        _ => Err(AwsError::new("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")),
    }
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetOpenIDConnectProviderRequest,
) -> Result<GetOpenIDConnectProviderResponse, AwsError> {
    let GetOpenIDConnectProviderRequest { open_id_connect_provider_arn } = request;
    let provider = named(call, world, open_id_connect_provider_arn)?;
    Ok(GetOpenIDConnectProviderResponse {
        client_id_list: provider.client_ids.clone(),
        create_date: Some(provider.created),
        tags: tags::render(&provider.tags),
        thumbprint_list: provider.thumbprints.clone(),
        url: Some(provider.url.clone()),
    })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListOpenIDConnectProvidersRequest,
) -> Result<ListOpenIDConnectProvidersResponse, AwsError> {
    let ListOpenIDConnectProvidersRequest {} = request;
    let (account, partition) = (call.scope.account, call.partition());
    let entry = |it: &OidcProvider| OpenIDConnectProviderListEntry { arn: Some(it.arn(account, partition)) };
    Ok(ListOpenIDConnectProvidersResponse {
        open_id_connect_provider_list: world.oidc_providers_of(account).map(entry).collect(),
    })
}

pub(crate) fn update_thumbprints(
    call: &mut Call,
    world: &mut World,
    request: UpdateOpenIDConnectProviderThumbprintRequest,
) -> Result<(), AwsError> {
    let UpdateOpenIDConnectProviderThumbprintRequest { open_id_connect_provider_arn, thumbprint_list } =
        request;
    let thumbprints = thumbprints(thumbprint_list)?;
    let arn = open_id_connect_provider_arn.unwrap_or_default();
    world.oidc_provider_mut(call.scope.account, &arn).map_err(refused)?.thumbprints = thumbprints;
    Ok(())
}

pub(crate) fn add_client_id(
    call: &mut Call,
    world: &mut World,
    request: AddClientIDToOpenIDConnectProviderRequest,
) -> Result<(), AwsError> {
    let AddClientIDToOpenIDConnectProviderRequest { client_id, open_id_connect_provider_arn } = request;
    let (arn, client) = (open_id_connect_provider_arn.unwrap_or_default(), client_id.unwrap_or_default());
    world.add_oidc_client_id(call.scope.account, &arn, client).map_err(refused)
}

/// "This operation is idempotent; it does not fail or return an error if you try to remove a client ID that does not exist"
/// (RemoveClientIDFromOpenIDConnectProvider).
pub(crate) fn remove_client_id(
    call: &mut Call,
    world: &mut World,
    request: RemoveClientIDFromOpenIDConnectProviderRequest,
) -> Result<(), AwsError> {
    let RemoveClientIDFromOpenIDConnectProviderRequest { client_id, open_id_connect_provider_arn } = request;
    let (arn, client) = (open_id_connect_provider_arn.unwrap_or_default(), client_id.unwrap_or_default());
    let provider = world.oidc_provider_mut(call.scope.account, &arn).map_err(refused)?;
    provider.client_ids.retain(|known| *known != client);
    Ok(())
}

/// "This operation is idempotent; it does not fail or return an error if you call the operation for a provider that does not
/// exist" (DeleteOpenIDConnectProvider); AWS answers NoSuchEntity all the same.
pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteOpenIDConnectProviderRequest,
) -> Result<(), AwsError> {
    let DeleteOpenIDConnectProviderRequest { open_id_connect_provider_arn } = request;
    let arn = open_id_connect_provider_arn.unwrap_or_default();
    world.delete_oidc_provider(call.scope.account, &arn).map_err(refused)
}

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagOpenIDConnectProviderRequest,
) -> Result<(), AwsError> {
    let TagOpenIDConnectProviderRequest { open_id_connect_provider_arn, tags } = request;
    let old: Tags = named(call, world, open_id_connect_provider_arn.clone())?.tags.clone();
    let tags = tags::with(&old, tags::checked(tags)?)?;
    let arn = open_id_connect_provider_arn.unwrap_or_default();
    world.oidc_provider_mut(call.scope.account, &arn).map_err(refused)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagOpenIDConnectProviderRequest,
) -> Result<(), AwsError> {
    let UntagOpenIDConnectProviderRequest { open_id_connect_provider_arn, tag_keys } = request;
    let arn = open_id_connect_provider_arn.unwrap_or_default();
    let provider = world.oidc_provider_mut(call.scope.account, &arn).map_err(refused)?;
    tags::remove(&mut provider.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListOpenIDConnectProviderTagsRequest,
) -> Result<ListOpenIDConnectProviderTagsResponse, AwsError> {
    let ListOpenIDConnectProviderTagsRequest { marker, max_items, open_id_connect_provider_arn } = request;
    let provider = named(call, world, open_id_connect_provider_arn)?;
    let listed = tags::list(&provider.tags, asked(max_items, marker))?;
    Ok(ListOpenIDConnectProviderTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named<'a>(call: &Call, world: &'a World, arn: Option<String>) -> Result<&'a OidcProvider, AwsError> {
    world.oidc_provider(call.scope.account, &arn.unwrap_or_default()).map_err(refused)
}
