//! Makes what is around the VPCs: the data plane, the namespaces that it leads to, and the services that listen there.

use datapath::Datapath;
use engine::{Engine, FlowLimits, Limits};
use guest::internet::{HTTP, HTTPS};
use guest::{PublicNames, internet, metadata};
use host::{AwsCli, Barrier, Host};
use model::World;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use crate::api::Api;
use crate::certificates::Authority;
use crate::clock;
use crate::config::Config;
use crate::consoles::Consoles;
use crate::controllers::Backend;
use crate::descriptors;
use crate::internet_ports;
use crate::internet_scanners;
use crate::internet_sites::{self, Sites};
use crate::laptop_api;
use crate::link_services::{self, LinkServices};
use crate::namespaces::{self, Servers};
use crate::places::{Places, Room};
use crate::public_resolver::{self, PublicResolver};
use crate::public_time;
use crate::refusals::Service;
use crate::running::Running;
use crate::service_endpoints;
use crate::writer::{Decides, State};

/// The port of time servers.
const NTP: u16 = 123;

/// Starts the data plane, which sees every change from here on.
pub(crate) fn backend(config: &Config, state: &State, names: &Arc<PublicNames>) -> anyhow::Result<Backend> {
    let authority = Arc::new(Authority::kept_in(&config.data, Arc::clone(names))?);
    let host = Host::new(&config.data, &config.program)?.with_nesting(config.nesting);
    let host = host.with_aws_cli(AwsCli::found(config.aws_cli.as_deref()));
    let host = Arc::new(host.trusting(authority.certificate().to_owned()));
    let seed = u64::from_le_bytes(clock::random());
    let minute_ms = u64::try_from(config.flow_log_minute.as_millis()).unwrap_or(u64::MAX);
    let limits =
        Limits { flows: FlowLimits { window_ms: minute_ms, ..FlowLimits::default() }, ..Limits::default() };
    let engine = Engine::new(state.snapshot(), Arc::clone(names), limits, seed);
    let datapath = Arc::new(Datapath::start(engine, Default::default())?);
    publish_to(&datapath, state);
    Ok(Backend { host, datapath, consoles: consoles(config, state), authority })
}

/// Has packets decided by the present snapshot and every later one.
pub fn publish_to(datapath: &Datapath, state: &State) {
    let datapath = datapath.clone();
    state.listen(Box::new(move |world, decides| match decides {
        Decides::Anew => datapath.publish(Arc::clone(world)),
        Decides::Alike => datapath.publish_alike(Arc::clone(world)),
    }));
}

/// What instances print; without a place to keep it they run all the same.
fn consoles(config: &Config, state: &State) -> Option<Arc<Consoles>> {
    let opened = Consoles::kept_in(&config.data);
    let failed = |error: &store::StoreError| tracing::warn!(%error, "what instances print is not kept");
    let consoles = Arc::new(opened.inspect_err(failed).ok()?);
    tokio::spawn(Arc::clone(&consoles).keep_house(state.clone()));
    Some(consoles)
}

/// Takes over the consoles that an earlier program kept beside the instances' disks.
fn adopt_consoles(backend: &Backend, world: &World) {
    let Some(consoles) = &backend.consoles else { return };
    for id in world.network.instances.values().map(|instance| instance.id) {
        let adopt = || -> anyhow::Result<()> {
            consoles.adopt(id, &backend.host.console_log(&id.to_string())?)?;
            Ok(backend.host.remove_console_log(&id.to_string())?)
        };
        if let Err(error) = adopt() {
            tracing::warn!(instance = %id, %error, "its console was not taken over");
        }
    }
}

