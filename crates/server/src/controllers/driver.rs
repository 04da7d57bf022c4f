//! The driver of a controller: when to look, which steps to take, on which threads, and what to do when one fails.
//!
//! ```text
//!   wake, or a pause is over ──> wanted, found ──> plan ──> steps that are due ──> a thread a step ──> done ──> wake
//! ```
//!
//! It knows nothing of nouns. A [`Controller`] says what should be, what there is, which steps lead from one to the other,
//! and how to take one. The driver sees to the rest: steps of one key are taken one after the other, several keys at once,
//! and whatever fails, panics, or is wanted again as soon as it is done waits longer each time ([`super::retries`]).

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::agenda::{Agenda, Due, Told};
use super::retries::{PAUSE_MAX, Said};
use super::status::ControllerStatus;

/// What should be, what there is, and the way from one to the other, for one noun.
pub trait Controller: Send + Sync + 'static {
    /// What it is called in `hamlet status` and in the log: its noun.
    const NAME: &'static str;
    /// The longest time between two looks when nothing happens.
    const LOOK_EVERY: Duration = PAUSE_MAX;
    /// What should be.
    type Wanted: ?Sized;
    /// What there is.
    type Found;
    /// What a step is for. Steps of one key are never taken at the same time.
    type Key: Copy + Ord + Debug + Display + Send + 'static;
    /// A step, with all that it is taken for: while that stays the same, a step that failed is tried again with pauses.
    type Step: Clone + PartialEq + Debug + Display + Send + 'static;

    /// Looks what should be.
    fn wanted(&self) -> Arc<Self::Wanted>;

    /// Looks what there is. Quick: whatever may take long is a step.
    fn found(&self) -> Self::Found;

    /// The steps from what there is to what should be, at most one for each key. A pure function.
    fn plan(wanted: &Self::Wanted, found: &Self::Found) -> Vec<(Self::Key, Self::Step)>;

    /// Takes a step. May take long.
    fn take(&self, key: Self::Key, step: &Self::Step) -> anyhow::Result<()>;
}

/// Makes a driver look. However often it is woken before it looks, it looks once.
#[derive(Clone, Default)]
pub struct Waker(Arc<Signal>);

#[derive(Default)]
struct Signal {
    signals: Mutex<Signals>,
    changed: Condvar,
}

#[derive(Default)]
struct Signals {
    woken: bool,
    quit: bool,
    /// How many steps are being taken.
    running: usize,
}

impl Waker {
    /// Something has changed.
    pub fn wake(&self) {
        self.set(|signals| signals.woken = true);
    }

    fn lock(&self) -> MutexGuard<'_, Signals> {
        self.0.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut self.lock());
        self.0.changed.notify_all();
    }

    /// Waits until it is woken, or `pause` is over. False when it is the end.
    fn wait(&self, pause: Duration) -> bool {
        let idle = |signals: &mut Signals| !signals.woken && !signals.quit;
        let waited = self.0.changed.wait_timeout_while(self.lock(), pause, idle);
        let (mut signals, _) = waited.unwrap_or_else(PoisonError::into_inner);
        signals.woken = false;
        !signals.quit
    }

    /// Waits until no step is being taken any more, and says how many are when `limit` is over.
    fn wait_for_steps(&self, limit: Duration) -> usize {
        let busy = |signals: &mut Signals| signals.running > 0;
        let waited = self.0.changed.wait_timeout_while(self.lock(), limit, busy);
        waited.unwrap_or_else(PoisonError::into_inner).0.running
    }

    /// Whether a step may begin.
    fn begin_step(&self) -> bool {
        let mut signals = self.lock();
        signals.running += usize::from(!signals.quit);
        !signals.quit
    }

    fn end_step(&self) {
        self.set(|signals| {
            signals.running -= 1;
            signals.woken = true;
        });
    }
}

/// Drives a controller on a thread of its own, until it is told to quit.
pub struct Driver<C: Controller>(Arc<Shared<C>>);

