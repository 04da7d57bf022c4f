//! SAML providers. Follows CreateSAMLProvider and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call, Timestamp, xml_reader};
use model::World;
use model::saml_provider::{
    AssertionEncryption, SamlMetadata, SamlPrivateKey, SamlProvider, SamlProviderChange,
};

use crate::certificate;
use crate::errors::refused;
use crate::listing::asked;
use crate::shapes::*;
use crate::tags;

/// What the elements of metadata belong to ("Metadata for the OASIS Security Assertion Markup Language V2.0").
const NAMESPACE: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// How long metadata hold that do not say it: a hundred years.
const VALID_MS: i64 = 100 * 365 * 24 * 60 * 60 * 1000;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateSAMLProviderRequest,
) -> Result<CreateSAMLProviderResponse, AwsError> {
    let CreateSAMLProviderRequest {
        add_private_key,
        assertion_encryption_mode,
        name,
        saml_metadata_document,
        tags,
    } = request;
    let metadata = metadata(call, saml_metadata_document.unwrap_or_default())?;
    let change = SamlProviderChange {
        metadata: None,
        encryption: encryption(assertion_encryption_mode.as_deref()),
        added_key: private_key(add_private_key)?,
        removed_key: None,
    };
    let new = (name.unwrap_or_default(), metadata, tags::checked(tags)?);
    let (account, now) = (call.scope.account, call.now);
    let make = |ids: &mut model::Ids<'_>| world.create_saml_provider(account, new, change, ids, now);
    let id = call.with_ids(make).map_err(refused)?;
    let made = world.saml_providers.get(&id);
    Ok(CreateSAMLProviderResponse {
        saml_provider_arn: made.map(|it| it.arn(call.partition())),
        tags: made.map(|it| tags::render(&it.tags)).unwrap_or_default(),
    })
}

/// A document that describes an identity provider.
fn metadata(call: &Call, document: String) -> Result<SamlMetadata, AwsError> {
    let wrong = || AwsError::new("InvalidInput", "Could not parse metadata");
    let root = xml_reader::parse(&document).map_err(|_| wrong())?;
    let has_namespace =
        root.attributes.iter().any(|(name, value)| name.starts_with("xmlns") && value == NAMESPACE);
    let names_itself = root.attribute("entityID").is_some_and(|name| !name.is_empty());
    let is_provider = root.children.iter().any(|child| child.name == "IDPSSODescriptor");
    if root.name != "EntityDescriptor" || !has_namespace || !names_itself || !is_provider {
        return Err(wrong());
    }
    let valid_until = match root.attribute("validUntil") {
        Some(until) => Timestamp::parse(until).ok_or_else(wrong)?,
        None => Timestamp(call.now.0 + VALID_MS),
    };
    Ok(SamlMetadata { document, valid_until })
}

fn encryption(mode: Option<&str>) -> Option<AssertionEncryption> {
    match mode {
        Some("Required") => Some(AssertionEncryption::Required),
        Some("Allowed") => Some(AssertionEncryption::Allowed),
        // What is none of its words was refused with the request.
        Some(_) | None => None,
    }
}

fn private_key(pem: Option<String>) -> Result<Option<String>, AwsError> {
    match pem.as_deref().map(certificate::public_half) {
        Some(None) => Err(AwsError::new("InvalidInput", "Invalid Private Key.")),
        Some(Some(_)) | None => Ok(pem),
    }
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetSAMLProviderRequest,
) -> Result<GetSAMLProviderResponse, AwsError> {
    let GetSAMLProviderRequest { saml_provider_arn } = request;
    let provider = named(call, world, saml_provider_arn)?;
    Ok(GetSAMLProviderResponse {
        assertion_encryption_mode: provider.encryption.map(|mode| mode_name(mode).to_owned()),
        create_date: Some(provider.created),
        private_key_list: provider.private_keys.iter().map(shown_key).collect(),
        saml_metadata_document: Some(provider.metadata.document.clone()),
        saml_provider_uuid: Some(provider.id.to_string()),
        tags: tags::render(&provider.tags),
        valid_until: Some(provider.metadata.valid_until),
    })
}