/// Opens the namespaces around the VPCs, then lets the instances come up.
pub(crate) async fn open(
    running: Arc<Running>,
    api: Arc<Api>,
    backend: Option<Backend>,
) -> anyhow::Result<()> {
    if let Some(backend) = backend.clone() {
        let Backend { host, datapath, authority, .. } = backend.clone();
        let (world, names) = (running.state.snapshot(), Arc::clone(&running.names));
        let opened = tokio::task::spawn_blocking(move || -> anyhow::Result<(Servers, Vec<Barrier>)> {
            let kept: Vec<String> = world
                .network
                .instances
                .values()
                .filter(|it| it.state != model::InstanceState::Terminated)
                .map(|it| it.id.to_string())
                .collect();
            adopt_consoles(&backend, &world);
            backend.host.reconcile(&kept.iter().map(String::as_str).collect::<Vec<_>>())?;
            let boundary = backend.host.boundary()?;
            Ok((Servers::open(&backend.host, &backend.datapath, names.internet())?, boundary))
        });
        let (servers, boundary) = opened.await??;
        running.boundary.store(Some(Arc::new(boundary)));
        let tls = |protocols: &[&str]| Arc::clone(&authority).server(protocols).map(TlsAcceptor::from);
        let descriptors = descriptors::raise();
        let room = |total, share| Room { total: descriptors::part(total, descriptors), share };
        serve_namespaces(&running, &servers, &tls(&["http/1.1"])?, room)?;
        serve_endpoints(&running, Arc::clone(&api), &servers, &tls(&["h2", "http/1.1"])?, room)?;
        let all = move || servers.with_laptop(&host, &datapath, authority.certificate());
        let namespaces = tokio::task::spawn_blocking(all).await??;
        serve_laptop(&running, api, &namespaces.laptop, room);
        running.namespaces.store(Some(Arc::new(namespaces)));
        tokio::spawn(internet_scanners::knock_for_ever(Arc::clone(&running)));
    }
    let starting = Arc::clone(&running);
    let start = move || starting.controllers.start(&starting.state, backend, &starting.refusals);
    tokio::task::spawn_blocking(start).await?
}

fn serve_namespaces(
    running: &Arc<Running>,
    namespaces: &Servers,
    tls: &TlsAcceptor,
    room: impl Fn(usize, usize) -> Room,
) -> anyhow::Result<()> {
    let Some(datapath) = running.datapath.clone() else { return Ok(()) };
    let of_services = room(link_services::CONNECTIONS_MAX, link_services::CONNECTIONS_PER_INTERFACE_MAX);
    let services = LinkServices {
        state: running.state.clone(),
        datapath,
        names: Arc::clone(&running.names),
        tokens: Arc::new(metadata::TokenKey(clock::random())),
        credentials: running.root.role_credentials(),
        identity: Arc::clone(&running.identity),
        metadata_places: Places::new(Service::Metadata, of_services, Arc::clone(&running.refusals)),
        dns_places: Places::new(Service::Dns, of_services, Arc::clone(&running.refusals)),
    };
    for listener in listen(&namespaces.services, 80)? {
        tokio::spawn(services.clone().serve_metadata(listener));
    }
    for listener in listen(&namespaces.services, 53)? {
        tokio::spawn(services.clone().serve_dns(listener));
    }
    serve_internet(running, &namespaces.internet, tls, room)
}

/// The hosts of the internet.
fn serve_internet(
    running: &Arc<Running>,
    namespace: &host::NetworkNamespace,
    tls: &TlsAcceptor,
    room: impl Fn(usize, usize) -> Room,
) -> anyhow::Result<()> {
    let internet = running.names.internet();
    if let Some((host, to)) =
        internet_ports::forwards(internet).find(|(_, to)| to.port() == running.api.port())
    {
        anyhow::bail!("{} would lead to {to}, which is Hamlet's own API", host.name());
    }
    let of_sites = room(internet_sites::VISITORS_MAX, internet_sites::VISITORS_PER_ADDRESS_MAX);
    let places = Places::new(Service::Site, of_sites, Arc::clone(&running.refusals));
    let sites = Sites { names: Arc::clone(&running.names), places: Arc::clone(&places), tls: tls.clone() };
    for port in [HTTP, HTTPS] {
        for listener in listen(namespace, port)? {
            tokio::spawn(sites.clone().serve(listener));
        }
    }
    for host in internet.hosts() {
        for (port, service) in host.tcp() {
            for listener in bound(host, |address| namespace.listen_tcp((address, port).into()))? {
                let listener = TcpListener::from_std(listener)?;
                tokio::spawn(internet_ports::serve(listener, Arc::clone(&places), service.clone()));
            }
        }
        for (port, _) in host.udp() {
            for socket in bound(host, |address| namespace.bind_udp((address, port).into()))? {
                let socket = UdpSocket::from_std(socket)?;
                tokio::spawn(internet_ports::echo_datagrams(socket, Arc::clone(&running.refusals)));
            }
        }
    }
    serve_names_and_time(running, namespace, room)
}

