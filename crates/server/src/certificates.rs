//! Certificates for the names inside: an authority of this Hamlet's own, and what it certifies.
//!
//! Clients of AWS speak TLS to names of AWS. Inside, these names lead to Hamlet, which certifies them with an authority that
//! only what is inside trusts: instances and the laptop find it among their system's. Its key never leaves the data directory.
//! It certifies a name when a client first asks for it, and none that does not lead to Hamlet.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use guest::PublicNames;
use guest::service_endpoints::{ServiceEndpoint, Website};

use crate::secret_file;

/// The authority's key and certificate, one after the other.
const FILE: &str = "authority.pem";
/// Its certificate alone.
const TRUSTED: &str = "authority-certificate.pem";
/// Whom certificates are from. It is in authorities that were made long ago, and so it never changes.
const ISSUER: &str = "Hamlet simulated internet";
/// From when and until when all of them hold: clocks inside may be set to any time that a learner needs.
const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2049;
/// How many names have certificates at once. Any bucket is a name.
const NAMES_MAX: usize = 1_000;

/// The authority.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
    /// All names have one key: whoever holds it is the same anyway.
    key: KeyPair,
    signing_key: Arc<dyn rustls::sign::SigningKey>,
    known: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
    /// The internet's names.
    names: Arc<PublicNames>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority(..)")
    }
}

impl Authority {
    /// The one in a data directory, made if there is none; its certificate lies beside it. It certifies AWS's names and these.
    pub fn kept_in(data: &Path, names: Arc<PublicNames>) -> io::Result<Authority> {
        let text = secret_file::read_or_make(&data.join(FILE), || Ok(made()?.into_bytes()))?;
        let (key, certificate) = secret_file::key_and_certificate(&text)?;
        // For people, who may want it in a browser.
        fs::write(data.join(TRUSTED), certificate)?;
        let certificate = certificate.to_owned();
        let issuer = Issuer::new(of_authority()?, KeyPair::from_pem(key).map_err(io::Error::other)?);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing_key = ring::sign::any_supported_type(&der).map_err(io::Error::other)?;
        Ok(Authority { certificate, issuer, key, signing_key, known: Mutex::default(), names })
    }

    /// Its certificate, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// How connections are secured that speak one of these protocols, by their names in ALPN.
    pub fn server(self: Arc<Self>, protocols: &[&str]) -> io::Result<Arc<rustls::ServerConfig>> {
        let builder = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(self);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Arc::new(config))
    }

    /// The certificate of a name that leads to Hamlet.
    fn certified(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certified) = known.get(&name) {
            return Some(Arc::clone(certified));
        }
        // "Amazon S3 website endpoints do not support HTTPS."
        let is_service = ServiceEndpoint::spoken_to(&name).is_some() && Website::named(&name).is_none();
        let is_inside = is_service || self.names.internet().named(&name).is_some();
        if !is_inside {
            return None;
        }
        let certified =
            Arc::new(CertifiedKey::new(vec![self.certify(&name).ok()?], Arc::clone(&self.signing_key)));
        if known.len() >= NAMES_MAX {
            known.clear();
        }
        known.insert(name, Arc::clone(&certified));
        Some(certified)
    }

    fn certify(&self, name: &str) -> Result<CertificateDer<'static>, rcgen::Error> {
        let mut params = CertificateParams::new([name.to_owned()])?;
        hold(&mut params, name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Ok(params.signed_by(&self.key, &self.issuer)?.der().clone())
    }
}

impl ResolvesServerCert for Authority {
    /// Who does not say whom they want, or wants somebody else, is told so by TLS.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certified(hello.server_name()?)
    }
}

/// A new one: its key, then its certificate.
fn made() -> io::Result<String> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = of_authority()?.self_signed(&key).map_err(io::Error::other)?;
    Ok(key.serialize_pem() + &certificate.pem())
}

fn of_authority() -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    hold(&mut params, ISSUER);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// What all certificates have: a name, and that they hold at any time.
fn hold(params: &mut CertificateParams, name: &str) {
    params.not_before = rcgen::date_time_ymd(FIRST_YEAR, 1, 1);
    params.not_after = rcgen::date_time_ymd(LAST_YEAR, 12, 31);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use x509_cert::Certificate;
    use x509_cert::der::{Decode, DecodePem};

    #[test]
    fn an_authority_stays_the_same_and_certifies_what_is_inside_alone() {
        let data = std::env::temp_dir().join(format!("hamlet-authority-{}", std::process::id()));
        fs::create_dir_all(&data).unwrap();
        let names = Arc::new(PublicNames::simulated());
        let first = Authority::kept_in(&data, Arc::clone(&names)).unwrap();
        let trusted = fs::read_to_string(data.join(TRUSTED)).unwrap();
        let again = Authority::kept_in(&data, names).unwrap();
        assert_eq!(fs::read_to_string(data.join(TRUSTED)).unwrap(), trusted, "it is kept");
        assert_eq!(fs::metadata(data.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        let authority = Certificate::from_pem(&trusted).unwrap();
        for made_by in [&first, &again] {
            let certified = made_by.certified("STS.us-west-2.amazonaws.com").unwrap();
            let leaf = Certificate::from_der(&certified.cert[0]).unwrap();
            assert_eq!(leaf.tbs_certificate().issuer(), authority.tbs_certificate().subject());
        }
        for stranger in
            ["elsewhere.example", "localhost", "amazonaws.com", "sts.us-west-2.amazonaws.com.example.com", ""]
        {
            assert!(first.certified(stranger).is_none(), "{stranger}");
        }
        for number in 0..2 * NAMES_MAX {
            assert!(first.certified(&format!("bucket-{number}.s3.amazonaws.com")).is_some());
        }
        assert!(first.known.lock().unwrap().len() <= NAMES_MAX);
        fs::remove_dir_all(&data).unwrap();
    }
}
