//! Instances: makes those run that should, and ends the others.
//!
//! A restart of Hamlet is nothing special: nothing runs, so everything that should is started.

use anyhow::Context;
use engine::PortKind;
use host::{InstanceSize, InstanceSpec, LinkSpec};
use model::instance_type::{Hypervisor, InstanceType};
use model::{Instance, InstanceId, InstanceState, MacAddress, NetworkInterfaceId, World};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Backend;
use super::driver::{Controller, Waker};
use super::ended;
use super::machines::{Addresses, Connected, Found, Machine, Machines};
use crate::clock;
use crate::writer::State;

/// How long an instance may take to shut down before it is switched off.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// What is to be done for one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start it.
    Start,
    /// End it and start it again.
    Restart,
    /// Say that it runs.
    Report,
    /// Give it the interfaces it should have.
    Connect,
    /// Have it look for its addresses, which have changed.
    Readdress,
    /// Shut it down, keeping its disk. Also when it has done so itself.
    Stop,
    /// End it, with its disk.
    Terminate,
}

/// What is to be done for one instance, and for which of its starts and interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is to be done.
    pub action: Action,
    boot: u64,
    interfaces: Vec<NetworkInterfaceId>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.action {
            Action::Start => "start",
            Action::Restart => "restart",
            Action::Report => "report",
            Action::Connect => "connect",
            Action::Readdress => "readdress",
            Action::Stop => "stop",
            Action::Terminate => "terminate",
        })
    }
}

/// The controller.
pub struct Instances {
    /// What runs.
    pub machines: Machines,
    /// Who is told.
    pub state: State,
    /// What they are made with.
    pub backend: Backend,
    /// Told when one has ended by itself.
    pub waker: Waker,
}

impl Controller for Instances {
    const NAME: &'static str = "instances";
    type Wanted = World;
    type Found = BTreeMap<InstanceId, Found>;
    type Key = InstanceId;
    type Step = Step;

    fn wanted(&self) -> Arc<World> {
        self.state.snapshot()
    }

    fn found(&self) -> BTreeMap<InstanceId, Found> {
        self.machines.found()
    }

    fn plan(world: &World, found: &BTreeMap<InstanceId, Found>) -> Vec<(InstanceId, Step)> {
        let known = world.network.instances.values().filter_map(|instance| {
            let action = action(world, instance, found.get(&instance.id))?;
            let interfaces = instance.interfaces.clone();
            Some((instance.id, Step { action, boot: instance.boot, interfaces }))
        });
        let forgotten = found.keys().filter(|id| !world.network.instances.contains(id));
        let end = Step { action: Action::Terminate, boot: 0, interfaces: Vec::new() };
        known.chain(forgotten.map(|id| (*id, end.clone()))).collect()
    }

    fn take(&self, id: InstanceId, step: &Step) -> anyhow::Result<()> {
        match step.action {
            Action::Start => self.start(id),
            Action::Restart => {
                self.end(id, Duration::ZERO);
                self.start(id)
            }
            Action::Report => {
                let boot = step.boot;
                self.change(move |world| world.instance_is_running(id, boot, clock::now()))
            }
            Action::Connect => self.connect(id),
            Action::Readdress => self.readdress(id),
            Action::Stop if self.has_ended(id) => {
                // Nothing but what is left of it says that it has: that goes when it is recorded.
                self.change(move |world| world.instance_is_stopped(id, clock::now()))?;
                self.end(id, Duration::ZERO);
                Ok(())
            }
            Action::Stop => {
                self.end(id, SHUTDOWN_GRACE);
                self.change(move |world| world.instance_is_stopped(id, clock::now()))
            }
            Action::Terminate => {
                self.end(id, Duration::ZERO);
                let removed = self.backend.host.remove_instance(&id.to_string());
                let reported = self.change(move |world| world.instance_is_terminated(id, clock::now()));
                removed.map_err(Into::into).and(reported)
            }
        }
    }
}

