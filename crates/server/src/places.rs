//! Places at a service that many guests use at once: a share for each, so that none of them can take everybody's.
//!
//! Nobody waits for a place: a queue could be filled as well. Who is over its share is refused. When all places are taken,
//! whoever has most of them gives up its oldest to a caller who has less, so that a guest that behaves is always served,
//! however many do not.

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::refusals::{Refusals, Service, Why};

/// How many places there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In all.
    pub total: usize,
    /// For each caller.
    pub share: usize,
}

/// The places of one service. `K` is whom a share belongs to.
pub struct Places<K> {
    service: Service,
    room: Room,
    refusals: Arc<Refusals>,
    taken: Mutex<Taken<K>>,
}

struct Taken<K> {
    /// The places of each caller, the oldest first. Who holds none is not here.
    by_caller: BTreeMap<K, VecDeque<Holder>>,
    count: usize,
    /// Tells places apart.
    next: u64,
}

struct Holder {
    number: u64,
    /// Dropped when the place is taken away.
    _keeps: oneshot::Sender<()>,
}

/// A place, held as long as this lives.
pub struct Place<K: Ord + Copy> {
    places: Arc<Places<K>>,
    caller: K,
    number: u64,
    taken_away: oneshot::Receiver<()>,
}

impl<K: Ord + Copy> Places<K> {
    /// So many free places.
    pub fn new(service: Service, room: Room, refusals: Arc<Refusals>) -> Arc<Places<K>> {
        let taken = Taken { by_caller: BTreeMap::new(), count: 0, next: 0 };
        Arc::new(Places { service, room, refusals, taken: Mutex::new(taken) })
    }

    /// A place for a caller, or none, which is counted.
    pub fn take(self: &Arc<Self>, caller: K) -> Option<Place<K>> {
        let mut taken = self.taken();
        let held = taken.by_caller.get(&caller).map_or(0, VecDeque::len);
        if held >= self.room.share {
            self.count(Why::OverShare);
            return None;
        }
        if taken.count >= self.room.total {
            let Some(most) = taken.holder_of_more_than(held + 1) else {
                self.count(Why::Full);
                return None;
            };
            taken.take_oldest_of(most);
            self.count(Why::Displaced);
        }
        let (keeps, taken_away) = oneshot::channel();
        let number = taken.add(caller, keeps);
        Some(Place { places: Arc::clone(self), caller, number, taken_away })
    }

    /// Counts a caller that was refused, or sent away.
    pub fn count(&self, why: Why) {
        self.refusals.count(self.service, why);
    }

    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord + Copy> Taken<K> {
    fn add(&mut self, caller: K, keeps: oneshot::Sender<()>) -> u64 {
        self.next += 1;
        self.count += 1;
        let holder = Holder { number: self.next, _keeps: keeps };
        self.by_caller.entry(caller).or_default().push_back(holder);
        self.next
    }

    /// Who holds most, if that is more than `count`.
    fn holder_of_more_than(&self, count: usize) -> Option<K> {
        let most = self.by_caller.iter().max_by_key(|(_, held)| held.len());
        most.filter(|(_, held)| held.len() > count).map(|(caller, _)| *caller)
    }

    fn take_oldest_of(&mut self, caller: K) {
        let oldest = self.by_caller.get(&caller).and_then(|held| held.front()).map(|holder| holder.number);
        if let Some(number) = oldest {
            self.free(caller, number);
        }
    }

    /// Frees a place, if it was not taken away before.
    fn free(&mut self, caller: K, number: u64) {
        let Some(held) = self.by_caller.get_mut(&caller) else { return };
        let Some(position) = held.iter().position(|holder| holder.number == number) else { return };
        held.remove(position);
        self.count -= 1;
        if held.is_empty() {
            self.by_caller.remove(&caller);
        }
    }
}

impl<K: Ord + Copy> Place<K> {
    /// Does the caller's work as long as the place is its own. `None` when it was taken away.
    pub async fn hold<T>(mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            _ = &mut self.taken_away => None,
        }
    }
}

impl<K: Ord + Copy> Drop for Place<K> {
    fn drop(&mut self) {
        self.places.taken().free(self.caller, self.number);
    }
}

