//! The key that topics' notifications are signed with, and its certificate, which anybody can have.
//!
//! Follows "Verifying the signatures of Amazon SNS messages" (Amazon SNS Developer Guide). One RSA key of 2048 bits for a whole
//! Hamlet, where AWS has one for every Region. The certificate stands for itself: no authority that clients know has signed
//! it, as AWS's was by one. It is at the address that notifications name, in every Region and at the API's port.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::topic::SignatureVersion;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::sha2::{Digest, Sha256};
use rsa::signature::{SignatureEncoding, Signer as _};
use sha1::Sha1;
use sns::{Signed, Signer, Signing};
use tokio::sync::OnceCell;
use x509_cert::der::EncodePem;

use crate::identity::self_signed;
use crate::secret_file;

/// The private key and the certificate, one after the other.
const FILE: &str = "notification-signing.pem";
const KEY_BITS: usize = 2048;
/// Who signs. Not the name that AWS's own certificates have.
const SUBJECT: &str = "CN=Hamlet notifications,O=Hamlet";
/// What is around the certificate's number in its address.
const NAME: (&str, &str) = ("SimpleNotificationService-", ".pem");

/// A Hamlet's key for notifications, made when somebody first needs it, as [`crate::identity::Identity`] is.
pub(crate) struct NotificationSigning {
    data: PathBuf,
    key: OnceCell<Arc<Key>>,
}

struct Key {
    sha_1: SigningKey<Sha1>,
    sha_256: SigningKey<Sha256>,
    certificate: String,
}

impl NotificationSigning {
    /// The key that is kept in a data directory.
    pub(crate) fn kept_in(data: &Path) -> NotificationSigning {
        NotificationSigning { data: data.to_owned(), key: OnceCell::new() }
    }

    async fn key(&self) -> Option<Arc<Key>> {
        let made = self.key.get_or_try_init(|| async {
            let data = self.data.clone();
            let key = tokio::task::spawn_blocking(move || Key::of(&data));
            key.await.map_err(io::Error::other)?.map(Arc::new)
        });
        made.await
            .inspect_err(|error| tracing::warn!(%error, "notifications are not signed: there is no key"))
            .ok()
            .cloned()
    }

    /// The certificate, if a path is its address.
    pub(crate) async fn certificate(&self, path: &str) -> Option<String> {
        let name =
            path.strip_prefix('/').filter(|name| name.starts_with(NAME.0) && name.ends_with(NAME.1))?;
        let key = self.key().await?;
        (key.name() == name).then(|| key.certificate.clone())
    }
}

impl Key {
    fn of(data: &Path) -> io::Result<Key> {
        let path = data.join(FILE);
        let text = secret_file::read_or_make(&path, made)?;
        Key::from_file(&text)
            .map_err(|error| io::Error::other(format!("{} cannot be read: {error}", path.display())))
    }

    fn from_file(text: &[u8]) -> io::Result<Key> {
        let (key, certificate) = secret_file::key_and_certificate(text)?;
        let key = RsaPrivateKey::from_pkcs8_pem(key).map_err(io::Error::other)?;
        Ok(Key {
            sha_1: SigningKey::new(key.clone()),
            sha_256: SigningKey::new(key),
            certificate: certificate.to_owned(),
        })
    }

    /// What its certificate is called: another key's is called otherwise.
    fn name(&self) -> String {
        let digest = Sha256::digest(&self.certificate);
        let number: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{}{number}{}", NAME.0, NAME.1)
    }

    fn sign(&self, version: SignatureVersion, text: &str) -> Signed {
        let signature: Signature = match version {
            SignatureVersion::Sha1 => self.sha_1.sign(text.as_bytes()),
            SignatureVersion::Sha256 => self.sha_256.sign(text.as_bytes()),
        };
        Signed { signature: STANDARD.encode(signature.to_vec()), certificate: self.name() }
    }
}

fn made() -> io::Result<Vec<u8>> {
    let mut random = rsa::rand_core::UnwrapErr(getrandom::SysRng);
    let key = RsaPrivateKey::new(&mut random, KEY_BITS).map_err(io::Error::other)?;
    let text = key.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
    let certificate = self_signed(&SigningKey::new(key), SUBJECT).map_err(io::Error::other)?;
    let certificate = certificate.to_pem(LineEnding::LF).map_err(io::Error::other)?;
    Ok([text.as_bytes(), certificate.as_bytes()].concat())
}

/// Notifications' signatures by that key.
pub(crate) struct Notifications(pub(crate) Arc<NotificationSigning>);

impl Signer for Notifications {
    fn sign(&self, version: SignatureVersion, text: String) -> Signing {
        let signing = Arc::clone(&self.0);
        Box::pin(async move {
            let key = signing.key().await?;
            // Milliseconds of arithmetic, which other requests need not wait for.
            tokio::task::spawn_blocking(move || key.sign(version, &text)).await.ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs1v15::VerifyingKey;
    use rsa::signature::Verifier as _;
    use x509_cert::Certificate;
    use x509_cert::der::{DecodePem, Encode};

    #[tokio::test]
    async fn whoever_has_the_certificate_can_check_what_is_signed() {
        use rsa::pkcs8::DecodePublicKey;
        let folder = std::env::temp_dir().join(format!("hamlet-notifications-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let signing = Arc::new(NotificationSigning::kept_in(&folder));
        let signer = Notifications(Arc::clone(&signing));
        let signed = signer.sign(SignatureVersion::Sha256, "Message\nhello\n".to_owned()).await.unwrap();
        let pem = signing.certificate(&format!("/{}", signed.certificate)).await.unwrap();
        let certificate = Certificate::from_pem(&pem).unwrap();
        let public = certificate.tbs_certificate().subject_public_key_info().to_der().unwrap();
        let public = rsa::RsaPublicKey::from_public_key_der(&public).unwrap();
        let read = |signed: &Signed| {
            Signature::try_from(STANDARD.decode(&signed.signature).unwrap().as_slice()).unwrap()
        };
        let by_sha_256 = VerifyingKey::<Sha256>::new(public.clone());
        assert!(by_sha_256.verify(b"Message\nhello\n", &read(&signed)).is_ok());
        assert!(by_sha_256.verify(b"Message\nhallo\n", &read(&signed)).is_err());
        let signed = signer.sign(SignatureVersion::Sha1, "x".to_owned()).await.unwrap();
        assert!(VerifyingKey::<Sha1>::new(public).verify(b"x", &read(&signed)).is_ok());
        for other in ["/", "/SimpleNotificationService-0.pem", "/notification-signing.pem"] {
            assert_eq!(signing.certificate(other).await, None);
        }
        let again = Arc::new(NotificationSigning::kept_in(&folder));
        assert!(again.certificate(&format!("/{}", signed.certificate)).await.is_some(), "it is kept");
        let _ = std::fs::remove_dir_all(&folder);
    }
}
