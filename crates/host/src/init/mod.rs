//! The first process of an instance: network, first boot, ssh, orphans, shutdown.
//!
//! One thread and one `poll` loop; whatever takes long (user data, an ssh connection) is a child. Stays small, because
//! every instance has one. From the moment its root is built it has the rights of the guest's root and no others; what
//! keeps the guest's root from tracing it is that it cannot be looked into (`confine`). It loads nothing of the guest's:
//! no names are resolved here, no libraries opened.

mod accounts;
mod backoff;
mod boot;
mod console;
mod control;
mod dhcp;
mod dhcpv6;
mod imds;
mod interface;
mod router;
mod secondary_addresses;
mod settings;
mod source_routes;
mod ssh;
mod users;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::WaitOptions;

use crate::channel::{self, Report};
use crate::confine::confine;
use crate::error::{Attempt, Result};
use crate::hostname::Hostname;
use crate::launch::{self, Helper};
use crate::mounts::{self, Built, ConsoleTerminal, Layers};
use crate::namespace::Users;
use crate::netlink::{LinkChange, Netlink};
use crate::spec::{InstanceSpec, LinkSpec, Nesting};
use crate::sys::{self, Forked};
use console::Console;
use interface::Interface;
use secondary_addresses::Lookout;

pub(crate) use accounts::Account;

/// How much of the console is kept while the daemon does not take it: as much as can be read back.
const CONSOLE_WAITING_MAX: usize = 64 * 1024;
/// How many ssh connections an instance serves at once.
const SSH_CONNECTIONS_MAX: usize = 200;
/// How long an attached interface has to get its lease before its other addresses are looked for.
const AFTER_ATTACHING: Duration = Duration::from_millis(300);
/// How long processes have after SIGTERM when the instance is stopped.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(2);

/// What the first process has of the world outside.
pub(crate) struct Outside<'a> {
    /// The daemon.
    pub(crate) control: &'a OwnedFd,
    /// Who makes the interfaces.
    pub(crate) helper: Helper,
    /// Who sets the host name.
    pub(crate) names: Hostname,
    /// Where the serial port leads.
    pub(crate) console: File,
}

/// Builds the instance's root, tells the daemon, and runs the instance until it ends.
pub(crate) fn run(outside: Outside<'_>, spec: &InstanceSpec, layers: Layers, nesting: Nesting) -> Result<()> {
    let Outside { control, helper, names, console } = outside;
    let console = Console::new(console, CONSOLE_WAITING_MAX);
    // Neither the layers nor the settings of the machine stay open behind it.
    let Built { console: terminal, settings } = mounts::build_root(layers)?;
    // Before: the limit that a user namespace is made under is that of all its users together.
    mounts::bound_processes();
    mounts::enter_inner_namespaces(settings, nesting)?;
    helper.ask_for_links()?;
    mounts::enter_root()?;
    rustix::system::sethostname(spec.hostname.as_bytes()).attempt("setting the host name")?;
    let links = helper.links()?;
    // The kernel has forgotten it with each change of ids on the way.
    launch::die_with_the_daemon(control)?;
    // Nothing of the guest's has been read up to here, and nothing of it is read with more rights than its own.
    confine(&Users::ours(), nesting).attempt("giving up the rights that no instance has")?;
    let mut init = Init::new(control, console, terminal, names, spec)?;
    init.make_users();
    init.start_network(&links);
    channel::send(control, &Report::Ready, &[]).attempt("telling the daemon that we run")?;
    init.serve();
    Ok(())
}

struct Init<'a> {
    control: &'a OwnedFd,
    console: Console,
    terminal: ConsoleTerminal,
    hostname: Hostname,
    /// What was asked for.
    spec: &'a InstanceSpec,
    /// What we are called, as far as DHCP says.
    name: Option<String>,
    signals: OwnedFd,
    netlink: Netlink,
    interfaces: Vec<Interface>,
    secondary: Lookout,
    ssh: Option<TcpListener>,
    ssh_connections: BTreeSet<i32>,
    booted: bool,
    /// Since when we are shutting down.
    stopping: Option<Instant>,
}

impl<'a> Init<'a> {
    fn new(
        control: &'a OwnedFd,
        console: Console,
        terminal: ConsoleTerminal,
        hostname: Hostname,
        spec: &'a InstanceSpec,
    ) -> Result<Self> {
        let signals = [libc::SIGTERM, libc::SIGINT, libc::SIGCHLD, libc::SIGHUP, libc::SIGPWR];
        Ok(Self {
            control,
            console,
            terminal,
            hostname,
            spec,
            name: None,
            signals: sys::signal_descriptor(&signals).attempt("listening for signals")?,
            netlink: Netlink::open().attempt("opening netlink")?,
            interfaces: Vec::new(),
            secondary: Lookout::new(),
            ssh: None,
            ssh_connections: BTreeSet::new(),
            booted: false,
            stopping: None,
        })
    }

