//! The resolver of the simulated internet, for instances that do not use their VPC's: public names, over UDP and TCP.
//!
//! The laptop's questions over UDP never come here; they are answered on its link.

use guest::{Asker, DnsTransport, PublicNames, resolver};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::Instant;

use crate::dns_stream;
use crate::places::{self, Places};
use crate::refusals::{Refusals, Service, Why};
use crate::writer::State;

/// More than any query over UDP has.
const QUERY_BYTES_MAX: usize = 4096;
/// How many askers are connected at once: in all, and from one address.
pub const CONNECTIONS_MAX: usize = 256;
/// The share of one address.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 32;
/// How many datagrams of one address are answered in a second: as many as a VPC's resolver answers an interface.
const DATAGRAMS_PER_SECOND: u32 = 1024;
/// How many addresses are told apart within a second; those that come later have one allowance between them.
const ADDRESSES_MAX: usize = 4096;

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
        let mut bytes = [0; QUERY_BYTES_MAX];
        let began = Instant::now();
        let mut allowances = Allowances::default();
        loop {
            let Ok((length, asker)) = socket.recv_from(&mut bytes).await else { continue };
            if !allowances.allow(asker.ip(), began.elapsed()) {
                self.refusals.count(Service::PublicDns, Why::OverShare);
                continue;
            }
            if let Some(reply) = self.answer(asker.ip(), &bytes[..length], DnsTransport::Udp) {
                // Whoever does not hear the answer asks again.
                let _ = socket.send_to(&reply, asker).await;
            }
        }
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

/// What addresses have asked within the present second.
#[derive(Default)]
struct Allowances {
    second: u64,
    by_address: BTreeMap<IpAddr, u32>,
    others: u32,
}

impl Allowances {
    /// Whether one more datagram of an address is within its allowance.
    fn allow(&mut self, address: IpAddr, since_start: Duration) -> bool {
        if self.second != since_start.as_secs() {
            *self = Allowances { second: since_start.as_secs(), ..Allowances::default() };
        }
        let is_known = self.by_address.len() < ADDRESSES_MAX || self.by_address.contains_key(&address);
        let count = if is_known { self.by_address.entry(address).or_default() } else { &mut self.others };
        *count += 1;
        *count <= DATAGRAMS_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn each_address_has_its_datagrams_a_second_and_none_takes_anothers() {
        let address = |number: u32| IpAddr::V4(Ipv4Addr::from_bits(number));
        let mut allowances = Allowances::default();
        let now = Duration::from_millis(1500);
        let answered = (0..5000).filter(|_| allowances.allow(address(1), now)).count();
        assert_eq!(answered, 1024);
        assert!(allowances.allow(address(2), now));
        assert!(allowances.allow(address(1), Duration::from_millis(2000)), "the next second");
        let many = (0..20_000).filter(|number| allowances.allow(address(*number), now)).count();
        assert_eq!(many, ADDRESSES_MAX + 1024, "those who come late have one allowance between them");
        assert_eq!(allowances.by_address.len(), ADDRESSES_MAX);
    }
}
