//! The daemon's side: starts helpers, holds what they made, ends it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{PipeReader, PipeWriter};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid};

use crate::aws_cli::AwsCli;
use crate::boundary::{self, Barrier, IdMappedMounts};
use crate::cgroup::{Cgroup, Cgroups};
use crate::channel::{self, Report, Request};
use crate::disk;
use crate::error::{Attempt, HostError, Result};
use crate::files::{self, Layout};
use crate::image;
use crate::launch::LAUNCH;
use crate::link::Made;
use crate::namespace::Ids;
use crate::private_ids::PrivateIds;
use crate::reaper::Reaper;
use crate::sealed::Sealed;
use crate::spec::{InstanceSpec, LinkSpec, Nesting, NetworkNamespaceSpec, Order};
use crate::tap::{self, Tap};

/// How long the helper and the first process may take before we give up on them.
const LAUNCH_LIMIT: Duration = Duration::from_secs(20);

/// Everything this daemon has on the machine. Dropping it ends every instance and namespace it started.
pub struct Host {
    layout: Layout,
    data: PathBuf,
    program: Sealed,
    prepared: Mutex<Option<Prepared>>,
    ids: Mutex<PrivateIds>,
    nesting: Nesting,
    authority: String,
    aws_cli: AwsCli,
    spawner: Spawner,
    cgroups: Option<Cgroups>,
    reaper: Reaper,
}

/// What is found out once, before the first launch.
#[derive(Clone)]
struct Prepared {
    image: PathBuf,
    mounts: IdMappedMounts,
}

impl Host {
    /// `program` is what helpers are started from a copy of: a program that calls [`crate::internal_main`], usually
    /// `/proc/self/exe`.
    pub fn new(data: &Path, program: &Path) -> Result<Self> {
        std::fs::create_dir_all(data).attempt(format!("making {}", data.display()))?;
        let data = data.canonicalize().attempt(format!("finding {}", data.display()))?;
        // Overlay's options are separated by these, and the image is named in one of them.
        if data.to_string_lossy().contains([':', ',', '\\', '"']) {
            let what =
                format!("the data directory {} must not contain ':', ',', '\\' or '\"'", data.display());
            return Err(HostError::Unsupported(what));
        }
        let program = Sealed::copy(program)?;
        // First, because its thread may have to leave the group that we are in.
        let cgroups = Cgroups::open(&data);
        Ok(Self {
            layout: Layout::new(&data),
            prepared: Mutex::new(None),
            ids: Mutex::new(PrivateIds::of(&data)),
            nesting: Nesting::default(),
            authority: String::new(),
            aws_cli: AwsCli::found(None),
            spawner: Spawner::start()?,
            reaper: Reaper::start(&program)?,
            cgroups,
            program,
            data,
        })
    }

    /// Lets programs in instances make namespaces of their own, or not.
    pub fn with_nesting(self, nesting: Nesting) -> Self {
        Self { nesting, ..self }
    }

    /// Has instances trust an authority, by its certificate as PEM, besides those that the host trusts.
    pub fn trusting(self, authority: String) -> Self {
        Self { authority, ..self }
    }

    /// Says which `aws` instances have.
    pub fn with_aws_cli(self, aws_cli: AwsCli) -> Self {
        Self { aws_cli, ..self }
    }

    /// Starts an instance on the disk it had before, or on a new one. Returns once its first process runs and its
    /// interfaces exist; it boots from there on by itself.
    pub fn launch(&self, spec: &InstanceSpec) -> Result<Running> {
        let directory = self.layout.instance(&spec.id)?;
        let Prepared { image, mounts } = self.prepared()?;
        let ids = self.ids_for(&directory, &mounts)?;
        disk::prepare(&directory, ids)?;
        let cgroup = self.cgroups.as_ref().map(|groups| groups.make(&spec.id, spec.size));
        let cgroup = cgroup.transpose().attempt("making the instance's cgroup")?;
        let order = Order::Instance {
            spec: spec.clone(),
            directory: directory.clone(),
            image,
            ids,
            nesting: self.nesting,
            cgroup: cgroup.clone(),
        };
        let (console, printed) = console_pipe().attempt("making the console")?;
        let process = self.start(&order, &directory, cgroup, Some(printed.as_fd()))?;
        drop(printed);
        let names = spec.links.iter().map(|link| link.name.clone()).zip(process.names).collect();
        Ok(Running {
            id: spec.id.clone(),
            init_pid: process.pid,
            console: Mutex::new(Some(File::from(OwnedFd::from(console)))),
            taps: process.taps,
            names: Mutex::new(names),
            process: process.handle,
        })
    }

