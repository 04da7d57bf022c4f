//! The system calls that no process of an instance can make.
//!
//! A list of what is refused, chosen against the defaults of Docker and systemd-nspawn: whatever would make or change
//! mounts and namespaces, reaches the kernel's large and young interfaces, or concerns the whole machine. A guest's
//! programs work without them; where one tries, it hears what it would hear from a kernel that lacks the call, or EPERM.
//! Numbers that this list does not know are refused, too: a new call has to be looked at first.
//!
//! Stays allowed, other than with Docker: `ptrace` (among equals), `chroot`, `name_to_handle_at`, packet sockets. Leaves
//! out: programs for another architecture's entry (32-bit x86), which are killed.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

use crate::namespace::Users;
use crate::spec::Nesting;
use crate::sys;

/// The first number that was free when the lists here were last gone through (Linux 6.17: `file_setattr` has 469).
/// The x32 variants of all calls lie above it, too.
const FIRST_UNKNOWN: u32 = 470;

/// Refused with EPERM, whatever the arguments, where namespaces are not to be nested.
const MOUNTS_AND_NAMESPACES: &[i64] = &[
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_setns,
];

/// Refused with EPERM, whatever the arguments.
const FORBIDDEN: &[i64] = &[
    // Files by handle, past every mount.
    libc::SYS_open_by_handle_at,
    // The kernel's own machinery.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_fanotify_init,
    libc::SYS_kcmp,
    // The whole machine.
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_settimeofday,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_lookup_dcookie,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    libc::SYS_nfsservctl,
];

/// The same, where only x86 has the call.
#[cfg(target_arch = "x86_64")]
const FORBIDDEN_HERE: &[i64] = &[
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_ustat,
    libc::SYS_sysfs,
    libc::SYS__sysctl,
];
#[cfg(not(target_arch = "x86_64"))]
const FORBIDDEN_HERE: &[i64] = &[];

/// Answered as by a kernel that does not have them, so that programs take the other way they know.
const MISSING: &[i64] = &[libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Calls with the permissions of a file, and which argument they are.
#[cfg(target_arch = "x86_64")]
const MODES: &[(i64, u8)] = &[
    (libc::SYS_chmod, 1),
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (FCHMODAT2, 2),
    (libc::SYS_creat, 1),
    (libc::SYS_mknod, 1),
    (libc::SYS_mknodat, 2),
];
#[cfg(not(target_arch = "x86_64"))]
const MODES: &[(i64, u8)] =
    &[(libc::SYS_fchmod, 1), (libc::SYS_fchmodat, 2), (FCHMODAT2, 2), (libc::SYS_mknodat, 2)];
/// The same for calls in which they count only where a file is made: flags, permissions.
#[cfg(target_arch = "x86_64")]
const MODES_WHEN_MADE: &[(i64, u8, u8)] = &[(libc::SYS_open, 1, 2), (libc::SYS_openat, 2, 3)];
#[cfg(not(target_arch = "x86_64"))]
const MODES_WHEN_MADE: &[(i64, u8, u8)] = &[(libc::SYS_openat, 2, 3)];
/// `O_CREAT` and `__O_TMPFILE`.
const MAKE: [u64; 2] = [0o100, 0o20_000_000];
/// `fchmodat2(2)`, Linux 6.6.
const FCHMODAT2: i64 = 452;

/// `open_tree_attr(2)`, Linux 6.15; the C library's headers do not know it yet.
const OPEN_TREE_ATTR: i64 = 467;

/// The same, where namespaces are not to be nested: its flags lie in memory, where no filter can look. The C library goes
/// back to `clone`.
const MISSING_WITHOUT_NAMESPACES: &[i64] = &[libc::SYS_clone3];

/// Namespaces of one's own; with a user namespace of one's own, every capability in it. One bit each.
const NEW_NAMESPACES: &[i32] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWCGROUP,
    CLONE_NEWTIME,
];
/// Only for `unshare`; in `clone` the bit is part of the signal's number.
const CLONE_NEWTIME: i32 = 0x80;

