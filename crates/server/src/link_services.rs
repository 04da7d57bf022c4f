//! Services inside every VPC that need a connection: instance metadata, and DNS over TCP.
//!
//! They listen with the kernel's TCP in a network namespace of their own. The engine shows each interface under a
//! stand-in address, so that the same private address in two VPCs is two callers.

use datapath::Datapath;
use guest::metadata::http::{self, Parsed};
use guest::{Asker, CredentialKey, DnsTransport, PublicNames, metadata};
use model::NetworkInterfaceId;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

use crate::clock;
use crate::conversation::{Conversation, Patience};
use crate::dns_stream;
use crate::identity::{Identity, IdentityKey};
use crate::places::{self, Places};
use crate::writer::State;

/// How many connections each service has at once: in all, and from one interface, over both families together. More than
/// an instance needs that asks from each of its programs, and a thirty-second part of the whole.
pub const CONNECTIONS_MAX: usize = 1024;
/// The share of one interface.
pub const CONNECTIONS_PER_INTERFACE_MAX: usize = 32;
/// How long instance metadata waits for its callers. Hamlet's choice.
const PATIENCE: Patience = Patience {
    request: Duration::from_secs(2),
    idle: Duration::from_secs(10),
    life: Duration::from_secs(600),
};
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
    /// The places of those who ask for metadata.
    pub metadata_places: Arc<Places<NetworkInterfaceId>>,
    /// The places of those who ask names over TCP.
    pub dns_places: Arc<Places<NetworkInterfaceId>>,
}

impl LinkServices {
    /// Serves instance metadata.
    pub async fn serve_metadata(self, listener: TcpListener) {
        let places = Arc::clone(&self.metadata_places);
        let serve = |services: Self, stream, caller| async move { services.metadata(stream, caller).await };
        self.admit(listener, places, serve).await;
    }

    /// Serves DNS over TCP.
    pub async fn serve_dns(self, listener: TcpListener) {
        let places = Arc::clone(&self.dns_places);
        let serve = |services: Self, stream, caller| async move { services.dns(stream, caller).await };
        self.admit(listener, places, serve).await;
    }

    /// Has each caller served in a place of its interface's.
    async fn admit<W>(
        self,
        listener: TcpListener,
        places: Arc<Places<NetworkInterfaceId>>,
        serve: impl Fn(Self, TcpStream, NetworkInterfaceId) -> W,
    ) where
        W: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let serve_one = |stream, caller| serve(self.clone(), stream, caller);
        places::admit(listener, places, |peer| self.caller(peer), serve_one).await;
    }

    fn caller(&self, peer: SocketAddr) -> Option<NetworkInterfaceId> {
        self.datapath.behind(peer.ip())
    }

    async fn metadata(&self, stream: TcpStream, caller: NetworkInterfaceId) -> std::io::Result<()> {
        let mut asker = Conversation::new(stream, PATIENCE)?;
        loop {
            let (taken, reply, ttl, close) = match http::parse(asker.bytes()) {
                Parsed::Incomplete => match asker.more().await? {
                    true => continue,
                    false => return asker.close().await,
                },
                Parsed::Malformed => {
                    (asker.bytes().len(), http::malformed().to_http("GET", true), None, true)
                }
                Parsed::Whole(head) => {
                    let request = head.request();
                    let identity = self.identity_for(&request).await;
                    let secrets = metadata::Secrets {
                        tokens: &self.tokens,
                        credentials: &self.credentials,
                        identity: identity.as_deref().map(|key| key as &dyn metadata::IdentitySigner),
                    };
                    let world = self.state.snapshot();
                    let Some(interface) = world.network.network_interfaces.get(&caller) else {
                        return Ok(());
                    };
                    let response = metadata::answer(&world, interface, &request, clock::now(), &secrets);
                    let reply = response.to_http(head.method, head.close);
                    (head.len, reply, response.hop_limit, head.close)
                }
            };
            // A token must not travel further than the instance's hop limit allows.
            set_hops(asker.stream(), ttl.unwrap_or(USUAL_TTL))?;
            asker.answer(taken, &reply).await?;
            if close {
                return asker.close().await;
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
            let asker = Asker::Interface(world.network.network_interfaces.get(&caller)?);
            guest::resolver::answer(&world, asker, &self.names, query, DnsTransport::Tcp)
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