fn action(world: &World, instance: &Instance, found: Option<&Found>) -> Option<Action> {
    match (instance.state, found) {
        (InstanceState::Pending | InstanceState::Running, None) => Some(Action::Start),
        (InstanceState::Pending | InstanceState::Running, Some(it)) if it.boot != instance.boot => {
            Some(Action::Restart)
        }
        (InstanceState::Pending | InstanceState::Running, Some(it)) if it.has_ended => Some(Action::Stop),
        (InstanceState::Pending, Some(_)) => Some(Action::Report),
        (InstanceState::Running, Some(it)) if it.interfaces != instance.interfaces => Some(Action::Connect),
        (InstanceState::Running, Some(it)) if it.addresses != addresses(world, instance) => {
            Some(Action::Readdress)
        }
        (InstanceState::Running, Some(_)) => None,
        (InstanceState::Stopping, _) | (InstanceState::Stopped, Some(_)) => Some(Action::Stop),
        (InstanceState::ShuttingDown, _) | (InstanceState::Terminated, Some(_)) => Some(Action::Terminate),
        (InstanceState::Stopped | InstanceState::Terminated, None) => None,
    }
}

/// The addresses of an instance's interfaces.
fn addresses(world: &World, instance: &Instance) -> Addresses {
    let interfaces = world.interfaces_of(instance);
    interfaces.flat_map(|interface| interface.addresses().map(|address| (interface.id, address))).collect()
}

impl Instances {
    fn change(&self, change: impl FnOnce(&mut World) + Send + 'static) -> anyhow::Result<()> {
        self.state.change_blocking(change).context("the instance's state could not be recorded")
    }

    /// Whether an instance has ended by itself.
    fn has_ended(&self, id: InstanceId) -> bool {
        self.machines.get(id).is_some_and(|machine| machine.has_ended.load(Ordering::Acquire))
    }