/// Bytes as if typed at a terminal, and the Linux console's selection, which comes to the same; line disciplines, which
/// are modules of the kernel.
const FORBIDDEN_IOCTLS: &[u64] = &[libc::TIOCSTI, TIOCLINUX, libc::TIOCSETD];
const TIOCLINUX: u64 = 0x541c;

/// The only families of sockets: those of the network, of the kernel's view of it, and local ones.
const SOCKET_FAMILIES: &[i32] =
    &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK, libc::AF_PACKET];

/// What of the kernel's view of the network may be spoken to: routes, sockets, packet filters, IPsec, devices that come and
/// go, and families by name.
const NETLINK_PROTOCOLS: &[i32] = &[
    libc::NETLINK_ROUTE,
    libc::NETLINK_SOCK_DIAG,
    libc::NETLINK_NETFILTER,
    libc::NETLINK_XFRM,
    libc::NETLINK_KOBJECT_UEVENT,
    libc::NETLINK_GENERIC,
];

/// What `personality(2)` may be told: Linux as usual, without address randomisation (debuggers), 32-bit `uname`, and the
/// question what is set.
const PERSONALITIES: &[u64] = &[0, 0x0004_0000, 0x0008, 0x0002_0000, 0x0002_0008, 0xffff_ffff];

/// Installs the filters for this process and all it will start. Needs CAP_SYS_ADMIN in its user namespace, or
/// no_new_privs.
pub(crate) fn install(users: &Users, nesting: Nesting) -> io::Result<()> {
    for program in programs(users.are_root_alone(), nesting).map_err(io::Error::other)? {
        sys::install_seccomp_filter(&program)?;
    }
    Ok(())
}

/// One program for each answer. The kernel asks all of them and takes the strictest answer.
fn programs(root_alone: bool, nesting: Nesting) -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let (mut missing, mut forbidden) = (always(MISSING), forbidden()?);
    if nesting == Nesting::Refused {
        missing.extend(always(MISSING_WITHOUT_NAMESPACES));
        forbidden.extend(mounts_and_namespaces()?);
    }
    if root_alone {
        missing.extend(always(&[libc::SYS_openat2]));
        forbidden.extend(set_id_files()?);
    }
    Ok(vec![
        unknown_numbers(),
        compile(missing, libc::ENOSYS)?,
        compile(socket_families()?, libc::EAFNOSUPPORT)?,
        compile(forbidden, libc::EPERM)?,
    ])
}

/// Where everybody in an instance is the user outside, a file that runs as its owner runs as that user, and lies on the
/// user's disk: nobody makes one. Inside, where there is only root, it would be of no use.
fn set_id_files() -> Result<Rules, seccompiler::Error> {
    let bits = |mode: u8| [u64::from(libc::S_ISUID), u64::from(libc::S_ISGID)].map(|bit| (mode, bit));
    let mut rules = Rules::new();
    for (call, mode) in MODES {
        let each: Result<Vec<_>, _> = bits(*mode).into_iter().map(|(mode, bit)| has_bit(mode, bit)).collect();
        rules.insert(*call, each?);
    }
    for (call, flags, mode) in MODES_WHEN_MADE {
        let mut each = Vec::new();
        for make in MAKE {
            for (mode, bit) in bits(*mode) {
                let make = condition(*flags, SeccompCmpOp::MaskedEq(make), make)?;
                let bit = condition(mode, SeccompCmpOp::MaskedEq(bit), bit)?;
                each.push(SeccompRule::new(vec![make, bit])?);
            }
        }
        rules.insert(*call, each);
    }
    Ok(rules)
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn compile(rules: Rules, answer: i32) -> Result<BpfProgram, seccompiler::Error> {
    let refuse = SeccompAction::Errno(answer.unsigned_abs());
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture()?)?.try_into()?)
}

fn architecture() -> Result<TargetArch, BackendError> {
    TargetArch::try_from(std::env::consts::ARCH)
}

