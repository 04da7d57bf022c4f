//! EC2 Instance Connect Endpoints: gives each one its place in the network.
//!
//! The engine sees an interface like any other, with addresses, groups and routes. As with instances a restart is nothing
//! special.

use anyhow::Context;
use engine::PortKind;
use guest::neighbor::ROUTER_LINK_LOCAL;
use host::{AnyAddress, InterfaceAddress, LinkSpec, NetworkNamespaceRole, NetworkNamespaceSpec};
use model::instance_connect_endpoint_state::EndpointState;
use model::{
    InstanceConnectEndpoint, InstanceConnectEndpointId, MacAddress, NetworkInterface, Subnet, World,
};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Backend;
use super::driver::{Controller, Waker};
use super::ended;
use super::endpoint_places::{EndpointPlaces, Found, Place};
use crate::clock;
use crate::refusals::Refusals;
use crate::tunnel_places::Tunnels;
use crate::writer::State;

/// What is to be done for one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Give it its place: a new one if its interface has other addresses now, or the old one has ended.
    Open,
    /// Say that it is as it should be.
    Report,
    /// Take its place away.
    Close,
}

/// What is to be done for one endpoint, and for which addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is to be done.
    pub action: Action,
    addresses: Vec<IpAddr>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.action {
            Action::Open => "open",
            Action::Report => "report",
            Action::Close => "close",
        })
    }
}

/// The controller.
pub struct InstanceConnectEndpoints {
    /// The places that are open.
    pub places: EndpointPlaces,
    /// Who is told.
    pub state: State,
    /// What they are made with.
    pub backend: Backend,
    /// Told when one has ended by itself.
    pub waker: Waker,
    /// Where refused tunnels are counted.
    pub refusals: Arc<Refusals>,
}

impl Controller for InstanceConnectEndpoints {
    const NAME: &'static str = "instance connect endpoints";
    type Wanted = World;
    type Found = BTreeMap<InstanceConnectEndpointId, Found>;
    type Key = InstanceConnectEndpointId;
    type Step = Step;

    fn wanted(&self) -> Arc<World> {
        self.state.snapshot()
    }

    fn found(&self) -> BTreeMap<InstanceConnectEndpointId, Found> {
        self.places.found()
    }

    fn plan(
        world: &World,
        found: &BTreeMap<InstanceConnectEndpointId, Found>,
    ) -> Vec<(InstanceConnectEndpointId, Step)> {
        let known = world.instance_connect_endpoints.values().filter_map(|endpoint| {
            let addresses = addresses_of(world, endpoint);
            let action = action(&endpoint.state, &addresses, found.get(&endpoint.id))?;
            Some((endpoint.id, Step { action, addresses }))
        });
        let forgotten = found.keys().filter(|id| !world.instance_connect_endpoints.contains(id));
        let close = Step { action: Action::Close, addresses: Vec::new() };
        known.chain(forgotten.map(|id| (*id, close.clone()))).collect()
    }

    fn take(&self, id: InstanceConnectEndpointId, step: &Step) -> anyhow::Result<()> {
        match step.action {
            Action::Open => self.reopen(id)?,
            Action::Report => {}
            Action::Close => self.close(id),
        }
        // The model knows what that means in the endpoint's state.
        self.change(move |world| {
            world.endpoint_is_ready(id);
            world.endpoint_is_gone(id, clock::now());
        })
    }
}

