//! The interfaces that are logged, as they were when their packets passed.

use flowlog::Site;
use model::flow_log::FlowLog;
use model::{FlowLogId, NetworkInterfaceId, World};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The interfaces that are logged, and by which flow logs. One that is gone stays until the window is over in which it was.
#[derive(Default)]
pub(super) struct Known {
    generation: Option<u64>,
    /// What there is to say of each; of the next hops, too.
    pub(super) sites: BTreeMap<NetworkInterfaceId, Site>,
    /// By which flow logs they are logged.
    pub(super) logs: BTreeMap<NetworkInterfaceId, Vec<FlowLogId>>,
    /// All flow logs.
    pub(super) rows: BTreeMap<FlowLogId, Arc<FlowLog>>,
    gone: Vec<NetworkInterfaceId>,
}

impl Known {
    /// Whether nobody logs.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Looks at the network, if it is another one.
    pub(super) fn look(&mut self, world: &World) {
        let network = &world.network;
        if self.generation == Some(network.generation) {
            return;
        }
        self.generation = Some(network.generation);
        self.rows = network.flow_logs.iter().map(|(id, log)| (id, Arc::new(log.clone()))).collect();
        if self.rows.is_empty() {
            (self.sites, self.logs, self.gone) = Default::default();
            return;
        }
        self.gone = self.logs.keys().filter(|id| !network.network_interfaces.contains(id)).copied().collect();
        for interface in network.network_interfaces.values() {
            self.sites.insert(interface.id, Site::of(network, interface));
            let logs: Vec<_> = network.flow_logs_of(interface).map(|log| log.id).collect();
            match logs.is_empty() {
                true => drop(self.logs.remove(&interface.id)),
                false => drop(self.logs.insert(interface.id, logs)),
            }
        }
    }

    /// A window is over: what is gone has been told of.
    pub(super) fn forget_gone(&mut self) {
        for id in self.gone.drain(..) {
            self.sites.remove(&id);
            self.logs.remove(&id);
        }
    }
}