    /// Who the users of an instance are outside: the same ids as before, where they still can be.
    fn ids_for(&self, directory: &Path, mounts: &IdMappedMounts) -> Result<Ids> {
        let is_root = rustix::process::geteuid().is_root();
        match mounts {
            IdMappedMounts::Known if is_root => {
                let mut known = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(Ids::Private { first: known.of_instance(&self.layout, directory)? })
            }
            IdMappedMounts::Unknown(_) if is_root => Ok(Ids::SharedRoot),
            IdMappedMounts::Known | IdMappedMounts::Unknown(_) => Ok(Ids::Daemon),
        }
    }

    /// Makes a network namespace.
    pub fn network_namespace(&self, spec: &NetworkNamespaceSpec) -> Result<NetworkNamespace> {
        let directory = self.layout.namespace(&spec.name)?;
        std::fs::create_dir_all(&directory).attempt("making the namespace's directory")?;
        let order = Order::NetworkNamespace { spec: spec.clone(), directory: directory.clone() };
        let process = self.start(&order, &directory, None, None)?;
        let mut taps = process.taps;
        let tap = taps.pop().ok_or_else(|| HostError::Ended("the namespace's first process".into()))?;
        Ok(NetworkNamespace { name: spec.name.clone(), pid: process.pid, tap, process: process.handle })
    }

    /// The last 64 KiB that an instance printed under a program that kept them in a file.
    pub fn console_log(&self, id: &str) -> Result<Vec<u8>> {
        files::read_console_log(&self.layout.instance(id)?)
    }

    /// Removes that file.
    pub fn remove_console_log(&self, id: &str) -> Result<()> {
        files::remove_console_log(&self.layout.instance(id)?)
    }

    /// Ends whatever an earlier run left (nothing, unless the machine was odd), and removes every instance's disk
    /// except those of `keep`. To be called before anything is launched. Tries everything, then reports.
    pub fn reconcile(&self, keep: &[&str]) -> Result<()> {
        let mut trouble = Vec::new();
        let instances = self.layout.instances();
        for name in files::names_in(&instances)? {
            let directory = instances.join(&name);
            end_left_over(&directory);
            if !keep.contains(&name.as_str()) {
                trouble.extend(files::remove_tree(&directory).err());
            }
        }
        let namespaces = self.layout.namespaces();
        for name in files::names_in(&namespaces)? {
            end_left_over(&namespaces.join(&name));
            trouble.extend(files::remove_tree(&namespaces.join(&name)).err());
        }
        trouble.into_iter().next().map_or(Ok(()), Err)
    }

    /// Removes the disk of an instance that has ended.
    pub fn remove_instance(&self, id: &str) -> Result<()> {
        let directory = self.layout.instance(id)?;
        let ids = disk::recorded(&directory);
        files::remove_tree(&directory)?;
        let mut known = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.into_iter().for_each(|ids| known.free(ids));
        Ok(())
    }

    /// Builds the default image and looks at the machine now rather than at the first launch.
    pub fn prepare(&self) -> Result<()> {
        self.prepared().map(drop)
    }

    /// The boundary that is in force around instances.
    pub fn boundary(&self) -> Result<Vec<Barrier>> {
        Ok(boundary::describe(&self.prepared()?.mounts, self.nesting, self.cgroups.as_ref()))
    }

