//! The handle: what other threads can ask of the thread that moves frames.

use std::io::{self, Write};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::{ClosedFlows, Engine, FlowWindow, PortId, PortKind};
use model::{MacAddress, NetworkInterfaceId, World};

use crate::capture::{CAPTURES_MAX, Capture, CaptureId, CaptureScope, Writer};
use crate::commands::Commands;
use crate::options::Options;
use crate::retired::Retired;
use crate::status::{Metrics, Status};
use crate::switch::Switch;

/// The running data plane. Clones are handles of the same one; dropping the last stops it and closes its links.
///
/// Methods wait for the thread's answer, which takes microseconds, except where they say that they do not. They must
/// not be called from within [`Datapath::with_engine`].
#[derive(Clone)]
pub struct Datapath {
    shared: Arc<Shared>,
}

struct Shared {
    commands: Arc<Commands<Switch>>,
    thread: Option<JoinHandle<()>>,
    captures: AtomicU64,
    writers: Mutex<Vec<(CaptureId, Writer)>>,
    retired: Arc<Retired>,
}

impl Datapath {
    /// Starts the thread.
    pub fn start(engine: Engine, options: Options) -> io::Result<Datapath> {
        let commands = Arc::new(Commands::new()?);
        let retired = Arc::<Retired>::default();
        let switch = Switch::new(engine, Arc::clone(&commands), Arc::clone(&retired), options)?;
        let thread = thread::Builder::new().name("datapath".into()).spawn(move || switch.run())?;
        let shared = Shared {
            commands,
            thread: Some(thread),
            captures: AtomicU64::new(0),
            writers: Mutex::default(),
            retired,
        };
        Ok(Datapath { shared: Arc::new(shared) })
    }

    /// Makes `world` the network that packets see. Returns at once: frames sent after it has returned see `world`.
    pub fn publish(&self, world: Arc<World>) {
        let unused = self.shared.retired.take();
        self.shared.commands.send_world(world);
        drop(unused);
    }

    /// The same for a world whose network is that of the one before: what is answered on links may be different, and no
    /// packet is decided anew. It waits for the next frame instead of waking the thread, however many are published.
    pub fn publish_alike(&self, world: Arc<World>) {
        let unused = self.shared.retired.take();
        self.shared.commands.leave_world(world);
        drop(unused);
    }

    /// Connects a TAP whose other end has this link-layer address. The descriptor must not block, and its frames have
    /// [`wire::VnetHeader`] in front, ten bytes long.
    ///
    /// A TAP keeps its network namespace alive, even when no process is left in it: its kernel goes on answering until
    /// the link is closed. Whoever ends an instance closes its links.
    pub fn open(&self, kind: PortKind, mac: MacAddress, tap: OwnedFd) -> io::Result<PortId> {
        self.ask(move |switch| switch.open(kind, mac, tap))
    }

    /// Closes a link and forgets its connections. Its interface disappears.
    pub fn close(&self, port: PortId) {
        drop(self.ask(move |switch| switch.close(port)));
    }

    /// Writes what a link or an interface sends and receives to `sink`, as pcapng. Packets that died carry the reason as
    /// their comment.
    pub fn capture(&self, scope: CaptureScope, sink: Box<dyn Write + Send>) -> io::Result<CaptureId> {
        let mut writers = self.writers();
        // Those whose sinks have failed have ended by themselves.
        writers.retain(|(_, writer)| !writer.has_ended());
        if writers.len() >= CAPTURES_MAX {
            return Err(io::Error::other(format!("{CAPTURES_MAX} captures are running already")));
        }
        let id = CaptureId(self.shared.captures.fetch_add(1, Ordering::Relaxed));
        let (capture, writer) = Capture::start(id, scope, sink)?;
        writers.push((id, writer));
        drop(writers);
        self.ask(move |switch| switch.captures.push(capture));
        Ok(id)
    }

    /// Ends a capture and returns when all of it is written, with how many packets it had to leave out because the sink
    /// was too slow.
    pub fn stop_capture(&self, id: CaptureId) -> io::Result<u64> {
        let left_out = self.ask(move |switch| switch.stop_capture(id));
        let writer = {
            let mut writers = self.writers();
            let place = writers.iter().position(|(known, _)| *known == id);
            place.map(|place| writers.swap_remove(place).1)
        };
        match writer {
            Some(writer) => writer.finish().map(|()| left_out),
            None => Ok(left_out),
        }
    }

    /// Counters and links.
    pub fn status(&self) -> Status {
        self.ask(|switch| Status::of(&switch.engine, switch.captures.len()))
    }

    /// What NAT gateways and interfaces have counted, under AWS's names.
    pub fn metrics(&self) -> Metrics {
        self.ask(|switch| {
            let now = switch.now().moment;
            Metrics::of(&mut switch.engine, now)
        })
    }

    /// The flow logs' windows that have closed since they were taken last, and whether there is one whose time is over and
    /// that is being added up.
    pub fn flow_windows(&self) -> (Vec<FlowWindow>, bool) {
        let (closed, is_closing) = self.ask(|switch| {
            let now = switch.now();
            switch.engine.take_flow_windows(now)
        });
        (closed.iter().map(ClosedFlows::window).collect(), is_closing)
    }

    /// Goes on as if so much time had passed without packets: for those who test what happens after six idle minutes.
    pub fn skip(&self, time: Duration) {
        self.ask(move |switch| switch.skip(time));
    }

    /// The interface that connects to a service from this address.
    pub fn behind(&self, stand_in: IpAddr) -> Option<NetworkInterfaceId> {
        self.with_engine(move |engine| engine.ports().behind(stand_in))
    }

    /// Runs `work` with the engine, between two frames. No frame moves meanwhile.
    pub fn with_engine<T: Send + 'static>(&self, work: impl FnOnce(&mut Engine) -> T + Send + 'static) -> T {
        self.ask(move |switch| work(&mut switch.engine))
    }

    fn ask<T: Send + 'static>(&self, work: impl FnOnce(&mut Switch) -> T + Send + 'static) -> T {
        let (answer, answered) = mpsc::sync_channel(1);
        self.shared.commands.send(Box::new(move |switch| {
            // Nobody waits when the asking thread has ended.
            let _ = answer.send(work(switch));
        }));
        answered.recv().expect("the thread runs as long as there is a handle")
    }

    fn writers(&self) -> std::sync::MutexGuard<'_, Vec<(CaptureId, Writer)>> {
        self.shared.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.commands.send(Box::new(Switch::stop));
        let Some(thread) = self.thread.take() else { return };
        // The last handle may be dropped by a command.
        if thread.thread().id() != thread::current().id() {
            let _ = thread.join();
        }
    }
}
