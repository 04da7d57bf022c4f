//! Services inside every VPC that need a connection: instance metadata, and DNS over TCP.
//!
//! They listen with the kernel's TCP in a space of their own. The engine shows each interface under a stand-in address, so
//! that the same private address in two VPCs is two callers.

use datapath::Datapath;
use guest::metadata::http::{self, Parsed};
use guest::{Asker, CredentialKey, PublicNames, Transport, metadata};
use model::NetworkInterfaceId;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::clock;
use crate::dns_stream::{self, read_more};
use crate::identity::{Identity, IdentityKey};
use crate::writer::State;

/// How many callers are served at once; more wait to be accepted.
const CALLERS_MAX: usize = 1024;
/// The TTL of ordinary answers.
const USUAL_TTL: u8 = 64;

/// What the services answer from.
#[derive(Clone)]
pub struct LinkServices {
    /// The network.
    pub state: State,
    /// Who is behind a stand-in address.
    pub datapath: Arc<Datapath>,
    /// Names of the simulated internet.
    pub names: Arc<PublicNames>,
    /// Signs metadata session tokens; new with every start.
    pub tokens: Arc<metadata::TokenKey>,
    /// Makes the credentials of instances' roles.
    pub credentials: CredentialKey,
    /// Signs identity documents.
    pub identity: Arc<Identity>,
}

impl LinkServices {
    /// Serves instance metadata.
    pub async fn serve_metadata(self, listener: TcpListener) {
        self.accept(
            listener,
            |services, stream, caller| async move { services.metadata(stream, caller).await },
        )
        .await;
    }

    /// Serves DNS over TCP.
    pub async fn serve_dns(self, listener: TcpListener) {
        self.accept(listener, |services, stream, caller| async move { services.dns(stream, caller).await })
            .await;
    }

    async fn accept<F, T>(self, listener: TcpListener, serve: F)
    where
        F: Fn(LinkServices, TcpStream, NetworkInterfaceId) -> T + Clone + Send + 'static,
        T: Future<Output = std::io::Result<()>> + Send,
    {
        let places = Arc::new(tokio::sync::Semaphore::new(CALLERS_MAX));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let Ok((stream, peer)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Some(caller) = self.caller(peer) else { continue };
            let (services, serve) = (self.clone(), serve.clone());
            tokio::spawn(async move {
                // A caller that goes away is its own business.
                let _ = serve(services, stream, caller).await;
                drop(place);
            });
        }
    }

    fn caller(&self, peer: SocketAddr) -> Option<NetworkInterfaceId> {
        self.datapath.behind(peer.ip())
    }

    async fn metadata(&self, mut stream: TcpStream, caller: NetworkInterfaceId) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut bytes = Vec::new();
        loop {
            let (taken, reply, ttl, close) = match http::parse(&bytes) {
                Parsed::Incomplete => {
                    if !read_more(&mut stream, &mut bytes).await? {
                        return Ok(());
                    }
                    continue;
                }
                Parsed::Malformed => (bytes.len(), http::malformed().to_http("GET", true), None, true),
                Parsed::Whole(head) => {
                    let request = head.request();
                    let identity = self.identity_for(&request).await;
                    let secrets = metadata::Secrets {
                        tokens: &self.tokens,
                        credentials: &self.credentials,
                        identity: identity.as_deref().map(|key| key as &dyn metadata::IdentitySigner),
                    };
                    let world = self.state.snapshot();
                    let Some(interface) = world.network_interfaces.get(&caller) else { return Ok(()) };
                    let response = metadata::answer(&world, interface, &request, clock::now(), &secrets);
                    let reply = response.to_http(head.method, head.close);
                    (head.len, reply, response.hop_limit, head.close)
                }
            };
            // A token must not travel further than the instance's hop limit allows.
            set_hops(&stream, ttl.unwrap_or(USUAL_TTL))?;
            stream.write_all(&reply).await?;
            bytes.drain(..taken);
            if close {
                return stream.shutdown().await;
            }
        }
    }

    /// The key that signs identity documents, where one is asked for.
    async fn identity_for(&self, request: &metadata::Request<'_>) -> Option<Arc<IdentityKey>> {
        if !request.is_about_identity() {
            return None;
        }
        let key = self.identity.key().await;
        key.inspect_err(|error| tracing::error!(%error, "identity documents cannot be signed")).ok()
    }

    async fn dns(&self, stream: TcpStream, caller: NetworkInterfaceId) -> std::io::Result<()> {
        dns_stream::serve(stream, |query| {
            let world = self.state.snapshot();
            let asker = Asker::Interface(world.network_interfaces.get(&caller)?);
            guest::resolver::answer(&world, asker, &self.names, query, Transport::Tcp)
        })
        .await
    }
}

/// How many routers the following answers may pass.
fn set_hops(stream: &TcpStream, hops: u8) -> std::io::Result<()> {
    if stream.local_addr()?.is_ipv6() {
        return Ok(rustix::net::sockopt::set_ipv6_unicast_hops(stream, Some(hops))?);
    }
    stream.set_ttl(u32::from(hops))
}