    /// Before anything runs, so that whoever enters finds them.
    fn make_users(&mut self) {
        let made = users::ensure(&self.spec.users, &Users::ours());
        self.tell("cloud-init: making the users", made);
    }

    fn start_network(&mut self, names: &[String]) {
        let spec = self.spec;
        self.console.print(&format!("Hamlet instance {} on Linux {}", spec.id, kernel_release()));
        set_network_parameters();
        let up = LinkChange { up: true, ..LinkChange::default() };
        let loopback = self.netlink.index("lo").and_then(|index| self.netlink.change_link(index, up));
        self.tell("bringing up lo", loopback);
        for (link, name) in spec.links.iter().zip(names) {
            self.start_interface(name, link);
        }
        let key = ssh::ensure_host_key();
        self.tell("sshd: making the host key", key);
        self.ssh = listen_for_ssh();
        if self.ssh.is_none() {
            self.console.print("sshd: cannot listen on port 22");
        }
    }

    /// Brings an interface up and asks for its address.
    fn start_interface(&mut self, name: &str, link: &LinkSpec) {
        match Interface::start(name, link.mac, link.position, &self.netlink) {
            Ok(interface) => self.interfaces.push(interface),
            Err(error) => self.console.print(&format!("{name}: {error}")),
        }
    }

