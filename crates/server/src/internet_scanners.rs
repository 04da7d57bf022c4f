//! Strangers on the internet who knock on public addresses, as they do on the real one: so that a flow log has something to
//! refuse, and whoever leaves a port open sees that it is found. Only where the user has said so ([`Mood::Lively`]).
//!
//! They come from hosts of the table that `serve knocks`, and knock on the public addresses that there are at the moment: a
//! segment or a datagram each, of those that scanners send most. What opens is closed at once.

use guest::internet::{Internet, Service};
use model::World;
use model::rule::protocol::{TCP, UDP};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::clock;
use crate::namespaces::Namespaces;
use crate::places::reset_when_dropped;
use crate::running::Running;

/// Where they knock: protocol and port, the more often the more common it is.
const DOORS: [(u8, u16); 24] = [
    (TCP, 22),
    (TCP, 22),
    (TCP, 22),
    (TCP, 23),
    (TCP, 23),
    (TCP, 80),
    (TCP, 80),
    (TCP, 443),
    (TCP, 443),
    (TCP, 445),
    (TCP, 1433),
    (TCP, 2375),
    (TCP, 3306),
    (TCP, 3389),
    (TCP, 3389),
    (TCP, 5432),
    (TCP, 5900),
    (TCP, 6379),
    (TCP, 8080),
    (TCP, 9200),
    (UDP, 53),
    (UDP, 123),
    (UDP, 161),
    (UDP, 5060),
];
/// How often each address is knocked on, on average.
const EACH_ADDRESS: Duration = Duration::from_secs(10);
/// How often one is at the most, whichever.
const OFTEN: Duration = Duration::from_millis(100);
/// How long one waits at a door: less than TCP takes to send a first segment again (RFC 6298: a second).
const PATIENCE: Duration = Duration::from_millis(900);

/// How the internet is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    /// Nobody comes who was not asked.
    #[default]
    Quiet,
    /// Strangers knock now and then.
    Lively,
}

/// Whether they knock, and how often they have.
#[derive(Debug)]
pub struct Scanners {
    mood: watch::Sender<Mood>,
    knocks: AtomicU64,
}

impl Default for Scanners {
    fn default() -> Self {
        Scanners { mood: watch::Sender::new(Mood::Quiet), knocks: AtomicU64::new(0) }
    }
}

impl Scanners {
    /// How the internet is.
    pub fn mood(&self) -> Mood {
        *self.mood.borrow()
    }

    /// Sets how it is, until Hamlet ends.
    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How often they have knocked since the run began.
    pub fn knocks(&self) -> u64 {
        self.knocks.load(Ordering::Relaxed)
    }
}

/// Has them knock whenever the internet is lively, for ever.
pub(crate) async fn knock_for_ever(running: Arc<Running>) {
    let mut mood = running.scanners.mood.subscribe();
    loop {
        if mood.wait_for(|mood| *mood == Mood::Lively).await.is_err() {
            return;
        }
        let doors = addresses(&running.state.snapshot());
        let namespaces = running.namespaces.load_full();
        let (Some(namespaces), false) = (namespaces, doors.is_empty()) else {
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        let chance = [clock::random(), clock::random(), clock::random()].map(u64::from_le_bytes);
        if let Some(knock) = Knock::drawn(running.names.internet(), &doors, chance) {
            running.scanners.knocks.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move { knock.made(namespaces).await });
        }
        sleep(pause(doors.len(), u64::from_le_bytes(clock::random()))).await;
    }
}

/// The public addresses that somebody has: nobody knocks on others, where nothing would hear it.
fn addresses(world: &World) -> Vec<IpAddr> {
    let network = &world.network;
    let v4 = network.public_addresses.iter().map(|(address, _)| IpAddr::V4(address));
    let v6 = network.network_interfaces.values().flat_map(|it| it.ipv6_addresses.iter().copied());
    v4.chain(v6.map(IpAddr::V6)).collect()
}

/// How long it is until the next knock, where so many addresses are knocked on: half to one and a half times the average.
fn pause(addresses: usize, chance: u64) -> Duration {
    let addresses = u32::try_from(addresses.max(1)).unwrap_or(u32::MAX);
    let average = (EACH_ADDRESS / addresses).max(OFTEN);
    average / 2 + average.mul_f64((chance % 1000) as f64 / 1000.0)
}

/// One knock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Knock {
    from: IpAddr,
    to: SocketAddr,
    protocol: u8,
}

impl Knock {
    /// Who knocks where, by chance; none where nobody is there who would.
    fn drawn(internet: &Internet, doors: &[IpAddr], [address, door, scanner]: [u64; 3]) -> Option<Knock> {
        let address = *pick(doors, address)?;
        let (protocol, port) = *pick(&DOORS, door)?;
        let scanners = internet.serving(&Service::Knocks).into_iter();
        let scanners: Vec<IpAddr> = scanners.filter(|it| it.is_ipv4() == address.is_ipv4()).collect();
        Some(Knock { from: *pick(&scanners, scanner)?, to: (address, port).into(), protocol })
    }

    /// Makes it. How it ends is nobody's business.
    async fn made(self, namespaces: Arc<Namespaces>) {
        let Knock { from, to, protocol } = self;
        let here = SocketAddr::from((from, 0));
        let begun = tokio::task::spawn_blocking(move || -> anyhow::Result<Option<std::net::TcpStream>> {
            let internet = &namespaces.servers.internet;
            if protocol == TCP {
                return Ok(Some(internet.connect_tcp(Some(here), to)?));
            }
            internet.bind_udp(here)?.send_to(&[0; 8], to)?;
            Ok(None)
        });
        let Ok(Ok(Some(stream))) = begun.await else { return };
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        let _ = timeout(PATIENCE, stream.writable()).await;
        // As scanners do: no farewell.
        let _ = reset_when_dropped(&stream, true);
    }
}

fn pick<T>(all: &[T], chance: u64) -> Option<&T> {
    let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
    all.get(usize::try_from(chance % count).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_knock_from_their_own_addresses_in_the_family_of_the_door() {
        let internet = Internet::simulated();
        let doors: [IpAddr; 2] = ["52.0.0.10".parse().unwrap(), "2600:1f14:a:1000::10".parse().unwrap()];
        let scanners = internet.serving(&Service::Knocks);
        for chance in 0..200 {
            let knock = Knock::drawn(&internet, &doors, [chance, chance / 2, chance / 3]).unwrap();
            assert!(scanners.contains(&knock.from) && doors.contains(&knock.to.ip()), "{knock:?}");
            assert_eq!(knock.from.is_ipv4(), knock.to.is_ipv4());
        }
        assert_eq!(Knock::drawn(&internet, &[], [0; 3]), None);
        assert_eq!(Knock::drawn(&Internet::default(), &doors, [0; 3]), None);
    }

    #[test]
    fn each_address_is_knocked_on_now_and_then_and_many_are_no_flood() {
        assert_eq!(pause(1, 0), EACH_ADDRESS / 2);
        assert!(pause(1, 999) < EACH_ADDRESS * 3 / 2);
        assert_eq!(pause(10, 0), EACH_ADDRESS / 20);
        assert_eq!(pause(1_000_000, 0), OFTEN / 2);
    }
}