struct Shared<C: Controller> {
    controller: C,
    agenda: Mutex<Agenda<C::Key, C::Step>>,
    waker: Waker,
}

impl<C: Controller> Driver<C> {
    /// Starts driving. The first look is at once.
    pub fn start(controller: C, waker: Waker) -> std::io::Result<Driver<C>> {
        let driver = Driver::idle(controller, waker);
        let shared = Arc::clone(&driver.0);
        std::thread::Builder::new().name(C::NAME.to_owned()).spawn(move || shared.run())?;
        Ok(driver)
    }

    fn idle(controller: C, waker: Waker) -> Driver<C> {
        Driver(Arc::new(Shared { controller, agenda: Mutex::default(), waker }))
    }

    /// Why the last step of a key failed, while it fails.
    pub fn problem(&self, key: C::Key) -> Option<String> {
        self.0.agenda().problem(key)
    }

    /// What it does, for people.
    pub fn status(&self, now: Instant) -> ControllerStatus {
        self.0.agenda().status(C::NAME, now)
    }

    /// Takes no further step, and waits for those that are being taken: not longer than `limit`. Says how many were left
    /// to themselves.
    pub fn quit(&self, limit: Duration) -> usize {
        self.0.waker.set(|signals| signals.quit = true);
        self.0.waker.wait_for_steps(limit)
    }
}

impl<C: Controller> Shared<C> {
    fn agenda(&self) -> MutexGuard<'_, Agenda<C::Key, C::Step>> {
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(self: Arc<Self>) {
        while self.waker.wait(self.look(Instant::now())) {}
    }

    /// Looks once, and begins what is due. How long there is nothing to do unless something happens.
    fn look(self: &Arc<Self>, now: Instant) -> Duration {
        // First: of what is being taken until after this, nothing is planned for.
        self.agenda().settle(now);
        let planned = match catch_unwind(AssertUnwindSafe(|| self.plan())) {
            Ok(planned) => planned,
            Err(panic) => {
                tracing::error!(controller = C::NAME, "the plan failed: {}", sentence(panic.as_ref()));
                return C::LOOK_EVERY;
            }
        };
        let Due { steps, told } = self.agenda().due(planned, now);
        told.iter().for_each(log::<C>);
        for (key, step) in steps {
            self.begin(key, step);
        }
        self.agenda().pause(now).map_or(C::LOOK_EVERY, |pause| pause.min(C::LOOK_EVERY))
    }

    fn plan(&self) -> BTreeMap<C::Key, C::Step> {
        let wanted = self.controller.wanted();
        C::plan(&wanted, &self.controller.found()).into_iter().collect()
    }

    fn begin(self: &Arc<Self>, key: C::Key, step: C::Step) {
        if !self.waker.begin_step() {
            return;
        }
        let shared = Arc::clone(self);
        let thread = std::thread::Builder::new().name(format!("{step} {key}"));
        let spawned = thread.spawn(move || shared.end(key, shared.take(key, &step)));
        if let Err(error) = spawned {
            self.end(key, Err(format!("no thread for the step: {error}")));
        }
    }

    fn take(&self, key: C::Key, step: &C::Step) -> Result<(), String> {
        match catch_unwind(AssertUnwindSafe(|| self.controller.take(key, step))) {
            Ok(result) => result.map_err(|error| format!("{error:#}")),
            Err(panic) => Err(format!("the step panicked: {}", sentence(panic.as_ref()))),
        }
    }

    fn end(&self, key: C::Key, result: Result<(), String>) {
        self.agenda().end(key, result);
        self.waker.end_step();
    }
}

/// What a panic said.
fn sentence(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason was given")
}

fn log<C: Controller>(Told { key, step, said }: &Told<C::Key, C::Step>) {
    match said {
        Said::Works(_) => tracing::warn!(controller = C::NAME, %key, %step, "{said}"),
        Said::Failed(_) | Said::Repeated(..) => {
            tracing::error!(controller = C::NAME, %key, %step, "{said}");
        }
    }
}

#[cfg(test)]
mod lamps;
#[cfg(test)]
mod tests;
