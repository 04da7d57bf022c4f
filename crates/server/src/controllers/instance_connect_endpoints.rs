//! The controller that gives EC2 Instance Connect Endpoints their place in the network: a namespace whose one link is
//! the endpoint's own interface. The engine sees an interface like any other, with addresses, groups and routes.
//!
//! ```text
//!   every snapshot ──> plan(wanted, found) -> steps, one after the other ──> report to the writer
//! ```
//!
//! As with instances the plan is a pure function, and a restart is nothing special. What goes through a place is told in
//! [`crate::tunnel`].

use datapath::Datapath;
use engine::{PortId, PortKind};
use guest::neighbor::ROUTER_LINK_LOCAL;
use host::{
    AnyAddress, HostError, InterfaceAddress, LinkSpec, NetworkNamespace, NetworkNamespaceRole,
    NetworkNamespaceSpec,
};
use model::instance_connect_endpoint_state::EndpointState;
use model::{
    InstanceConnectEndpoint, InstanceConnectEndpointId, MacAddress, NetworkInterface, Subnet, World,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::clock;
use crate::controllers::ended;
use crate::controllers::instances::Backend;
use crate::controllers::retries::{PAUSE_MAX, Retries, Said};
use crate::refusals::Refusals;
use crate::tunnel_places::Tunnels;
use crate::writer::State;

/// What is to be done for one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Give it its place.
    Open,
    /// Give it a new place: its interface has other addresses now.
    Reopen,
    /// Say that it is as it should be.
    Report,
    /// Take its place away.
    Close,
}

/// The difference between the endpoints that should have a place, and the addresses of the places there are.
pub fn plan(
    world: &World,
    found: &BTreeMap<InstanceConnectEndpointId, Vec<IpAddr>>,
) -> Vec<(InstanceConnectEndpointId, Step)> {
    let mut steps = Vec::new();
    for endpoint in world.instance_connect_endpoints.values() {
        let step = match (endpoint.state.is_alive(), found.get(&endpoint.id)) {
            (true, None) => Some(Step::Open),
            (true, Some(addresses)) if *addresses != addresses_of(world, endpoint) => Some(Step::Reopen),
            (true, Some(_)) => is_in_progress(&endpoint.state).then_some(Step::Report),
            (false, Some(_)) => Some(Step::Close),
            (false, None) => (endpoint.state == EndpointState::DeleteInProgress).then_some(Step::Close),
        };
        steps.extend(step.map(|step| (endpoint.id, step)));
    }
    let gone = found.keys().filter(|id| !world.instance_connect_endpoints.contains(id));
    steps.extend(gone.map(|id| (*id, Step::Close)));
    steps
}

fn is_in_progress(state: &EndpointState) -> bool {
    match state {
        EndpointState::CreateInProgress | EndpointState::UpdateInProgress => true,
        EndpointState::CreateComplete
        | EndpointState::CreateFailed(_)
        | EndpointState::UpdateComplete
        | EndpointState::DeleteInProgress
        | EndpointState::DeleteComplete => false,
    }
}

fn interface_of<'a>(world: &'a World, endpoint: &InstanceConnectEndpoint) -> Option<&'a NetworkInterface> {
    world.network.network_interfaces.get(&endpoint.interface?)
}

fn addresses_of(world: &World, endpoint: &InstanceConnectEndpoint) -> Vec<IpAddr> {
    interface_of(world, endpoint).map(|interface| interface.addresses().collect()).unwrap_or_default()
}

/// An endpoint's place in the network, open as long as the controller keeps it.
pub struct Place {
    namespace: NetworkNamespace,
    port: PortId,
    addresses: Vec<IpAddr>,
    /// The places of its tunnels.
    pub tunnels: Tunnels,
    open: tokio::sync::watch::Sender<bool>,
}

