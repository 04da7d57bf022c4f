//! The controller that makes instances real: compares what the network says with what runs, and acts on the difference.
//!
//! ```text
//!   every snapshot, every end of a process ──> plan(wanted, found) -> steps ──> a thread a step ──> report to the writer
//! ```
//!
//! The plan is a pure function. A restart of Hamlet is nothing special: nothing runs, so everything that should is started.

use anyhow::Context;
use datapath::Datapath;
use engine::{PortId, PortKind};
use host::{Host, InstanceSize, InstanceSpec, LinkSpec, Running};
use model::instance_type::InstanceType;
use model::{InstanceId, InstanceState, NetworkInterfaceId, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::clock;
use crate::controllers::ended;
use crate::controllers::retries::{Retries, Said};
use crate::writer::State;

/// How long an instance may take to shut down before it is switched off.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// How many steps are taken at once.
const STEPS_AT_ONCE: usize = 8;
/// How often what is over is forgotten: terminated instances, pushed keys.
const HOUSEKEEPING: Duration = Duration::from_secs(15);
/// The least time between two looks when nothing happens.
const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What is to be done for one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Start it.
    Start,
    /// End it and start it again.
    Restart,
    /// Shut it down, keeping its disk.
    Stop,
    /// End it, with its disk.
    Terminate,
    /// Give it the interfaces it should have.
    Connect,
}

/// What is known of an instance that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The start that made it.
    pub boot: u64,
    /// Its interfaces, in order.
    pub interfaces: Vec<NetworkInterfaceId>,
}

/// The difference between what should run and what does. Instances in `busy` are left alone until their step is done.
pub fn plan(
    world: &World,
    found: &BTreeMap<InstanceId, Found>,
    busy: &BTreeSet<InstanceId>,
) -> Vec<(InstanceId, Step)> {
    let mut steps = Vec::new();
    for instance in world.network.instances.values().filter(|it| !busy.contains(&it.id)) {
        let step = match (instance.state, found.get(&instance.id)) {
            (InstanceState::Pending | InstanceState::Running, None) => Some(Step::Start),
            (InstanceState::Pending | InstanceState::Running, Some(it)) if it.boot != instance.boot => {
                Some(Step::Restart)
            }
            (InstanceState::Running, Some(it)) if it.interfaces != instance.interfaces => Some(Step::Connect),
            (InstanceState::Pending | InstanceState::Running, Some(_)) => None,
            (InstanceState::Stopping, _) | (InstanceState::Stopped, Some(_)) => Some(Step::Stop),
            (InstanceState::ShuttingDown, _) | (InstanceState::Terminated, Some(_)) => Some(Step::Terminate),
            (InstanceState::Stopped | InstanceState::Terminated, None) => None,
        };
        steps.extend(step.map(|step| (instance.id, step)));
    }
    let gone = found.keys().filter(|id| !world.network.instances.contains(id) && !busy.contains(id));
    steps.extend(gone.map(|id| (*id, Step::Terminate)));
    steps
}

/// What a step is taken for: while it stays the same, a step that failed is tried again with pauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    step: Step,
    boot: u64,
    interfaces: Vec<NetworkInterfaceId>,
}

impl Wanted {
    fn of(world: &World, id: InstanceId, step: Step) -> Wanted {
        let instance = world.network.instances.get(&id);
        let interfaces = instance.map(|instance| instance.interfaces.clone()).unwrap_or_default();
        Wanted { step, boot: instance.map_or(0, |instance| instance.boot), interfaces }
    }
}

/// Why the controller looks again.
enum Wake {
    /// There is a new snapshot.
    Changed,
    /// An instance's processes have ended by themselves.
    Ended(InstanceId, u64),
    /// A step is done, or has failed.
    Done(InstanceId, Wanted, anyhow::Result<()>),
    /// The end.
    Quit,
}

/// A running instance and its links.
struct Machine {
    running: Running,
    boot: u64,
    interfaces: Vec<Connected>,
}

