//! Server certificates. Follows UploadServerCertificate and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;
use model::server_certificate::DescribedCertificate;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{certificate, path, tags};

pub(crate) fn upload(
    call: &mut Call,
    world: &mut World,
    request: UploadServerCertificateRequest,
) -> Result<UploadServerCertificateResponse, AwsError> {
    let UploadServerCertificateRequest {
        certificate_body,
        certificate_chain,
        path,
        private_key,
        server_certificate_name,
        tags,
    } = request;
    let body = certificate_body.unwrap_or_default();
    let certificate = certificate::read(&body, call.now)?;
    certificate::check_pair(&certificate, &private_key.unwrap_or_default())?;
    if let Some(chain) = &certificate_chain {
        certificate::check_chain(&certificate, chain)?;
    }
    let described = DescribedCertificate {
        path: path::of_new(path),
        name: server_certificate_name.unwrap_or_default(),
        body,
        chain: certificate_chain,
        expires: certificate::expires(&certificate),
        tags: tags::checked(tags)?,
    };
    let (account, now) = (call.scope.account, call.now);
    let upload = |ids: &mut model::Ids<'_>| world.upload_server_certificate(account, described, ids, now);
    let id = call.with_ids(upload).map_err(refused)?;
    let made = world.server_certificates.get(&id);
    Ok(UploadServerCertificateResponse {
        server_certificate_metadata: made.map(|it| metadata(call, it)),
        tags: made.map(|it| tags::render(&it.described.tags)).unwrap_or_default(),
    })
}

fn metadata(call: &Call, certificate: &model::ServerCertificate) -> ServerCertificateMetadata {
    let described = &certificate.described;
    ServerCertificateMetadata {
        arn: Some(certificate.arn(call.partition())),
        expiration: Some(described.expires),
        path: Some(described.path.clone()),
        server_certificate_id: Some(certificate.id.to_string()),
        server_certificate_name: Some(described.name.clone()),
        upload_date: Some(certificate.uploaded),
    }
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetServerCertificateRequest,
) -> Result<GetServerCertificateResponse, AwsError> {
    let GetServerCertificateRequest { server_certificate_name } = request;
    let found = named(call, world, server_certificate_name)?;
    let described = &found.described;
    Ok(GetServerCertificateResponse {
        server_certificate: Some(shapes::ServerCertificate {
            certificate_body: Some(described.body.clone()),
            certificate_chain: described.chain.clone(),
            server_certificate_metadata: Some(metadata(call, found)),
            tags: tags::render(&described.tags),
        }),
    })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListServerCertificatesRequest,
) -> Result<ListServerCertificatesResponse, AwsError> {
    let ListServerCertificatesRequest { marker, max_items, path_prefix } = request;
    let prefix = path::prefix(path_prefix);
    let all = world.server_certificates_of(call.scope.account);
    let found = all.into_iter().filter(|it| it.described.path.starts_with(&prefix)).collect();
    let listed = Listed::page(found, asked(max_items, marker), |it| it.described.name.to_lowercase())?;
    let listed = listed.map(|it| metadata(call, it));
    Ok(ListServerCertificatesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        server_certificate_metadata_list: listed.items,
    })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateServerCertificateRequest,
) -> Result<(), AwsError> {
    let UpdateServerCertificateRequest { new_path, new_server_certificate_name, server_certificate_name } =
        request;
    let name = server_certificate_name.unwrap_or_default();
    let renamed =
        world.rename_server_certificate(call.scope.account, &name, new_server_certificate_name, new_path);
    renamed.map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteServerCertificateRequest,
) -> Result<(), AwsError> {
    let DeleteServerCertificateRequest { server_certificate_name } = request;
    let name = server_certificate_name.unwrap_or_default();
    world.delete_server_certificate(call.scope.account, &name).map_err(refused)
}

pub(crate) fn tag(
    call: &mut Call,
    world: &mut World,
    request: TagServerCertificateRequest,
) -> Result<(), AwsError> {
    let TagServerCertificateRequest { server_certificate_name, tags } = request;
    let old = &named(call, world, server_certificate_name.clone())?.described.tags;
    let tags = tags::with(old, tags::checked(tags)?)?;
    let name = server_certificate_name.unwrap_or_default();
    let found = world.server_certificate_named_mut(call.scope.account, &name);
    found.map_err(refused)?.described.tags = tags;
    Ok(())
}

pub(crate) fn untag(
    call: &mut Call,
    world: &mut World,
    request: UntagServerCertificateRequest,
) -> Result<(), AwsError> {
    let UntagServerCertificateRequest { server_certificate_name, tag_keys } = request;
    let name = server_certificate_name.unwrap_or_default();
    let found = world.server_certificate_named_mut(call.scope.account, &name).map_err(refused)?;
    tags::remove(&mut found.described.tags, &tag_keys);
    Ok(())
}

pub(crate) fn list_tags(
    call: &mut Call,
    world: &World,
    request: ListServerCertificateTagsRequest,
) -> Result<ListServerCertificateTagsResponse, AwsError> {
    let ListServerCertificateTagsRequest { marker, max_items, server_certificate_name } = request;
    let found = named(call, world, server_certificate_name)?;
    let listed = tags::list(&found.described.tags, asked(max_items, marker))?;
    Ok(ListServerCertificateTagsResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        tags: listed.items,
    })
}

