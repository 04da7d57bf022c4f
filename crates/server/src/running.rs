//! A run, for those who ask about it: what it was told, what it has.

use arc_swap::ArcSwapOption;
use cloudwatch::Metrics;
use datapath::Datapath;
use engine::{PortKind, PortTable};
use guest::PublicNames;
use host::Barrier;
use model::World;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

use crate::authorization::Ledger;
use crate::config::Config;
use crate::controllers::Controllers;
use crate::credentials::AccessKey;
use crate::flow_logs::FlowLogCounters;
use crate::identity::Identity;
use crate::internet_scanners::Scanners;
use crate::names::Directory;
use crate::namespaces::{self, Namespaces};
use crate::refusal::RefusedRequests;
use crate::refusals::Refusals;
use crate::trail::Trail;
use crate::web_console::Entrance;
use crate::writer::{Applied, State};

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
    /// What policies have decided lately.
    pub(crate) ledger: Arc<Ledger>,
    /// What services have refused their callers.
    pub refusals: Arc<Refusals>,
    /// What became of flow logs' records.
    pub(crate) flow_logs: Arc<FlowLogCounters>,
    /// Strangers on the internet.
    pub(crate) scanners: Scanners,
    /// CloudWatch's numbers.
    pub(crate) metrics: Arc<Metrics>,
    /// Who did what.
    pub trail: Arc<Trail>,
    /// Who may use the web console.
    pub entrance: Arc<Entrance>,
    /// Says that the run is to end.
    pub quit: Notify,
    pub(crate) datapath: Option<Arc<Datapath>>,
    pub(crate) names: Arc<PublicNames>,
    pub(crate) namespaces: Arc<ArcSwapOption<Namespaces>>,
    pub(crate) boundary: ArcSwapOption<Vec<Barrier>>,
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

    /// Where names are looked up.
    pub fn directory<'a>(&'a self, world: &'a World) -> Directory<'a> {
        Directory { world, internet: self.names.internet() }
    }

    /// The links to the simulated internet, for questions.
    pub fn internet_ports(&self) -> PortTable {
        let mut ports = PortTable::default();
        let internet = namespaces::internet_hosts(self.names.internet());
        for hosts in [internet, namespaces::aws_hosts(), namespaces::laptop_hosts()] {
            ports.open(PortKind::Internet(hosts), model::MacAddress([2, 0, 0, 0, 0, 1]));
        }
        ports.open(PortKind::Services, model::MacAddress([2, 0, 0, 0, 0, 2]));
        ports
    }

    /// Forgets every resource of every account.
    pub async fn reset(&self) -> Result<(), store::StoreError> {
        self.metrics.clear();
        self.state.change(|world| (Applied::Keep, world.clear())).await
    }
}