fn mode_name(mode: AssertionEncryption) -> &'static str {
    match mode {
        AssertionEncryption::Required => "Required",
        AssertionEncryption::Allowed => "Allowed",
    }
}

fn shown_key(key: &SamlPrivateKey) -> SAMLPrivateKey {
    SAMLPrivateKey { key_id: Some(key.id.to_string()), timestamp: Some(key.added) }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListSAMLProvidersRequest,
) -> Result<ListSAMLProvidersResponse, AwsError> {
    let ListSAMLProvidersRequest {} = request;
    let entry = |it: &SamlProvider| SAMLProviderListEntry {
        arn: Some(it.arn(call.partition())),
        create_date: Some(it.created),
        valid_until: Some(it.metadata.valid_until),
    };
    let providers = world.saml_providers_of(call.scope.account);
    Ok(ListSAMLProvidersResponse { saml_provider_list: providers.into_iter().map(entry).collect() })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateSAMLProviderRequest,
) -> Result<UpdateSAMLProviderResponse, AwsError> {
    let UpdateSAMLProviderRequest {
        add_private_key,
        assertion_encryption_mode,
        remove_private_key,
        saml_metadata_document,
        saml_provider_arn,
    } = request;
    let arn = saml_provider_arn.unwrap_or_default();
    named(call, world, Some(arn.clone()))?;
    let change = SamlProviderChange {
        metadata: saml_metadata_document.map(|document| metadata(call, document)).transpose()?,
        encryption: encryption(assertion_encryption_mode.as_deref()),
        added_key: private_key(add_private_key)?,
        removed_key: remove_private_key,
    };
    let (account, now) = (call.scope.account, call.now);
    let update = |ids: &mut model::Ids<'_>| world.update_saml_provider(account, &arn, change, ids, now);
    call.with_ids(update).map_err(refused)?;
    Ok(UpdateSAMLProviderResponse { saml_provider_arn: Some(arn) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSAMLProviderRequest,
) -> Result<(), AwsError> {
    let DeleteSAMLProviderRequest { saml_provider_arn } = request;
    world.delete_saml_provider(call.scope.account, &saml_provider_arn.unwrap_or_default()).map_err(refused)
}

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagSAMLProviderRequest,
) -> Result<(), AwsError> {
    let TagSAMLProviderRequest { saml_provider_arn, tags } = request;
    let tags = tags::with(&named(call, world, saml_provider_arn.clone())?.tags, tags::checked(tags)?)?;
    let arn = saml_provider_arn.unwrap_or_default();
    world.saml_provider_mut(call.scope.account, &arn).map_err(refused)?.tags = tags;
    Ok(())
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagSAMLProviderRequest,
) -> Result<(), AwsError> {
    let UntagSAMLProviderRequest { saml_provider_arn, tag_keys } = request;
    let arn = saml_provider_arn.unwrap_or_default();
    let provider = world.saml_provider_mut(call.scope.account, &arn).map_err(refused)?;
    tags::remove(&mut provider.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListSAMLProviderTagsRequest,
) -> Result<ListSAMLProviderTagsResponse, AwsError> {
    let ListSAMLProviderTagsRequest { marker, max_items, saml_provider_arn } = request;
    let provider = named(call, world, saml_provider_arn)?;
    let listed = tags::list(&provider.tags, asked(max_items, marker))?;
    Ok(ListSAMLProviderTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named<'a>(call: &Call, world: &'a World, arn: Option<String>) -> Result<&'a SamlProvider, AwsError> {
    world.saml_provider(call.scope.account, &arn.unwrap_or_default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{EC_KEY, root};

    const ARN: &str = "arn:aws:iam::123456789012:saml-provider/office";

    fn metadata(attributes: &str, inside: &str) -> String {
        let filling = "A".repeat(1000);
        format!(
            "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" {attributes}>\
             {inside}<!-- {filling} --></md:EntityDescriptor>"
        )
    }

    fn sound(more: &str) -> String {
        metadata(&format!("entityID=\"https://office.example\" {more}"), "<md:IDPSSODescriptor/>")
    }

    #[test]
    fn a_provider_is_what_its_metadata_say() {
        let mut caller = root();
        let document = sound("validUntil=\"2030-01-01T00:00:00Z\"");
        let new = [("Name", "office"), ("SAMLMetadataDocument", document.as_str())];
        assert_eq!(caller.ok("CreateSAMLProvider", &new).text("SAMLProviderArn"), ARN);
        let named = [("SAMLProviderArn", ARN)];
        let got = caller.ok("GetSAMLProvider", &named);
        assert_eq!(got.text("ValidUntil"), "2030-01-01T00:00:00.000Z");
        assert!(got.text("SAMLMetadataDocument").starts_with("&lt;?xml"), "{got:?}");
        assert_eq!(
            caller.refused_with_status("CreateSAMLProvider", &new),
            "409 EntityAlreadyExists: SAMLProvider with name office already exists."
        );
        let without = sound("");
        caller.ok("UpdateSAMLProvider", &[named[0], ("SAMLMetadataDocument", &without)]);
        assert!(caller.ok("ListSAMLProviders", &[]).text("ValidUntil").starts_with("2124-"));
        caller.ok("TagSAMLProvider", &[named[0], ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")]);
        assert_eq!(caller.ok("ListSAMLProviderTags", &named).texts("Key"), ["a"]);
        caller.ok("UntagSAMLProvider", &[named[0], ("TagKeys.member.1", "A")]);
        caller.ok("DeleteSAMLProvider", &named);
        assert_eq!(
            caller.refused_with_status("GetSAMLProvider", &named),
            format!("404 NoSuchEntity: Manifest not found for arn {ARN}")
        );
    }

    #[test]
    fn what_describes_no_identity_provider_is_refused() {
        let mut caller = root();
        let whole = sound("");
        for document in [
            "x".repeat(1000),
            metadata("", "<md:IDPSSODescriptor/>"),
            metadata("entityID=\"x\"", "<md:SPSSODescriptor/>"),
            whole.replace("urn:oasis", "urn:other"),
            whole.replace("md:EntityDescriptor", "md:EntitiesDescriptor"),
            sound("validUntil=\"tomorrow\""),
        ] {
            assert_eq!(
                caller.refused(
                    "CreateSAMLProvider",
                    &[("Name", "office"), ("SAMLMetadataDocument", &document)]
                ),
                "InvalidInput: Could not parse metadata",
                "{document}"
            );
        }
    }

    #[test]
    fn keys_come_and_go_and_encryption_needs_one() {
        let mut caller = root();
        let document = sound("");
        let new = [("Name", "office"), ("SAMLMetadataDocument", document.as_str())];
        let required = ("AssertionEncryptionMode", "Required");
        assert_eq!(
            caller.refused("CreateSAMLProvider", &[&new[..], &[required]].concat()),
            "InvalidInput: A private key is needed where assertions have to be encrypted."
        );
        caller.ok("CreateSAMLProvider", &[&new[..], &[required, ("AddPrivateKey", EC_KEY)]].concat());
        let named = [("SAMLProviderArn", ARN)];
        let got = caller.ok("GetSAMLProvider", &named);
        assert_eq!(
            (got.text("AssertionEncryptionMode"), got.texts("KeyId").len()),
            ("Required".to_owned(), 1)
        );
        let key = got.text("KeyId");
        caller.ok("UpdateSAMLProvider", &[named[0], ("AddPrivateKey", EC_KEY)]);
        assert_eq!(
            caller.refused("UpdateSAMLProvider", &[named[0], ("AddPrivateKey", EC_KEY)]),
            "LimitExceeded: Cannot exceed quota for PrivateKeysPerSAMLProvider: 2"
        );
        caller.ok("UpdateSAMLProvider", &[named[0], ("RemovePrivateKey", &key)]);
        assert!(
            caller
                .refused("UpdateSAMLProvider", &[named[0], ("RemovePrivateKey", &key)])
                .starts_with("NoSuchEntity: ")
        );
        let refused = caller.refused("UpdateSAMLProvider", &[named[0], ("AddPrivateKey", "-----BEGIN x")]);
        assert_eq!(refused, "InvalidInput: Invalid Private Key.");
    }
}