fn named<'a>(
    call: &Call,
    world: &'a World,
    name: Option<String>,
) -> Result<&'a model::ServerCertificate, AwsError> {
    world.server_certificate_named(call.scope.account, &name.unwrap_or_default()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{
        BETWEEN, EC, EC_KEY, EC_KEY_PKCS8, EXPIRED, ROOT, RSA, RSA_KEY, RSA_KEY_PKCS8, root,
    };

    const WWW: (&str, &str) = ("ServerCertificateName", "www");

    fn pair<'a>(certificate: &'a str, key: &'a str) -> [(&'static str, &'a str); 3] {
        [WWW, ("CertificateBody", certificate), ("PrivateKey", key)]
    }

    #[test]
    fn a_certificate_is_taken_with_its_own_key_alone() {
        for (certificate, key) in [(RSA, RSA_KEY), (RSA, RSA_KEY_PKCS8), (EC, EC_KEY), (EC, EC_KEY_PKCS8)] {
            let mut caller = root();
            let made = caller.ok("UploadServerCertificate", &pair(certificate, key));
            assert_eq!(made.text("Arn"), "arn:aws:iam::123456789012:server-certificate/www");
            assert_eq!(made.text("Expiration"), "2120-01-01T00:00:00.000Z");
            assert!(made.text("ServerCertificateId").starts_with("ASCA"));
            let got = caller.ok("GetServerCertificate", &[WWW]);
            assert_eq!(got.text("CertificateBody"), certificate);
            assert_eq!(got.texts("CertificateChain").len(), 0);
        }
        let mut caller = root();
        for (certificate, key) in [(RSA, EC_KEY), (EC, RSA_KEY)] {
            assert_eq!(
                caller.refused_with_status("UploadServerCertificate", &pair(certificate, key)),
                "400 KeyPairMismatch: The public key certificate and the private key do not match."
            );
        }
    }

    #[test]
    fn what_is_no_certificate_or_no_key_is_refused() {
        let mut caller = root();
        let two = [RSA, BETWEEN].concat();
        let unparsable = "Unable to parse certificate. Please ensure the certificate is in PEM format.";
        for (certificate, key, sentence) in [
            ("hello", RSA_KEY, unparsable),
            (RSA_KEY, RSA_KEY, unparsable),
            (&two, RSA_KEY, unparsable),
            (&RSA.replace("MII", "MIJ"), RSA_KEY, unparsable),
            (EXPIRED, EC_KEY, "The certificate has expired."),
            (RSA, "hello", "Invalid Private Key."),
            (RSA, RSA, "Invalid Private Key."),
            (RSA, &RSA_KEY.replace("MII", "MIJ"), "Invalid Private Key."),
            (RSA, &RSA_KEY.replace("RSA PRIVATE", "ENCRYPTED PRIVATE"), "Invalid Private Key."),
        ] {
            assert_eq!(
                caller.refused_with_status("UploadServerCertificate", &pair(certificate, key)),
                format!("400 MalformedCertificate: {sentence}")
            );
        }
    }

    #[test]
    fn a_chain_leads_from_signer_to_signer() {
        let mut caller = root();
        let whole = [BETWEEN, ROOT].concat();
        let with = |chain| [&pair(RSA, RSA_KEY)[..], &[("CertificateChain", chain)]].concat();
        let start = "MalformedCertificate: Unable to validate certificate chain. The certificate chain must start with the \
                     immediate signing certificate, followed by any intermediaries in order. The index within the chain of \
                     the invalid certificate is: ";
        assert_eq!(caller.refused("UploadServerCertificate", &with(ROOT)), format!("{start}0"));
        let twice = [BETWEEN, BETWEEN].concat();
        assert_eq!(caller.refused("UploadServerCertificate", &with(&twice)), format!("{start}1"));
        assert!(
            caller
                .refused("UploadServerCertificate", &with("x"))
                .starts_with("MalformedCertificate: Unable to parse")
        );
        caller.ok("UploadServerCertificate", &with(&whole));
        assert_eq!(caller.ok("GetServerCertificate", &[WWW]).text("CertificateChain"), whole);
    }

    #[test]
    fn one_is_renamed_and_found_in_its_folder() {
        let mut caller = root();
        caller.ok("UploadServerCertificate", &pair(RSA, RSA_KEY));
        assert_eq!(
            caller.refused_with_status("UploadServerCertificate", &pair(EC, EC_KEY)),
            "409 EntityAlreadyExists: The Server Certificate with name www already exists."
        );
        let renamed = [("NewServerCertificateName", "WWW"), ("NewPath", "/cloudfront/test/")];
        caller.ok("UpdateServerCertificate", &[&[WWW], &renamed[..]].concat());
        let listed = caller.ok("ListServerCertificates", &[("PathPrefix", "/cloudfront/")]);
        assert_eq!(listed.text("Arn"), "arn:aws:iam::123456789012:server-certificate/cloudfront/test/WWW");
        assert_eq!(caller.ok("ListServerCertificates", &[("PathPrefix", "/other/")]).texts("Arn").len(), 0);
        caller.ok("TagServerCertificate", &[WWW, ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")]);
        assert_eq!(caller.ok("ListServerCertificateTags", &[WWW]).texts("Value"), ["b"]);
        caller.ok("UntagServerCertificate", &[WWW, ("TagKeys.member.1", "a")]);
        assert!(caller.ok("GetAccountSummary", &[]).0.contains("ServerCertificates</key><value>1"));
        caller.ok("DeleteServerCertificate", &[WWW]);
        assert_eq!(
            caller.refused_with_status("GetServerCertificate", &[WWW]),
            "404 NoSuchEntity: The Server Certificate with name www cannot be found."
        );
    }
}