impl Place {
    /// A connection out of the endpoint's interface, non-blocking and still under way. Waits for the namespace a little.
    pub fn connect(&self, target: SocketAddr) -> Result<TcpStream, HostError> {
        self.namespace.connect_tcp(None, target)
    }

    /// Turns false when the place is closed.
    pub fn is_open(&self) -> tokio::sync::watch::Receiver<bool> {
        self.open.subscribe()
    }

    fn close(&self, datapath: &Datapath) {
        self.open.send_replace(false);
        datapath.close(self.port);
        self.namespace.kill();
    }
}

/// What a step is taken for: while it stays the same, a step that failed is tried again with pauses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    step: Step,
    addresses: Vec<IpAddr>,
}

impl Wanted {
    fn of(world: &World, id: InstanceConnectEndpointId, step: Step) -> Wanted {
        let endpoint = world.instance_connect_endpoints.get(&id);
        let addresses = endpoint.map(|endpoint| addresses_of(world, endpoint)).unwrap_or_default();
        Wanted { step, addresses }
    }
}

type Places = Arc<Mutex<BTreeMap<InstanceConnectEndpointId, Arc<Place>>>>;

/// Why the controller looks again.
enum Wake {
    /// There is a new snapshot.
    Changed,
    /// The place behind this link has ended by itself.
    Ended(InstanceConnectEndpointId, PortId),
    /// The end.
    Quit,
}

/// The controller, and the places that are open.
#[derive(Clone)]
pub struct InstanceConnectEndpoints {
    wake: Sender<Wake>,
    woken: Arc<Mutex<Option<Receiver<Wake>>>>,
    places: Places,
    retries: Arc<Mutex<Retries<InstanceConnectEndpointId, Wanted>>>,
    refusals: Arc<Refusals>,
}

impl InstanceConnectEndpoints {
    /// A controller that does nothing yet. What tunnels are refused is counted in `refusals`.
    pub fn paused(refusals: Arc<Refusals>) -> InstanceConnectEndpoints {
        let (wake, woken) = channel();
        let woken = Arc::new(Mutex::new(Some(woken)));
        InstanceConnectEndpoints { wake, woken, places: Arc::default(), retries: Arc::default(), refusals }
    }

    /// Lets the controller work. Without a backend states change at once, and nothing is behind an endpoint.
    pub fn resume(&self, state: State, backend: Option<Backend>) -> std::io::Result<()> {
        let Some(woken) = self.woken.lock().expect("no holder panics").take() else { return Ok(()) };
        let changed = self.wake.clone();
        state.listen(Box::new(move |_, _| {
            let _ = changed.send(Wake::Changed);
        }));
        let controller = Controller { state, backend, endpoints: self.clone() };
        std::thread::Builder::new().name("endpoints".to_owned()).spawn(move || controller.run(&woken))?;
        let _ = self.wake.send(Wake::Changed);
        Ok(())
    }

    /// The place of an endpoint, while it is open.
    pub fn place(&self, id: InstanceConnectEndpointId) -> Option<Arc<Place>> {
        self.places.lock().expect("no holder panics").get(&id).cloned()
    }

    /// Why an endpoint is not as it should be, while what is to be done for it fails.
    pub fn problem(&self, id: InstanceConnectEndpointId) -> Option<String> {
        self.retries().problem(id)
    }

    fn retries(&self) -> MutexGuard<'_, Retries<InstanceConnectEndpointId, Wanted>> {
        self.retries.lock().expect("no holder panics")
    }

    /// Ends the controller and every place, leaving the states as they are: they come back with the next start.
    pub fn quit(&self) {
        let _ = self.wake.send(Wake::Quit);
        let places = std::mem::take(&mut *self.places.lock().expect("no holder panics"));
        for place in places.into_values() {
            place.open.send_replace(false);
            place.namespace.kill();
        }
    }
}

struct Controller {
    state: State,
    backend: Option<Backend>,
    endpoints: InstanceConnectEndpoints,
}

