//! The resolver of the simulated internet, for instances that do not use their VPC's: public names, over UDP and TCP.
//!
//! The laptop's questions over UDP never come here; they are answered on its link.

use guest::{Asker, DnsTransport, PublicNames, resolver};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};

use crate::datagrams;
use crate::dns_stream;
use crate::places::{self, Places};
use crate::refusals::{Refusals, Service};
use crate::writer::State;

/// More than any query over UDP has.
const QUERY_BYTES_MAX: usize = 4096;
/// How many askers are connected at once: in all, and from one address.
pub const CONNECTIONS_MAX: usize = 256;
/// The share of one address.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 32;

/// What the resolver answers from.
#[derive(Clone)]
pub struct PublicResolver {
    /// The network.
    pub state: State,
    /// Names of the simulated internet.
    pub names: Arc<PublicNames>,
    /// The places of those who are connected.
    pub places: Arc<Places<IpAddr>>,
    /// What is refused.
    pub refusals: Arc<Refusals>,
}

impl PublicResolver {
    /// Answers datagrams, one after the other.
    pub async fn serve_datagrams(self, socket: UdpSocket) {
        let counted = (Service::PublicDns, Arc::clone(&self.refusals));
        let answer = |asker, query: &[u8]| self.answer(asker, query, DnsTransport::Udp);
        datagrams::serve(socket, QUERY_BYTES_MAX, counted, answer).await;
    }

    /// Answers what comes over connections.
    pub async fn serve_connections(self, listener: TcpListener) {
        let places = Arc::clone(&self.places);
        places::admit(
            listener,
            places,
            |asker| Some(asker.ip()),
            |stream, asker| {
                let resolver = self.clone();
                async move {
                    dns_stream::serve(stream, |query| resolver.answer(asker, query, DnsTransport::Tcp)).await
                }
            },
        )
        .await;
    }

    fn answer(&self, source: IpAddr, query: &[u8], transport: DnsTransport) -> Option<Vec<u8>> {
        resolver::answer(&self.state.snapshot(), Asker::Internet { source }, &self.names, query, transport)
    }
}