/// An interface that an instance has.
struct Connected {
    id: NetworkInterfaceId,
    /// What the instance calls it.
    name: String,
    port: PortId,
}

/// What instances are made with.
#[derive(Clone)]
pub struct Backend {
    /// Namespaces and processes.
    pub host: Arc<Host>,
    /// Where their links go.
    pub datapath: Arc<Datapath>,
}

type Machines = Arc<Mutex<BTreeMap<InstanceId, Arc<Mutex<Option<Machine>>>>>>;

/// The controller, and the instances that run.
#[derive(Clone)]
pub struct Instances {
    wake: Sender<Wake>,
    woken: Arc<Mutex<Option<Receiver<Wake>>>>,
    machines: Machines,
    retries: Arc<Mutex<Retries<InstanceId, Wanted>>>,
}

impl Instances {
    /// A controller that does nothing yet.
    pub fn paused() -> Instances {
        let (wake, woken) = channel();
        let woken = Arc::new(Mutex::new(Some(woken)));
        Instances { wake, woken, machines: Arc::default(), retries: Arc::default() }
    }

    /// Lets the controller work. Without a backend, states change at once and nothing runs.
    pub fn resume(&self, state: State, backend: Option<Backend>) -> std::io::Result<()> {
        let Some(woken) = self.woken.lock().expect("no holder panics").take() else { return Ok(()) };
        let changed = self.wake.clone();
        state.listen(Box::new(move |_, _| {
            let _ = changed.send(Wake::Changed);
        }));
        let controller = Controller {
            state,
            backend,
            instances: self.clone(),
            busy: BTreeSet::new(),
            kept_house: Instant::now(),
        };
        std::thread::Builder::new().name("instances".to_owned()).spawn(move || controller.run(&woken))?;
        let _ = self.wake.send(Wake::Changed);
        Ok(())
    }

    /// The first process of a running instance.
    pub fn pid(&self, id: InstanceId) -> Option<i32> {
        let machine = self.machines.lock().expect("no holder panics").get(&id).cloned()?;
        let machine = machine.lock().expect("no holder panics");
        machine.as_ref().map(|machine| machine.running.init_pid)
    }

    /// Why an instance is not as it should be, while what is to be done for it fails.
    pub fn problem(&self, id: InstanceId) -> Option<String> {
        self.retries().problem(id)
    }

    fn retries(&self) -> MutexGuard<'_, Retries<InstanceId, Wanted>> {
        self.retries.lock().expect("no holder panics")
    }

    /// How many instances run.
    pub fn count(&self) -> usize {
        self.machines.lock().expect("no holder panics").len()
    }

    /// Ends the controller and every instance, leaving their states as they are: they come back with the next start.
    pub fn quit(&self) {
        let _ = self.wake.send(Wake::Quit);
        let machines = std::mem::take(&mut *self.machines.lock().expect("no holder panics"));
        let running =
            machines.into_values().filter_map(|machine| machine.lock().expect("no holder panics").take());
        Running::kill_all(running.map(|machine| machine.running).collect());
    }
}

struct Controller {
    state: State,
    backend: Option<Backend>,
    instances: Instances,
    busy: BTreeSet<InstanceId>,
    /// When what is over was last forgotten.
    kept_house: Instant,
}

