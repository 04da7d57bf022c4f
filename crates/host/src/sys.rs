//! Every system call that needs `unsafe`, each behind a safe function.
//!
//! Left out: whatever `rustix` or `std` already offer safely.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

/// Which side of a fork the caller finds itself on.
pub(crate) enum Forked {
    Child,
    Parent { pid: i32 },
}

/// The parent's view of a process made in new namespaces.
pub(crate) enum Born {
    Child,
    Parent { pid: i32, pidfd: OwnedFd },
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Whether the process has only the calling thread: what makes a fork without exec sound.
fn assert_single_threaded() {
    let threads = std::fs::read_dir("/proc/self/task").map(Iterator::count);
    assert!(
        !matches!(threads, Ok(count) if count != 1),
        "a fork without exec needs a process with one thread"
    );
}

/// Makes a child in the new namespaces that `flags` name, a child of our own parent (`CLONE_PARENT`).
pub(crate) fn clone_sibling(flags: i32) -> io::Result<Born> {
    assert_single_threaded();
    let mut pidfd: libc::c_int = -1;
    let flags = libc::c_long::from(flags | libc::CLONE_PARENT | libc::CLONE_PIDFD);
    // SAFETY: plain fork semantics (no CLONE_VM, no new stack), in a process with one thread, so that the child may use
    // the whole library; `pidfd` outlives the call and receives the descriptor.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0usize, &raw mut pidfd, 0usize, 0usize) };
    match i32::try_from(pid).unwrap_or(-1) {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Born::Child),
        // SAFETY: the kernel has just made this descriptor for us alone.
        pid => Ok(Born::Parent { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } }),
    }
}

/// `fork(2)`.
pub(crate) fn fork() -> io::Result<Forked> {
    assert_single_threaded();
    // SAFETY: the process has one thread, so that the child finds no lock held.
    match check(unsafe { libc::fork() })? {
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent { pid }),
    }
}

/// `TUNSETIFF`: makes the TAP `name` in the network namespace in which the descriptor was opened.
pub(crate) fn tap_set_interface(tap: &OwnedFd, name: &str) -> io::Result<()> {
    let mut request = interface_request(name)?;
    let flags = libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_VNET_HDR;
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(flags).map_err(io::Error::other)?;
    // SAFETY: TUNSETIFF reads and writes one `ifreq`, which `request` is.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETIFF, &raw mut request) }).map(drop)
}

fn interface_request(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: `ifreq` is plain data; all zeros is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    if name.is_empty() || name.len() >= request.ifr_name.len() || name.contains(['/', '\0', ' ', '%']) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("'{name}' cannot name an interface"),
        ));
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    Ok(request)
}

/// `TUNSETVNETHDRSZ`, and little-endian fields in it on any machine.
pub(crate) fn tap_set_header_length(tap: &OwnedFd, length: usize) -> io::Result<()> {
    let length = libc::c_int::try_from(length).map_err(io::Error::other)?;
    let little_endian: libc::c_int = 1;
    // SAFETY: both requests read one `int` through the pointer.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETVNETHDRSZ, &raw const length) })?;
    // SAFETY: as above.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETVNETLE, &raw const little_endian) }).map(drop)
}

/// `TUNSETOFFLOAD`: what frames to us may leave undone.
pub(crate) fn tap_set_offloads(tap: &OwnedFd, offloads: libc::c_uint) -> io::Result<()> {
    // SAFETY: TUNSETOFFLOAD takes its argument by value.
    check(unsafe { libc::ioctl(tap.as_raw_fd(), libc::TUNSETOFFLOAD, libc::c_ulong::from(offloads)) })
        .map(drop)
}

/// `SO_BINDTODEVICE`: only this interface, even before it has an address.
pub(crate) fn bind_to_device(socket: &impl AsRawFd, interface: &str) -> io::Result<()> {
    set_option(socket, libc::SOL_SOCKET, libc::SO_BINDTODEVICE, interface.as_bytes())
}

/// `IP_TRANSPARENT` or `IPV6_TRANSPARENT`: the socket may answer from an address that is not ours.
pub(crate) fn set_transparent(socket: &impl AsRawFd, is_ipv6: bool) -> io::Result<()> {
    let one = 1i32.to_ne_bytes();
    if is_ipv6 {
        set_option(socket, libc::SOL_IPV6, libc::IPV6_TRANSPARENT, &one)
    } else {
        set_option(socket, libc::SOL_IP, libc::IP_TRANSPARENT, &one)
    }
}

/// `ICMP6_FILTER`: a raw socket hears messages of this kind and of no other.
pub(crate) fn hear_icmpv6_only(socket: &impl AsRawFd, kind: u8) -> io::Result<()> {
    const ICMP6_FILTER: i32 = 1;
    // A set bit blocks.
    let mut blocked = [u32::MAX; 8];
    blocked[usize::from(kind >> 5)] &= !(1 << (kind & 31));
    let bytes: Vec<u8> = blocked.iter().flat_map(|word| word.to_ne_bytes()).collect();
    set_option(socket, libc::IPPROTO_ICMPV6, ICMP6_FILTER, &bytes)
}

