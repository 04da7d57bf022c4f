//! The thread: waits for frames, gives each to the engine, writes what comes out.

use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use engine::{DropReason, Engine, Now, Outgoing, PortId, PortKind, Verdict};
use model::{MacAddress, World};
use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use wire::VnetHeader;

use crate::capture::{Capture, CaptureId, Captured};
use crate::clock::Clock;
use crate::commands::Commands;
use crate::link::{FRAME_MAX, Link};
use crate::options::Options;
use crate::pcapng::Direction;
use crate::retired::Retired;

/// What epoll reports when the thread is woken; links are reported by their numbers.
const WAKE: u64 = u64::MAX;
/// How much one link may send before the others have their turn: frames, and bytes. Reading that much before writing
/// moves half as many small packets again as writing each when it was read, and a tenth more TCP; four times as much
/// bytes gain nothing more, because they do not fit the processor's cache.
const FRAMES_PER_TURN: usize = 64;
const BYTES_PER_TURN: usize = 256 * 1024;
/// Frames begin on cache lines of their own.
const CACHE_LINE: usize = 64;
/// How many connections are looked at, and how often, for having been idle too long: a table of two million is gone
/// round in fifty seconds.
const EXPIRY_STEPS: usize = 4096;
const EXPIRY_INTERVAL: Duration = Duration::from_millis(100);
/// With nothing to do but wait for connections to grow old.
const IDLE_INTERVAL: Duration = Duration::from_secs(1);

/// Everything that the thread owns.
pub(crate) struct Switch {
    pub(crate) engine: Engine,
    pub(crate) captures: Vec<Capture>,
    /// By the number of the engine's port.
    links: Vec<Option<Link>>,
    /// Links that may have frames left after their turn.
    busy: Vec<PortId>,
    epoll: OwnedFd,
    commands: Arc<Commands<Switch>>,
    retired: Arc<Retired>,
    options: Options,
    clock: Clock,
    expired: Instant,
    /// Room for a turn's frames.
    buffer: Box<[u8]>,
    /// Where in the buffer each of them is. Empty between turns.
    turn: Vec<Range<usize>>,
    outgoing: Vec<Outgoing>,
    is_running: bool,
}

