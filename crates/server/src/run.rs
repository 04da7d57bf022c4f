//! One run, from the first answer to the last process.

use anyhow::Context;
use arc_swap::ArcSwapOption;
use datapath::Datapath;
use engine::{Engine, Limits, PortKind, PortTable};
use guest::{PublicNames, metadata, public_names};
use host::{Barrier, Host};
use model::World;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket, UnixListener};
use tokio::sync::Notify;

use crate::admin;
use crate::api::Api;
use crate::body::Bodies;
use crate::callers::Callers;
use crate::clock;
use crate::config::{Auth, Config, Instances as Backing};
use crate::consoles::Consoles;
use crate::controllers::{Backend, Controllers};
use crate::credentials::AccessKey;
use crate::data_directory;
use crate::descriptors;
use crate::host_name::HostNames;
use crate::identity::Identity;
use crate::internet_sites;
use crate::link_services::{self, LinkServices};
use crate::listener;
use crate::local_users::LocalUsers;
use crate::namespaces::{self, Namespaces};
use crate::places::{Places, Room};
use crate::public_resolver::{self, PublicResolver};
use crate::refusal::RefusedRequests;
use crate::refusals::{Refusals, Service};
use crate::services;
use crate::spool::Spool;
use crate::writer::{Decides, State};

/// A Hamlet that answers.
pub struct Running {
    /// What it was told.
    pub config: Config,
    /// Where the API is served.
    pub api: SocketAddr,
    /// The key of the account's root.
    pub root: AccessKey,
    /// What identity documents are signed with.
    pub identity: Arc<Identity>,
    /// The network.
    pub state: State,
    /// What makes it real.
    pub controllers: Controllers,
    /// What the API refused.
    pub refused_requests: Arc<RefusedRequests>,
    /// What services have refused their callers.
    pub refusals: Arc<Refusals>,
    /// Says that the run is to end.
    pub quit: Notify,
    datapath: Option<Arc<Datapath>>,
    names: Arc<PublicNames>,
    namespaces: ArcSwapOption<Namespaces>,
    boundary: ArcSwapOption<Vec<Barrier>>,
}

impl Running {
    /// What moves packets, if anything does.
    pub fn datapath(&self) -> Option<Arc<Datapath>> {
        self.datapath.clone()
    }

    /// What the data plane counts; none when nothing moves packets.
    pub async fn data_plane(&self) -> Option<datapath::Status> {
        let datapath = self.datapath()?;
        tokio::task::spawn_blocking(move || datapath.status()).await.ok()
    }

    /// What stands between instances and this machine; nothing before it was looked at, or without machines.
    pub fn boundary(&self) -> Vec<Barrier> {
        self.boundary.load_full().map(|it| it.to_vec()).unwrap_or_default()
    }

    /// The links to the simulated internet, for questions.
    pub fn internet_ports(&self) -> PortTable {
        let mut ports = PortTable::default();
        for hosts in [namespaces::internet_hosts(), namespaces::laptop_hosts()] {
            ports.open(PortKind::Internet(hosts), model::MacAddress([2, 0, 0, 0, 0, 1]));
        }
        ports.open(PortKind::Services, model::MacAddress([2, 0, 0, 0, 0, 2]));
        ports
    }

    /// Forgets every resource of every account.
    pub async fn reset(&self) -> Result<(), store::StoreError> {
        self.state.change(|world| (crate::writer::Applied::Keep, world.clear())).await
    }
}