/// Something at each of a host's addresses; for those of IPv4 alone where the kernel has no IPv6.
fn bound<T>(
    host: &guest::internet::Host,
    bind: impl Fn(IpAddr) -> Result<T, host::HostError>,
) -> Result<Vec<T>, host::HostError> {
    let all = host.addresses.iter().map(|address| (address, bind(*address)));
    all.filter(|(address, bound)| address.is_ipv4() || bound.is_ok()).map(|(_, bound)| bound).collect()
}

fn serve_names_and_time(
    running: &Arc<Running>,
    namespace: &host::NetworkNamespace,
    room: impl Fn(usize, usize) -> Room,
) -> anyhow::Result<()> {
    let internet = running.names.internet();
    let of_resolver = room(public_resolver::CONNECTIONS_MAX, public_resolver::CONNECTIONS_PER_ADDRESS_MAX);
    let resolver = PublicResolver {
        state: running.state.clone(),
        names: Arc::clone(&running.names),
        places: Places::new(Service::PublicDns, of_resolver, Arc::clone(&running.refusals)),
        refusals: Arc::clone(&running.refusals),
    };
    for address in internet.serving(&internet::Service::Dns) {
        let address = (address, 53).into();
        // A kernel without IPv6 has those of IPv4.
        let bound = namespace.bind_udp(address);
        if address.is_ipv6() && bound.is_err() {
            continue;
        }
        tokio::spawn(resolver.clone().serve_datagrams(UdpSocket::from_std(bound?)?));
        let listener = TcpListener::from_std(namespace.listen_tcp(address)?)?;
        tokio::spawn(resolver.clone().serve_connections(listener));
    }
    for address in internet.serving(&internet::Service::Time) {
        let time = UdpSocket::from_std(namespace.bind_udp((address, NTP).into())?)?;
        tokio::spawn(public_time::serve(time, Arc::clone(&running.refusals)));
    }
    Ok(())
}

/// AWS's services by their own names.
fn serve_endpoints(
    running: &Running,
    api: Arc<Api>,
    namespaces: &Servers,
    tls: &TlsAcceptor,
    room: impl Fn(usize, usize) -> Room,
) -> anyhow::Result<()> {
    let Some(datapath) = running.datapath.clone() else { return Ok(()) };
    let room = room(service_endpoints::CONNECTIONS_MAX, service_endpoints::CONNECTIONS_PER_ADDRESS_MAX);
    let places = Places::new(Service::Endpoint, room, Arc::clone(&running.refusals));
    for (port, tls) in [(80, None), (443, Some(tls.clone()))] {
        for listener in listen(&namespaces.aws, port)? {
            let (places, api) = (Arc::clone(&places), Arc::clone(&api));
            let datapath = Arc::clone(&datapath);
            tokio::spawn(service_endpoints::serve(listener, places, api, datapath, tls.clone()));
        }
    }
    Ok(())
}

/// The API on the laptop's own loopback. Without it, AWS's own names still lead there.
fn serve_laptop(
    running: &Running,
    api: Arc<Api>,
    laptop: &host::NetworkNamespace,
    room: impl Fn(usize, usize) -> Room,
) {
    let Some(address) = laptop_api::address(running.api) else { return };
    let listener = laptop.listen_tcp(address).map_err(anyhow::Error::from);
    let listener = match listener.and_then(|it| Ok(TcpListener::from_std(it)?)) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%address, %error, "the laptop has no API on its loopback"),
    };
    let room = room(laptop_api::CONNECTIONS_MAX, laptop_api::CONNECTIONS_MAX);
    let places = Places::new(Service::Endpoint, room, Arc::clone(&running.refusals));
    tokio::spawn(laptop_api::serve(listener, places, api));
}

/// A listener for each family; for IPv4 alone where the kernel has no IPv6.
fn listen(namespace: &host::NetworkNamespace, port: u16) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in namespaces::any(port) {
        match namespace.listen_tcp(address) {
            Ok(listener) => listeners.push(TcpListener::from_std(listener)?),
            Err(error) if address.is_ipv6() => tracing::warn!(%address, %error, "no IPv6 in a namespace"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(listeners)
}
