//! The key that instance identity documents are signed with, and its certificate.
//!
//! Follows "Verify the instance identity document" (EC2 User Guide) and RFC 5652 (CMS, once PKCS #7). One RSA key of 2048
//! bits for a whole Hamlet, where AWS has three kinds of keys in every Region; so `pkcs7`, which AWS signs with DSA and
//! SHA-1, is the same as `rsa2048` here. No signed attributes: RFC 5652 lets plain data go without.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cms::cert::IssuerAndSerialNumber;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use guest::metadata::{IdentitySigner, Signatures};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::sha2::Sha256;
use rsa::signature::{Keypair, SignatureEncoding, Signer};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::OnceCell;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use x509_cert::der::{Any, DecodePem, Encode, EncodePem};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, der};

use crate::clock;
use crate::secret_file;

/// The private key and the certificate, one after the other.
const FILE: &str = "instance-identity.pem";
const KEY_BITS: usize = 2048;
/// Who signs. Not the name that AWS's own certificates have.
const SUBJECT: &str = "CN=Hamlet instance identity,O=Hamlet";

/// As PEM has it, and as the guide has it pasted between PEM's first and last line.
const PKCS7_LINE: usize = 64;
/// As in the guide's examples.
const SIGNATURE_LINE: usize = 76;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// A Hamlet's identity, made when somebody first needs it: making a key takes many times as long as the whole start, and
/// most runs never need one.
pub struct Identity {
    data: PathBuf,
    key: OnceCell<Arc<IdentityKey>>,
}

impl Identity {
    /// The identity that is kept in a data directory.
    pub fn kept_in(data: &Path) -> Identity {
        Identity { data: data.to_owned(), key: OnceCell::new() }
    }

    /// The key; made and written down the first time.
    pub async fn key(&self) -> io::Result<Arc<IdentityKey>> {
        let made = self.key.get_or_try_init(|| async {
            let data = self.data.clone();
            let key = tokio::task::spawn_blocking(move || IdentityKey::of(&data));
            key.await.map_err(io::Error::other)?.map(Arc::new)
        });
        made.await.cloned()
    }
}

/// A key and its certificate.
pub struct IdentityKey {
    key: SigningKey<Sha256>,
    certificate: Certificate,
}

impl IdentityKey {
    /// The key in a data directory, made if there is none.
    fn of(data: &Path) -> io::Result<IdentityKey> {
        let path = data.join(FILE);
        let text = secret_file::read_or_make(&path, || IdentityKey::made()?.to_file())?;
        IdentityKey::from_file(&text)
            .map_err(|error| io::Error::other(format!("{} cannot be read: {error}", path.display())))
    }

    fn made() -> io::Result<IdentityKey> {
        let mut random = rsa::rand_core::UnwrapErr(getrandom::SysRng);
        let key = RsaPrivateKey::new(&mut random, KEY_BITS).map_err(io::Error::other)?;
        let key = SigningKey::new(key);
        let certificate = self_signed(&key, SUBJECT).map_err(io::Error::other)?;
        Ok(IdentityKey { key, certificate })
    }

    fn to_file(&self) -> io::Result<Vec<u8>> {
        let key = self.key.as_ref().to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
        Ok([key.as_bytes(), self.certificate()?.as_bytes()].concat())
    }

    fn from_file(text: &[u8]) -> io::Result<IdentityKey> {
        let (key, certificate) = secret_file::key_and_certificate(text)?;
        let key = RsaPrivateKey::from_pkcs8_pem(key).map_err(io::Error::other)?;
        let certificate = Certificate::from_pem(certificate).map_err(io::Error::other)?;
        Ok(IdentityKey { key: SigningKey::new(key), certificate })
    }

    /// The certificate with which anybody can check the signatures, as PEM.
    pub fn certificate(&self) -> io::Result<String> {
        self.certificate.to_pem(LineEnding::LF).map_err(io::Error::other)
    }

    /// `SignedData` around the document, without certificates: the verifier has them.
    fn pkcs7(&self, document: &str, signature: &[u8]) -> der::Result<Vec<u8>> {
        let sha_256 = AlgorithmIdentifierOwned { oid: SHA_256, parameters: Some(Any::null()) };
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: self.certificate.tbs_certificate().issuer().clone(),
                serial_number: self.certificate.tbs_certificate().serial_number().clone(),
            }),
            digest_alg: sha_256.clone(),
            signed_attrs: None,
            signature_algorithm: AlgorithmIdentifierOwned {
                oid: RSA_ENCRYPTION,
                parameters: Some(Any::null()),
            },
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from([sha_256])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: DATA,
                econtent: Some(Any::encode_from(&OctetString::new(document.as_bytes())?)?),
            },
            certificates: None,
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from([signer])?),
        };
        ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&signed)? }.to_der()
    }
}

impl IdentitySigner for IdentityKey {
    fn sign(&self, document: &str) -> Signatures {
        let signature: Signature = self.key.sign(document.as_bytes());
        let signature = signature.to_vec();
        let pkcs7 = self.pkcs7(document, &signature).expect("a document is far shorter than DER allows");
        Signatures {
            signature: base64_lines(&signature, SIGNATURE_LINE),
            pkcs7: base64_lines(&pkcs7, PKCS7_LINE),
        }
    }
}