fn set_option(socket: &impl AsRawFd, level: i32, option: i32, value: &[u8]) -> io::Result<()> {
    let length = libc::socklen_t::try_from(value.len()).map_err(io::Error::other)?;
    // SAFETY: the kernel reads `length` bytes at `value`.
    check(unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, value.as_ptr().cast(), length) })
        .map(drop)
}

/// The user of the process that listens at the other end of a connection of this machine's own. Not by rustix, which takes
/// a process of another pid namespace, as the shell's is, for an error.
pub fn peer_user(socket: &impl AsRawFd) -> io::Result<u32> {
    let mut found = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut length = libc::socklen_t::try_from(size_of::<libc::ucred>()).map_err(io::Error::other)?;
    let (option, value) = (libc::SO_PEERCRED, (&raw mut found).cast());
    // SAFETY: the kernel writes at most `length` bytes, the size of `found`, to it; any bytes are a valid value of it.
    check(unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, value, &raw mut length) })?;
    Ok(found.uid)
}

fn signal_set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: `sigset_t` is plain data; all zeros is a valid value, and here the empty set.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    for &signal in signals {
        // SAFETY: writes to `set` alone, and refuses numbers that are no signal.
        unsafe { libc::sigaddset(&raw mut set, signal) };
    }
    set
}

/// From now on these signals arrive only through the descriptor.
pub(crate) fn signal_descriptor(signals: &[i32]) -> io::Result<OwnedFd> {
    let set = signal_set(signals);
    // SAFETY: both calls read `set`; the process has one thread, whose mask is the process's.
    check(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) })?;
    // SAFETY: -1 asks for a new descriptor, which is then ours alone.
    let descriptor =
        check(unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) })?;
    // SAFETY: as above.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Undoes what [`signal_descriptor`] did to the signal mask, in a forked child.
pub(crate) fn unblock_signals() {
    let set = signal_set(&[]);
    // SAFETY: reads `set`, changes only the calling thread's mask.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut()) };
}

/// Reads the number of one arrived signal.
pub(crate) fn read_signal(descriptor: &OwnedFd) -> Option<(i32, i32)> {
    const SIZE: usize = size_of::<libc::signalfd_siginfo>();
    let mut bytes = [0u8; SIZE];
    if rustix::io::read(descriptor, &mut bytes).ok()? != SIZE {
        return None;
    }
    let number = i32::from_ne_bytes(bytes[0..4].try_into().ok()?);
    let sender = i32::from_ne_bytes(bytes[12..16].try_into().ok()?);
    Some((number, sender))
}

/// Keeps descriptors 0 to 2 and those named; closes every other one.
pub(crate) fn close_all_except(keep: &[&OwnedFd]) {
    let mut kept: Vec<u32> = keep.iter().filter_map(|fd| u32::try_from(fd.as_raw_fd()).ok()).collect();
    kept.sort_unstable();
    let mut first = 3;
    for number in kept.into_iter().filter(|&number| number >= 3).chain([u32::MAX]) {
        let last = if number == u32::MAX { number } else { number - 1 };
        if first <= last {
            // SAFETY: only called where no other owner of these descriptors is used again: right after a fork, or as a
            // program begins.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0u32) };
        }
        first = number.saturating_add(1);
    }
}

/// Has every descriptor from 3 on closed by the next exec: some are still needed until then, to report its failure.
fn close_when_executing() -> io::Result<()> {
    // SAFETY: integers only; nothing is closed here.
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// What the caller of this program ignores, as `nohup` does, is no wish of the command's. Asks the kernel itself: the C
/// library keeps two signals to itself, which its own `posix_spawn` leaves ignored.
fn hear_every_signal() {
    const SIGNALS: libc::c_int = 64;
    const MASK_BYTES: usize = 8;
    // `struct sigaction` as the kernel has it, all zeros: the default, no flags, no mask.
    let default = [0u64; 4];
    for signal in 1..=SIGNALS {
        // SAFETY: the kernel reads one `struct sigaction`, which is no larger; signals that cannot be set are refused.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default.as_ptr(),
                std::ptr::null_mut::<u64>(),
                MASK_BYTES,
            )
        };
    }
}

/// Who a command runs as.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) groups: Vec<u32>,
}

/// What is done in the child between fork and exec.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    /// Changed to after everything that needs privilege.
    pub(crate) identity: Option<Identity>,
    /// A session of its own, with standard input as its controlling terminal.
    pub(crate) controlling_terminal: bool,
    /// A session of its own without a terminal.
    pub(crate) session: bool,
    /// Dies with the process that started it.
    pub(crate) dies_with_parent: bool,
    /// Joined before anything else.
    pub(crate) cgroup: Option<Arc<OwnedFd>>,
    /// Nothing but descriptors 0 to 2 stays open, and no signal stays ignored.
    pub(crate) nothing_inherited: bool,
}