impl Switch {
    pub(crate) fn new(
        engine: Engine,
        commands: Arc<Commands<Switch>>,
        retired: Arc<Retired>,
        options: Options,
    ) -> std::io::Result<Switch> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(
            &epoll,
            commands.wake_descriptor(),
            epoll::EventData::new_u64(WAKE),
            epoll::EventFlags::IN,
        )?;
        let clock = Clock::start();
        Ok(Switch {
            engine,
            captures: Vec::new(),
            links: Vec::new(),
            busy: Vec::new(),
            epoll,
            commands,
            retired,
            options,
            expired: clock.looked(),
            clock,
            buffer: vec![0; BYTES_PER_TURN + FRAME_MAX].into(),
            turn: Vec::with_capacity(FRAMES_PER_TURN),
            outgoing: Vec::new(),
            is_running: true,
        })
    }

    /// Works until it is told to stop.
    pub(crate) fn run(mut self) {
        let mut events = Vec::with_capacity(64);
        let mut last_frame = self.clock.looked();
        while self.is_running {
            let since = self.clock.looked() - last_frame;
            self.wait(&mut events, since < self.options.spin);
            self.clock.look();
            self.run_commands();
            if self.take_turns() {
                last_frame = self.clock.looked();
            }
            self.expire();
        }
    }

    /// Waits until a link has frames or a command is sent; not at all while links are known to have frames.
    fn wait(&mut self, events: &mut Vec<epoll::Event>, is_spinning: bool) {
        let timeout = match () {
            () if is_spinning || !self.busy.is_empty() => Some(Duration::ZERO),
            () if self.engine.connections().is_empty() => None,
            () => Some(IDLE_INTERVAL),
        };
        let timeout = timeout.map(|timeout| Timespec::try_from(timeout).expect("a second at most"));
        events.clear();
        // Interrupted: the next round waits again. Nothing else can go wrong with descriptors that are ours.
        let _ = epoll::wait(&self.epoll, spare_capacity(events), timeout.as_ref());
        for event in events.drain(..) {
            match u32::try_from(event.data.u64()) {
                Ok(number) => self.mark_busy(PortId(number)),
                Err(_) => self.commands.clear_wake(),
            }
        }
    }

    fn mark_busy(&mut self, port: PortId) {
        let Some(link) = link_mut(&mut self.links, port) else { return };
        if !link.is_busy {
            link.is_busy = true;
            self.busy.push(port);
        }
    }

    /// Runs the commands that were sent.
    fn run_commands(&mut self) {
        if self.commands.any() {
            let waiting = self.commands.take();
            if let Some(world) = waiting.world {
                self.publish(world);
            }
            for command in waiting.commands {
                command(self);
            }
        }
    }

    /// Makes this the world that is read.
    fn publish(&mut self, world: Arc<World>) {
        // Given away after the engine has let go of it: whoever takes it then is the last to hold it.
        let old = Arc::clone(self.engine.world());
        self.engine.publish(world);
        self.retired.put(old);
    }

    /// Gives each busy link its turn. Returns whether there was any.
    fn take_turns(&mut self) -> bool {
        let mut busy = std::mem::take(&mut self.busy);
        let any = !busy.is_empty();
        busy.retain(|port| {
            let has_more = self.take_turn(*port);
            if let (false, Some(link)) = (has_more, link_mut(&mut self.links, *port)) {
                link.is_busy = false;
            }
            has_more
        });
        self.busy = busy;
        any
    }

    /// Moves up to a turn's worth of frames from a link. Returns whether there may be more.
    ///
    /// First reads them all and then writes them: the kernel's code for one stays in the cache, and a receiver that
    /// the first of them wakes up is awake for the others.
    fn take_turn(&mut self, port: PortId) -> bool {
        let mut turn = std::mem::take(&mut self.turn);
        let has_more = self.read_turn(port, &mut turn);
        // A command that was sent before one of these was sent holds for it.
        self.run_commands();
        let frames =
            turn.iter().map(|place| self.buffer[place.clone()].get(VnetHeader::LEN..).unwrap_or_default());
        self.engine.prefetch(frames.map(|frame| (port, frame)));
        for place in &turn {
            self.receive(port, place.clone());
        }
        turn.clear();
        self.turn = turn;
        has_more
    }

    /// Reads frames, one behind the other in the buffer, and notes their places.
    fn read_turn(&mut self, port: PortId, turn: &mut Vec<Range<usize>>) -> bool {
        let Some(link) = link(&self.links, port) else { return false };
        let mut start = 0;
        while turn.len() < FRAMES_PER_TURN && start < BYTES_PER_TURN {
            match link.read(&mut self.buffer[start..start + FRAME_MAX]) {
                Ok(Some(length)) => {
                    turn.push(start..start + length);
                    start = (start + length).next_multiple_of(CACHE_LINE);
                }
                Ok(None) => return false,
                Err(_) => {
                    self.give_up(port);
                    return false;
                }
            }
        }
        true
    }

    /// Gives a frame to the engine and sends what it says.
    #[inline]
    fn receive(&mut self, port: PortId, place: Range<usize>) {
        let whole = &mut self.buffer[place.clone()];
        let Some((header, frame)) = whole.split_first_chunk_mut::<{ VnetHeader::LEN }>() else {
            return self.engine.count_drop(DropReason::Malformed);
        };
        let Ok(mut vnet) = VnetHeader::parse(header) else {
            return self.engine.count_drop(DropReason::BadOffload);
        };
        let sent = is_captured(&self.captures, &self.engine, port).then(|| (frame.to_vec(), vnet));
        let verdict = self.engine.receive(port, frame, &mut vnet, self.clock.now(), &mut self.outgoing);
        *header = vnet.to_bytes();
        if let Some((frame, vnet)) = sent {
            self.capture_sent(port, frame, vnet, verdict);
        }
        if let Verdict::Forward(to) = verdict {
            self.send(to, place, vnet);
        }
        if !self.outgoing.is_empty() {
            self.send_outgoing();
        }
    }

    #[inline]
    fn send(&mut self, to: PortId, place: Range<usize>, vnet: VnetHeader) {
        let Some(link) = link(&self.links, to) else {
            return self.engine.count_drop(DropReason::InterfaceDown);
        };
        let written = link.write(&self.buffer[place.clone()]);
        if is_captured(&self.captures, &self.engine, to) {
            let frame = self.buffer[place][VnetHeader::LEN..].to_vec();
            self.capture_received(to, frame, vnet);
        }
        self.count_failure(written);
    }

    fn send_outgoing(&mut self) {
        for Outgoing { port, frame } in std::mem::take(&mut self.outgoing) {
            let Some(link) = link(&self.links, port) else { continue };
            let written = link.write_plain(&frame);
            self.count_failure(written);
            if is_captured(&self.captures, &self.engine, port) {
                self.capture_received(port, frame, VnetHeader::default());
            }
        }
    }

    #[inline]
    fn count_failure(&mut self, written: Result<(), Errno>) {
        match written {
            Ok(()) => {}
            Err(Errno::AGAIN | Errno::NOMEM | Errno::NOBUFS) => self.engine.count_drop(DropReason::LinkFull),
            // EIO: the instance has taken its interface down. EBADFD: it is gone.
            Err(_) => self.engine.count_drop(DropReason::InterfaceDown),
        }
    }

    fn capture_sent(&mut self, port: PortId, frame: Vec<u8>, vnet: VnetHeader, verdict: Verdict) {
        let died_of = match verdict {
            Verdict::Dropped(reason) => Some(reason),
            Verdict::Forward(_) | Verdict::Done => None,
        };
        let time = SystemTime::now();
        self.capture(port, Captured { frame, vnet, direction: Direction::Outbound, time, died_of });
    }

    fn capture_received(&mut self, port: PortId, frame: Vec<u8>, vnet: VnetHeader) {
        let time = SystemTime::now();
        self.capture(port, Captured { frame, vnet, direction: Direction::Inbound, time, died_of: None });
    }

    /// Hands a frame to every capture that covers the link. One whose writer is gone is over.
    fn capture(&mut self, port: PortId, captured: Captured) {
        let Some(kind) = self.engine.ports().get(port).map(|port| &port.kind) else { return };
        self.captures
            .retain_mut(|capture| !capture.scope.covers(port, kind) || capture.take(captured.clone()));
    }

    /// Looks at some connections, now and then.
    fn expire(&mut self) {
        let now = self.clock.looked();
        if now - self.expired >= EXPIRY_INTERVAL && !self.engine.connections().is_empty() {
            self.expired = now;
            self.engine.expire(self.clock.now().moment, EXPIRY_STEPS);
        }
    }

    /// Opens a link.
    pub(crate) fn open(&mut self, kind: PortKind, mac: MacAddress, tap: OwnedFd) -> std::io::Result<PortId> {
        let Some(port) = self.engine.open_port(kind, mac) else {
            return Err(std::io::Error::other("as many links as one run can have were opened"));
        };
        let data = epoll::EventData::new_u64(u64::from(port.0));
        if let Err(error) = epoll::add(&self.epoll, tap.as_fd(), data, epoll::EventFlags::IN) {
            self.engine.close_port(port);
            return Err(error.into());
        }
        let place = port.0 as usize;
        if self.links.len() <= place {
            self.links.resize_with(place + 1, || None);
        }
        self.links[place] = Some(Link::new(tap));
        Ok(port)
    }

    /// Closes a link. Its interface disappears when what is returned is dropped: the kernel takes some 30 ms for that,
    /// and packets must not wait.
    pub(crate) fn close(&mut self, port: PortId) -> Option<Link> {
        self.engine.close_port(port);
        let link = self.links.get_mut(port.0 as usize).and_then(Option::take)?;
        // A descriptor that was duplicated elsewhere would stay in the epoll set.
        let _ = epoll::delete(&self.epoll, link.descriptor());
        Some(link)
    }

    /// Looks no more at a link whose interface is gone. Its port stays until it is closed.
    fn give_up(&mut self, port: PortId) {
        if let Some(link) = link(&self.links, port) {
            let _ = epoll::delete(&self.epoll, link.descriptor());
        }
    }

    /// Ends a capture. Returns how many frames it left out.
    pub(crate) fn stop_capture(&mut self, id: CaptureId) -> u64 {
        match self.captures.iter().position(|capture| capture.id == id) {
            Some(place) => self.captures.swap_remove(place).left_out,
            None => 0,
        }
    }

    /// The time, by both clocks.
    pub(crate) fn now(&self) -> Now {
        self.clock.now()
    }

    /// From now on it is so much later.
    pub(crate) fn skip(&mut self, time: Duration) {
        self.clock.skip(time);
    }

    /// Makes this round the last one.
    pub(crate) fn stop(&mut self) {
        self.is_running = false;
    }
}

/// Whether any capture covers the link. There are seldom any.
#[inline]
fn is_captured(captures: &[Capture], engine: &Engine, port: PortId) -> bool {
    !captures.is_empty()
        && engine
            .ports()
            .get(port)
            .is_some_and(|port| captures.iter().any(|it| it.scope.covers(port.id, &port.kind)))
}

#[inline]
fn link(links: &[Option<Link>], port: PortId) -> Option<&Link> {
    links.get(port.0 as usize)?.as_ref()
}

#[inline]
fn link_mut(links: &mut [Option<Link>], port: PortId) -> Option<&mut Link> {
    links.get_mut(port.0 as usize)?.as_mut()
}