fn action(state: &EndpointState, addresses: &[IpAddr], found: Option<&Found>) -> Option<Action> {
    match (state.is_alive(), found) {
        (true, None) => Some(Action::Open),
        (true, Some(it)) if it.has_ended || it.addresses != addresses => Some(Action::Open),
        (true, Some(_)) => is_in_progress(state).then_some(Action::Report),
        (false, Some(_)) => Some(Action::Close),
        (false, None) => (*state == EndpointState::DeleteInProgress).then_some(Action::Close),
    }
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

impl InstanceConnectEndpoints {
    fn change(&self, change: impl FnOnce(&mut World) + Send + 'static) -> anyhow::Result<()> {
        self.state.change_blocking(change).context("the endpoint's state could not be recorded")
    }

    fn reopen(&self, id: InstanceConnectEndpointId) -> anyhow::Result<()> {
        let had_ended = self.places.get(id).is_some_and(|place| place.has_ended());
        self.close(id);
        // One that ends by itself again and again is to be opened less and less often: its end is a failure.
        anyhow::ensure!(!had_ended, "the namespace of the endpoint has ended by itself");
        self.open(id).inspect_err(|error| {
            let reason = format!("{error:#}");
            // If this cannot be recorded either, the next attempt does.
            let _ = self.change(move |world| world.endpoint_could_not_be_made(id, reason, clock::now()));
        })
    }

    fn open(&self, id: InstanceConnectEndpointId) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let endpoint = world.instance_connect_endpoints.get(&id);
        let interface = endpoint.and_then(|endpoint| interface_of(&world, endpoint));
        let interface = interface.context("its network interface is gone")?;
        let subnet = world.network.subnets.get(&interface.subnet).context("its subnet is gone")?;
        let place = self.open_place(id, interface, subnet)?;
        self.watch(id, &place).inspect_err(|_| place.close(&self.backend.datapath))?;
        self.places.insert(id, place);
        Ok(())
    }

    fn open_place(
        &self,
        id: InstanceConnectEndpointId,
        interface: &NetworkInterface,
        subnet: &Subnet,
    ) -> anyhow::Result<Place> {
        let namespace = self.backend.host.network_namespace(&namespace_of(id, interface, subnet))?;
        let descriptor = namespace.tap.descriptor.try_clone()?;
        let (kind, mac) = (PortKind::Interface(interface.id), MacAddress(interface.mac.0));
        let port = self.backend.datapath.open(kind, mac, descriptor)?;
        let addresses = interface.addresses().collect();
        Ok(Place::new(namespace, port, addresses, Tunnels::new(&self.refusals)))
    }

    /// Looks again when a place's process has ended by itself.
    fn watch(&self, id: InstanceConnectEndpointId, place: &Place) -> std::io::Result<()> {
        let (waker, has_ended) = (self.waker.clone(), Arc::clone(&place.has_ended));
        ended::watch(place.namespace.ended(), id, move || {
            has_ended.store(true, Ordering::Release);
            waker.wake();
        })
    }

    fn close(&self, id: InstanceConnectEndpointId) {
        if let Some(place) = self.places.remove(id) {
            place.close(&self.backend.datapath);
        }
    }
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
        assert_eq!(planned(&world, &BTreeMap::new()), [(id, Action::Open)]);
        let found = as_it_should_be(&world);
        assert_eq!(planned(&world, &found), [(id, Action::Report)], "open, but nobody was told");
        world.endpoint_is_ready(id);
        assert_eq!(planned(&world, &found), []);
        assert_eq!(planned(&world, &BTreeMap::new()), [(id, Action::Open)], "after a restart");
        world.delete_instance_connect_endpoint(scope, id, NOW).unwrap();
        assert_eq!(planned(&world, &found), [(id, Action::Close)]);
        assert_eq!(planned(&world, &BTreeMap::new()), [(id, Action::Close)], "to be reported");
        world.endpoint_is_gone(id, NOW);
        assert_eq!(planned(&world, &BTreeMap::new()), []);
        assert_eq!(planned(&world, &found), [(id, Action::Close)]);
    }

    #[test]
    fn other_addresses_need_another_place_and_a_forgotten_endpoint_none() {
        let (mut world, _, id) = with_endpoint();
        world.endpoint_is_ready(id);
        let other = Found { addresses: vec!["10.0.0.99".parse().unwrap()], has_ended: false };
        let found = BTreeMap::from([(id, other)]);
        assert_eq!(planned(&world, &found), [(id, Action::Open)]);
        world.clear();
        assert_eq!(planned(&world, &found), [(id, Action::Close)]);
    }

    #[test]
    fn a_place_that_has_ended_is_opened_again() {
        let (mut world, _, id) = with_endpoint();
        world.endpoint_is_ready(id);
        let mut found = as_it_should_be(&world);
        found.get_mut(&id).unwrap().has_ended = true;
        assert_eq!(planned(&world, &found), [(id, Action::Open)]);
    }

    #[test]
    fn what_could_not_be_made_is_not_tried_again_unless_it_worked_before() {
        let (mut world, _, id) = with_endpoint();
        world.endpoint_could_not_be_made(id, "no more links".into(), NOW);
        assert_eq!(planned(&world, &BTreeMap::new()), []);
        let (mut world, _, id) = with_endpoint();
        world.endpoint_is_ready(id);
        world.endpoint_could_not_be_made(id, "no more links".into(), NOW);
        assert_eq!(planned(&world, &BTreeMap::new()), [(id, Action::Open)]);
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

    fn planned(
        world: &World,
        found: &BTreeMap<InstanceConnectEndpointId, Found>,
    ) -> Vec<(InstanceConnectEndpointId, Action)> {
        let steps = InstanceConnectEndpoints::plan(world, found);
        steps.into_iter().map(|(id, step)| (id, step.action)).collect()
    }

    /// A place for each endpoint.
    fn as_it_should_be(world: &World) -> BTreeMap<InstanceConnectEndpointId, Found> {
        let found = |it| Found { addresses: addresses_of(world, it), has_ended: false };
        world.instance_connect_endpoints.values().map(|it| (it.id, found(it))).collect()
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
            preserve_client_ip: false,
            tags: Tags::new(),
        };
        let id = world.create_instance_connect_endpoint(scope, new, NOW, ids).unwrap();
        (world, scope, id)
    }
}