    fn start(&self, id: InstanceId) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let Some(instance) = world.network.instances.get(&id) else { return Ok(()) };
        let image = world.image_of(instance);
        let distribution = image.distribution();
        let spec = InstanceSpec {
            id: id.to_string(),
            hostname: id.to_string(),
            links: links(&world, instance),
            users: distribution.users.iter().map(|&user| user.to_owned()).collect(),
            boot_script: distribution.boot_script.map(str::to_owned),
            size: size(&instance.instance_type),
        };
        let boot = instance.boot;
        let mut running = match self.backend.host.launch(&spec) {
            Ok(running) => running,
            Err(error) => {
                self.change(move |world| world.instance_could_not_start(id, boot, clock::now()))?;
                return Err(error.into());
            }
        };
        if let (Some(consoles), Some(printed)) = (&self.backend.consoles, running.take_console()) {
            consoles.follow(id, printed)?;
        }
        let links = instance.interfaces.iter().copied().zip(std::mem::take(&mut running.taps)).collect();
        let machine = Machine::new(running, boot, addresses(&world, instance));
        let connected = self.open_all(&machine, links).and_then(|()| Ok(self.watch(id, &machine)?));
        connected.inspect_err(|_| machine.disconnect(&self.backend.datapath))?;
        self.machines.insert(id, machine);
        self.change(move |world| world.instance_is_running(id, boot, clock::now()))
    }

    fn open_all(&self, machine: &Machine, links: Vec<(NetworkInterfaceId, host::Tap)>) -> anyhow::Result<()> {
        for (interface, tap) in links {
            let connected = self.open(interface, tap)?;
            machine.interfaces().push(connected);
        }
        Ok(())
    }

    fn open(&self, id: NetworkInterfaceId, tap: host::Tap) -> anyhow::Result<Connected> {
        let (kind, mac) = (PortKind::Interface(id), MacAddress(tap.mac));
        let port = self.backend.datapath.open(kind, mac, tap.descriptor)?;
        Ok(Connected { id, name: tap.name, port })
    }

    /// Looks again when the instance's processes have ended by themselves.
    fn watch(&self, id: InstanceId, machine: &Machine) -> std::io::Result<()> {
        let (waker, has_ended) = (self.waker.clone(), Arc::clone(&machine.has_ended));
        ended::watch(machine.running.ended(), id, move || {
            has_ended.store(true, Ordering::Release);
            waker.wake();
        })
    }

    fn end(&self, id: InstanceId, grace: Duration) {
        let Some(machine) = self.machines.remove(id) else { return };
        match grace.is_zero() {
            true => machine.running.kill(),
            false => machine.running.stop(grace),
        }
        machine.disconnect(&self.backend.datapath);
    }

    /// Attaches and detaches interfaces of a running instance.
    fn connect(&self, id: InstanceId) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let Some(instance) = world.network.instances.get(&id) else { return Ok(()) };
        let Some(machine) = self.machines.get(id) else { return Ok(()) };
        // One interface that an instance does not let come or go is no reason to leave the others.
        let detached = self.detach_all_but(&machine, &instance.interfaces);
        let attached = self.attach_missing(&world, &machine, instance);
        let order = |id: &NetworkInterfaceId| instance.interfaces.iter().position(|it| it == id);
        machine.interfaces().sort_by_key(|it| order(&it.id));
        detached.and(attached)
    }

    /// Has a running instance look for the addresses that its interfaces have got or lost.
    fn readdress(&self, id: InstanceId) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let Some(instance) = world.network.instances.get(&id) else { return Ok(()) };
        let Some(machine) = self.machines.get(id) else { return Ok(()) };
        Ok(machine.look_for(addresses(&world, instance))?)
    }

    fn detach_all_but(&self, machine: &Machine, wanted: &[NetworkInterfaceId]) -> anyhow::Result<()> {
        let gone: Vec<_> = machine.interfaces().extract_if(.., |it| !wanted.contains(&it.id)).collect();
        let detach = |interface: Connected| {
            self.backend.datapath.close(interface.port);
            machine.running.detach_interface(&interface.name)
        };
        let detached = gone.into_iter().map(detach).fold(Ok(()), Result::and);
        detached.map_err(Into::into)
    }

    fn attach_missing(&self, world: &World, machine: &Machine, instance: &Instance) -> anyhow::Result<()> {
        let mut result = Ok(());
        for (position, interface) in instance.interfaces.iter().enumerate() {
            if machine.interfaces().iter().any(|it| it.id == *interface) {
                continue;
            }
            let Some(link) = link(world, instance, *interface, position) else { continue };
            match self.attach(machine, *interface, &link) {
                Ok(connected) => machine.interfaces().push(connected),
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }

    fn attach(
        &self,
        machine: &Machine,
        id: NetworkInterfaceId,
        link: &LinkSpec,
    ) -> anyhow::Result<Connected> {
        let tap = self.backend.host.attach_interface(&machine.running, link);
        self.open(id, tap.with_context(|| format!("{id} could not become {}", link.name))?)
    }
}

/// What an instance's type has. Types that are not in the table have what the smallest of them has.
fn size(instance_type: &str) -> InstanceSize {
    let known = InstanceType::find(instance_type);
    InstanceSize {
        memory_mib: known.map_or(512, |it| it.memory_mib),
        vcpus: known.map_or(1, |it| it.vcpus()),
    }
}

fn links(world: &World, instance: &Instance) -> Vec<LinkSpec> {
    let numbered = instance.interfaces.iter().enumerate();
    numbered.filter_map(|(position, id)| link(world, instance, *id, position)).collect()
}

/// The link of an interface, called as the image calls the one with its device index.
fn link(world: &World, instance: &Instance, id: NetworkInterfaceId, position: usize) -> Option<LinkSpec> {
    let interface = world.network.network_interfaces.get(&id)?;
    let index =
        interface.attachment.as_ref().map_or(position, |attachment| usize::from(attachment.device_index));
    // Types that are not in the table are newer than it.
    let known = InstanceType::find(&instance.instance_type);
    let hypervisor = known.and_then(|it| it.hypervisor).unwrap_or(Hypervisor::Nitro);
    let name = world.image_of(instance).distribution().interface_names.name(hypervisor, index);
    Some(LinkSpec { position: u32::try_from(index).ok()?, ..LinkSpec::new(&name, interface.mac.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::{Input, Protocol};
    use model::network_interface::PrivateAddress;
    use model::{Ids, Scope, Timestamp};
    use std::net::IpAddr;

    const NOON: Timestamp = Timestamp(1_727_179_200_000);

    /// A network with one instance, as a launch leaves it.
    struct Lab {
        world: World,
        scope: Scope,
        id: InstanceId,
        found: BTreeMap<InstanceId, Found>,
    }

    impl Lab {
        fn new() -> Lab {
            let scope = Scope { account: model::AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
            let (mut world, mut number) = (World::default(), 0);
            world.ensure_scope(
                scope,
                &mut Ids::new(&mut || {
                    number += 1;
                    number
                }),
            );
            launch(&mut world);
            let id = world.network.instances.values().next().unwrap().id;
            Lab { world, scope, id, found: BTreeMap::new() }
        }

        /// What is found when the instance runs as it should.
        fn runs(mut self) -> Lab {
            let instance = self.world.network.instances.get(&self.id).unwrap();
            let (boot, interfaces) = (instance.boot, instance.interfaces.clone());
            let addresses = addresses(&self.world, instance);
            self.world.instance_is_running(self.id, boot, NOON);
            self.found.insert(self.id, Found { boot, interfaces, addresses, has_ended: false });
            self
        }

        fn after(mut self, change: impl FnOnce(&mut World, Scope, InstanceId)) -> Lab {
            change(&mut self.world, self.scope, self.id);
            self
        }

        fn state(&self) -> InstanceState {
            self.world.network.instances.get(&self.id).unwrap().state
        }

        /// What is to be done for the instance; nothing is ever to be done for others.
        fn step(&self) -> Option<Action> {
            let steps = Instances::plan(&self.world, &self.found);
            assert!(steps.iter().all(|(id, _)| *id == self.id), "{steps:?}");
            assert!(steps.len() <= 1, "{steps:?}");
            steps.first().map(|(_, step)| step.action)
        }
    }

    fn launch(world: &mut World) {
        let mut call = awsproto::testing::call("us-west-2", 7);
        let image = model::image::all("us-west-2".parse().unwrap()).next().unwrap().id();
        let body = format!(
            "Action=RunInstances&Version=2016-11-15&ImageId={image}&InstanceType=t2.micro&MinCount=1&MaxCount=1"
        );
        let input = Input::parse(Protocol::Ec2, "", body.as_bytes()).unwrap();
        let made = ec2::API.perform("RunInstances", &mut call, world, &input);
        made.unwrap_or_else(|error| panic!("{}: {}", error.code, error.message));
    }

    #[test]
    fn what_was_launched_is_started_once() {
        let lab = Lab::new();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Pending, Some(Action::Start)));
        let lab = lab.runs();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Running, None));
    }

    #[test]
    fn after_a_restart_of_hamlet_what_should_run_is_started() {
        let mut lab = Lab::new().runs();
        lab.found.clear();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Running, Some(Action::Start)));
    }

    #[test]
    fn a_reboot_is_another_boot() {
        let lab = Lab::new().runs().after(|world, scope, id| world.reboot_instance(scope, id).unwrap());
        assert_eq!(lab.step(), Some(Action::Restart));
        assert_eq!(lab.runs().step(), None);
    }

    #[test]
    fn stopping_goes_on_until_it_is_reported_and_stopped_is_left_alone() {
        let stop = |world: &mut World, scope: Scope, id: InstanceId| {
            world.stop_instance(scope, id, NOON).unwrap();
        };
        let mut lab = Lab::new().runs().after(stop);
        assert_eq!((lab.state(), lab.step()), (InstanceState::Stopping, Some(Action::Stop)));
        lab.found.clear();
        assert_eq!(lab.step(), Some(Action::Stop), "its processes are gone, and nobody has said so");
        let mut lab = lab.after(|world, _, id| world.instance_is_stopped(id, NOON));
        assert_eq!((lab.state(), lab.step()), (InstanceState::Stopped, None));
        lab.found.insert(
            lab.id,
            Found { boot: 1, interfaces: Vec::new(), addresses: Addresses::new(), has_ended: false },
        );
        assert_eq!(lab.step(), Some(Action::Stop), "what runs although it is stopped");
        lab.found.clear();
        let lab = lab.after(|world, scope, id| {
            world.start_instance(scope, id, &mut Ids::new(&mut || 99), NOON).unwrap();
        });
        assert_eq!((lab.state(), lab.step()), (InstanceState::Pending, Some(Action::Start)));
    }

    #[test]
    fn terminated_instances_end_and_those_that_nobody_remembers_too() {
        let mut lab = Lab::new().runs().after(|world, scope, id| {
            world.terminate_instance(scope, id, NOON).unwrap();
        });
        assert_eq!((lab.state(), lab.step()), (InstanceState::ShuttingDown, Some(Action::Terminate)));
        lab.found.clear();
        assert_eq!(lab.step(), Some(Action::Terminate), "there may be a disk");
        let mut lab = lab.after(|world, _, id| world.instance_is_terminated(id, NOON));
        assert_eq!((lab.state(), lab.step()), (InstanceState::Terminated, None));
        lab.found.insert(
            lab.id,
            Found { boot: 1, interfaces: Vec::new(), addresses: Addresses::new(), has_ended: false },
        );
        assert_eq!(lab.step(), Some(Action::Terminate), "what runs although it is terminated");
        lab.world.network.instances.remove(&lab.id);
        assert_eq!(lab.step(), Some(Action::Terminate), "what runs and is forgotten");
    }

    #[test]
    fn what_ended_by_itself_is_said_to_have_stopped_unless_it_is_to_start_again() {
        let mut lab = Lab::new().runs();
        lab.found.get_mut(&lab.id).unwrap().has_ended = true;
        assert_eq!((lab.state(), lab.step()), (InstanceState::Running, Some(Action::Stop)));
        let lab = lab.after(|world, scope, id| world.reboot_instance(scope, id).unwrap());
        assert_eq!(lab.step(), Some(Action::Restart));
    }

    #[test]
    fn a_running_instance_looks_for_addresses_that_come_and_go() {
        let lab = Lab::new().runs();
        let interface = lab.world.network.instances.get(&lab.id).unwrap().interfaces[0];
        for new in ["2600:1f14::7", "10.9.9.9"] {
            let mut lab = Lab::new().runs().after(|world, _, _| {
                world.update_network_interface(interface, |interface| match new.parse().unwrap() {
                    IpAddr::V6(v6) => interface.ipv6_addresses.push(v6),
                    IpAddr::V4(address) => {
                        interface.private_addresses.push(PrivateAddress { address, public: None });
                    }
                });
            });
            assert_eq!(lab.step(), Some(Action::Readdress), "{new}");
            let told = addresses(&lab.world, lab.world.network.instances.get(&lab.id).unwrap());
            lab.found.get_mut(&lab.id).unwrap().addresses = told;
            assert_eq!(lab.step(), None, "{new}");
            lab.found.get_mut(&lab.id).unwrap().addresses.insert((interface, "10.9.9.10".parse().unwrap()));
            assert_eq!(lab.step(), Some(Action::Readdress), "one that has gone");
        }
    }

    #[test]
    fn a_running_instance_gets_and_loses_interfaces_and_a_pending_one_waits() {
        let mut lab = Lab::new().runs();
        lab.found.get_mut(&lab.id).unwrap().interfaces.clear();
        assert_eq!(lab.step(), Some(Action::Connect), "attached");
        let extra = NetworkInterfaceId::numbered(7);
        let own = lab.world.network.instances.get(&lab.id).unwrap().interfaces.clone();
        lab.found.get_mut(&lab.id).unwrap().interfaces = [own.as_slice(), &[extra]].concat();
        assert_eq!(lab.step(), Some(Action::Connect), "detached");
        lab.world.network.instances.get_mut(&lab.id).unwrap().state = InstanceState::Pending;
        assert_eq!(lab.step(), Some(Action::Report), "it runs, and nobody was told");
    }
}
