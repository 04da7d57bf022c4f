//! The instances that run, and their links.

use datapath::Datapath;
use engine::PortId;
use host::Running;
use model::{InstanceId, NetworkInterfaceId};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The instances that run, by identifier.
#[derive(Clone, Default)]
pub struct Machines(Arc<Mutex<BTreeMap<InstanceId, Arc<Machine>>>>);

/// A running instance and its links.
pub(super) struct Machine {
    pub(super) running: Running,
    /// The start that made it.
    pub(super) boot: u64,
    /// Whether its processes have ended by themselves.
    pub(super) has_ended: Arc<AtomicBool>,
    interfaces: Mutex<Vec<Connected>>,
    /// The addresses of its interfaces when it last began to look for them.
    looked_for: Mutex<Addresses>,
}

/// The addresses of an instance's interfaces.
pub(super) type Addresses = BTreeSet<(NetworkInterfaceId, IpAddr)>;

/// An interface that an instance has.
#[derive(Clone)]
pub(super) struct Connected {
    pub(super) id: NetworkInterfaceId,
    /// What the instance calls it.
    pub(super) name: String,
    pub(super) port: PortId,
}

/// What is known of an instance that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The start that made it.
    pub boot: u64,
    /// Its interfaces, in order.
    pub interfaces: Vec<NetworkInterfaceId>,
    /// The addresses of its interfaces when it last began to look for them.
    pub addresses: BTreeSet<(NetworkInterfaceId, IpAddr)>,
    /// Whether its processes have ended by themselves.
    pub has_ended: bool,
}

impl Machines {
    /// The first process of a running instance.
    pub fn pid(&self, id: InstanceId) -> Option<i32> {
        self.get(id).map(|machine| machine.running.init_pid)
    }

    /// What is known of each.
    pub(super) fn found(&self) -> BTreeMap<InstanceId, Found> {
        self.lock().iter().map(|(id, machine)| (*id, machine.found())).collect()
    }

    pub(super) fn get(&self, id: InstanceId) -> Option<Arc<Machine>> {
        self.lock().get(&id).cloned()
    }

    pub(super) fn insert(&self, id: InstanceId, machine: Machine) {
        self.lock().insert(id, Arc::new(machine));
    }

    pub(super) fn remove(&self, id: InstanceId) -> Option<Arc<Machine>> {
        self.lock().remove(&id)
    }

    /// Ends every instance at once, leaving their states as they are: they come back with the next start.
    pub fn kill_all(&self) {
        let machines = std::mem::take(&mut *self.lock()).into_values();
        let (alone, in_use): (Vec<_>, Vec<_>) = machines.map(Arc::try_unwrap).partition(Result::is_ok);
        Running::kill_all(alone.into_iter().flatten().map(|machine| machine.running).collect());
        // A step is still at these.
        in_use.into_iter().filter_map(Result::err).for_each(|machine| machine.running.kill());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InstanceId, Arc<Machine>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Machine {
    /// One whose links lead nowhere yet. When they do, it will find these addresses.
    pub(super) fn new(running: Running, boot: u64, addresses: Addresses) -> Machine {
        let (has_ended, interfaces) = (Arc::default(), Mutex::default());
        Machine { running, boot, has_ended, interfaces, looked_for: Mutex::new(addresses) }
    }

    /// Has it look for its addresses, which are these.
    pub(super) fn look_for(&self, addresses: Addresses) -> Result<(), host::HostError> {
        self.running.look_for_addresses()?;
        *self.looked_for() = addresses;
        Ok(())
    }

    fn looked_for(&self) -> MutexGuard<'_, Addresses> {
        self.looked_for.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> Found {
        Found {
            boot: self.boot,
            interfaces: self.interfaces().iter().map(|it| it.id).collect(),
            addresses: self.looked_for().clone(),
            has_ended: self.has_ended.load(Ordering::Acquire),
        }
    }

    /// The interfaces that it has, in order. Not to be held for long: whoever looks what there is waits for it.
    pub(super) fn interfaces(&self) -> MutexGuard<'_, Vec<Connected>> {
        self.interfaces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes its links.
    pub(super) fn disconnect(&self, datapath: &Datapath) {
        for interface in self.interfaces().iter() {
            datapath.close(interface.port);
        }
    }
}
