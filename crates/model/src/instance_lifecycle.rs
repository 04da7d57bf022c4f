//! What happens to an instance: launched, started, stopped, rebooted, terminated, and forgotten.
//!
//! Follows "Amazon EC2 instance state changes" (EC2 User Guide). Users say what they want (`launch_instance`,
//! `stop_instance`, …), which leaves the instance pending, stopping or shutting down. Whoever runs instances makes it
//! so and reports back (`instance_is_running`, …). No hibernation, no Spot.
//!
//! ```text
//!  launch          running report            stop          stopped report
//! --------> Pending ------------> Running ---------> Stopping ----------> Stopped
//!              ^                     |                                      | |
//!              |                     | terminate                      start | | terminate
//!              +---------------------|--------------------------------------+ |
//!                                    v              terminated report         v
//!                               ShuttingDown --------------------------> Terminated -- after an hour --> forgotten
//! ```

use crate::cpu_options::CpuOptions;
use crate::iam_id::InstanceProfileId;
use crate::ids::*;
use crate::image::Image;
use crate::instance::{
    Instance, MaintenanceOptions, MetadataOptions, PushedKey, ShutdownBehavior, StateReason,
};
use crate::instance_profile_association::InstanceProfileAssociation;
use crate::instance_state::InstanceState;
use crate::instance_type::InstanceType;
use crate::link::Link;
use crate::network_interface::{
    Device, NetworkInterface, NewNetworkInterface, check_address_count, check_interface_count,
};
use crate::place::{Scope, Zone};
use crate::placement_group::{InstancePlacement, WantedPlacement};
use crate::quotas::Quota;
use crate::refusal::{
    ElasticIpRefusal, InstanceRefusal, NetworkInterfaceRefusal, Refusal, SubnetRefusal, VolumeRefusal,
    VpcRefusal, Wanted,
};
use crate::subnet::Subnet;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::volume::{NewVolume, VolumeAttachment};
use crate::world::World;

/// How long a terminated instance is still shown.
const TERMINATED_VISIBLE_MS: i64 = 60 * 60 * 1000;
/// How many keys can be waiting at an instance at once; the oldest gives way.
const PUSHED_KEYS_MAX: usize = 20;

/// One instance to be launched.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The launch that it is part of.
    pub reservation: ReservationId,
    /// Position within that launch.
    pub launch_index: u32,
    /// The image.
    pub image: Image,
    /// The type.
    pub instance_type: &'static InstanceType,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// Interfaces, the primary one first.
    pub interfaces: Vec<LaunchInterface>,
    /// User data, decoded from base64.
    pub user_data: Vec<u8>,
    /// How metadata can be read.
    pub metadata_options: MetadataOptions,
    /// `DisableApiTermination`.
    pub disable_api_termination: bool,
    /// `DisableApiStop`.
    pub disable_api_stop: bool,
    /// What a shutdown from inside does.
    pub shutdown_behavior: ShutdownBehavior,
    /// Detailed monitoring.
    pub monitoring: bool,
    /// EBS optimization.
    pub ebs_optimized: bool,
    /// The IAM instance profile.
    pub instance_profile: Option<InstanceProfileId>,
    /// Where it has the volume that it starts from.
    pub root_device: String,
    /// Volumes that are made for it.
    pub volumes: Vec<LaunchVolume>,
    /// How processor credits are spent; by the type when `None`.
    pub cpu_credits: Option<String>,
    /// Cores and threads; by the type when `None`.
    pub cpu_options: Option<CpuOptions>,
    /// Where it is to be placed.
    pub placement: WantedPlacement,
    /// What may be done to it without asking.
    pub maintenance: MaintenanceOptions,
    /// The token that makes the launch idempotent.
    pub client_token: String,
    /// Tags.
    pub tags: Tags,
}

/// A volume of an instance to be launched.
#[derive(Clone, Debug)]
pub struct LaunchVolume {
    /// Where the instance has it.
    pub device: String,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// What it is to be.
    pub volume: NewVolume,
}

/// An interface of an instance to be launched.
#[derive(Clone, Debug)]
pub struct LaunchInterface {
    /// Its position.
    pub device_index: u16,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// New, or one that is there.
    pub source: InterfaceSource,
}

/// Where a launched instance's interface comes from.
#[derive(Clone, Debug)]
pub enum InterfaceSource {
    /// Made for the instance.
    New {
        /// What it is to be.
        interface: Box<NewNetworkInterface>,
        /// Whether AWS lends it a public address; `None` leaves it to the subnet.
        public_address: Option<bool>,
    },
    /// There already.
    Existing(NetworkInterfaceId),
}

/// What can be changed about an instance, one at a time.
#[derive(Clone, Debug)]
pub enum InstanceAttribute {
    /// The type; the instance must be stopped.
    InstanceType(&'static InstanceType),
    /// User data; the instance must be stopped.
    UserData(Vec<u8>),
    /// `DisableApiTermination`.
    DisableApiTermination(bool),
    /// `DisableApiStop`.
    DisableApiStop(bool),
    /// What a shutdown from inside does.
    ShutdownBehavior(ShutdownBehavior),
    /// EBS optimization; the instance must be stopped.
    EbsOptimized(bool),
    /// Detailed monitoring.
    Monitoring(bool),
    /// How metadata can be read.
    MetadataOptions(MetadataOptions),
    /// Source and destination check of its only interface.
    SourceDestCheck(bool),
    /// Groups of its only interface.
    Groups(Vec<SecurityGroupId>),
    /// Whether volumes go with the instance, by their devices.
    DeleteOnTermination(Vec<(String, bool)>),
    /// How processor credits are spent.
    CpuCredits(String),
    /// Cores and threads; the instance must be stopped.
    CpuOptions(CpuOptions),
    /// Where it is placed, which was found to be possible; the instance must be stopped.
    Placement(InstancePlacement),
    /// What may be done to it without asking.
    Maintenance(MaintenanceOptions),
}

/// An instance's state before and after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The instance.
    pub instance: InstanceId,
    /// Before.
    pub previous: InstanceState,
    /// After.
    pub current: InstanceState,
}

