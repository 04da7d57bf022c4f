//! The resolver of the simulated internet, for instances that do not use their VPC's: public names, over UDP and TCP.
//!
//! The laptop's questions over UDP never come here; they are answered on its link.

use guest::{Asker, PublicNames, Transport, resolver};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::Semaphore;

use crate::dns_stream;
use crate::writer::State;

/// More than any query over UDP has.
const QUERY_BYTES_MAX: usize = 4096;
/// How many askers are connected at once; more wait to be accepted.
const ASKERS_MAX: usize = 256;

/// What the resolver answers from.
#[derive(Clone)]
pub struct PublicResolver {
    /// The network.
    pub state: State,
    /// Names of the simulated internet.
    pub names: Arc<PublicNames>,
}

impl PublicResolver {
    /// Answers datagrams, one after the other.
    pub async fn serve_datagrams(self, socket: UdpSocket) {
        let mut bytes = [0; QUERY_BYTES_MAX];
        loop {
            let Ok((length, asker)) = socket.recv_from(&mut bytes).await else { continue };
            if let Some(reply) = self.answer(asker.ip(), &bytes[..length], Transport::Udp) {
                // Whoever does not hear the answer asks again.
                let _ = socket.send_to(&reply, asker).await;
            }
        }
    }

    /// Answers what comes over connections.
    pub async fn serve_connections(self, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(ASKERS_MAX));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let Ok((stream, asker)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let resolver = self.clone();
            tokio::spawn(async move {
                // An asker that goes away is its own business.
                let answer = |query: &[u8]| resolver.answer(asker.ip(), query, Transport::Tcp);
                let _ = dns_stream::serve(stream, answer).await;
                drop(place);
            });
        }
    }

    fn answer(&self, source: IpAddr, query: &[u8], transport: Transport) -> Option<Vec<u8>> {
        resolver::answer(&self.state.snapshot(), Asker::Internet { source }, &self.names, query, transport)
    }
}