/// Accepts connections for ever and has each served in a place of its caller's. Whose it is is found before a place is
/// taken; a connection of nobody's is closed.
pub async fn admit<K, W>(
    listener: TcpListener,
    places: Arc<Places<K>>,
    caller_at: impl Fn(SocketAddr) -> Option<K>,
    serve: impl Fn(TcpStream, K) -> W,
) where
    K: Ord + Copy + Send + 'static,
    W: Future<Output = std::io::Result<()>> + Send + 'static,
{
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Whatever does not end in order leaves nothing behind in the kernel, whose memory all share.
        if reset_when_dropped(&stream, true).is_err() {
            continue;
        }
        let Some(caller) = caller_at(peer) else { continue };
        let Some(place) = places.take(caller) else { continue };
        let (work, places) = (serve(stream, caller), Arc::clone(&places));
        tokio::spawn(async move {
            if let Some(Err(error)) = place.hold(work).await {
                why(error.kind()).into_iter().for_each(|why| places.count(why));
            }
        });
    }
}

/// Why a caller was sent away, by how its work ended. One that goes away is its own business.
fn why(error: ErrorKind) -> Option<Why> {
    let whys = [(ErrorKind::TimedOut, Why::Late), (ErrorKind::InvalidData, Why::Unintelligible)];
    whys.into_iter().find(|(kind, _)| *kind == error).map(|(_, why)| why)
}

/// Whether a connection is reset, and forgotten, when it is dropped.
pub(crate) fn reset_when_dropped(stream: &TcpStream, reset: bool) -> std::io::Result<()> {
    let linger = reset.then_some(Duration::ZERO);
    Ok(rustix::net::sockopt::set_socket_linger(stream, linger)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(total: usize, share: usize) -> (Arc<Places<u8>>, Arc<Refusals>) {
        let refusals = Arc::new(Refusals::default());
        (Places::new(Service::Metadata, Room { total, share }, Arc::clone(&refusals)), refusals)
    }

    fn counted(refusals: &Refusals) -> [u64; 3] {
        [Why::OverShare, Why::Displaced, Why::Full].map(|why| refusals.get(Service::Metadata, why))
    }

    #[test]
    fn a_caller_has_its_share_and_no_more_and_what_it_gives_back_it_may_have_again() {
        let (places, refusals) = places(10, 2);
        let first = places.take(1).unwrap();
        let _second = places.take(1).unwrap();
        assert!(places.take(1).is_none());
        assert_eq!(counted(&refusals), [1, 0, 0]);
        assert!(places.take(2).is_some(), "others have theirs");
        drop(first);
        assert!(places.take(1).is_some());
    }

    #[tokio::test]
    async fn when_all_is_taken_who_has_most_gives_its_oldest_to_who_has_less() {
        let (places, refusals) = places(4, 3);
        let oldest = places.take(1).unwrap();
        let others: Vec<_> = [1, 1, 2].map(|caller| places.take(caller).unwrap()).into();
        let newcomer = places.take(3).unwrap();
        assert_eq!(counted(&refusals), [0, 1, 0]);
        assert_eq!(oldest.hold(std::future::pending::<()>()).await, None, "its place was taken away");
        // Two, one and one: nobody has two more than the newcomer, who would only change places with it.
        assert!(places.take(3).is_none());
        assert_eq!(counted(&refusals), [0, 1, 1]);
        for place in others {
            assert_eq!(place.hold(async { 7 }).await, Some(7));
        }
        drop(newcomer);
        assert_eq!(places.taken().count, 0);
        assert!(places.taken().by_caller.is_empty(), "who holds nothing is forgotten");
    }

    #[test]
    fn however_many_take_their_share_another_is_served() {
        let (places, refusals) = places(1024, 32);
        let greedy: Vec<_> = (0..100).flat_map(|caller| (0..40).map(move |_| caller)).collect();
        let held: Vec<_> = greedy.into_iter().filter_map(|caller| places.take(caller)).collect();
        assert!(held.len() >= 1024);
        assert!(places.take(200).is_some());
        assert_eq!(places.taken().count, 1023, "the one that was just dropped is free");
        let [over_share, displaced, full] = counted(&refusals);
        assert!(over_share > 0 && displaced > 0 && full > 0, "{over_share} {displaced} {full}");
    }
}