impl Controller {
    fn run(mut self, woken: &Receiver<Wake>) {
        loop {
            match woken.recv_timeout(self.until_next(Instant::now())) {
                Ok(Wake::Quit) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Wake::Changed) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Wake::Done(id, wanted, result)) => self.done(id, wanted, result, Instant::now()),
                Ok(Wake::Ended(id, boot)) => self.ended(id, boot),
            }
            self.keep_house(Instant::now());
            let snapshot = self.state.snapshot();
            match self.backend.clone() {
                Some(backend) => self.act(&snapshot, &backend, Instant::now()),
                None => self.pretend(&snapshot),
            }
        }
    }

    /// How long there is nothing to do unless something happens.
    fn until_next(&self, now: Instant) -> Duration {
        let house = (self.kept_house + HOUSEKEEPING).saturating_duration_since(now);
        let retry = self.instances.retries().next(|_| true, now);
        // Whatever is busy says when it is done; until then its retry cannot begin.
        retry.map_or(house, |retry| house.min(retry.max(PAUSE_BETWEEN_LOOKS)))
    }

    fn keep_house(&mut self, now: Instant) {
        if now.saturating_duration_since(self.kept_house) >= HOUSEKEEPING {
            self.kept_house = now;
            self.report(|world| world.expire(clock::now()));
        }
    }

    fn done(&mut self, id: InstanceId, wanted: Wanted, result: anyhow::Result<()>, now: Instant) {
        self.busy.remove(&id);
        let step = wanted.step;
        let mut retries = self.instances.retries();
        let said = match result {
            Ok(()) => retries.worked(id, &wanted, now),
            Err(error) => retries.failed(id, wanted, format!("{error:#}"), now),
        };
        match said {
            Some(said @ Said::Works(_)) => tracing::warn!(instance = %id, ?step, "{said}"),
            Some(said @ (Said::Failed(_) | Said::Repeated(..))) => {
                tracing::error!(instance = %id, ?step, "{said}");
            }
            None => {}
        }
    }

    fn report(&self, report: impl FnOnce(&mut World) + Send + 'static) {
        if let Err(error) = self.state.change_blocking(report) {
            tracing::error!(%error, "an instance's state could not be recorded");
        }
    }

    /// Without a backend every wish is fulfilled at once.
    fn pretend(&self, world: &World) {
        let now = clock::now();
        let wishes: Vec<(InstanceId, InstanceState, u64)> = world
            .network
            .instances
            .values()
            .filter(|it| {
                matches!(
                    it.state,
                    InstanceState::Pending | InstanceState::Stopping | InstanceState::ShuttingDown
                )
            })
            .map(|it| (it.id, it.state, it.boot))
            .collect();
        if wishes.is_empty() {
            return;
        }
        self.report(move |world| {
            for (id, state, boot) in wishes {
                match state {
                    InstanceState::Pending => world.instance_is_running(id, boot, now),
                    InstanceState::Stopping => world.instance_is_stopped(id, now),
                    InstanceState::ShuttingDown => world.instance_is_terminated(id, now),
                    InstanceState::Running | InstanceState::Stopped | InstanceState::Terminated => {}
                }
            }
        });
    }

    fn act(&mut self, world: &Arc<World>, backend: &Backend, now: Instant) {
        for (id, wanted) in self.due(world, now) {
            if self.busy.len() >= STEPS_AT_ONCE {
                return;
            }
            self.busy.insert(id);
            let step = wanted.step;
            let work = Work {
                id,
                wanted,
                state: self.state.clone(),
                backend: backend.clone(),
                instances: self.instances.clone(),
            };
            let spawned =
                std::thread::Builder::new().name(format!("{step:?} {id}")).spawn(move || work.take());
            if let Err(error) = spawned {
                tracing::error!(%error, "no thread for an instance's step");
                self.busy.remove(&id);
                return;
            }
        }
    }

    /// What is to be done now: of what failed, only that of which the pause is over.
    fn due(&self, world: &World, now: Instant) -> Vec<(InstanceId, Wanted)> {
        let steps = plan(world, &self.found(), &self.busy);
        let planned: BTreeSet<InstanceId> = steps.iter().map(|(id, _)| *id).collect();
        let mut retries = self.instances.retries();
        retries.keep(|id| planned.contains(&id) || self.busy.contains(&id), now);
        let wanted = steps.into_iter().map(|(id, step)| (id, Wanted::of(world, id, step)));
        wanted.filter(|(id, wanted)| retries.is_due(*id, wanted, now)).collect()
    }

    fn found(&self) -> BTreeMap<InstanceId, Found> {
        let machines = self.instances.machines.lock().expect("no holder panics").clone();
        // A machine that somebody works on is busy, and busy instances are not planned for.
        machines
            .into_iter()
            .filter(|(id, _)| !self.busy.contains(id))
            .filter_map(|(id, machine)| {
                let machine = machine.lock().expect("no holder panics");
                machine.as_ref().map(|machine| (id, machine.found()))
            })
            .collect()
    }

    /// An instance has shut itself down.
    fn ended(&mut self, id: InstanceId, boot: u64) {
        if self.busy.contains(&id) {
            return;
        }
        let machine = self.instances.machines.lock().expect("no holder panics").get(&id).cloned();
        let Some(machine) = machine else { return };
        let mut machine = machine.lock().expect("no holder panics");
        if machine.as_ref().is_none_or(|machine| machine.boot != boot) {
            return;
        }
        if let (Some(machine), Some(backend)) = (machine.take(), &self.backend) {
            machine.disconnect(&backend.datapath);
        }
        drop(machine);
        self.instances.machines.lock().expect("no holder panics").remove(&id);
        self.report(move |world| world.instance_is_stopped(id, clock::now()));
    }
}

