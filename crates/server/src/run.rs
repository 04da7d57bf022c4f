//! One run, from the first answer to the last process.

use anyhow::Context;
use arc_swap::ArcSwapOption;
use awsproto::Beside;
use awsproto::delivery::{Courier, Couriers};
use cloudwatch::Metrics;
use guest::PublicNames;
use logs::Events;
use sns::Publishing;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::api::Api;
use crate::authorization::Ledger;
use crate::body::Bodies;
use crate::buckets;
use crate::callers::Callers;
use crate::config::{Auth, Config, Instances};
use crate::confirmations;
use crate::consoles::Consoles;
use crate::controllers::Controllers;
use crate::couriers::ToTopicsAndQueues;
use crate::credentials::AccessKey;
use crate::data_directory;
use crate::flow_logs::{FlowLogCounters, FlowLogs};
use crate::host_name::HostNames;
use crate::identity::Identity;
use crate::internet_scanners::Scanners;
use crate::listener;
use crate::local_users::LocalUsers;
use crate::log_events;
use crate::log_exports::LogExports;
use crate::metrics;
use crate::namespaces::{Namespaces, Servers};
use crate::network_metrics::NetworkMetrics;
use crate::notification_signing::{NotificationSigning, Notifications};
use crate::queues::{self, ToQueues};
use crate::refusal::RefusedRequests;
use crate::refusals::Refusals;
use crate::running::Running;
use crate::services;
use crate::spool::Spool;
use crate::surroundings;
use crate::trail::Trail;
use crate::uses::Uses;
use crate::web_console::Entrance;
use crate::writer::State;