    fn prepared(&self) -> Result<Prepared> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = &*prepared {
            return Ok(found.clone());
        }
        let image = image::build(&self.layout.images(), &self.authority, &self.aws_cli)?;
        let mounts = self.probe(&image)?;
        Ok(prepared.insert(Prepared { image, mounts }).clone())
    }

    fn probe(&self, image: &Path) -> Result<IdMappedMounts> {
        if !rustix::process::geteuid().is_root() {
            return Ok(IdMappedMounts::Unknown("only root can make them".into()));
        }
        let order = Order::Probe { image: image.to_owned(), data: self.data.clone() };
        match self.ask_helper(&order, &[])? {
            (Report::Boundary(found), _) => Ok(found),
            (report, _) => Err(unexpected(&report)),
        }
    }

    /// Puts another interface into a running instance, which then configures it over DHCP.
    pub fn attach_interface(&self, instance: &Running, link: &LinkSpec) -> Result<Tap> {
        let order = Order::Link { spec: link.clone() };
        let asked = self.ask_helper(&order, &[instance.process.pidfd.as_fd()])?;
        let (Report::Links(mut made), mut descriptors) = asked else {
            return Err(HostError::Launch("the helper made no interface".into()));
        };
        let (Some(made), Some(descriptor)) = (made.pop(), descriptors.pop()) else {
            return Err(HostError::Launch("the helper made no interface".into()));
        };
        instance.attached(&link.name, &made.name, link)?;
        Ok(our_end(link.clone(), made, descriptor))
    }

    /// Has a helper do something that is answered at once.
    fn ask_helper(&self, order: &Order, carried: &[BorrowedFd<'_>]) -> Result<(Report, Vec<OwnedFd>)> {
        let (ours, mut helper) = self.start_helper()?;
        channel::send(&ours, order, carried).attempt("giving the order to the helper")?;
        let heard = wait_readable(ours.as_fd(), Instant::now() + LAUNCH_LIMIT)
            .and_then(|()| channel::receive::<Report>(&ours).attempt("hearing from the helper"));
        if heard.is_err() {
            let _ = helper.kill();
        }
        helper.wait().attempt("waiting for the helper")?;
        match heard? {
            Some((Report::Failed(what), _)) => Err(HostError::Launch(what)),
            Some(answer) => Ok(answer),
            None => Err(HostError::Ended("the helper".into())),
        }
    }

    fn start_helper(&self) -> Result<(OwnedFd, Child)> {
        let (ours, theirs) = channel::pair().attempt("making a socket pair")?;
        let mut command = self.program.command();
        // An instance has nothing of the daemon's environment, which may hold the user's credentials.
        command
            .arg(LAUNCH)
            .env_clear()
            .env(tap::NODE_VARIABLE, tap::node())
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null());
        Ok((ours, self.spawner.spawn(command)?))
    }

    fn start(
        &self,
        order: &Order,
        directory: &Path,
        cgroup: Option<PathBuf>,
        console: Option<BorrowedFd<'_>>,
    ) -> Result<Started> {
        let (ours, mut helper) = self.start_helper()?;
        let (names, asking) = channel::pair().attempt("making a socket pair")?;
        let watch = |process: &OwnedFd| self.reaper.watch(process, &names, cgroup.clone());
        let carried: Vec<BorrowedFd<'_>> = [asking.as_fd()].into_iter().chain(console).collect();
        let started = channel::send(&ours, order, &carried)
            .attempt("giving the order to the helper")
            .and_then(|()| converse(&ours, order, &watch));
        drop(carried);
        drop(asking);
        // The helper ends by itself as soon as it has answered.
        if started.is_err() {
            let _ = helper.kill();
            cgroup.as_deref().map(Cgroup::remove);
        }
        helper.wait().attempt("waiting for the helper")?;
        let Born { pid, pidfd, taps, names } = started?;
        files::write_pid(directory, pid)?;
        let process = Process {
            pidfd,
            control: Mutex::new(Control { socket: ours, unanswered: 0 }),
            directory: directory.to_owned(),
            cgroup,
        };
        Ok(Started { pid, taps, names, handle: process })
    }
}