impl Machine {
    fn found(&self) -> Found {
        Found { boot: self.boot, interfaces: self.interfaces.iter().map(|it| it.id).collect() }
    }

    fn disconnect(&self, datapath: &Datapath) {
        for interface in &self.interfaces {
            datapath.close(interface.port);
        }
    }
}

/// One step for one instance, on a thread of its own.
struct Work {
    id: InstanceId,
    wanted: Wanted,
    state: State,
    backend: Backend,
    instances: Instances,
}

impl Work {
    fn take(self) {
        let result = match self.wanted.step {
            Step::Start => self.start(),
            Step::Restart => {
                self.end(Duration::ZERO);
                self.start()
            }
            Step::Stop => {
                self.end(SHUTDOWN_GRACE);
                self.report(|world, id| world.instance_is_stopped(id, clock::now()))
            }
            Step::Terminate => {
                self.end(Duration::ZERO);
                let removed = self.backend.host.remove_instance(&self.id.to_string());
                let reported = self.report(|world, id| world.instance_is_terminated(id, clock::now()));
                removed.map_err(Into::into).and(reported)
            }
            Step::Connect => self.connect(),
        };
        let _ = self.instances.wake.send(Wake::Done(self.id, self.wanted, result));
    }

    fn report(&self, report: impl FnOnce(&mut World, InstanceId) + Send + 'static) -> anyhow::Result<()> {
        let id = self.id;
        self.state.change_blocking(move |world| report(world, id)).map_err(Into::into)
    }