impl Controller {
    fn run(self, woken: &Receiver<Wake>) {
        loop {
            let first = match woken.recv_timeout(self.until_next(Instant::now())) {
                Ok(wake) => Some(wake),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            // One look serves all that has come until now.
            for wake in first.into_iter().chain(woken.try_iter()) {
                match wake {
                    Wake::Quit => return,
                    Wake::Changed => {}
                    Wake::Ended(id, port) => self.ended(id, port, Instant::now()),
                }
            }
            let world = self.state.snapshot();
            for (id, wanted) in self.due(&world, Instant::now()) {
                self.take(&world, id, wanted);
            }
        }
    }

    /// How long there is nothing to do unless something happens.
    fn until_next(&self, now: Instant) -> Duration {
        self.endpoints.retries().next(|_| true, now).unwrap_or(PAUSE_MAX)
    }

    /// What is to be done now: of what failed, only that of which the pause is over.
    fn due(&self, world: &World, now: Instant) -> Vec<(InstanceConnectEndpointId, Wanted)> {
        let steps = plan(world, &self.found());
        let mut retries = self.endpoints.retries();
        retries.keep(|id| steps.iter().any(|(planned, _)| *planned == id), now);
        let wanted = steps.into_iter().map(|(id, step)| (id, Wanted::of(world, id, step)));
        wanted.filter(|(id, wanted)| retries.is_due(*id, wanted, now)).collect()
    }

    fn found(&self) -> BTreeMap<InstanceConnectEndpointId, Vec<IpAddr>> {
        // Without a backend a place is only thought of, and always as it should be.
        let Some(_) = &self.backend else { return thought_of(&self.state.snapshot()) };
        let places = self.endpoints.places.lock().expect("no holder panics");
        places.iter().map(|(id, place)| (*id, place.addresses.clone())).collect()
    }

    fn take(&self, world: &World, id: InstanceConnectEndpointId, wanted: Wanted) {
        let Some(backend) = &self.backend else { return self.report(id) };
        let result = match wanted.step {
            Step::Open => self.open(world, id, backend),
            Step::Reopen => {
                self.close(id, backend);
                self.open(world, id, backend)
            }
            Step::Report => Ok(()),
            Step::Close => {
                self.close(id, backend);
                Ok(())
            }
        };
        match result {
            Ok(()) => {
                let said = self.endpoints.retries().worked(id, &wanted, Instant::now());
                say(id, said);
                self.report(id);
            }
            Err(error) => {
                let reason = format!("{error:#}");
                let said = self.endpoints.retries().failed(id, wanted, reason.clone(), Instant::now());
                say(id, said);
                self.change(move |world| world.endpoint_could_not_be_made(id, reason, clock::now()));
            }
        }
    }

    /// Says that a step is done: the model knows what that means in the endpoint's state.
    fn report(&self, id: InstanceConnectEndpointId) {
        self.change(move |world| {
            world.endpoint_is_ready(id);
            world.endpoint_is_gone(id, clock::now());
        });
    }

    fn change(&self, change: impl FnOnce(&mut World) + Send + 'static) {
        if let Err(error) = self.state.change_blocking(change) {
            tracing::error!(%error, "an endpoint's state could not be recorded");
        }
    }

    fn open(&self, world: &World, id: InstanceConnectEndpointId, backend: &Backend) -> anyhow::Result<()> {
        let endpoint = world.instance_connect_endpoints.get(&id);
        let interface = endpoint.and_then(|endpoint| interface_of(world, endpoint));
        let interface = interface.ok_or_else(|| anyhow::anyhow!("its network interface is gone"))?;
        let subnet = world.network.subnets.get(&interface.subnet);
        let subnet = subnet.ok_or_else(|| anyhow::anyhow!("its subnet is gone"))?;
        let place = open_place(backend, id, interface, subnet, &self.endpoints.refusals)?;
        self.watch(id, &place)?;
        self.endpoints.places.lock().expect("no holder panics").insert(id, Arc::new(place));
        Ok(())
    }

    /// Has the end of a place's process reported.
    fn watch(&self, id: InstanceConnectEndpointId, place: &Place) -> std::io::Result<()> {
        let (wake, port) = (self.endpoints.wake.clone(), place.port);
        ended::watch(place.namespace.ended(), id, move || {
            let _ = wake.send(Wake::Ended(id, port));
        })
    }

    /// A place that ended by itself is closed, and after a pause opened again; one that we closed is another's by now.
    fn ended(&self, id: InstanceConnectEndpointId, port: PortId, now: Instant) {
        let is_it = self
            .endpoints
            .places
            .lock()
            .expect("no holder panics")
            .get(&id)
            .is_some_and(|it| it.port == port);
        if let Some(backend) = self.backend.as_ref().filter(|_| is_it) {
            self.close(id, backend);
            let again = Wanted::of(&self.state.snapshot(), id, Step::Open);
            let reason = "the namespace of the endpoint has ended by itself".to_owned();
            say(id, self.endpoints.retries().failed(id, again, reason, now));
        }
    }

    fn close(&self, id: InstanceConnectEndpointId, backend: &Backend) {
        let place = self.endpoints.places.lock().expect("no holder panics").remove(&id);
        if let Some(place) = place {
            place.close(&backend.datapath);
        }
    }
}

fn say(id: InstanceConnectEndpointId, said: Option<Said>) {
    match said {
        Some(said @ Said::Works(_)) => tracing::warn!(endpoint = %id, "{said}"),
        Some(said @ (Said::Failed(_) | Said::Repeated(..))) => tracing::error!(endpoint = %id, "{said}"),
        None => {}
    }
}

/// What is found where nothing is real: every endpoint that works.
fn thought_of(world: &World) -> BTreeMap<InstanceConnectEndpointId, Vec<IpAddr>> {
    let alive = world.instance_connect_endpoints.values().filter(|endpoint| endpoint.state.is_alive());
    alive.map(|endpoint| (endpoint.id, addresses_of(world, endpoint))).collect()
}

fn open_place(
    backend: &Backend,
    id: InstanceConnectEndpointId,
    interface: &NetworkInterface,
    subnet: &Subnet,
    refusals: &Arc<Refusals>,
) -> anyhow::Result<Place> {
    let namespace = backend.host.network_namespace(&namespace_of(id, interface, subnet))?;
    let descriptor = namespace.tap.descriptor.try_clone()?;
    let kind = PortKind::Interface(interface.id);
    let port = backend.datapath.open(kind, MacAddress(interface.mac.0), descriptor)?;
    Ok(Place {
        namespace,
        port,
        addresses: interface.addresses().collect(),
        tunnels: Tunnels::new(refusals),
        open: tokio::sync::watch::Sender::new(true),
    })
}

/// The namespace as an instance would set its interface up: IPv4 with the subnet's prefix, IPv6 alone and by the router.
fn namespace_of(
    id: InstanceConnectEndpointId,
    interface: &NetworkInterface,
    subnet: &Subnet,
) -> NetworkNamespaceSpec {
    let prefix = |address: IpAddr| match (address, subnet.cidr) {
        (IpAddr::V4(_), Some(block)) => block.prefix_len(),
        (IpAddr::V4(_), None) => 32,
        (IpAddr::V6(_), _) => 128,
    };
    let router = subnet.router().map(IpAddr::V4);
    let router_v6 = (!interface.ipv6_addresses.is_empty()).then_some(IpAddr::V6(ROUTER_LINK_LOCAL));
    NetworkNamespaceSpec {
        name: id.to_string(),
        role: NetworkNamespaceRole::Services,
        link: LinkSpec::new(host::FIRST_INTERFACE, interface.mac.0),
        addresses: interface
            .addresses()
            .map(|address| InterfaceAddress { address, prefix_length: prefix(address) })
            .collect(),
        gateways: router.into_iter().chain(router_v6).collect(),
        neighbors: Vec::new(),
        any_address: AnyAddress::Own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::instance_connect_endpoint::NewInstanceConnectEndpoint;
    use model::{AccountId, Ids, Scope, Tags, Timestamp};

    const NOW: Timestamp = Timestamp(0);

    #[test]
    fn a_new_endpoint_is_opened_and_a_deleted_one_closed() {
        let (mut world, scope, id) = with_endpoint();
        assert_eq!(plan(&world, &BTreeMap::new()), [(id, Step::Open)]);
        let found = thought_of(&world);
        assert_eq!(plan(&world, &found), [(id, Step::Report)], "open, but nobody was told");
        world.endpoint_is_ready(id);
        assert_eq!(plan(&world, &found), []);
        assert_eq!(plan(&world, &BTreeMap::new()), [(id, Step::Open)], "after a restart");
        world.delete_instance_connect_endpoint(scope, id, NOW).unwrap();
        assert_eq!(plan(&world, &found), [(id, Step::Close)]);
        assert_eq!(plan(&world, &BTreeMap::new()), [(id, Step::Close)], "to be reported");
        world.endpoint_is_gone(id, NOW);
        assert_eq!(plan(&world, &BTreeMap::new()), []);
        assert_eq!(plan(&world, &found), [(id, Step::Close)]);
    }

    #[test]
    fn other_addresses_need_another_place_and_a_forgotten_endpoint_none() {
        let (mut world, _, id) = with_endpoint();
        world.endpoint_is_ready(id);
        let found = BTreeMap::from([(id, vec!["10.0.0.99".parse().unwrap()])]);
        assert_eq!(plan(&world, &found), [(id, Step::Reopen)]);
        world.clear();
        assert_eq!(plan(&world, &found), [(id, Step::Close)]);
    }

    #[test]
    fn what_could_not_be_made_is_not_tried_again_unless_it_worked_before() {
        let (mut world, _, id) = with_endpoint();
        world.endpoint_could_not_be_made(id, "no more links".into(), NOW);
        assert_eq!(plan(&world, &BTreeMap::new()), []);
        let (mut world, _, id) = with_endpoint();
        world.endpoint_is_ready(id);
        world.endpoint_could_not_be_made(id, "no more links".into(), NOW);
        assert_eq!(plan(&world, &BTreeMap::new()), [(id, Step::Open)]);
    }

    #[test]
    fn its_namespace_is_set_up_as_an_instance_would_be() {
        let (world, _, id) = with_endpoint();
        let endpoint = world.instance_connect_endpoints.get(&id).unwrap();
        let interface = interface_of(&world, endpoint).unwrap();
        let subnet = world.network.subnets.get(&endpoint.subnet).unwrap();
        let spec = namespace_of(id, interface, subnet);
        assert_eq!((spec.name, spec.link.mac), (id.to_string(), interface.mac.0));
        let [address] = spec.addresses.as_slice() else { panic!("{:?}", spec.addresses) };
        assert_eq!((Some(address.address), address.prefix_length), (interface.addresses().next(), 20));
        assert_eq!(spec.gateways, ["172.31.0.1".parse::<IpAddr>().unwrap()]);
    }

    /// A world with an endpoint that is being made.
    fn with_endpoint() -> (World, Scope, InstanceConnectEndpointId) {
        let mut world = World::default();
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let mut number = 0;
        let mut source = || {
            number += 1;
            number
        };
        let ids = &mut Ids::new(&mut source);
        world.ensure_scope(scope, ids);
        let subnet = world.network.subnets.values().next().unwrap().id;
        let new = NewInstanceConnectEndpoint {
            subnet,
            groups: Vec::new(),
            ip_address_type: None,
            tags: Tags::new(),
        };
        let id = world.create_instance_connect_endpoint(scope, new, NOW, ids).unwrap();
        (world, scope, id)
    }
}