/// The daemon's end of a console, and the instance's, which does not block.
pub(crate) fn console_pipe() -> std::io::Result<(PipeReader, PipeWriter)> {
    let (console, printed) = std::io::pipe()?;
    rustix::io::ioctl_fionbio(&printed, true)?;
    Ok((console, printed))
}

fn unexpected(report: &Report) -> HostError {
    HostError::Launch(format!("an unexpected answer: {report:?}"))
}

struct Started {
    pid: i32,
    taps: Vec<Tap>,
    names: Vec<String>,
    handle: Process,
}

/// A first process with its interfaces, and what they are called inside.
struct Born {
    pid: i32,
    pidfd: OwnedFd,
    taps: Vec<Tap>,
    names: Vec<String>,
}

/// Gives the order and hears about birth, interfaces and readiness.
fn converse(socket: &OwnedFd, order: &Order, watch: &dyn Fn(&OwnedFd) -> Result<()>) -> Result<Born> {
    let deadline = Instant::now() + LAUNCH_LIMIT;
    let mut born = None;
    let mut links = (Vec::new(), Vec::new());
    loop {
        wait_readable(socket.as_fd(), deadline).inspect_err(|_| end_child(born.as_ref()))?;
        let Some((report, descriptors)) = channel::receive::<Report>(socket)
            .attempt("hearing from the helper")
            .inspect_err(|_| end_child(born.as_ref()))?
        else {
            return Err(ended(born.as_ref()));
        };
        match report {
            // Once each: later ones are no longer the helper's word.
            Report::Born { pid } if born.is_none() => {
                born = descriptors.into_iter().next().map(|pidfd| (pid, pidfd));
                if let Some((_, pidfd)) = &born {
                    watch(pidfd).inspect_err(|_| end_child(born.as_ref()))?;
                }
            }
            Report::Links(made) if links.0.is_empty() => links = name_taps(order, made, descriptors),
            Report::Ready => break,
            Report::Failed(what) => {
                end_child(born.as_ref());
                return Err(HostError::Launch(what));
            }
            Report::Born { .. } | Report::Links(_) | Report::Done | Report::Boundary(_) => {
                end_child(born.as_ref());
                return Err(unexpected(&report));
            }
        }
    }
    let (pid, pidfd) = born.ok_or_else(|| HostError::Ended("the helper".into()))?;
    let (taps, names) = links;
    Ok(Born { pid, pidfd, taps, names })
}

fn ended(born: Option<&(i32, OwnedFd)>) -> HostError {
    end_child(born);
    HostError::Ended("the instance's first process".into())
}

fn end_child(born: Option<&(i32, OwnedFd)>) {
    if let Some((_, pidfd)) = born {
        let _ = pidfd_send_signal(pidfd, Signal::KILL);
        reap(pidfd);
    }
}

fn name_taps(order: &Order, made: Vec<Made>, descriptors: Vec<OwnedFd>) -> (Vec<Tap>, Vec<String>) {
    let names = made.iter().map(|made| made.name.clone()).collect();
    let all = order.links().into_iter().zip(made).zip(descriptors);
    (all.map(|((link, made), descriptor)| our_end(link, made, descriptor)).collect(), names)
}

fn our_end(link: LinkSpec, made: Made, descriptor: OwnedFd) -> Tap {
    Tap { name: link.name, mac: link.mac, descriptor, offloads: made.offloads }
}

fn wait_readable(descriptor: BorrowedFd<'_>, deadline: Instant) -> Result<()> {
    let mut descriptors = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = rustix::event::Timespec::try_from(left).expect("twenty seconds fit");
        match poll(&mut descriptors, Some(&timeout)) {
            Ok(0) => return Err(HostError::Launch("the machine took too long to start an instance".into())),
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno).attempt("waiting for the helper"),
        }
    }
}

/// Where a first process is asked, one question at a time.
struct Control {
    socket: OwnedFd,
    /// How many questions it has still to answer.
    unanswered: u32,
}