/// Has `setup` done in the child that `command` will make.
pub(crate) fn before_exec(command: &mut Command, setup: Setup) {
    // SAFETY: `Setup::apply` only makes system calls; it neither allocates nor takes a lock.
    unsafe { command.pre_exec(move || setup.apply()) };
}

impl Setup {
    pub(crate) fn apply(&self) -> io::Result<()> {
        if let Some(cgroup) = &self.cgroup {
            rustix::io::write(cgroup, b"0")?;
        }
        // Who forwards signals has blocked them, and the mask outlives the exec.
        unblock_signals();
        if self.controlling_terminal || self.session {
            rustix::process::setsid()?;
        }
        if self.controlling_terminal {
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
        }
        if self.nothing_inherited {
            close_when_executing()?;
            hear_every_signal();
        }
        if let Some(identity) = &self.identity {
            identity.assume()?;
        }
        if self.dies_with_parent {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        }
        Ok(())
    }
}

impl Identity {
    /// Root of the user namespace, and nothing of what groups the caller was in.
    pub(crate) fn root() -> Self {
        Self { uid: 0, gid: 0, groups: Vec::new() }
    }

    pub(crate) fn assume(&self) -> io::Result<()> {
        // SAFETY: the kernel reads `groups.len()` ids. Fails with EPERM where `setgroups` is denied: rootless, where the
        // user's own groups are all there is.
        let groups = check(unsafe { libc::setgroups(self.groups.len(), self.groups.as_ptr()) });
        if let Err(error) = groups
            && error.raw_os_error() != Some(libc::EPERM)
        {
            return Err(error);
        }
        // SAFETY: integers only.
        check(unsafe { libc::setresgid(self.gid, self.gid, self.gid) })?;
        // SAFETY: integers only.
        check(unsafe { libc::setresuid(self.uid, self.uid, self.uid) }).map(drop)
    }
}

/// Starts without the keys that the kernel keeps for our session.
pub(crate) fn join_new_keyring() {
    // SAFETY: a null name asks for a new, nameless keyring; no memory is read.
    unsafe {
        libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, 0usize, 0usize, 0usize, 0usize)
    };
}

/// `setfsuid(2)` and `setfsgid(2)`: with another id than root's, the capabilities about files rest.
pub(crate) fn set_file_ids(id: u32) {
    // SAFETY: integers only.
    unsafe { libc::setfsgid(id) };
    // SAFETY: integers only.
    unsafe { libc::setfsuid(id) };
}

/// Sends a signal to a child that has not been waited for.
pub(crate) fn signal_process(child: &std::process::Child, signal: i32) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // SAFETY: integers only.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Sends a signal to a child that has not been waited for and leads a session, and to all in its process group.
pub(crate) fn signal_session(child: &std::process::Child, signal: i32) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // SAFETY: integers only.
        unsafe { libc::kill(-pid, signal) };
    }
}

/// Sends a signal to every process of our pid namespace but ourselves.
pub(crate) fn signal_everyone(signal: i32) {
    assert_eq!(
        rustix::process::getpid(),
        rustix::process::Pid::INIT,
        "elsewhere this would reach the whole machine"
    );
    // SAFETY: integers only.
    unsafe { libc::kill(-1, signal) };
}

/// Lets the kernel refuse what the filter refuses, for this process and all it will start.
pub(crate) fn install_seccomp_filter(filter: &[seccompiler::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: filter.len().try_into().map_err(io::Error::other)?,
        filter: filter.as_ptr().cast_mut().cast(),
    };
    // SAFETY: the kernel reads `len` instructions at `filter`, whose layout is that of `struct sock_filter`, and keeps a
    // copy of its own.
    let result = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0usize, &raw const program)
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `mount_setattr(2)` with `MOUNT_ATTR_IDMAP`: the files of a tree that is mounted nowhere yet belong, as seen through
/// it, to the ids that stand for their owners in the user namespace.
pub(crate) fn map_ids_of_tree(tree: &OwnedFd, user_namespace: &OwnedFd) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_IDMAP,
        attr_clr: 0,
        propagation: 0,
        userns_fd: u64::try_from(user_namespace.as_raw_fd()).map_err(io::Error::other)?,
    };
    let (size, flags) = (size_of::<libc::mount_attr>(), libc::AT_EMPTY_PATH);
    // SAFETY: the kernel reads an empty path and `size` bytes of `attributes`.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attributes,
            size,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// `unshare(2)`, in a process with one thread.
pub(crate) fn unshare(namespaces: i32) -> io::Result<()> {
    assert_single_threaded();
    // SAFETY: no table of descriptors is unshared, only namespaces.
    check(unsafe { libc::unshare(namespaces) }).map(drop)
}

/// Ends the process without running what other code left for its end.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}