/// What users ask for.
impl World {
    /// An instance of this scope, also one that was terminated lately.
    pub fn instance(&self, scope: Scope, id: InstanceId) -> Result<&Instance, Refusal> {
        self.network.instances.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// The subnet of a launch that names none: a default one, in `zone` if the user wants a certain one.
    pub fn default_subnet_for_launch(&self, scope: Scope, zone: Option<Zone>) -> Result<&Subnet, Refusal> {
        let vpc = self.default_vpc(scope).ok_or(VpcRefusal::NoDefault)?;
        self.network
            .subnets
            .values()
            .filter(|subnet| subnet.vpc == vpc.id && subnet.default_for_zone)
            .filter(|subnet| zone.is_none_or(|zone| subnet.zone == zone))
            .max_by_key(|subnet| (self.available_addresses(subnet.id), std::cmp::Reverse(subnet.zone)))
            .ok_or(SubnetRefusal::NoDefault(vpc.id).into())
    }

    /// Launches an instance: it is pending, with its interfaces and private addresses.
    pub fn launch_instance(
        &mut self,
        scope: Scope,
        launch: Launch,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<InstanceId, Refusal> {
        self.check_quota(scope, Quota::Instances, self.network.instances.count_linked(Link::Counted(scope)))?;
        let key = match &launch.key_name {
            Some(name) => Some(self.key_pair_named(scope, name)?.public_key.clone()),
            None => None,
        };
        check_interface_count(launch.instance_type.name, launch.interfaces.len())?;
        let id = ids.fresh();
        let interfaces = self.interfaces_for_launch(scope, id, &launch, ids)?;
        let primary = interfaces.first().map(|(interface, _)| interface.clone());
        let primary = primary.expect("a launch has at least its primary interface");
        if let Some(options) = launch.cpu_options {
            options.check(launch.instance_type)?;
        }
        let placement = self.placement_for_launch(
            scope,
            launch.placement,
            launch.instance_type,
            primary.zone,
            primary.vpc,
        )?;
        let by_type = self.default_cpu_credits(scope, launch.instance_type);
        let cpu_credits = launch.cpu_credits.clone().or(by_type);
        let profile = launch.instance_profile.and_then(|profile| self.instance_profiles.get(&profile));
        let partition = scope.region.partition();
        let association =
            profile.map(|profile| InstanceProfileAssociation::with(profile, partition, ids, now));
        let volumes = launch.volumes.clone();
        let instance = instance_of(id, scope, launch, key, &primary, now);
        let instance = Instance { profile_association: association, placement, cpu_credits, ..instance };
        self.network.instances.insert(id, instance);
        for (interface, device) in interfaces {
            self.attach(interface.id, id, device, now, ids);
        }
        for volume in volumes {
            self.launch_volume(scope, id, volume, ids, now)?;
        }
        self.lend_public_address(id, ids)?;
        Ok(id)
    }

    fn launch_volume(
        &mut self,
        scope: Scope,
        instance: InstanceId,
        wanted: LaunchVolume,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let LaunchVolume { device, delete_on_termination, volume } = wanted;
        let zone = self.instance(scope, instance)?.zone;
        let id = self.create_volume(scope, zone, volume, ids, now)?;
        self.hold_volume(id, VolumeAttachment { instance, device, delete_on_termination, attached: now })
    }

    /// Makes, or finds, the interfaces of a launch.
    fn interfaces_for_launch(
        &mut self,
        scope: Scope,
        instance: InstanceId,
        launch: &Launch,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<(NetworkInterface, Device)>, Refusal> {
        let mut interfaces: Vec<(NetworkInterface, Device)> = Vec::new();
        for wanted in &launch.interfaces {
            let interface = self.interface_for_launch(scope, wanted, launch.interfaces.len() == 1, ids)?;
            check_address_count(launch.instance_type.name, &interface)?;
            if interfaces.iter().any(|(_, device)| device.index == wanted.device_index) {
                return Err(NetworkInterfaceRefusal::DeviceIndexTaken(instance, wanted.device_index).into());
            }
            if interfaces.iter().any(|(other, _)| other.zone != interface.zone) {
                return Err(NetworkInterfaceRefusal::OtherZone(interface.id, instance).into());
            }
            let delete_on_termination = wanted.delete_on_termination;
            interfaces.push((interface, Device { index: wanted.device_index, delete_on_termination }));
        }
        interfaces.sort_by_key(|(_, device)| device.index);
        Ok(interfaces)
    }

    fn interface_for_launch(
        &mut self,
        scope: Scope,
        wanted: &LaunchInterface,
        is_only_one: bool,
        ids: &mut Ids<'_>,
    ) -> Result<NetworkInterface, Refusal> {
        let id = match &wanted.source {
            InterfaceSource::Existing(id) => *id,
            InterfaceSource::New { interface, public_address } => {
                let by_subnet = self.subnet(scope, interface.subnet)?.map_public_ip_on_launch;
                let id = self.create_network_interface(scope, (**interface).clone(), ids)?;
                let lend = is_only_one && public_address.unwrap_or(by_subnet);
                self.update_network_interface(id, |interface| interface.auto_assign_public_ip = lend);
                id
            }
        };
        let interface = self.users_network_interface(scope, id)?;
        match interface.attachment {
            Some(_) => Err(NetworkInterfaceRefusal::InUse(id).into()),
            None => Ok(interface.clone()),
        }
    }

    /// Starts a stopped instance. One that is up stays as it is.
    pub fn start_instance(
        &mut self,
        scope: Scope,
        id: InstanceId,
        ids: &mut Ids<'_>,
        now: Timestamp,
    ) -> Result<StateChange, Refusal> {
        let previous = self.instance(scope, id)?.state;
        match previous {
            InstanceState::Pending | InstanceState::Running => return Ok(unchanged(id, previous)),
            InstanceState::Stopped => {
                self.check_root_volume(id)?;
                self.check_room_in_group(self.instance(scope, id)?)?;
            }
            InstanceState::Stopping | InstanceState::ShuttingDown | InstanceState::Terminated => {
                return Err(InstanceRefusal::State(id, previous, Wanted::Start).into());
            }
        }
        self.change(id, |instance| {
            instance.state = InstanceState::Pending;
            instance.state_reason = None;
            instance.transition = None;
            instance.launched = now;
            instance.boot += 1;
        });
        self.lend_public_address(id, ids)?;
        Ok(StateChange { instance: id, previous, current: InstanceState::Pending })
    }

    fn check_root_volume(&self, id: InstanceId) -> Result<(), Refusal> {
        let instance = self.network.instances.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        match self.volume_at(id, &instance.root_device) {
            Some(_) => Ok(()),
            None => Err(VolumeRefusal::NoRoot(id, instance.root_device.clone()).into()),
        }
    }

    /// Stops a running instance. One that is stopped, or on its way there, stays as it is.
    pub fn stop_instance(
        &mut self,
        scope: Scope,
        id: InstanceId,
        now: Timestamp,
    ) -> Result<StateChange, Refusal> {
        let instance = self.instance(scope, id)?;
        let previous = instance.state;
        match previous {
            InstanceState::Stopping | InstanceState::Stopped => return Ok(unchanged(id, previous)),
            InstanceState::Running if instance.disable_api_stop => {
                return Err(InstanceRefusal::StopDisabled(id).into());
            }
            InstanceState::Running => {}
            InstanceState::Pending | InstanceState::ShuttingDown | InstanceState::Terminated => {
                return Err(InstanceRefusal::State(id, previous, Wanted::Stop).into());
            }
        }
        self.leave(id, InstanceState::Stopping, StateReason::UserInitiatedShutdown, now);
        Ok(StateChange { instance: id, previous, current: InstanceState::Stopping })
    }

    /// Reboots a running instance; it stays `running` and keeps all its addresses.
    pub fn reboot_instance(&mut self, scope: Scope, id: InstanceId) -> Result<(), Refusal> {
        let state = self.instance(scope, id)?.state;
        match state {
            InstanceState::Running => self.change(id, |instance| instance.boot += 1),
            // "If you reboot a terminated instance, the request is ignored" (RebootInstances).
            InstanceState::Terminated | InstanceState::ShuttingDown => {}
            InstanceState::Pending | InstanceState::Stopping | InstanceState::Stopped => {
                return Err(InstanceRefusal::State(id, state, Wanted::Reboot).into());
            }
        }
        Ok(())
    }

    /// Terminates an instance. A stopped one is gone at once; a terminated one stays so.
    pub fn terminate_instance(
        &mut self,
        scope: Scope,
        id: InstanceId,
        now: Timestamp,
    ) -> Result<StateChange, Refusal> {
        let instance = self.instance(scope, id)?;
        let previous = instance.state;
        if instance.disable_api_termination && previous != InstanceState::Terminated {
            return Err(InstanceRefusal::TerminationDisabled(id).into());
        }
        let current = match previous {
            InstanceState::ShuttingDown | InstanceState::Terminated => return Ok(unchanged(id, previous)),
            InstanceState::Stopped => InstanceState::Terminated,
            InstanceState::Pending | InstanceState::Running | InstanceState::Stopping => {
                InstanceState::ShuttingDown
            }
        };
        self.leave(id, InstanceState::ShuttingDown, StateReason::UserInitiatedShutdown, now);
        if current == InstanceState::Terminated {
            self.instance_is_terminated(id, now);
        }
        Ok(StateChange { instance: id, previous, current })
    }

    /// Changes one attribute.
    pub fn set_instance_attribute(
        &mut self,
        scope: Scope,
        id: InstanceId,
        attribute: InstanceAttribute,
    ) -> Result<(), Refusal> {
        let instance = self.instance(scope, id)?;
        if matches!(instance.state, InstanceState::Terminated | InstanceState::ShuttingDown) {
            return Err(InstanceRefusal::State(id, instance.state, Wanted::Present).into());
        }
        if attribute.needs_stop() && instance.state != InstanceState::Stopped {
            return Err(InstanceRefusal::State(id, instance.state, Wanted::Stopped).into());
        }
        match attribute {
            InstanceAttribute::InstanceType(to) => self.set_instance_type(id, to)?,
            InstanceAttribute::SourceDestCheck(check) => {
                let interface = self.only_interface_of(id)?;
                self.update_network_interface(interface, |interface| interface.source_dest_check = check);
            }
            InstanceAttribute::Groups(groups) => {
                let interface = self.only_interface_of(id)?;
                self.set_interface_groups(scope, interface, &groups)?;
            }
            InstanceAttribute::UserData(data) => self.change(id, |it| it.user_data = data),
            InstanceAttribute::DisableApiTermination(on) => {
                self.change(id, |it| it.disable_api_termination = on)
            }
            InstanceAttribute::DisableApiStop(on) => self.change(id, |it| it.disable_api_stop = on),
            InstanceAttribute::ShutdownBehavior(to) => self.change(id, |it| it.shutdown_behavior = to),
            InstanceAttribute::EbsOptimized(on) => self.change(id, |it| it.ebs_optimized = on),
            InstanceAttribute::Monitoring(on) => self.change(id, |it| it.monitoring = on),
            InstanceAttribute::MetadataOptions(to) => self.change(id, |it| it.metadata_options = to),
            InstanceAttribute::DeleteOnTermination(devices) => {
                for (device, on) in devices {
                    self.set_volume_delete_on_termination(id, &device, on)?;
                }
            }
            InstanceAttribute::CpuCredits(to) => self.change(id, |it| it.cpu_credits = Some(to)),
            InstanceAttribute::CpuOptions(to) => self.set_cpu_options(id, to)?,
            InstanceAttribute::Placement(to) => self.change(id, |it| it.placement = to),
            InstanceAttribute::Maintenance(to) => self.change(id, |it| it.maintenance = to),
        }
        Ok(())
    }

    fn set_instance_type(&mut self, id: InstanceId, to: &'static InstanceType) -> Result<(), Refusal> {
        let instance = self.network.instances.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        check_interface_count(to.name, instance.interfaces.len())?;
        for interface in self.interfaces_of(instance) {
            check_address_count(to.name, interface)?;
        }
        self.check_type_in_group(instance, to)?;
        let cpu_credits = self.default_cpu_credits(instance.scope, to);
        self.change(id, |instance| {
            instance.instance_type = to.name.to_owned();
            instance.cpu_credits = cpu_credits;
            // Those of another type may not be offered.
            instance.cpu_options = None;
        });
        Ok(())
    }

    fn set_cpu_options(&mut self, id: InstanceId, to: CpuOptions) -> Result<(), Refusal> {
        let instance = self.network.instances.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        if let Some(instance_type) = InstanceType::find(&instance.instance_type) {
            to.check(instance_type)?;
        }
        self.change(id, |it| it.cpu_options = Some(to));
        Ok(())
    }

    /// The interface of an instance that has only one.
    pub fn only_interface_of(&self, id: InstanceId) -> Result<NetworkInterfaceId, Refusal> {
        let instance = self.network.instances.get(&id).ok_or(Refusal::NotFound(id.into()))?;
        match instance.interfaces[..] {
            [only] => Ok(only),
            [..] => Err(ElasticIpRefusal::SeveralInterfaces(id).into()),
        }
    }

    /// Lets an operating system user log in with a key for the next 60 seconds.
    pub fn push_ssh_key(
        &mut self,
        scope: Scope,
        id: InstanceId,
        os_user: String,
        public_key: String,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let state = self.instance(scope, id)?.state;
        if state != InstanceState::Running {
            return Err(InstanceRefusal::State(id, state, Wanted::Running).into());
        }
        let expires = Timestamp(now.0.saturating_add(PushedKey::LIFETIME_MS));
        self.change(id, |instance| {
            instance.pushed_keys.retain(|key| key.holds(now));
            let excess = (instance.pushed_keys.len() + 1).saturating_sub(PUSHED_KEYS_MAX);
            instance.pushed_keys.drain(..excess);
            instance.pushed_keys.push(PushedKey { os_user, public_key, expires });
        });
        Ok(())
    }

    fn change(&mut self, id: InstanceId, change: impl FnOnce(&mut Instance)) {
        if let Some(instance) = self.network.instances.get_mut(&id) {
            change(instance);
        }
    }

    fn leave(&mut self, id: InstanceId, state: InstanceState, reason: StateReason, now: Timestamp) {
        self.change(id, |instance| {
            instance.state = state;
            instance.state_reason = Some(reason);
            instance.transition = Some(now);
        });
    }
}

/// What is reported by whoever runs instances.
impl World {
    /// A start is done. A report about an earlier start than the last one is ignored.
    pub fn instance_is_running(&mut self, id: InstanceId, boot: u64, _now: Timestamp) {
        let Some(instance) = self.network.instances.get(&id) else { return };
        if instance.boot == boot && instance.state == InstanceState::Pending {
            self.change(id, |instance| instance.state = InstanceState::Running);
        }
    }

    /// A start failed: a new instance is terminated, one that had run before is stopped again.
    pub fn instance_could_not_start(&mut self, id: InstanceId, boot: u64, now: Timestamp) {
        let Some(instance) = self.network.instances.get(&id) else { return };
        if instance.boot != boot || instance.state != InstanceState::Pending {
            return;
        }
        if instance.boot <= FIRST_BOOT {
            self.leave(id, InstanceState::ShuttingDown, StateReason::InternalError, now);
            self.instance_is_terminated(id, now);
        } else {
            self.leave(id, InstanceState::Stopping, StateReason::InternalError, now);
            self.instance_is_stopped(id, now);
        }
    }

    /// All its processes have ended, because that was asked for or by a shutdown from inside.
    pub fn instance_is_stopped(&mut self, id: InstanceId, now: Timestamp) {
        let Some(instance) = self.network.instances.get_shared(&id) else { return };
        match (instance.state, instance.shutdown_behavior) {
            (InstanceState::Stopped | InstanceState::Terminated, _) => return,
            (InstanceState::ShuttingDown, _) => return self.instance_is_terminated(id, now),
            (InstanceState::Stopping, _) => {}
            (InstanceState::Pending | InstanceState::Running, ShutdownBehavior::Terminate) => {
                self.leave(id, InstanceState::ShuttingDown, StateReason::InstanceInitiatedShutdown, now);
                return self.instance_is_terminated(id, now);
            }
            (InstanceState::Pending | InstanceState::Running, ShutdownBehavior::Stop) => {
                self.leave(id, InstanceState::Stopping, StateReason::InstanceInitiatedShutdown, now);
            }
        }
        self.take_public_addresses_back(&instance);
        self.change(id, |instance| {
            instance.state = InstanceState::Stopped;
            instance.pushed_keys.clear();
        });
    }

    /// It is gone. Interfaces that were made with it go too, others are free again; it keeps no network.
    pub fn instance_is_terminated(&mut self, id: InstanceId, now: Timestamp) {
        let Some(instance) = self.network.instances.get_shared(&id) else { return };
        if instance.state == InstanceState::Terminated {
            return;
        }
        self.take_public_addresses_back(&instance);
        for interface in &instance.interfaces {
            self.part_with_interface(*interface);
        }
        self.part_with_volumes(id);
        self.change(id, |instance| {
            instance.state = InstanceState::Terminated;
            instance.terminated = Some(now);
            instance.interfaces.clear();
            instance.subnet = None;
            instance.vpc = None;
            instance.profile_association = None;
            instance.pushed_keys.clear();
        });
    }

    fn part_with_interface(&mut self, id: NetworkInterfaceId) {
        let Some(interface) = self.network.network_interfaces.get(&id) else { return };
        if interface.attachment.as_ref().is_some_and(|attachment| attachment.delete_on_termination) {
            self.disassociate_addresses_of(id);
            self.remove_network_interface(id);
        } else {
            self.update_network_interface(id, |interface| interface.attachment = None);
        }
    }

    /// Forgets instances an hour after their termination.
    pub(crate) fn forget_terminated_instances(&mut self, now: Timestamp) {
        let over = self.network.instances.values().filter(|it| it.is_forgotten(now));
        for id in over.map(|it| it.id).collect::<Vec<_>>() {
            self.network.instances.remove(&id);
        }
    }

    /// Forgets keys that nobody can log in with any more.
    pub(crate) fn forget_pushed_keys(&mut self, now: Timestamp) {
        let old = self.network.instances.values().filter(|it| it.has_old_key(now));
        for id in old.map(|it| it.id).collect::<Vec<_>>() {
            self.change(id, |instance| instance.pushed_keys.retain(|key| key.holds(now)));
        }
    }
}

impl Instance {
    /// Whether its termination was long enough ago.
    pub(crate) fn is_forgotten(&self, now: Timestamp) -> bool {
        self.terminated.is_some_and(|at| !now.is_within(TERMINATED_VISIBLE_MS, at))
    }

    pub(crate) fn has_old_key(&self, now: Timestamp) -> bool {
        self.pushed_keys.iter().any(|key| !key.holds(now))
    }
}

impl InstanceAttribute {
    fn needs_stop(&self) -> bool {
        match self {
            InstanceAttribute::InstanceType(_)
            | InstanceAttribute::UserData(_)
            | InstanceAttribute::EbsOptimized(_)
            | InstanceAttribute::CpuOptions(_)
            | InstanceAttribute::Placement(_) => true,
            InstanceAttribute::DisableApiTermination(_)
            | InstanceAttribute::DisableApiStop(_)
            | InstanceAttribute::ShutdownBehavior(_)
            | InstanceAttribute::Monitoring(_)
            | InstanceAttribute::MetadataOptions(_)
            | InstanceAttribute::SourceDestCheck(_)
            | InstanceAttribute::Groups(_)
            | InstanceAttribute::DeleteOnTermination(_)
            | InstanceAttribute::CpuCredits(_)
            | InstanceAttribute::Maintenance(_) => false,
        }
    }
}

/// The number of a new instance's first start.
const FIRST_BOOT: u64 = 1;

fn unchanged(instance: InstanceId, state: InstanceState) -> StateChange {
    StateChange { instance, previous: state, current: state }
}

fn instance_of(
    id: InstanceId,
    scope: Scope,
    launch: Launch,
    public_key: Option<String>,
    primary: &NetworkInterface,
    now: Timestamp,
) -> Instance {
    Instance {
        id,
        scope,
        reservation: launch.reservation,
        launch_index: launch.launch_index,
        image: launch.image.id(),
        instance_type: launch.instance_type.name.to_owned(),
        zone: primary.zone,
        subnet: Some(primary.subnet),
        vpc: Some(primary.vpc),
        interfaces: Vec::new(),
        state: InstanceState::Pending,
        state_reason: None,
        transition: None,
        key_name: launch.key_name,
        public_key,
        launched: now,
        boot: FIRST_BOOT,
        user_data: launch.user_data,
        metadata_options: launch.metadata_options,
        disable_api_termination: launch.disable_api_termination,
        disable_api_stop: launch.disable_api_stop,
        shutdown_behavior: launch.shutdown_behavior,
        monitoring: launch.monitoring,
        ebs_optimized: launch.ebs_optimized,
        root_device: launch.root_device,
        cpu_credits: launch.cpu_credits,
        cpu_options: launch.cpu_options,
        placement: InstancePlacement::default(),
        maintenance: launch.maintenance,
        client_token: launch.client_token,
        profile_association: None,
        terminated: None,
        pushed_keys: Vec::new(),
        tags: launch.tags,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elastic_ip::AssociateAddress;
    use crate::image;
    use crate::network_interface::{AssignPrivateAddresses, Wish};
    use crate::place::AccountId;
    use std::net::Ipv4Addr;

    #[test]
    fn a_lent_public_address_goes_at_a_stop_and_another_one_comes_at_a_start() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let (private, lent) = (city.private(web), city.public(web).expect("the subnet lends addresses"));
        city.world.stop_instance(city.scope, web, NOW).unwrap();
        assert_eq!(city.public(web), Some(lent), "until it has stopped");
        city.world.instance_is_stopped(web, NOW);
        assert_eq!((city.state(web), city.public(web)), (InstanceState::Stopped, None));
        city.start(web);
        assert_eq!(city.private(web), private);
        assert_ne!(city.public(web).expect("a new one"), lent);
    }

    #[test]
    fn an_elastic_address_replaces_the_lent_one_and_survives_a_stop() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let elastic =
            city.world.allocate_address(city.scope, Tags::new(), &mut Ids::new(&mut || 77)).unwrap();
        let public_ip = city.world.elastic_ip(city.scope, elastic).unwrap().public_ip;
        let association = city.associate(elastic, web).unwrap();
        assert_eq!(city.public(web), Some(public_ip));
        assert_eq!(city.associate(elastic, web), Ok(association), "asking twice changes nothing");
        city.world.stop_instance(city.scope, web, NOW).unwrap();
        city.world.instance_is_stopped(web, NOW);
        assert_eq!(city.public(web), Some(public_ip));
        city.start(web);
        let mut draw = draws(5000);
        city.world.disassociate_address(city.scope, association, &mut Ids::new(&mut draw)).unwrap();
        assert!(city.public(web).is_some_and(|lent| lent != public_ip), "a lent one again");
    }

    #[test]
    fn a_terminated_instance_has_no_network_and_is_forgotten_after_an_hour() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let eth0 = city.world.instance(city.scope, web).unwrap().interfaces[0];
        let free = city.free_addresses();
        let extra = city.new_interface();
        city.attach(extra, web, 1).unwrap();
        let change = city.world.terminate_instance(city.scope, web, NOW).unwrap();
        assert_eq!(change.current, InstanceState::ShuttingDown);
        city.world.instance_is_terminated(web, NOW);
        let instance = city.world.instance(city.scope, web).unwrap();
        assert_eq!((instance.vpc, instance.subnet, instance.interfaces.len()), (None, None, 0));
        assert!(city.world.network_interface(city.scope, eth0).is_err(), "made with it, gone with it");
        let extra = city.world.network_interface(city.scope, extra).unwrap();
        assert_eq!(extra.attachment, None, "attached later, free again");
        assert_eq!(city.free_addresses(), free, "one address is back, one is still the extra interface's");
        city.world.expire(Timestamp(NOW.0 + TERMINATED_VISIBLE_MS - 1));
        assert!(city.world.instance(city.scope, web).is_ok());
        city.world.expire(Timestamp(NOW.0 + TERMINATED_VISIBLE_MS));
        assert_eq!(city.world.instance(city.scope, web), Err(Refusal::NotFound(web.into())));
    }

    #[test]
    fn a_shutdown_from_inside_does_what_was_asked_for_at_launch() {
        let mut city = City::new();
        let stays = city.launch(city.launch_in_default_subnet());
        city.world.instance_is_stopped(stays, NOW);
        assert_eq!(city.state(stays), InstanceState::Stopped);
        let goes =
            Launch { shutdown_behavior: ShutdownBehavior::Terminate, ..city.launch_in_default_subnet() };
        let goes = city.launch(goes);
        city.world.instance_is_stopped(goes, NOW);
        let instance = city.world.instance(city.scope, goes).unwrap();
        assert_eq!(instance.state, InstanceState::Terminated);
        assert_eq!(instance.state_reason, Some(StateReason::InstanceInitiatedShutdown));
    }

    #[test]
    fn a_report_about_an_earlier_start_is_ignored() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        city.world.stop_instance(city.scope, web, NOW).unwrap();
        city.world.instance_is_stopped(web, NOW);
        let mut draw = draws(900);
        city.world.start_instance(city.scope, web, &mut Ids::new(&mut draw), NOW).unwrap();
        city.world.instance_is_running(web, FIRST_BOOT, NOW);
        assert_eq!(city.state(web), InstanceState::Pending);
        city.world.instance_could_not_start(web, FIRST_BOOT + 1, NOW);
        assert_eq!(city.state(web), InstanceState::Stopped);
    }

