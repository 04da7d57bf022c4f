//! Signing certificates. Follows UploadSigningCertificate and its neighbours in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::World;

use crate::errors::refused;
use crate::listing::{Listed, asked};
use crate::shapes::{self, *};
use crate::{access_key, certificate, entity, user};

pub(crate) fn upload(
    call: &mut Call,
    world: &mut World,
    request: UploadSigningCertificateRequest,
) -> Result<UploadSigningCertificateResponse, AwsError> {
    let UploadSigningCertificateRequest { certificate_body, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let body = certificate_body.unwrap_or_default();
    certificate::read(&body, call.now)?;
    let (account, now) = (call.scope.account, call.now);
    let upload = |ids: &mut model::Ids<'_>| world.upload_signing_certificate(account, owner, body, ids, now);
    let id = call.with_ids(upload).map_err(refused)?;
    let shown = world.signing_certificates.get(&id).map(|certificate| whole(world, certificate));
    Ok(UploadSigningCertificateResponse { certificate: shown })
}

fn whole(world: &World, certificate: &model::SigningCertificate) -> shapes::SigningCertificate {
    shapes::SigningCertificate {
        certificate_body: Some(certificate.body.clone()),
        certificate_id: Some(certificate.id.to_string()),
        status: Some(access_key::status(certificate.active)),
        upload_date: Some(certificate.uploaded),
        user_name: user::name_of(world, certificate.user),
    }
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListSigningCertificatesRequest,
) -> Result<ListSigningCertificatesResponse, AwsError> {
    let ListSigningCertificatesRequest { marker, max_items, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let certificates = world.signing_certificates_of(call.scope.account, owner).collect();
    let listed = Listed::page(certificates, asked(max_items, marker), |it| it.id.to_string())?;
    let listed = listed.map(|certificate| whole(world, certificate));
    Ok(ListSigningCertificatesResponse {
        is_truncated: listed.is_truncated(),
        marker: listed.marker,
        certificates: listed.items,
    })
}

pub(crate) fn update(
    call: &mut Call,
    world: &mut World,
    request: UpdateSigningCertificateRequest,
) -> Result<(), AwsError> {
    let UpdateSigningCertificateRequest { certificate_id, status, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let (id, active) = (certificate_id.unwrap_or_default(), access_key::is_active(status.as_deref())?);
    world.set_signing_certificate_active(call.scope.account, owner, &id, active).map_err(refused)
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteSigningCertificateRequest,
) -> Result<(), AwsError> {
    let DeleteSigningCertificateRequest { certificate_id, user_name } = request;
    let owner = entity::owner(call, world, user_name.as_deref())?;
    let id = certificate_id.unwrap_or_default();
    world.delete_signing_certificate(call.scope.account, owner, &id).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{BETWEEN, EC, EXPIRED, ROOT, RSA, root};

    #[test]
    fn a_user_has_two_and_the_root_has_its_own() {
        let mut caller = root();
        let ada = ("UserName", "ada");
        caller.ok("CreateUser", &[ada]);
        let made = caller.ok("UploadSigningCertificate", &[ada, ("CertificateBody", RSA)]);
        assert_eq!(
            (made.text("Status"), made.text("CertificateBody")),
            ("Active".to_owned(), RSA.to_owned())
        );
        let id = made.text("CertificateId");
        assert_eq!(
            caller.refused_with_status("UploadSigningCertificate", &[ada, ("CertificateBody", RSA)]),
            "409 DuplicateCertificate: The same certificate is associated with an IAM user in the account."
        );
        caller.ok("UploadSigningCertificate", &[ada, ("CertificateBody", EC)]);
        assert_eq!(
            caller.refused("UploadSigningCertificate", &[ada, ("CertificateBody", ROOT)]),
            "LimitExceeded: Cannot exceed quota for CertificatesPerUser: 2"
        );
        caller.ok("UploadSigningCertificate", &[("CertificateBody", BETWEEN)]);
        assert!(
            caller.ok("GetAccountSummary", &[]).0.contains("AccountSigningCertificatesPresent</key><value>1")
        );
        let named = [ada, ("CertificateId", id.as_str())];
        caller.ok("UpdateSigningCertificate", &[&named[..], &[("Status", "Inactive")]].concat());
        let listed = caller.ok("ListSigningCertificates", &[ada]).texts("Status");
        assert_eq!(listed.iter().filter(|status| *status == "Inactive").count(), 1);
        assert_eq!(caller.ok("ListSigningCertificates", &[]).texts("Status"), ["Active"]);
        assert_eq!(
            caller.refused("DeleteUser", &[ada]),
            "DeleteConflict: Cannot delete entity, must delete certificates first."
        );
        caller.ok("DeleteSigningCertificate", &named);
        assert_eq!(
            caller.refused_with_status("DeleteSigningCertificate", &named),
            format!("404 NoSuchEntity: The Certificate with id {id} cannot be found.")
        );
    }

    #[test]
    fn what_is_no_certificate_or_holds_no_longer_is_refused() {
        let mut caller = root();
        for (body, sentence) in [
            ("hello", "Unable to parse certificate. Please ensure the certificate is in PEM format."),
            (EXPIRED, "The certificate has expired."),
        ] {
            assert_eq!(
                caller.refused_with_status("UploadSigningCertificate", &[("CertificateBody", body)]),
                format!("400 MalformedCertificate: {sentence}")
            );
        }
    }

    #[test]
    fn the_credential_report_says_which_are_good() {
        use base64::Engine as _;
        let mut caller = root();
        caller.ok("UploadSigningCertificate", &[("CertificateBody", RSA)]);
        caller.ok("GenerateCredentialReport", &[]);
        let report = caller.ok("GetCredentialReport", &[]).text("Content");
        let report = base64::engine::general_purpose::STANDARD.decode(report).unwrap();
        let report = String::from_utf8(report).unwrap();
        assert!(report.ends_with(",true,2024-09-24T12:00:00+00:00,false,N/A"), "{report}");
    }
}