    fn start(&self) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let Some(instance) = world.network.instances.get(&self.id) else { return Ok(()) };
        let spec = InstanceSpec {
            id: self.id.to_string(),
            hostname: self.id.to_string(),
            links: links(&world, &instance.interfaces),
            size: size(&instance.instance_type),
        };
        let boot = instance.boot;
        let mut running = match self.backend.host.launch(&spec) {
            Ok(running) => running,
            Err(error) => {
                self.report(move |world, id| world.instance_could_not_start(id, boot, clock::now()))?;
                return Err(error.into());
            }
        };
        let taps = std::mem::take(&mut running.taps);
        let mut interfaces = Vec::new();
        for (interface, tap) in instance.interfaces.iter().zip(taps) {
            interfaces.push(self.open(*interface, tap)?);
        }
        self.watch(&running, boot)?;
        let machine = Machine { running, boot, interfaces };
        let cell = Arc::new(Mutex::new(Some(machine)));
        self.instances.machines.lock().expect("no holder panics").insert(self.id, cell);
        self.report(move |world, id| world.instance_is_running(id, boot, clock::now()))
    }

    fn open(&self, id: NetworkInterfaceId, tap: host::Tap) -> anyhow::Result<Connected> {
        let port = self.backend.datapath.open(
            PortKind::Interface(id),
            model::MacAddress(tap.mac),
            tap.descriptor,
        )?;
        Ok(Connected { id, name: tap.name, port })
    }

    /// Has the end of the instance's processes reported.
    fn watch(&self, running: &Running, boot: u64) -> std::io::Result<()> {
        let (wake, id) = (self.instances.wake.clone(), self.id);
        ended::watch(running.ended(), id, move || {
            let _ = wake.send(Wake::Ended(id, boot));
        })
    }

    fn end(&self, grace: Duration) {
        let machine = self.instances.machines.lock().expect("no holder panics").remove(&self.id);
        let Some(machine) = machine.and_then(|cell| cell.lock().expect("no holder panics").take()) else {
            return;
        };
        match grace.is_zero() {
            true => machine.running.kill(),
            false => machine.running.stop(grace),
        }
        machine.disconnect(&self.backend.datapath);
    }

    /// Attaches and detaches interfaces of a running instance.
    fn connect(&self) -> anyhow::Result<()> {
        let world = self.state.snapshot();
        let Some(instance) = world.network.instances.get(&self.id) else { return Ok(()) };
        let cell = self.instances.machines.lock().expect("no holder panics").get(&self.id).cloned();
        let Some(cell) = cell else { return Ok(()) };
        let mut machine = cell.lock().expect("no holder panics");
        let Some(machine) = machine.as_mut() else { return Ok(()) };
        let gone = machine.interfaces.extract_if(.., |it| !instance.interfaces.contains(&it.id));
        let mut result = Ok(());
        // One interface that an instance does not let come or go is no reason to leave the others.
        for interface in gone.collect::<Vec<_>>() {
            self.backend.datapath.close(interface.port);
            let detached = machine.running.detach_interface(&interface.name);
            result = result.and(detached.map_err(Into::into));
        }
        for (position, interface) in instance.interfaces.iter().enumerate() {
            if machine.interfaces.iter().any(|it| it.id == *interface) {
                continue;
            }
            let Some(link) = link(&world, *interface, position) else { continue };
            match self.attach(machine, *interface, &link) {
                Ok(connected) => machine.interfaces.push(connected),
                Err(error) => result = result.and(Err(error)),
            }
        }
        let order = |id: &NetworkInterfaceId| instance.interfaces.iter().position(|it| it == id);
        machine.interfaces.sort_by_key(|it| order(&it.id));
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
    InstanceSize { memory_mib: known.map_or(512, |it| it.memory_mib), vcpus: known.map_or(1, |it| it.vcpus) }
}

fn links(world: &World, interfaces: &[NetworkInterfaceId]) -> Vec<LinkSpec> {
    let numbered = interfaces.iter().enumerate();
    numbered.filter_map(|(position, id)| link(world, *id, position)).collect()
}

