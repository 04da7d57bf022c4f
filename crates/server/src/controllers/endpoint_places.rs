//! The places that EC2 Instance Connect Endpoints have in the network: a namespace whose one link is the endpoint's own
//! interface. What goes through a place is told in [`crate::tunnel`].

use datapath::Datapath;
use engine::PortId;
use host::{HostError, NetworkNamespace};
use model::InstanceConnectEndpointId;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::tunnel_places::Tunnels;

/// The places that are open, by endpoint.
#[derive(Clone, Default)]
pub struct EndpointPlaces(Arc<Mutex<BTreeMap<InstanceConnectEndpointId, Arc<Place>>>>);

/// An endpoint's place in the network, open as long as the controller keeps it.
pub struct Place {
    pub(super) namespace: NetworkNamespace,
    port: PortId,
    addresses: Vec<IpAddr>,
    /// Whether its process has ended by itself.
    pub(super) has_ended: Arc<AtomicBool>,
    /// The places of its tunnels.
    pub tunnels: Tunnels,
    open: tokio::sync::watch::Sender<bool>,
}

/// What is known of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The addresses it was made with.
    pub addresses: Vec<IpAddr>,
    /// Whether its process has ended by itself.
    pub has_ended: bool,
}

impl EndpointPlaces {
    /// The place of an endpoint, while it is open.
    pub fn get(&self, id: InstanceConnectEndpointId) -> Option<Arc<Place>> {
        self.lock().get(&id).cloned()
    }

    /// What is known of each.
    pub(super) fn found(&self) -> BTreeMap<InstanceConnectEndpointId, Found> {
        self.lock().iter().map(|(id, place)| (*id, place.found())).collect()
    }

    pub(super) fn insert(&self, id: InstanceConnectEndpointId, place: Place) {
        self.lock().insert(id, Arc::new(place));
    }

    pub(super) fn remove(&self, id: InstanceConnectEndpointId) -> Option<Arc<Place>> {
        self.lock().remove(&id)
    }

    /// Ends every place, leaving the endpoints' states as they are: they come back with the next start.
    pub fn kill_all(&self) {
        let places = std::mem::take(&mut *self.lock());
        places.into_values().for_each(|place| place.end());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InstanceConnectEndpointId, Arc<Place>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(super) fn new(
        namespace: NetworkNamespace,
        port: PortId,
        addresses: Vec<IpAddr>,
        tunnels: Tunnels,
    ) -> Place {
        let open = tokio::sync::watch::Sender::new(true);
        Place { namespace, port, addresses, has_ended: Arc::default(), tunnels, open }
    }

    /// A connection out of the endpoint's interface, non-blocking and still under way. Waits for the namespace a little.
    pub fn connect(&self, target: SocketAddr) -> Result<TcpStream, HostError> {
        self.namespace.connect_tcp(None, target)
    }

    /// Turns false when the place is closed.
    pub fn is_open(&self) -> tokio::sync::watch::Receiver<bool> {
        self.open.subscribe()
    }

    /// Closes it, and its link.
    pub(super) fn close(&self, datapath: &Datapath) {
        datapath.close(self.port);
        self.end();
    }

    fn end(&self) {
        self.open.send_replace(false);
        self.namespace.kill();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    fn found(&self) -> Found {
        Found { addresses: self.addresses.clone(), has_ended: self.has_ended() }
    }
}