/// The library compares arguments, not numbers: four instructions of our own.
fn unknown_numbers() -> BpfProgram {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_IF_AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const ALLOW: u32 = 0x7fff_0000;
    const ERRNO: u32 = 0x0005_0000;
    // `nr` is the first field of `struct seccomp_data`.
    vec![
        sock_filter { code: LOAD_WORD, jt: 0, jf: 0, k: 0 },
        sock_filter { code: JUMP_IF_AT_LEAST, jt: 1, jf: 0, k: FIRST_UNKNOWN },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: ALLOW },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: ERRNO | libc::ENOSYS.unsigned_abs() },
    ]
}

/// Whatever the arguments.
fn always(calls: &[i64]) -> Rules {
    calls.iter().map(|&call| (call, Vec::new())).collect()
}

fn forbidden() -> Result<Rules, seccompiler::Error> {
    let mut rules = always(FORBIDDEN);
    rules.extend(always(FORBIDDEN_HERE));
    let ioctls: Result<Vec<_>, _> = FORBIDDEN_IOCTLS.iter().map(|&request| is(1, request)).collect();
    rules.insert(libc::SYS_ioctl, ioctls?);
    rules.insert(libc::SYS_personality, vec![is_none_of(0, PERSONALITIES)?]);
    Ok(rules)
}

fn mounts_and_namespaces() -> Result<Rules, seccompiler::Error> {
    let mut rules = always(MOUNTS_AND_NAMESPACES);
    let flags = |except: i32| {
        let flags = NEW_NAMESPACES.iter().filter(move |&&flag| flag != except);
        flags.map(|&flag| has_bit(0, u64::from(flag.unsigned_abs()))).collect::<Result<Vec<_>, _>>()
    };
    rules.insert(libc::SYS_unshare, flags(0)?);
    rules.insert(libc::SYS_clone, flags(CLONE_NEWTIME)?);
    Ok(rules)
}

fn socket_families() -> Result<Rules, seccompiler::Error> {
    let numbers = |all: &[i32]| all.iter().map(|&one| u64::from(one.unsigned_abs())).collect::<Vec<_>>();
    let families = numbers(SOCKET_FAMILIES);
    let netlink = condition(0, SeccompCmpOp::Eq, u64::from(libc::AF_NETLINK.unsigned_abs()))?;
    let mut other_netlink = vec![netlink];
    for protocol in numbers(NETLINK_PROTOCOLS) {
        other_netlink.push(condition(2, SeccompCmpOp::Ne, protocol)?);
    }
    let sockets = vec![is_none_of(0, &families)?, SeccompRule::new(other_netlink)?];
    Ok([(libc::SYS_socket, sockets), (libc::SYS_socketpair, vec![is_none_of(0, &families)?])].into())
}

// The kernel takes all of these arguments as 32 bits and ignores what is above: so must we.

fn condition(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::Error> {
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)?)
}

fn is(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(vec![condition(argument, SeccompCmpOp::Eq, value)?])?)
}

fn has_bit(argument: u8, bit: u64) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(vec![condition(argument, SeccompCmpOp::MaskedEq(bit), bit)?])?)
}

fn is_none_of(argument: u8, values: &[u64]) -> Result<SeccompRule, seccompiler::Error> {
    let conditions: Result<Vec<_>, _> =
        values.iter().map(|&value| condition(argument, SeccompCmpOp::Ne, value)).collect();
    Ok(SeccompRule::new(conditions?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_and_are_small() {
        for (root_alone, nesting) in
            [(false, Nesting::Refused), (true, Nesting::Refused), (true, Nesting::Allowed)]
        {
            let lengths: Vec<usize> = programs(root_alone, nesting).unwrap().iter().map(Vec::len).collect();
            assert_eq!(lengths.len(), 4);
            assert!(lengths.iter().sum::<usize>() < 700, "{lengths:?} instructions");
        }
    }

    #[test]
    fn no_known_call_lies_among_the_unknown() {
        let known = [FORBIDDEN, FORBIDDEN_HERE, MISSING, MOUNTS_AND_NAMESPACES].concat();
        assert!(known.into_iter().all(|call| call < i64::from(FIRST_UNKNOWN)));
    }
}