    #[test]
    fn states_refuse_what_does_not_fit_them() {
        let mut city = City::new();
        let launch = city.launch_in_default_subnet();
        let mut draw = draws(40);
        let web = city.world.launch_instance(city.scope, launch, &mut Ids::new(&mut draw), NOW).unwrap();
        let refused = |wanted| InstanceRefusal::State(web, InstanceState::Pending, wanted).into();
        assert_eq!(city.world.stop_instance(city.scope, web, NOW), Err(refused(Wanted::Stop)));
        assert_eq!(city.world.reboot_instance(city.scope, web), Err(refused(Wanted::Reboot)));
        let data = InstanceAttribute::UserData(b"#!/bin/sh".to_vec());
        let result = city.world.set_instance_attribute(city.scope, web, data);
        assert_eq!(result, Err(refused(Wanted::Stopped)));
        let keep = InstanceAttribute::DisableApiTermination(true);
        city.world.set_instance_attribute(city.scope, web, keep).unwrap();
        let result = city.world.terminate_instance(city.scope, web, NOW);
        assert_eq!(result, Err(InstanceRefusal::TerminationDisabled(web).into()));
    }

    #[test]
    fn interfaces_are_limited_by_type_place_and_number() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let (one, two) = (city.new_interface(), city.new_interface());
        assert_eq!(city.attach(one, web, 0), Err(NetworkInterfaceRefusal::DeviceIndexTaken(web, 0).into()));
        let attachment = city.attach(one, web, 1).unwrap();
        assert_eq!(city.attach(one, web, 2), Err(NetworkInterfaceRefusal::InUse(one).into()));
        assert_eq!(
            city.attach(two, web, 2),
            Err(NetworkInterfaceRefusal::TooMany(3, "t2.micro".to_owned()).into())
        );
        assert_eq!(
            city.world.delete_network_interface(city.scope, one),
            Err(NetworkInterfaceRefusal::Attached(one).into())
        );
        city.world.detach_network_interface(city.scope, attachment).unwrap();
        city.world.delete_network_interface(city.scope, one).unwrap();
        let first = city.world.instance(city.scope, web).unwrap().interfaces[0];
        let first = city.world.network_interface(city.scope, first).unwrap().attachment.clone().unwrap().id;
        assert_eq!(
            city.world.detach_network_interface(city.scope, first),
            Err(NetworkInterfaceRefusal::PrimaryDetached.into())
        );
    }

    #[test]
    fn a_secondary_address_moves_only_when_it_may_and_its_elastic_address_with_it() {
        let mut city = City::new();
        let (one, two) = (city.new_interface(), city.new_interface());
        let address = city.assign(one, Wish::Count(1), false).unwrap()[0];
        let mut draw = draws(4000);
        let ids = &mut Ids::new(&mut draw);
        let elastic = city.world.allocate_address(city.scope, Tags::new(), ids).unwrap();
        let at = AssociateAddress { interface: one, private_ip: Some(address), allow_reassociation: true };
        city.world.associate_address(city.scope, elastic, at, ids).unwrap();
        let wish = Wish::Listed(vec![address]);
        let refused = city.assign(two, wish.clone(), false);
        assert_eq!(refused, Err(NetworkInterfaceRefusal::AddressesAssigned(vec![address]).into()));
        city.assign(two, wish, true).unwrap();
        let elastic = city.world.elastic_ip(city.scope, elastic).unwrap();
        assert_eq!(elastic.association.unwrap().interface, two);
        assert_eq!(city.world.network.public_addresses.get(&elastic.public_ip).unwrap().interface, two);
        let primary = city.world.network_interface(city.scope, one).unwrap().primary_address().unwrap();
        assert_eq!(
            city.world.unassign_private_addresses(city.scope, one, &[primary]),
            Err(NetworkInterfaceRefusal::AddressesNotAssigned(one).into())
        );
    }

    #[test]
    fn addresses_outside_reserved_and_taken_are_refused() {
        let mut city = City::new();
        let subnet = city.subnet();
        let cidr = city.world.subnet(city.scope, subnet).unwrap().cidr.unwrap();
        let nth = |n: u32| Ipv4Addr::from(u32::from(cidr.network()) + n);
        let mut seed = 0;
        let mut new = |address| {
            seed += 1000;
            let new = NewNetworkInterface {
                primary_address: Some(address),
                ..NewNetworkInterface::in_subnet(subnet)
            };
            let mut draw = draws(seed);
            city.world.create_network_interface(city.scope, new, &mut Ids::new(&mut draw))
        };
        for reserved in [nth(0), nth(1), nth(2), nth(3), cidr.broadcast()] {
            assert_eq!(new(reserved), Err(SubnetRefusal::AddressReserved(reserved.into()).into()));
        }
        let outside = Ipv4Addr::new(10, 0, 0, 9);
        assert_eq!(new(outside), Err(SubnetRefusal::AddressOutside(outside.into()).into()));
        new(nth(4)).unwrap();
        assert_eq!(new(nth(4)), Err(SubnetRefusal::AddressInUse(nth(4).into()).into()));
    }

    #[test]
    fn a_pushed_key_lives_for_a_minute() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        city.world.push_ssh_key(city.scope, web, "ec2-user".into(), "ssh-ed25519 AAAA".into(), NOW).unwrap();
        city.world.expire(Timestamp(NOW.0 + 59_999));
        assert_eq!(city.world.instance(city.scope, web).unwrap().pushed_keys.len(), 1);
        city.world.expire(Timestamp(NOW.0 + 60_000));
        assert_eq!(city.world.instance(city.scope, web).unwrap().pushed_keys.len(), 0);
    }

    #[test]
    fn what_ends_after_a_while_ends_although_the_clock_was_set_back() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let pushed = |city: &City| city.world.instance(city.scope, web).unwrap().pushed_keys.len();
        city.world.push_ssh_key(city.scope, web, "ec2-user".into(), "ssh-ed25519 AAAA".into(), NOW).unwrap();
        city.world.expire(Timestamp(NOW.0 - 1000));
        assert_eq!(pushed(&city), 1, "a small step");
        city.world.expire(Timestamp(NOW.0 - 60_000));
        assert_eq!(pushed(&city), 0);
        city.world.push_ssh_key(city.scope, web, "a".into(), "k".into(), Timestamp(i64::MAX)).unwrap();
        city.world.expire(Timestamp(i64::MIN));
        assert_eq!(pushed(&city), 0);
        city.world.instance_is_terminated(web, NOW);
        city.world.expire(Timestamp(NOW.0 - TERMINATED_VISIBLE_MS));
        assert!(city.world.instance(city.scope, web).is_err());
    }

    #[test]
    fn an_instance_with_its_addresses_is_the_same_after_it_was_stored_and_loaded() {
        let mut city = City::new();
        let web = city.launch(city.launch_in_default_subnet());
        let stored = city.world.commit().records;
        let rows = stored.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(1, rows).unwrap();
        assert_eq!(loaded.network.instances.get(&web), city.world.network.instances.get(&web));
        let public = city.public(web).unwrap();
        assert_eq!(
            loaded.network.public_addresses.get(&public),
            city.world.network.public_addresses.get(&public)
        );
        assert_eq!(loaded.available_addresses(city.subnet()), city.free_addresses());
    }

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn draws(start: u128) -> impl FnMut() -> u128 {
        let mut next = start;
        move || {
            next += 1;
            // Spread over all bits, so that addresses and identifiers differ.
            next.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        }
    }

    /// A scope with its default VPC.
    struct City {
        world: World,
        scope: Scope,
        next: u128,
    }

    impl City {
        fn new() -> City {
            let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
            let mut world = World::default();
            let mut draw = draws(0);
            world.ensure_scope(scope, &mut Ids::new(&mut draw));
            City { world, scope, next: 1_000_000 }
        }

        fn draws(&mut self) -> impl FnMut() -> u128 + use<> {
            self.next += 1000;
            draws(self.next)
        }

        fn subnet(&self) -> SubnetId {
            let zone = self.scope.region.zones().next();
            self.world.default_subnet_for_launch(self.scope, zone).unwrap().id
        }

        fn launch_in_default_subnet(&self) -> Launch {
            let image = Image::from(image::all(self.scope.region).next().unwrap());
            Launch {
                reservation: ReservationId::numbered(1),
                launch_index: 0,
                image: image.clone(),
                instance_type: InstanceType::find("t2.micro").unwrap(),
                key_name: None,
                interfaces: vec![LaunchInterface {
                    device_index: 0,
                    delete_on_termination: true,
                    source: InterfaceSource::New {
                        interface: Box::new(NewNetworkInterface::in_subnet(self.subnet())),
                        public_address: None,
                    },
                }],
                user_data: Vec::new(),
                metadata_options: image.metadata_options(),
                disable_api_termination: false,
                disable_api_stop: false,
                shutdown_behavior: ShutdownBehavior::Stop,
                monitoring: false,
                ebs_optimized: false,
                instance_profile: None,
                root_device: "/dev/xvda".into(),
                volumes: vec![crate::testing::root_volume()],
                cpu_credits: None,
                cpu_options: None,
                placement: WantedPlacement::default(),
                maintenance: MaintenanceOptions::default(),
                client_token: String::new(),
                tags: Tags::new(),
            }
        }

        fn launch(&mut self, launch: Launch) -> InstanceId {
            let mut draw = self.draws();
            let id = self.world.launch_instance(self.scope, launch, &mut Ids::new(&mut draw), NOW).unwrap();
            self.world.instance_is_running(id, FIRST_BOOT, NOW);
            id
        }

        fn start(&mut self, id: InstanceId) {
            let mut draw = self.draws();
            self.world.start_instance(self.scope, id, &mut Ids::new(&mut draw), NOW).unwrap();
            let boot = self.world.instance(self.scope, id).unwrap().boot;
            self.world.instance_is_running(id, boot, NOW);
        }

        fn new_interface(&mut self) -> NetworkInterfaceId {
            let new = NewNetworkInterface::in_subnet(self.subnet());
            let mut draw = self.draws();
            self.world.create_network_interface(self.scope, new, &mut Ids::new(&mut draw)).unwrap()
        }

        fn attach(
            &mut self,
            interface: NetworkInterfaceId,
            instance: InstanceId,
            index: u16,
        ) -> Result<AttachmentId, Refusal> {
            let mut draw = self.draws();
            let ids = &mut Ids::new(&mut draw);
            self.world.attach_network_interface(self.scope, interface, instance, index, NOW, ids)
        }

        fn assign(
            &mut self,
            interface: NetworkInterfaceId,
            addresses: Wish<Ipv4Addr>,
            allow_reassignment: bool,
        ) -> Result<Vec<Ipv4Addr>, Refusal> {
            let mut draw = self.draws();
            let assign = AssignPrivateAddresses { addresses, allow_reassignment };
            self.world.assign_private_addresses(self.scope, interface, assign, &mut Ids::new(&mut draw))
        }

        fn associate(
            &mut self,
            elastic: AllocationId,
            instance: InstanceId,
        ) -> Result<AddressAssociationId, Refusal> {
            let interface = self.world.only_interface_of(instance)?;
            let mut draw = self.draws();
            let at = AssociateAddress { interface, private_ip: None, allow_reassociation: true };
            self.world.associate_address(self.scope, elastic, at, &mut Ids::new(&mut draw))
        }

        fn primary(&self, instance: InstanceId) -> &NetworkInterface {
            let interface = self.world.instance(self.scope, instance).unwrap().interfaces[0];
            self.world.network_interface(self.scope, interface).unwrap()
        }

        fn private(&self, instance: InstanceId) -> Option<Ipv4Addr> {
            self.primary(instance).primary_address()
        }

        fn public(&self, instance: InstanceId) -> Option<Ipv4Addr> {
            self.private(instance).and_then(|private| self.primary(instance).public_address_of(private))
        }

        fn state(&self, instance: InstanceId) -> InstanceState {
            self.world.instance(self.scope, instance).unwrap().state
        }

        fn free_addresses(&self) -> u32 {
            self.world.available_addresses(self.subnet())
        }
    }
}