    fn tell(&mut self, attempt: &str, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.console.print(&format!("{attempt}: {error}"));
        }
    }

    fn serve(&mut self) {
        while !self.is_over() {
            self.turn();
        }
        self.console.print("Power down.");
        self.console.finish();
    }

    fn is_over(&self) -> bool {
        self.stopping.is_some_and(|since| since.elapsed() >= SHUTDOWN_PATIENCE || !has_children())
    }

    /// Waits for whatever comes next and deals with it.
    fn turn(&mut self) {
        let timeout = rustix::event::Timespec::try_from(self.patience()).ok();
        let mut descriptors = vec![
            PollFd::new(&self.signals, PollFlags::IN),
            PollFd::new(self.control, PollFlags::IN),
            PollFd::new(&self.terminal.printed, PollFlags::IN),
        ];
        let console = self.console.waits_for();
        descriptors.extend(console.map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::OUT)));
        let sockets = self.interfaces.iter().flat_map(Interface::sockets);
        descriptors.extend(sockets.map(|socket| PollFd::from_borrowed_fd(socket, PollFlags::IN)));
        let lookout = descriptors.len();
        descriptors.extend(self.secondary.socket().map(|pipe| PollFd::from_borrowed_fd(pipe, PollFlags::IN)));
        let ssh = descriptors.len();
        descriptors.extend(self.ssh.as_ref().map(|ssh| PollFd::new(ssh, PollFlags::IN)));
        let ready: Vec<bool> = match poll(&mut descriptors, timeout.as_ref()) {
            Ok(_) => descriptors.iter().map(|descriptor| !descriptor.revents().is_empty()).collect(),
            Err(_) => vec![false; descriptors.len()],
        };
        drop(descriptors);
        self.console.hand_over();
        if ready[0] {
            self.hear_signals();
        }
        if ready[2] {
            self.copy_console();
        }
        self.drive_interfaces();
        self.look_for_addresses(ssh > lookout && ready[lookout]);
        if ready.get(ssh) == Some(&true) {
            self.accept_ssh();
        }
        // Last, because it may change the list of interfaces.
        if ready[1] {
            self.answer_daemon();
        }
    }

    /// How long nothing needs to be done by the clock.
    fn patience(&self) -> Duration {
        if self.stopping.is_some() {
            return Duration::from_millis(20);
        }
        let now = Instant::now();
        let deadlines = self.interfaces.iter().map(Interface::deadline).chain(self.secondary.deadline());
        let next = deadlines.map(|deadline| deadline.saturating_duration_since(now)).min();
        next.unwrap_or(Duration::from_secs(3600)).min(Duration::from_secs(3600))
    }

    fn look_for_addresses(&mut self, answered: bool) {
        let interfaces: Vec<[u8; 6]> = self.interfaces.iter().map(Interface::mac).collect();
        let found = match self.secondary.drive(&interfaces, answered) {
            Ok(found) => found.unwrap_or_default(),
            Err(error) => return self.console.print(&format!("addresses: {error}")),
        };
        for interface in &mut self.interfaces {
            for line in found
                .get(&interface.mac())
                .map(|named| interface.set_addresses(named, &self.netlink))
                .unwrap_or_default()
            {
                self.console.print(&line);
            }
        }
    }

    /// Asked by the daemon, when addresses have changed, and by `kill -HUP 1`: what the network has to say, now rather than with the next renewal.
    fn renew(&mut self) {
        self.secondary.look_in(Duration::ZERO);
        self.interfaces.iter_mut().for_each(Interface::renew);
    }

    fn hear_signals(&mut self) {
        while let Some((signal, sender)) = sys::read_signal(&self.signals) {
            match signal {
                libc::SIGCHLD => self.reap(),
                libc::SIGHUP => self.renew(),
                // From outside the namespace (the daemon) or from the guest's own `kill 1`: both mean shut down.
                libc::SIGTERM | libc::SIGINT | libc::SIGPWR => self.shut_down(sender),
                _ => {}
            }
        }
    }

    fn reap(&mut self) {
        while let Ok(Some((pid, _))) = rustix::process::wait(WaitOptions::NOHANG) {
            self.ssh_connections.remove(&pid.as_raw_nonzero().get());
        }
    }

    fn shut_down(&mut self, sender: i32) {
        if self.stopping.is_none() {
            let asked_by = if sender == 0 { "the control plane" } else { "the guest" };
            self.console.print(&format!("Shutting down, asked by {asked_by}."));
            self.stopping = Some(Instant::now());
            self.ssh = None;
            sys::signal_everyone(libc::SIGTERM);
        }
    }

    fn copy_console(&mut self) {
        let mut bytes = [0; 4096];
        while let Ok(length @ 1..) = rustix::io::read(&self.terminal.printed, &mut bytes) {
            self.console.write(&bytes[..length]);
        }
    }

    fn drive_interfaces(&mut self) {
        for interface in &mut self.interfaces {
            for line in interface.drive(&self.netlink) {
                self.console.print(&line);
            }
        }
        self.take_name();
        let first_is_set_up = self.interfaces.first().is_some_and(Interface::is_set_up);
        if first_is_set_up && !self.booted {
            self.booted = true;
            self.secondary.look_in(Duration::ZERO);
            self.boot();
        }
    }

    fn take_name(&mut self) {
        let name = self.interfaces.iter().find_map(Interface::host_name);
        if let Some(name) = name.filter(|name| self.name.as_ref() != Some(name)) {
            let set = self.hostname.set(&name);
            self.tell("setting the host name", set);
            self.name = Some(name);
        }
    }

    /// Everything that happens once there is a network, in a child.
    fn boot(&mut self) {
        match sys::fork() {
            Ok(Forked::Parent { .. }) => {}
            Ok(Forked::Child) => {
                sys::unblock_signals();
                let _ = rustix::stdio::dup2_stdout(&self.terminal.terminal);
                let _ = rustix::stdio::dup2_stderr(&self.terminal.terminal);
                sys::close_all_except(&[]);
                boot::run(self.spec);
                sys::exit_now(0);
            }
            Err(error) => self.console.print(&format!("starting the boot process: {error}")),
        }
    }

    fn accept_ssh(&mut self) {
        let Some(Ok((stream, peer))) = self.ssh.as_ref().map(TcpListener::accept) else {
            return;
        };
        if self.ssh_connections.len() >= SSH_CONNECTIONS_MAX {
            self.console.print(&format!("sshd: too many connections, refused one from {peer}"));
            return;
        }
        let stream = OwnedFd::from(stream);
        match sys::fork() {
            Ok(Forked::Parent { pid }) => drop(self.ssh_connections.insert(pid)),
            Ok(Forked::Child) => {
                sys::unblock_signals();
                sys::close_all_except(&[&stream]);
                ssh::serve(stream.into(), peer);
                sys::exit_now(0);
            }
            Err(error) => self.console.print(&format!("sshd: starting a process: {error}")),
        }
    }
}

/// Both families on one socket; only IPv4 where the kernel has no IPv6.
fn listen_for_ssh() -> Option<TcpListener> {
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 22))
        .or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 22)))
        .ok()?;
    listener.set_nonblocking(true).ok()?;
    Some(listener)
}

fn has_children() -> bool {
    !matches!(rustix::process::wait(WaitOptions::NOHANG), Err(rustix::io::Errno::CHILD))
}

fn kernel_release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

fn set_network_parameters() {
    // `ping` without privilege for everyone; one mapped id has one group.
    let everyone = fs::write("/proc/sys/net/ipv4/ping_group_range", "0 65535");
    if everyone.is_err() {
        let _ = fs::write("/proc/sys/net/ipv4/ping_group_range", "0 0");
    }
    // The VPC decides what may come from where, not the guest's kernel.
    for name in ["all", "default"] {
        let _ = fs::write(format!("/proc/sys/net/ipv4/conf/{name}/rp_filter"), "0");
    }
}
