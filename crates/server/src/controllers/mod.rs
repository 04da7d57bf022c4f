//! What makes the network real: controllers, which compare what should be with what there is, and act on the difference.
//!
//! Each is a [`driver::Controller`], one noun in one file; `docs/add-a-controller.md` has the steps. When they look, on which
//! threads they act, and how they try again is [`driver::Driver`]'s.

use datapath::Datapath;
use host::Host;
use model::{InstanceConnectEndpointId, InstanceId};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::certificates::Authority;
use crate::clock;
use crate::consoles::Consoles;
use crate::refusals::Refusals;
use crate::writer::State;
use driver::{Driver, Waker};
use endpoint_places::EndpointPlaces;
use housekeeping::Housekeeping;
use instance_connect_endpoints::InstanceConnectEndpoints;
use instances::Instances;
use machines::Machines;
use status::ControllerStatus;

mod agenda;
pub mod driver;
mod ended;
pub mod endpoint_places;
pub mod housekeeping;
pub mod instance_connect_endpoints;
pub mod instances;
pub mod machines;
pub mod retries;
pub mod status;
pub mod without_machines;

/// How long the end of a run waits for steps that are being taken.
const QUIT_MAX: Duration = Duration::from_secs(1);

/// What machines and namespaces are made with.
#[derive(Clone)]
pub struct Backend {
    /// Namespaces and processes.
    pub host: Arc<Host>,
    /// Where their links go.
    pub datapath: Arc<Datapath>,
    /// Where what instances print is kept, if it can be.
    pub consoles: Option<Arc<Consoles>>,
    /// Who certifies names of AWS inside.
    pub authority: Arc<Authority>,
}

/// All controllers of a run, and what they have made.
#[derive(Default)]
pub struct Controllers {
    /// The instances that run.
    pub machines: Machines,
    /// Where tunnels lead.
    pub places: EndpointPlaces,
    housekeeping: OnceLock<Driver<Housekeeping>>,
    manned: OnceLock<Manned>,
}

/// The controllers that there are where instances are machines.
struct Manned {
    instances: Driver<Instances>,
    endpoints: Driver<InstanceConnectEndpoints>,
}

impl Controllers {
    /// Lets them work. Without a backend wishes are fulfilled as they are made ([`without_machines`]), and nothing is behind
    /// an instance or an endpoint.
    pub fn start(
        &self,
        state: &State,
        backend: Option<Backend>,
        refusals: &Arc<Refusals>,
    ) -> anyhow::Result<()> {
        match backend {
            Some(backend) => {
                let manned = self.start_manned(state, backend, refusals)?;
                let _ = self.manned.set(manned);
            }
            None => state.change_blocking(|world| without_machines::settle(world, clock::now()))?,
        }
        let housekeeping = Driver::start(Housekeeping { state: state.clone() }, Waker::default())?;
        let _ = self.housekeeping.set(housekeeping);
        Ok(())
    }

    fn start_manned(
        &self,
        state: &State,
        backend: Backend,
        refusals: &Arc<Refusals>,
    ) -> std::io::Result<Manned> {
        let waker = woken_by(state);
        let endpoints = InstanceConnectEndpoints {
            places: self.places.clone(),
            state: state.clone(),
            backend: backend.clone(),
            waker: waker.clone(),
            refusals: Arc::clone(refusals),
        };
        let endpoints = Driver::start(endpoints, waker)?;
        let waker = woken_by(state);
        let machines = self.machines.clone();
        let instances = Instances { machines, state: state.clone(), backend, waker: waker.clone() };
        Ok(Manned { instances: Driver::start(instances, waker)?, endpoints })
    }

    /// Why an instance is not as it should be, while what is to be done for it fails.
    pub fn problem_of_instance(&self, id: InstanceId) -> Option<String> {
        self.manned.get()?.instances.problem(id)
    }

    /// Why an endpoint is not as it should be, while what is to be done for it fails.
    pub fn problem_of_endpoint(&self, id: InstanceConnectEndpointId) -> Option<String> {
        self.manned.get()?.endpoints.problem(id)
    }

    /// What each of them does.
    pub fn status(&self, now: Instant) -> Vec<ControllerStatus> {
        let manned = self.manned.get().map(|it| [it.instances.status(now), it.endpoints.status(now)]);
        let housekeeping = self.housekeeping.get().map(|it| it.status(now));
        manned.into_iter().flatten().chain(housekeeping).collect()
    }

    /// Ends them, and all that they have made, leaving states as they are: it comes back with the next start.
    pub fn quit(&self) {
        let until = Instant::now() + QUIT_MAX;
        let left = || until.saturating_duration_since(Instant::now());
        if let Some(Manned { instances, endpoints }) = self.manned.get() {
            let abandoned = endpoints.quit(left()) + instances.quit(left());
            if abandoned > 0 {
                tracing::info!(abandoned, "steps were still being taken");
            }
        }
        if let Some(housekeeping) = self.housekeeping.get() {
            housekeeping.quit(left());
        }
        self.places.kill_all();
        self.machines.kill_all();
    }
}

/// A waker that every change of the state wakes.
fn woken_by(state: &State) -> Waker {
    let waker = Waker::default();
    let changed = waker.clone();
    state.listen(Box::new(move |_, _| changed.wake()));
    waker
}