/// Runs until told to end. `ready` is called once the API answers; what it returns is dropped when the end begins.
pub fn run<T>(config: Config, ready: impl FnOnce(&Arc<Running>) -> anyhow::Result<T>) -> anyhow::Result<()> {
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

async fn serve<T>(
    config: Config,
    ready: impl FnOnce(&Arc<Running>) -> anyhow::Result<T>,
) -> anyhow::Result<()> {
    data_directory::secure(&config.data)?;
    let store = open_store(&config)?;
    let root = AccessKey::of(&config.data, config.account).context("the root access key cannot be kept")?;
    let state = State::open(store, config.quotas.clone(), config.region)?;
    let socket = TcpListener::bind(config.listen).await.with_context(|| taken(config.listen))?;
    let api_address = socket.local_addr()?;
    let consoles = Arc::<ArcSwapOption<Consoles>>::default();
    let namespaces = Arc::<ArcSwapOption<Namespaces>>::default();
    let callers = Callers::of(&config, &root);
    let refused_requests = Arc::new(RefusedRequests::default());
    let refusals = Arc::new(Refusals::default());
    let ledger = Arc::new(Ledger::default());
    let controllers = Controllers::default();
    let trail = Trail::kept_in(&config.data);
    let uses = Arc::new(Uses::default());
    let entrance = Arc::new(Entrance::default());
    tokio::spawn(Arc::clone(&uses).write_down_for_ever(state.clone()));
    let notifications = Arc::new(NotificationSigning::kept_in(&config.data));
    let measured = Arc::<Metrics>::default();
    tokio::spawn(metrics::keep_house_for_ever(Arc::clone(&measured)));
    let (beside, courier) = beside(&config, &state, &measured);
    let signer = Arc::new(Notifications(Arc::clone(&notifications)));
    let publishing = Arc::new(Publishing::new(courier.clone(), signer));
    let courier = courier.map(|it| to_everybody(&state, &publishing, it));
    let events = beside.get::<Events>().ok();
    let flow_logs = Arc::<FlowLogCounters>::default();
    let api = Api {
        config: config.clone(),
        callers,
        host_names: HostNames::of(&config.host_names)?,
        state: state.clone(),
        services: services::ALL,
        descriptions: services::descriptions(),
        consoles: Arc::clone(&consoles),
        places: controllers.places.clone(),
        refused: Arc::clone(&refused_requests),
        ledger: Arc::clone(&ledger),
        standings: Default::default(),
        bodies: Bodies::new(),
        spool: Spool::new(&config.data),
        trail: Arc::clone(&trail),
        uses: Arc::clone(&uses),
        s3: buckets::service(&config.data, &state, courier),
        notifications: Arc::clone(&notifications),
        beside: beside.with(Arc::clone(&publishing)),
        entrance: Arc::clone(&entrance),
        terminals: Default::default(),
        namespaces: Arc::clone(&namespaces),
    };
    let api = Arc::new(api);
    tokio::spawn(confirmations::ask_for_ever(publishing, state.clone()));
    if let Some(s3) = api.s3.clone() {
        tokio::spawn(buckets::keep_house_for_ever(s3.clone()));
        if let Some(events) = events.clone() {
            let exporting = LogExports { state: state.clone(), events, s3: s3.clone() };
            tokio::spawn(exporting.work_for_ever());
        }
        tokio::spawn(async move { s3.tell_for_ever().await });
    }
    tokio::spawn(listener::accept(socket, LocalUsers::of(&config), Arc::clone(&api)));

    let names = Arc::new(PublicNames::of(config.internet.clone()));
    let backend = match config.instances {
        Instances::None => None,
        Instances::Namespace => Some(surroundings::backend(&config, &state, &names)?),
    };
    if let Some(backend) = &backend {
        consoles.store(backend.consoles.clone());
        let delivering = FlowLogs {
            state: state.clone(),
            datapath: Arc::clone(&backend.datapath),
            events,
            s3: api.s3.clone(),
            counters: Arc::clone(&flow_logs),
            minute: config.flow_log_minute,
        };
        tokio::spawn(delivering.deliver_for_ever());
        let counting = NetworkMetrics {
            state: state.clone(),
            datapath: Arc::clone(&backend.datapath),
            metrics: Arc::clone(&measured),
            minute: config.flow_log_minute,
        };
        tokio::spawn(counting.take_for_ever());
    }
    let running = Arc::new(Running {
        identity: Arc::new(Identity::kept_in(&config.data)),
        config,
        api: api_address,
        root,
        state,
        controllers,
        refused_requests,
        ledger,
        refusals,
        flow_logs,
        scanners: Scanners::default(),
        metrics: measured,
        trail,
        entrance,
        quit: Notify::new(),
        datapath: backend.as_ref().map(|backend| Arc::clone(&backend.datapath)),
        names,
        namespaces,
        boundary: ArcSwapOption::empty(),
    });
    let until_the_end = ready(&running)?;
    let opening = tokio::spawn(surroundings::open(Arc::clone(&running), api, backend));
    let result = until_told_to_end(&running, opening).await;
    drop(until_the_end);
    tear_down(running).await;
    result
}

/// What services keep beside the state, who sees to it, and who brings to queues what others send.
fn beside(config: &Config, state: &State, measured: &Arc<Metrics>) -> (Beside, Option<Arc<dyn Courier>>) {
    let mut beside = Beside::default().with(Arc::clone(measured));
    if let Some(events) = log_events::events(&config.data, measured) {
        tokio::spawn(log_events::keep_house_for_ever(Arc::clone(&events), state.clone()));
        let queries = logs::Queries::new(Arc::clone(&events), log_events::seed());
        beside = beside.with(events).with(Arc::new(queries));
    }
    let Some(messages) = queues::messages(&config.data) else { return (beside, None) };
    tokio::spawn(queues::keep_house_for_ever(Arc::clone(&messages), state.clone()));
    tokio::spawn(queues::move_for_ever(Arc::clone(&messages), state.clone()));
    let courier = ToQueues { state: state.clone(), messages: Arc::clone(&messages) };
    let courier: Arc<dyn Courier> = Arc::new(courier);
    let couriers = Couriers(Arc::clone(&courier));
    (beside.with(messages).with(Arc::new(couriers)), Some(courier))
}

/// Who brings to topics, too.
fn to_everybody(
    state: &State,
    publishing: &Arc<Publishing>,
    to_queues: Arc<dyn Courier>,
) -> Arc<dyn Courier> {
    Arc::new(ToTopicsAndQueues { state: state.clone(), publishing: Arc::clone(publishing), to_queues })
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

async fn tear_down(running: Arc<Running>) {
    let ended = tokio::task::spawn_blocking(move || {
        running.controllers.quit();
        running.trail.end();
        if let Some(namespaces) = running.namespaces.swap(None) {
            namespaces.laptop.kill();
            let Servers { services, internet, aws } = &namespaces.servers;
            [services, internet, aws].into_iter().for_each(host::NetworkNamespace::kill);
        }
    });
    let _ = ended.await;
}
