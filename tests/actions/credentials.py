"""IAM's part of the scenario: credentials other than passwords and access keys."""

import pathlib

import hamlet
import one_time_code
from identities import TAGS, USER

# Certificates of the program's own tests, and their keys.
FILES = pathlib.Path(__file__).resolve().parents[2] / "crates/iam/tests/certificates"

PHONE = {"SerialNumber": f"arn:aws:iam::{hamlet.ACCOUNT}:mfa/phones/alice"}


def file(name):
    return (FILES / name).read_text(encoding="utf-8")


def change(iam):
    mfa_devices(iam)
    ssh_public_keys(iam)
    signing_certificates(iam)
    server_certificates(iam)
    saml_providers(iam)
    service_specific_credentials(iam)


def mfa_devices(iam):
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice", Path="/phones/", Tags=TAGS)["VirtualMFADevice"]
    seed = made["Base32StringSeed"]
    iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")
    iam.enable_mfa_device(**USER, **PHONE, **one_time_code.two(seed))
    iam.list_virtual_mfa_devices()
    iam.list_mfa_devices(**USER)
    iam.get_mfa_device(**USER, **PHONE)
    iam.tag_mfa_device(**PHONE, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_mfa_device_tags(**PHONE)
    iam.untag_mfa_device(**PHONE, TagKeys=["stage"])
    iam.resync_mfa_device(**USER, **PHONE, **one_time_code.two(seed))


def ssh_public_keys(iam):
    made = iam.upload_ssh_public_key(**USER, SSHPublicKeyBody=file("rsa.pub"))["SSHPublicKey"]
    key = {**USER, "SSHPublicKeyId": made["SSHPublicKeyId"]}
    for encoding in ("SSH", "PEM"):
        iam.get_ssh_public_key(**key, Encoding=encoding)
    iam.list_ssh_public_keys(**USER)
    iam.update_ssh_public_key(**key, Status="Inactive")
    iam.delete_ssh_public_key(**key)


def signing_certificates(iam):
    made = iam.upload_signing_certificate(**USER, CertificateBody=file("rsa.pem"))["Certificate"]
    certificate = {**USER, "CertificateId": made["CertificateId"]}
    iam.list_signing_certificates(**USER)
    iam.update_signing_certificate(**certificate, Status="Inactive")
    iam.delete_signing_certificate(**certificate)


def server_certificates(iam):
    iam.upload_server_certificate(
        ServerCertificateName="www",
        Path="/cloudfront/",
        CertificateBody=file("rsa.pem"),
        PrivateKey=file("rsa.key"),
        CertificateChain=file("between.pem"),
        Tags=TAGS,
    )
    www = {"ServerCertificateName": "www"}
    iam.get_server_certificate(**www)
    iam.list_server_certificates(PathPrefix="/cloudfront/")
    iam.update_server_certificate(**www, NewServerCertificateName="shop", NewPath="/")
    iam.update_server_certificate(ServerCertificateName="shop", NewServerCertificateName="www", NewPath="/cloudfront/")
    iam.tag_server_certificate(**www, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_server_certificate_tags(**www)
    iam.untag_server_certificate(**www, TagKeys=["stage"])


def saml_providers(iam):
    document = file("metadata.xml")
    made = iam.create_saml_provider(
        Name="office",
        SAMLMetadataDocument=document,
        AssertionEncryptionMode="Allowed",
        AddPrivateKey=file("rsa.key"),
        Tags=TAGS,
    )
    office = {"SAMLProviderArn": made["SAMLProviderArn"]}
    key = iam.get_saml_provider(**office)["PrivateKeyList"][0]["KeyId"]
    iam.list_saml_providers()
    iam.update_saml_provider(
        **office, SAMLMetadataDocument=document, AssertionEncryptionMode="Required", AddPrivateKey=file("ec.key")
    )
    iam.update_saml_provider(**office, RemovePrivateKey=key)
    iam.tag_saml_provider(**office, Tags=[{"Key": "stage", "Value": "test"}])
    iam.list_saml_provider_tags(**office)
    iam.untag_saml_provider(**office, TagKeys=["stage"])


def service_specific_credentials(iam):
    for service, more in (("codecommit", {}), ("bedrock", {"CredentialAgeDays": 30})):
        made = iam.create_service_specific_credential(**USER, ServiceName=f"{service}.amazonaws.com", **more)
        credential = {
            **USER,
            "ServiceSpecificCredentialId": made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"],
        }
        iam.reset_service_specific_credential(**credential)
        iam.list_service_specific_credentials(AllUsers=True, ServiceName=f"{service}.amazonaws.com")
        iam.update_service_specific_credential(**credential, Status="Inactive")
        iam.delete_service_specific_credential(**credential)


def tear_down(iam):
    iam.delete_server_certificate(ServerCertificateName="www")
    iam.delete_saml_provider(SAMLProviderArn=f"arn:aws:iam::{hamlet.ACCOUNT}:saml-provider/office")
    iam.deactivate_mfa_device(**USER, **PHONE)
    iam.delete_virtual_mfa_device(**PHONE)
