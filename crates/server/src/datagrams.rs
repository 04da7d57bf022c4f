//! Services of the simulated internet that answer datagrams, and how many of an address they answer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use crate::refusals::{Refusals, Service, Why};

/// How many datagrams of one address are answered in a second: as many as a VPC's resolver answers an interface.
const DATAGRAMS_PER_SECOND: u32 = 1024;
/// How many addresses are told apart within a second; those that come later have one allowance between them.
const ADDRESSES_MAX: usize = 4096;

/// Answers datagrams, one after the other; of longer ones than `bytes_max` only so much is read.
pub(crate) async fn serve(
    socket: UdpSocket,
    bytes_max: usize,
    (service, refusals): (Service, Arc<Refusals>),
    answer: impl Fn(IpAddr, &[u8]) -> Option<Vec<u8>>,
) {
    let mut bytes = vec![0; bytes_max];
    let began = Instant::now();
    let mut allowances = Allowances::default();
    loop {
        let Ok((length, asker)) = socket.recv_from(&mut bytes).await else { continue };
        if !allowances.allow(asker.ip(), began.elapsed()) {
            refusals.count(service, Why::OverShare);
            continue;
        }
        if let Some(reply) = answer(asker.ip(), &bytes[..length]) {
            // Whoever does not hear the answer asks again.
            let _ = socket.send_to(&reply, asker).await;
        }
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