/// A first process and everything below it.
struct Process {
    pidfd: OwnedFd,
    control: Mutex<Control>,
    directory: PathBuf,
    cgroup: Option<PathBuf>,
}

impl Process {
    fn ask(&self, request: &Request) -> Result<Vec<OwnedFd>> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        channel::send_at_once(&control.socket, request).attempt("asking the first process")?;
        control.unanswered += 1;
        loop {
            wait_readable(control.socket.as_fd(), Instant::now() + LAUNCH_LIMIT)?;
            let heard =
                channel::receive::<Report>(&control.socket).attempt("hearing from the first process")?;
            control.unanswered -= 1;
            match heard {
                // It answers in order: this is to a question that we gave up on.
                Some(_) if control.unanswered > 0 => {}
                Some((Report::Done, descriptors)) => return Ok(descriptors),
                Some((Report::Failed(what), _)) => return Err(HostError::Launch(what)),
                Some((report, _)) => return Err(unexpected(&report)),
                None => return Err(HostError::Ended("the first process".into())),
            }
        }
    }

    fn kill(&self) {
        self.cgroup.as_deref().map(Cgroup::kill);
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }

    /// Whether it ended within `limit`. Its zombie is gone then.
    fn wait(&self, limit: Option<Duration>) -> bool {
        let deadline = limit.map(|limit| Instant::now() + limit);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| rustix::event::Timespec::try_from(left).ok());
            let mut descriptors = [PollFd::new(&self.pidfd, PollFlags::IN)];
            match poll(&mut descriptors, timeout.as_ref()) {
                Ok(0) => return false,
                Ok(_) => break,
                Err(_) => {}
            }
        }
        reap(&self.pidfd);
        self.cgroup.as_deref().map(Cgroup::remove);
        let _ = std::fs::remove_file(self.directory.join("pid"));
        true
    }
}

fn reap(pidfd: &OwnedFd) {
    // ECHILD: it was reaped before.
    let _ = rustix::io::retry_on_intr(|| waitid(WaitId::PidFd(pidfd.as_fd()), WaitIdOptions::EXITED));
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.wait(None);
    }
}

fn end_left_over(directory: &Path) {
    let Ok(Some(pid)) = files::read_pid(directory) else {
        return;
    };
    let Some(pid) = rustix::process::Pid::from_raw(pid) else {
        return;
    };
    if let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) {
        let _ = pidfd_send_signal(&pidfd, Signal::KILL);
        let _ = poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], None);
    }
}

/// A running instance. Dropping it ends it at once, as if its power failed; its disk stays.
pub struct Running {
    /// Its id.
    pub id: String,
    /// Its first process, as this machine numbers it: for [`crate::enter()`].
    pub init_pid: i32,
    console: Mutex<Option<File>>,
    /// Its interfaces in the order of the spec. May be taken out and given to the datapath.
    pub taps: Vec<Tap>,
    /// What interfaces are called inside, by the name we wanted.
    names: Mutex<BTreeMap<String, String>>,
    process: Process,
}

impl Running {
    /// What it prints, until it has ended. Somebody has to read it: what is not read is lost but for the newest. The first
    /// caller gets it.
    pub fn take_console(&self) -> Option<File> {
        self.console.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Readable once the instance has ended (by itself or not): for epoll or `AsyncFd`.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.process.pidfd.as_fd()
    }

    /// Asks it to shut down, and ends it when it has not after `grace`.
    pub fn stop(&self, grace: Duration) {
        let _ = pidfd_send_signal(&self.process.pidfd, Signal::TERM);
        if !self.process.wait(Some(grace)) {
            self.kill();
        }
    }

    /// Ends it at once and waits until nothing of it is left.
    pub fn kill(&self) {
        self.process.kill();
        self.process.wait(None);
    }

    /// Ends many at once and waits until nothing of them is left, their interfaces included.
    pub fn kill_all(instances: Vec<Running>) {
        instances.iter().for_each(|instance| instance.process.kill());
        for instance in &instances {
            instance.process.wait(None);
        }
        Tap::remove_all(
            instances.into_iter().flat_map(|mut instance| std::mem::take(&mut instance.taps)).collect(),
        );
    }