/// The link of an interface: `eth0` for the primary one, and so on by device index.
fn link(world: &World, id: NetworkInterfaceId, position: usize) -> Option<LinkSpec> {
    let interface = world.network.network_interfaces.get(&id)?;
    let index =
        interface.attachment.as_ref().map_or(position, |attachment| usize::from(attachment.device_index));
    Some(LinkSpec::new(&format!("eth{index}"), interface.mac.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::{Input, Protocol};
    use model::{Ids, Scope, Timestamp};

    const NOON: Timestamp = Timestamp(1_727_179_200_000);

    /// A network with one instance, as a launch leaves it.
    struct Lab {
        world: World,
        scope: Scope,
        id: InstanceId,
        found: BTreeMap<InstanceId, Found>,
        busy: BTreeSet<InstanceId>,
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
            Lab { world, scope, id, found: BTreeMap::new(), busy: BTreeSet::new() }
        }

        /// What is found when the instance runs as it should.
        fn runs(mut self) -> Lab {
            let instance = self.world.network.instances.get(&self.id).unwrap();
            let (boot, interfaces) = (instance.boot, instance.interfaces.clone());
            self.world.instance_is_running(self.id, boot, NOON);
            self.found.insert(self.id, Found { boot, interfaces });
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
        fn step(&self) -> Option<Step> {
            let steps = plan(&self.world, &self.found, &self.busy);
            assert!(steps.iter().all(|(id, _)| *id == self.id), "{steps:?}");
            assert!(steps.len() <= 1, "{steps:?}");
            steps.first().map(|(_, step)| *step)
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
        let mut lab = Lab::new();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Pending, Some(Step::Start)));
        lab.busy.insert(lab.id);
        assert_eq!(lab.step(), None, "somebody is at it");
        lab.busy.clear();
        let lab = lab.runs();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Running, None));
    }

    #[test]
    fn after_a_restart_of_hamlet_what_should_run_is_started() {
        let mut lab = Lab::new().runs();
        lab.found.clear();
        assert_eq!((lab.state(), lab.step()), (InstanceState::Running, Some(Step::Start)));
    }

    #[test]
    fn a_reboot_is_another_boot() {
        let lab = Lab::new().runs().after(|world, scope, id| world.reboot_instance(scope, id).unwrap());
        assert_eq!(lab.step(), Some(Step::Restart));
        assert_eq!(lab.runs().step(), None);
    }

    #[test]
    fn stopping_goes_on_until_it_is_reported_and_stopped_is_left_alone() {
        let stop = |world: &mut World, scope: Scope, id: InstanceId| {
            world.stop_instance(scope, id, NOON).unwrap();
        };
        let mut lab = Lab::new().runs().after(stop);
        assert_eq!((lab.state(), lab.step()), (InstanceState::Stopping, Some(Step::Stop)));
        lab.found.clear();
        assert_eq!(lab.step(), Some(Step::Stop), "its processes are gone, and nobody has said so");
        let mut lab = lab.after(|world, _, id| world.instance_is_stopped(id, NOON));
        assert_eq!((lab.state(), lab.step()), (InstanceState::Stopped, None));
        lab.found.insert(lab.id, Found { boot: 1, interfaces: Vec::new() });
        assert_eq!(lab.step(), Some(Step::Stop), "what runs although it is stopped");
        lab.found.clear();
        let lab = lab.after(|world, scope, id| {
            world.start_instance(scope, id, &mut Ids::new(&mut || 99), NOON).unwrap();
        });
        assert_eq!((lab.state(), lab.step()), (InstanceState::Pending, Some(Step::Start)));
    }

    #[test]
    fn terminated_instances_end_and_those_that_nobody_remembers_too() {
        let mut lab = Lab::new().runs().after(|world, scope, id| {
            world.terminate_instance(scope, id, NOON).unwrap();
        });
        assert_eq!((lab.state(), lab.step()), (InstanceState::ShuttingDown, Some(Step::Terminate)));
        lab.found.clear();
        assert_eq!(lab.step(), Some(Step::Terminate), "there may be a disk");
        let mut lab = lab.after(|world, _, id| world.instance_is_terminated(id, NOON));
        assert_eq!((lab.state(), lab.step()), (InstanceState::Terminated, None));
        lab.found.insert(lab.id, Found { boot: 1, interfaces: Vec::new() });
        assert_eq!(lab.step(), Some(Step::Terminate), "what runs although it is terminated");
        lab.world.network.instances.remove(&lab.id);
        assert_eq!(lab.step(), Some(Step::Terminate), "what runs and is forgotten");
        lab.busy.insert(lab.id);
        assert_eq!(lab.step(), None);
    }

    #[test]
    fn a_running_instance_gets_and_loses_interfaces_and_a_pending_one_waits() {
        let mut lab = Lab::new().runs();
        lab.found.get_mut(&lab.id).unwrap().interfaces.clear();
        assert_eq!(lab.step(), Some(Step::Connect), "attached");
        let extra = NetworkInterfaceId::numbered(7);
        let own = lab.world.network.instances.get(&lab.id).unwrap().interfaces.clone();
        lab.found.get_mut(&lab.id).unwrap().interfaces = [own.as_slice(), &[extra]].concat();
        assert_eq!(lab.step(), Some(Step::Connect), "detached");
        lab.world.network.instances.get_mut(&lab.id).unwrap().state = InstanceState::Pending;
        assert_eq!(lab.step(), None, "its start is not over");
    }
}