/// A certificate for one's own key, valid from now to the end of time ("no well-defined expiration date", RFC 5280).
pub(crate) fn self_signed(
    key: &SigningKey<Sha256>,
    subject: &str,
) -> x509_cert::builder::Result<Certificate> {
    let now = Duration::from_millis(u64::try_from(clock::now().0).unwrap_or_default());
    let validity = Validity::new(Time::try_from(UNIX_EPOCH + now)?, Time::INFINITY);
    let serial = SerialNumber::new(&clock::random::<16>())?;
    let public = SubjectPublicKeyInfoOwned::from_key(&key.verifying_key())?;
    let builder = CertificateBuilder::new(SelfSigned(Name::from_str(subject)?), serial, validity, public)?;
    builder.build::<_, Signature>(key)
}

/// A certificate that stands for itself.
struct SelfSigned(Name);

impl BuilderProfile for SelfSigned {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.0.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        use x509_cert::ext::ToExtension;
        let alone = BasicConstraints { ca: true, path_len_constraint: Some(0) };
        Ok(vec![alone.to_extension(tbs.subject(), &[])?])
    }
}

fn base64_lines(bytes: &[u8], width: usize) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    const DOCUMENT: &str = "{\n  \"instanceId\" : \"i-1\"\n}";

    /// One key for all tests here.
    fn key() -> &'static IdentityKey {
        static KEY: std::sync::LazyLock<IdentityKey> =
            std::sync::LazyLock::new(|| IdentityKey::made().expect("the system has randomness"));
        &KEY
    }

    #[test]
    fn a_key_is_the_same_after_it_was_written_and_read_and_only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("kept");
        let first = IdentityKey::of(&folder.0).unwrap();
        let again = IdentityKey::of(&folder.0).unwrap();
        assert_eq!(first.certificate().unwrap(), again.certificate().unwrap());
        assert_eq!(first.sign(DOCUMENT), again.sign(DOCUMENT));
        let mode = std::fs::metadata(folder.0.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_that_is_no_key_is_named() {
        let folder = Folder::new("broken");
        std::fs::write(folder.0.join(FILE), "hello").unwrap();
        let Err(error) = IdentityKey::of(&folder.0) else { panic!("it was read") };
        assert!(error.to_string().contains(FILE), "{error}");
    }

    #[test]
    fn openssl_verifies_the_signature_as_the_guide_says() {
        let folder = Folder::new("dgst");
        let signature = key().sign(DOCUMENT).signature;
        folder.write("certificate", &key().certificate().unwrap());
        folder.write("document", DOCUMENT);
        let decoded = folder.openssl(
            &["base64", "-d", "-in", "base64", "-out", "signature"],
            &[("base64", &format!("{signature}\n"))],
        );
        assert_eq!(decoded.unwrap(), "");
        let key = ["x509", "-pubkey", "-noout", "-in", "certificate", "-out", "key"];
        assert_eq!(folder.openssl(&key, &[]).unwrap(), "");
        let verify = ["dgst", "-sha256", "-verify", "key", "-signature", "signature", "document"];
        assert_eq!(folder.openssl(&verify, &[]).unwrap(), "Verified OK\n");
        assert!(folder.openssl(&verify, &[("document", "{}")]).is_err(), "another document");
    }

    #[test]
    fn openssl_verifies_the_pkcs7_form_and_finds_the_document_in_it() {
        let folder = Folder::new("pkcs7");
        let pkcs7 = key().sign(DOCUMENT).pkcs7;
        folder.write("certificate", &key().certificate().unwrap());
        folder.write("pkcs7", &format!("-----BEGIN PKCS7-----\n{pkcs7}\n-----END PKCS7-----\n"));
        let verify = |tool, more: &[&'static str]| {
            let words = [tool, "-verify", "-in", "pkcs7", "-inform", "PEM", "-certfile", "certificate"];
            [&words, more].concat()
        };
        // As the guide has it, and with the certificate as the one that is trusted.
        let trusted = ["-CAfile", "certificate"];
        for verify in [verify("smime", &["-noverify"]), verify("smime", &trusted), verify("cms", &trusted)] {
            assert_eq!(folder.openssl(&verify, &[]).unwrap().replace('\r', ""), DOCUMENT, "{verify:?}");
        }
        let other = verify("smime", &["-content", "other", "-noverify"]);
        assert!(folder.openssl(&other, &[("other", "{}")]).is_err(), "another document");
    }

    /// A directory that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("hamlet-identity-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            Folder(folder)
        }

        fn write(&self, name: &str, content: &str) {
            std::fs::write(self.0.join(name), content).unwrap();
        }

        /// What openssl prints, or what it complains of.
        fn openssl(&self, words: &[&str], files: &[(&str, &str)]) -> Result<String, String> {
            files.iter().for_each(|(name, content)| self.write(name, content));
            let mut command = Command::new("openssl");
            let done = command.args(words).current_dir(&self.0).stdin(Stdio::null()).output();
            let done = done.expect("openssl is there, as for other tests");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            if done.status.success() { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