    /// Whether it ended within `limit` (`None`: however long it takes).
    pub fn wait(&self, limit: Option<Duration>) -> bool {
        self.process.wait(limit)
    }

    /// Tells the instance of an interface that was made in its network.
    fn attached(&self, wanted: &str, name: &str, link: &LinkSpec) -> Result<()> {
        self.process.ask(&Request::Attach(LinkSpec { name: name.to_owned(), ..link.clone() }))?;
        self.names().insert(wanted.to_owned(), name.to_owned());
        Ok(())
    }

    /// Tells the instance that an interface goes. The interface itself goes when its [`Tap`] is dropped.
    pub fn detach_interface(&self, name: &str) -> Result<()> {
        let inside = self.names().remove(name).unwrap_or_else(|| name.to_owned());
        self.process.ask(&Request::Detach(inside)).map(drop)
    }

    /// Has the instance ask the network for its addresses now, and not when it would have done so by itself.
    pub fn look_for_addresses(&self) -> Result<()> {
        self.process.ask(&Request::Renew).map(drop)
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A network without a machine. Dropping it ends every command in it.
pub struct NetworkNamespace {
    /// Its name.
    pub name: String,
    /// Its first process: for [`crate::enter()`].
    pub pid: i32,
    /// Its interface.
    pub tap: Tap,
    process: Process,
}

impl NetworkNamespace {
    /// A listener in the namespace, transparent: it takes connections to any address the namespace answers for. Non-blocking.
    pub fn listen_tcp(&self, address: SocketAddr) -> Result<TcpListener> {
        self.socket(&Request::ListenTcp(address)).map(TcpListener::from)
    }

    /// A datagram socket in the namespace, non-blocking. Bind it to the very address that is to answer.
    pub fn bind_udp(&self, address: SocketAddr) -> Result<UdpSocket> {
        self.socket(&Request::BindUdp(address)).map(UdpSocket::from)
    }

    /// A connection out of the namespace, non-blocking and still under way: it is writable once it stands.
    pub fn connect_tcp(&self, local: Option<SocketAddr>, remote: SocketAddr) -> Result<TcpStream> {
        self.socket(&Request::SocketTcp { local, remote }).map(TcpStream::from)
    }

    /// Readable once the namespace has ended (by itself or not): for epoll or `AsyncFd`.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.process.pidfd.as_fd()
    }

    /// Ends the namespace and waits until nothing of it is left.
    pub fn kill(&self) {
        self.process.kill();
        self.process.wait(None);
    }

    fn socket(&self, request: &Request) -> Result<OwnedFd> {
        self.process.ask(request)?.pop().ok_or_else(|| HostError::Ended("the namespace".into()))
    }
}

/// The one thread that starts helpers. What they make dies with this thread (`PR_SET_PDEATHSIG` looks at threads), so
/// it lives exactly as long as the [`Host`].
struct Spawner {
    orders: Option<mpsc::Sender<(Command, mpsc::Sender<std::io::Result<Child>>)>>,
    thread: Option<JoinHandle<()>>,
}

impl Spawner {
    fn start() -> Result<Self> {
        let (sender, orders) = mpsc::channel::<(Command, mpsc::Sender<std::io::Result<Child>>)>();
        let work = move || {
            for (mut command, answer) in orders {
                let _ = answer.send(command.spawn());
            }
        };
        let thread =
            thread::Builder::new().name("host-spawner".into()).spawn(work).attempt("starting a thread")?;
        Ok(Self { orders: Some(sender), thread: Some(thread) })
    }

    fn spawn(&self, command: Command) -> Result<Child> {
        let gone = || HostError::Ended("the thread that starts helpers".into());
        let (answer, child) = mpsc::channel();
        self.orders.as_ref().ok_or_else(gone)?.send((command, answer)).map_err(|_| gone())?;
        child.recv().map_err(|_| gone())?.attempt("starting the helper")
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
