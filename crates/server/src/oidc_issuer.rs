//! Where the keys of identity providers are: in a file, or with a provider that runs on this machine.
//!
//! Follows OpenID Connect Discovery 1.0 and RFC 7517 (JSON Web Key). A token names its issuer, and whoever calls has written
//! the token: so nobody is asked but whom the command line names, which can name nobody outside of this machine. No name is
//! looked up; what a provider answers leads nowhere but to itself; redirections are not followed; answers have a size and a
//! time. Keys are not remembered: a changed one holds at once.

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a provider may take for all: "latency of more than 5 seconds" is too long for AWS.
const TIME_MAX: Duration = Duration::from_secs(5);
/// The longest document of a provider.
const DOCUMENT_BYTES_MAX: usize = 256 << 10;
/// How many providers are asked at once.
const ASKED_AT_ONCE_MAX: usize = 16;
const DISCOVERY: &str = "/.well-known/openid-configuration";
const SCHEME: &str = "https://";

/// Places for those who ask, whoever they are.
static PLACES: Semaphore = Semaphore::const_new(ASKED_AT_ONCE_MAX);

/// A provider, and where its keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcIssuer {
    /// What its tokens call it: `https://token.actions.githubusercontent.com`.
    issuer: String,
    keys: Keys,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Keys {
    /// A JSON Web Key Set.
    File(PathBuf),
    /// A provider on this machine.
    Provider(Provider),
}

/// Where a provider on this machine listens, and below which path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Provider {
    address: SocketAddr,
    /// As the address was written: what it calls itself.
    base: String,
    path: String,
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoKeys {
    /// Nobody has said where they are, or they are not there.
    Nowhere,
    /// The provider cannot be reached, or takes too long.
    NoAnswer,
}

/// What a provider says of itself.
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl FromStr for OidcIssuer {
    type Err = String;

    fn from_str(text: &str) -> Result<OidcIssuer, String> {
        let (issuer, keys) = text.split_once('=').ok_or("write it as ISSUER=KEYS")?;
        if issuer.strip_prefix(SCHEME).is_none_or(str::is_empty) {
            return Err(format!("'{issuer}' is not an issuer: it begins with {SCHEME}"));
        }
        let keys = match keys {
            "" => return Err("the keys are a file, or the address of a provider on this machine".to_owned()),
            _ if keys.starts_with(SCHEME) => {
                return Err("providers on this machine are asked by http://, not https://".to_owned());
            }
            _ if keys.starts_with("http://") => Keys::Provider(Provider::at(keys)?),
            path => Keys::File(PathBuf::from(path)),
        };
        Ok(OidcIssuer { issuer: issuer.to_owned(), keys })
    }
}

impl Provider {
    fn at(base: &str) -> Result<Provider, String> {
        let base = base.trim_end_matches('/');
        let uri: Uri = base.parse().map_err(|error| format!("'{base}' is not an address: {error}"))?;
        let host = uri.host().unwrap_or_default();
        let ip = match host {
            "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            _ => host.trim_start_matches('[').trim_end_matches(']').parse().ok(),
        };
        let Some(ip) = ip.filter(IpAddr::is_loopback) else {
            return Err(format!(
                "'{host}' is not this machine: a provider is at localhost, 127.0.0.1 or [::1], and nobody else is asked"
            ));
        };
        if uri.query().is_some() {
            return Err(format!("'{base}' has a query"));
        }
        let path = uri.path().trim_end_matches('/').to_owned();
        let address = SocketAddr::new(ip, uri.port_u16().unwrap_or(80));
        Ok(Provider { address, base: base.to_owned(), path })
    }
}

/// The keys of an issuer: what is in its file, or what it answers.
pub(crate) async fn keys(issuers: &[OidcIssuer], issuer: &str) -> Result<Bytes, NoKeys> {
    keys_within(TIME_MAX, issuers, issuer).await
}

async fn keys_within(time: Duration, issuers: &[OidcIssuer], issuer: &str) -> Result<Bytes, NoKeys> {
    let known = issuers.iter().find(|known| known.issuer == issuer).ok_or(NoKeys::Nowhere)?;
    let keys = async {
        let _place = PLACES.acquire().await.map_err(|_| NoKeys::NoAnswer)?;
        match &known.keys {
            Keys::File(path) => read(path).await,
            Keys::Provider(provider) => provider.keys(issuer).await,
        }
    };
    timeout(time, keys).await.unwrap_or(Err(NoKeys::NoAnswer))
}

async fn read(path: &Path) -> Result<Bytes, NoKeys> {
    let read = async {
        // Whoever opens a pipe waits for its other end.
        if !tokio::fs::metadata(path).await?.is_file() {
            return Err(std::io::Error::other("it is no file"));
        }
        let mut bytes = Vec::new();
        let file = tokio::fs::File::open(path).await?;
        file.take(DOCUMENT_BYTES_MAX as u64).read_to_end(&mut bytes).await?;
        Ok(Bytes::from(bytes))
    };
    read.await.map_err(|error| {
        tracing::warn!(%error, "the keys in {} cannot be read", path.display());
        NoKeys::Nowhere
    })
}

impl Provider {
    async fn keys(&self, issuer: &str) -> Result<Bytes, NoKeys> {
        let answer = self.get(&format!("{}{DISCOVERY}", self.path)).await?;
        let configuration: Configuration = serde_json::from_slice(&answer).map_err(|_| NoKeys::Nowhere)?;
        let path = self.key_path(issuer, &configuration).ok_or_else(|| {
            tracing::warn!("{} does not say where its keys are as {issuer}", self.base);
            NoKeys::Nowhere
        })?;
        self.get(&path).await
    }

    /// Where its keys are on itself: it may call itself as its tokens do, or as it is asked. A provider that speaks for
    /// another issuer is not believed.
    fn key_path(&self, issuer: &str, configuration: &Configuration) -> Option<String> {
        let Configuration { issuer: named, jwks_uri } = configuration;
        let is_itself =
            [issuer, &self.base].iter().any(|name| named.trim_end_matches('/') == name.trim_end_matches('/'));
        let below = |base: &str| jwks_uri.strip_prefix(base.trim_end_matches('/'));
        let rest =
            below(issuer).or_else(|| below(&self.base)).filter(|rest| is_itself && rest.starts_with('/'));
        rest.map(|rest| format!("{}{rest}", self.path))
    }

    async fn get(&self, path: &str) -> Result<Bytes, NoKeys> {
        let unreached = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "{} does not answer", self.base);
            NoKeys::NoAnswer
        };
        let stream = TcpStream::connect(self.address).await.map_err(|error| unreached(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreached(&error))?;
        let request = Request::get(path)
            .header("host", self.address.to_string())
            .header("accept", "application/json")
            .body(Empty::<Bytes>::new())
            .map_err(|_| NoKeys::Nowhere)?;
        // It ends with this function.
        let mut connections = JoinSet::new();
        connections.spawn(connection);
        let answer = sender.send_request(request).await.map_err(|error| unreached(&error))?;
        if answer.status() != StatusCode::OK {
            tracing::warn!("{}{path} answers {}", self.base, answer.status());
            return Err(NoKeys::Nowhere);
        }
        let body = Limited::new(answer.into_body(), DOCUMENT_BYTES_MAX).collect().await;
        body.map(|body| body.to_bytes()).map_err(|error| unreached(&error))
    }
}

#[cfg(test)]
mod tests;
