//! Instances in `hamlet status`.

use model::{Instance, NetworkInterface, World};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::running::Running;

/// One instance in `hamlet status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstanceStatus {
    /// `i-…`
    pub id: String,
    /// Its Name tag.
    pub name: Option<String>,
    /// Its state.
    pub state: String,
    /// Its Region.
    pub region: String,
    /// Its account.
    pub account: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet.
    pub subnet: String,
    /// Its primary private address.
    pub private_ip: Option<IpAddr>,
    /// Its public address.
    pub public_ip: Option<IpAddr>,
    /// Its first process, when it runs.
    pub pid: Option<i32>,
    /// The key pair it was launched with.
    pub key_name: Option<String>,
    /// Whom one logs in as, unless one says otherwise: as its image has it.
    #[serde(default)]
    pub user: Option<String>,
    /// Why it is not as it should be, while what is to be done for it fails.
    #[serde(default)]
    pub problem: Option<String>,
}

/// Those that are not terminated.
pub(super) fn all(world: &World, running: &Running) -> Vec<InstanceStatus> {
    let instances =
        world.network.instances.values().filter(|it| it.state != model::InstanceState::Terminated);
    instances.map(|it| instance_status(world, running, it)).collect()
}

fn instance_status(world: &World, running: &Running, instance: &Instance) -> InstanceStatus {
    let primary = instance.interfaces.first().and_then(|id| world.network.network_interfaces.get(id));
    InstanceStatus {
        id: instance.id.to_string(),
        name: model::tags::name(&instance.tags).map(str::to_owned),
        state: instance.state.name().to_owned(),
        region: instance.scope.region.to_string(),
        account: instance.scope.account.to_string(),
        vpc: primary.map(|it| it.vpc.to_string()).unwrap_or_default(),
        subnet: primary.map(|it| it.subnet.to_string()).unwrap_or_default(),
        private_ip: primary.and_then(|it| it.addresses().next()),
        public_ip: primary.and_then(public_address),
        pid: running.controllers.machines.pid(instance.id),
        key_name: instance.key_name.clone(),
        user: world.image_of(instance).distribution().users.first().map(|&user| user.to_owned()),
        problem: running.controllers.problem_of_instance(instance.id),
    }
}

fn public_address(interface: &NetworkInterface) -> Option<IpAddr> {
    interface.primary_address().and_then(|own| interface.public_address_of(own)).map(IpAddr::V4)
}