/// Runs until told to end. `ready` is called once the API answers.
pub fn run(config: Config, ready: impl FnOnce(&Running)) -> anyhow::Result<()> {
    refuse_open_to_others(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(serve(config, ready));
    runtime.shutdown_timeout(Duration::from_secs(1));
    result
}

fn refuse_open_to_others(config: &Config) -> anyhow::Result<()> {
    if config.auth == Auth::Open && !config.listen.ip().is_loopback() {
        anyhow::bail!(
            "{} can be reached from other machines, whose users --auth open cannot tell apart; \
             listen on 127.0.0.1 or use --auth strict",
            config.listen
        );
    }
    Ok(())
}

async fn serve(config: Config, ready: impl FnOnce(&Running)) -> anyhow::Result<()> {
    data_directory::secure(&config.data)?;
    let store = open_store(&config)?;
    let root = AccessKey::of(&config.data, config.account).context("the root access key cannot be kept")?;
    let state = State::open(store)?;
    let socket = TcpListener::bind(config.listen).await.with_context(|| taken(config.listen))?;
    let api_address = socket.local_addr()?;
    let consoles = Arc::<ArcSwapOption<Consoles>>::default();
    let callers = Callers::of(&config, &root);
    let refused_requests = Arc::new(RefusedRequests::default());
    let refusals = Arc::new(Refusals::default());
    let controllers = Controllers::default();
    let api = Api {
        config: config.clone(),
        callers,
        host_names: HostNames::of(&config.host_names)?,
        state: state.clone(),
        services: &services::ALL,
        descriptions: services::ALL.iter().map(|it| it.service).collect(),
        consoles: Arc::clone(&consoles),
        places: controllers.places.clone(),
        refused: Arc::clone(&refused_requests),
        bodies: Bodies::new(),
        spool: Spool::new(&config.data),
    };
    tokio::spawn(listener::accept(socket, LocalUsers::of(&config), Arc::new(api)));

    let names = Arc::new(PublicNames::simulated());
    let backend = match config.instances {
        Backing::None => None,
        Backing::Namespace => Some(backend(&config, &state, &names)?),
    };
    if let Some(backend) = &backend {
        consoles.store(backend.consoles.clone());
    }
    let running = Arc::new(Running {
        identity: Arc::new(Identity::kept_in(&config.data)),
        config,
        api: api_address,
        root,
        state,
        controllers,
        refused_requests,
        refusals,
        quit: Notify::new(),
        datapath: backend.as_ref().map(|backend| Arc::clone(&backend.datapath)),
        names,
        namespaces: ArcSwapOption::empty(),
        boundary: ArcSwapOption::empty(),
    });
    serve_admin(&running)?;
    ready(&running);
    let opening = tokio::spawn(open_network(Arc::clone(&running), backend));
    let result = until_told_to_end(&running, opening).await;
    tear_down(&running).await;
    result
}

fn open_store(config: &Config) -> anyhow::Result<Arc<dyn store::Store>> {
    let upgrade = Some(model::upgrade::upgrade as store::Upgrade);
    let options = store::Options { upgrade, ..store::Options::new(model::upgrade::FORMAT) };
    let store = store::Redb::open(&config.data, options)?;
    if let Some(store::FellBack { noted, found }) = store.fell_back() {
        tracing::warn!(
            "the store in {} was damaged: it goes on from revision {found}, and what was changed after that, up to \
             revision {noted}, is lost",
            config.data.display()
        );
    }
    Ok(Arc::new(store))
}

fn taken(address: SocketAddr) -> String {
    format!("{address} cannot be listened on; choose another with --listen, or stop what uses it")
}

fn backend(config: &Config, state: &State, names: &Arc<PublicNames>) -> anyhow::Result<Backend> {
    let host = Arc::new(Host::new(&config.data, &config.program)?.with_nesting(config.nesting));
    let seed = u64::from_le_bytes(clock::random());
    let engine = Engine::new(state.snapshot(), Arc::clone(names), Limits::default(), seed);
    let datapath = Arc::new(Datapath::start(engine, Default::default())?);
    let publish = Arc::clone(&datapath);
    state.listen(Box::new(move |world, decides| match decides {
        Decides::Anew => publish.publish(Arc::clone(world)),
        Decides::Alike => publish.publish_alike(Arc::clone(world)),
    }));
    // A change between the engine's snapshot and the listener would be lost otherwise.
    datapath.publish(state.snapshot());
    Ok(Backend { host, datapath, consoles: consoles(config, state) })
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

fn serve_admin(running: &Arc<Running>) -> anyhow::Result<()> {
    let path = admin::socket(&running.config.data);
    // The store's lock says that nobody else uses the data directory, so a socket that is there is a leftover.
    let _ = std::fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).with_context(|| format!("{} cannot be listened on", path.display()))?;
    tokio::spawn(admin::serve(listener, Arc::clone(running)));
    Ok(())
}

/// Opens the namespaces around the VPCs, then lets the instances come up.
async fn open_network(running: Arc<Running>, backend: Option<Backend>) -> anyhow::Result<()> {
    if let Some(backend) = backend.clone() {
        let world = running.state.snapshot();
        let opened = tokio::task::spawn_blocking(move || -> anyhow::Result<(Namespaces, Vec<Barrier>)> {
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
            Ok((Namespaces::open(&backend.host, &backend.datapath)?, boundary))
        });
        let (namespaces, boundary) = opened.await??;
        running.boundary.store(Some(Arc::new(boundary)));
        serve_namespaces(&running, &namespaces)?;
        running.namespaces.store(Some(Arc::new(namespaces)));
    }
    let starting = Arc::clone(&running);
    let start = move || starting.controllers.start(&starting.state, backend, &starting.refusals);
    tokio::task::spawn_blocking(start).await?
}

fn serve_namespaces(running: &Arc<Running>, namespaces: &Namespaces) -> anyhow::Result<()> {
    let Some(datapath) = running.datapath.clone() else { return Ok(()) };
    let descriptors = descriptors::raise();
    let room = |total, share| Room { total: descriptors::part(total, descriptors), share };
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
    let of_sites = room(internet_sites::VISITORS_MAX, internet_sites::VISITORS_PER_ADDRESS_MAX);
    let visitors = Places::new(Service::Site, of_sites, Arc::clone(&running.refusals));
    for listener in listen(&namespaces.internet, 80)? {
        tokio::spawn(internet_sites::serve(listener, Arc::clone(&visitors)));
    }
    let of_resolver = room(public_resolver::CONNECTIONS_MAX, public_resolver::CONNECTIONS_PER_ADDRESS_MAX);
    let resolver = PublicResolver {
        state: running.state.clone(),
        names: Arc::clone(&running.names),
        places: Places::new(Service::PublicDns, of_resolver, Arc::clone(&running.refusals)),
        refusals: Arc::clone(&running.refusals),
    };
    let address = (public_names::DNS, 53).into();
    let socket = UdpSocket::from_std(namespaces.internet.bind_udp(address)?)?;
    tokio::spawn(resolver.clone().serve_datagrams(socket));
    let listener = TcpListener::from_std(namespaces.internet.listen_tcp(address)?)?;
    tokio::spawn(resolver.serve_connections(listener));
    Ok(())
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

async fn until_told_to_end(
    running: &Running,
    opening: tokio::task::JoinHandle<anyhow::Result<()>>,
) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let opened = async {
        match opening.await {
            Ok(Ok(())) => std::future::pending().await,
            Ok(Err(error)) => error,
            Err(error) => error.into(),
        }
    };
    tokio::select! {
        () = running.quit.notified() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
        error = opened => Err(error),
    }
}

async fn tear_down(running: &Arc<Running>) {
    let _ = std::fs::remove_file(admin::socket(&running.config.data));
    let ending = Arc::clone(running);
    let ended = tokio::task::spawn_blocking(move || {
        ending.controllers.quit();
        if let Some(namespaces) = ending.namespaces.swap(None) {
            namespaces.laptop.kill();
            namespaces.internet.kill();
            namespaces.services.kill();
        }
    });
    let _ = ended.await;
}
