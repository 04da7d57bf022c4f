// Tries every door of the kernel that a guest has no business behind. Prints `door=outcome`, one line each.
//
// Each attempt is made by a process of its own, so that one that is killed for it is told as such. The arguments look
// valid, and none does harm where the door is open: settings are set to what they are, and programs end at once.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Numbers that older headers do not have; they are the same on every machine.
enum { OPEN_TREE = 428, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, FSPICK, CLONE3 = 435, MOUNT_SETATTR = 442, QUOTACTL_FD = 443,
       STATMOUNT = 457, LISTMOUNT = 458, OPEN_TREE_ATTR = 467, IO_URING_SETUP = 425, IO_URING_ENTER, IO_URING_REGISTER };
#define HIGH_BITS (1UL << 32)

static char directory[] = "/tmp/doors.XXXXXX";

static long call(long number, long a, long b, long c, long d, long e, long f) { return syscall(number, a, b, c, d, e, f); }

static void tell(const char *name, int status) {
    if (WIFSIGNALED(status)) printf("%s=SIG%s\n", name, sigabbrev_np(WTERMSIG(status)));
    else printf("%s=%s\n", name, WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "open");
}

// In mounts of its own where they can be had, so that one attempt does not spoil the next.
#define TRY(name, ...)                                     \
    do {                                                   \
        fflush(stdout);                                    \
        pid_t child = fork();                              \
        if (child == 0) {                                  \
            syscall(SYS_unshare, CLONE_NEWNS);             \
            errno = 0;                                     \
            long result = (__VA_ARGS__);                   \
            _exit(result < 0 ? errno : 0);                 \
        }                                                  \
        int status = 0;                                    \
        waitpid(child, &status, 0);                        \
        tell(name, status);                                \
    } while (0)

static void mounts(void) {
    char target[64];
    snprintf(target, sizeof target, "%s/mnt", directory);
    mkdir(target, 0755);
    TRY("mount", call(SYS_mount, (long)"none", (long)target, (long)"tmpfs", 0, 0, 0));
    TRY("mount-bind", call(SYS_mount, (long)"/tmp", (long)target, 0, MS_BIND | MS_REC, 0, 0));
    TRY("mount-remount", call(SYS_mount, 0, (long)"/proc", 0, MS_REMOUNT | MS_BIND, 0, 0));
    TRY("mount-shared", call(SYS_mount, 0, (long)"/", 0, MS_REC | MS_PRIVATE, 0, 0));
    TRY("umount2", call(SYS_umount2, (long)"/proc", MNT_DETACH, 0, 0, 0, 0));
    TRY("pivot_root", call(SYS_mount, (long)"none", (long)target, (long)"tmpfs", 0, 0, 0) < 0 && errno != EPERM
                          ? -1 : (errno = 0, call(SYS_pivot_root, (long)target, (long)target, 0, 0, 0, 0)));
    struct { uint64_t set, clear, propagation, fd; } attributes = {1, 0, 0, 0};
    TRY("mount_setattr", call(MOUNT_SETATTR, AT_FDCWD, (long)"/proc", 0, (long)&attributes, sizeof attributes, 0));
    TRY("open_tree", call(OPEN_TREE, AT_FDCWD, (long)"/", 0x8001, 0, 0, 0));
    TRY("open_tree_attr", call(OPEN_TREE_ATTR, AT_FDCWD, (long)"/", 0x8001, (long)&attributes, sizeof attributes, 0));
    TRY("move_mount", call(MOVE_MOUNT, AT_FDCWD, (long)"/proc", AT_FDCWD, (long)target, 0, 0));
    TRY("fsopen", call(FSOPEN, (long)"tmpfs", 0, 0, 0, 0, 0));
    TRY("fsconfig", call(FSCONFIG, 0, 6, 0, 0, 0, 0));
    TRY("fsmount", call(FSMOUNT, 0, 0, 0, 0, 0, 0));
    TRY("fspick", call(FSPICK, AT_FDCWD, (long)"/", 0, 0, 0, 0));
}

static int nothing(void *unused) { (void)unused; return 0; }

static long clone_plain(unsigned long flags) {
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(nothing(0));
    return pid;
}

static void namespaces(void) {
    static const struct { const char *name; unsigned long flag; } KINDS[] = {
        {"user", CLONE_NEWUSER}, {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"net", CLONE_NEWNET},
        {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS}, {"cgroup", CLONE_NEWCGROUP},
    };
    char name[64];
    for (size_t at = 0; at < sizeof KINDS / sizeof *KINDS; at++) {
        snprintf(name, sizeof name, "unshare-%s", KINDS[at].name);
        TRY(name, call(SYS_unshare, KINDS[at].flag, 0, 0, 0, 0, 0));
        snprintf(name, sizeof name, "clone-%s", KINDS[at].name);
        TRY(name, clone_plain(KINDS[at].flag));
        snprintf(name, sizeof name, "setns-%s", KINDS[at].name);
        char path[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", KINDS[at].flag == CLONE_NEWNS ? "mnt" : KINDS[at].name);
        TRY(name, call(SYS_setns, open(path, O_RDONLY), KINDS[at].flag, 0, 0, 0, 0));
    }
    TRY("unshare-time", call(SYS_unshare, 0x80, 0, 0, 0, 0, 0));
    // Seccomp sees 64 bits, the kernel takes 32.
    TRY("unshare-user-high-bits", call(SYS_unshare, CLONE_NEWUSER | HIGH_BITS, 0, 0, 0, 0, 0));
    TRY("clone-user-high-bits", clone_plain(CLONE_NEWUSER | HIGH_BITS));
    TRY("clone-user-and-all", clone_plain(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID));
    uint64_t arguments[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
    TRY("clone3", ({ long pid = syscall(CLONE3, arguments, sizeof arguments); if (pid == 0) _exit(0); pid; }));
    uint64_t harmless[11] = {0, 0, 0, 0, SIGCHLD};
    TRY("clone3-plain", ({ long pid = syscall(CLONE3, harmless, sizeof harmless); if (pid == 0) _exit(0); pid; }));
}

static void rings_and_keys(void) {
    char parameters[120] = {0};
    TRY("io_uring_setup", call(IO_URING_SETUP, 1, (long)parameters, 0, 0, 0, 0));
    TRY("io_uring_enter", call(IO_URING_ENTER, 0, 0, 0, 0, 0, 0));
    TRY("io_uring_register", call(IO_URING_REGISTER, 0, 0, 0, 0, 0, 0));
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    TRY("bpf", call(SYS_bpf, BPF_MAP_CREATE, (long)&map, sizeof map, 0, 0, 0));
    struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE, .size = sizeof event, .config = PERF_COUNT_SW_CPU_CLOCK, .exclude_kernel = 1};
    TRY("perf_event_open", call(SYS_perf_event_open, (long)&event, 0, -1, -1, 0, 0));
    TRY("userfaultfd", call(SYS_userfaultfd, 1, 0, 0, 0, 0, 0));
    TRY("add_key", call(SYS_add_key, (long)"user", (long)"doors", (long)"x", 1, -2, 0));
    TRY("request_key", call(SYS_request_key, (long)"user", (long)"no-such-doors", 0, -2, 0, 0));
    TRY("keyctl", call(SYS_keyctl, 0, -3, 1, 0, 0, 0));
}

struct handle { unsigned bytes; int type; unsigned char data[8]; };

static void machine(void) {
    // Inode 2, the root of most file systems ("shocker").
    struct handle root = {8, 1, {2}};
    TRY("open_by_handle_at-usr", call(SYS_open_by_handle_at, open("/usr", O_RDONLY), (long)&root, O_RDONLY, 0, 0, 0));
    TRY("open_by_handle_at-root", call(SYS_open_by_handle_at, open("/", O_RDONLY), (long)&root, O_RDONLY, 0, 0, 0));
    TRY("open_by_handle_at-dev", call(SYS_open_by_handle_at, open("/dev/null", O_RDONLY), (long)&root, O_RDONLY, 0, 0, 0));
    TRY("kexec_load", call(SYS_kexec_load, 0, 0, 0, 0, 0, 0));
    TRY("kexec_file_load", call(SYS_kexec_file_load, -1, -1, 0, (long)"", 4, 0));
    TRY("init_module", call(SYS_init_module, (long)"", 0, (long)"", 0, 0, 0));
    TRY("finit_module", call(SYS_finit_module, 0, (long)"", 0, 0, 0, 0));
    TRY("delete_module", call(SYS_delete_module, (long)"no_such_module", O_NONBLOCK, 0, 0, 0, 0));
    TRY("quotactl", call(SYS_quotactl, 0x80000100, 0, 0, 0, 0, 0));
    TRY("quotactl_fd", call(QUOTACTL_FD, 0, 0x80000700, 0, 0, 0, 0));
    TRY("swapon", call(SYS_swapon, (long)"/no/such/file", 0, 0, 0, 0, 0));
    TRY("swapoff", call(SYS_swapoff, (long)"/no/such/file", 0, 0, 0, 0, 0));
    // Ctrl-Alt-Del stays as it is: a pid namespace refuses the word after it has looked at the right.
    TRY("reboot", call(SYS_reboot, 0xfee1dead, 672274793, 0, 0, 0, 0));
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    TRY("clock_settime", call(SYS_clock_settime, CLOCK_REALTIME, (long)&now, 0, 0, 0, 0));
    struct timezone zone = {0, 0};
    TRY("settimeofday", call(SYS_settimeofday, 0, (long)&zone, 0, 0, 0, 0));
    TRY("acct", call(SYS_acct, (long)"/no/such/file", 0, 0, 0, 0, 0));
#ifdef __x86_64__
    TRY("iopl", call(SYS_iopl, 3, 0, 0, 0, 0, 0));
    TRY("ioperm", call(SYS_ioperm, 0x80, 1, 1, 0, 0, 0));
#endif
    TRY("personality-odd", call(SYS_personality, READ_IMPLIES_EXEC, 0, 0, 0, 0, 0));
    TRY("personality-odd-high-bits", call(SYS_personality, READ_IMPLIES_EXEC | HIGH_BITS, 0, 0, 0, 0, 0));
    // Reading the host's own messages.
    char text[64];
    TRY("syslog", call(SYS_syslog, 3, (long)text, sizeof text, 0, 0, 0));
    TRY("fanotify-mounts", call(SYS_fanotify_init, 0, O_RDONLY, 0, 0, 0, 0));
    char node[64];
    snprintf(node, sizeof node, "%s/node", directory);
    TRY("mknod-null", mknod(node, S_IFCHR | 0666, 0x103));
    TRY("mknod-disk", mknod(node, S_IFBLK | 0666, 0x800));
    TRY("mknod-tun", mknod(node, S_IFCHR | 0666, (10 << 8) | 200));
}

static long type_into(unsigned long request, const char *character) {
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) < 0) return -1;
    setsid();
    if (ioctl(slave, TIOCSCTTY, 0) < 0) return -1;
    return syscall(SYS_ioctl, slave, request, character);
}

static void terminals(void) {
    TRY("ioctl-TIOCSTI", type_into(TIOCSTI, "x"));
    TRY("ioctl-TIOCSTI-high-bits", type_into(TIOCSTI | HIGH_BITS, "x"));
    char paste = 3;
    TRY("ioctl-TIOCLINUX", type_into(TIOCLINUX, &paste));
    TRY("ioctl-TIOCLINUX-high-bits", type_into(TIOCLINUX | HIGH_BITS, &paste));
}

static void sockets(void) {
    char name[32];
    for (int family = 3; family <= 45; family++) {
        if (family == AF_INET6 || family == AF_NETLINK || family == AF_PACKET) continue;
        snprintf(name, sizeof name, "socket-%d", family);
        TRY(name, ({
            long made = -1;
            static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW};
            // The first refusal that is about the family tells more than a later one about the type.
            for (int type = 0; type < 4 && made < 0 && errno != EAFNOSUPPORT; type++) made = call(SYS_socket, family, TYPES[type], 0, 0, 0, 0);
            made;
        }));
    }
    TRY("socket-vsock-high-bits", call(SYS_socket, AF_VSOCK | HIGH_BITS, SOCK_STREAM, 0, 0, 0, 0));
    int pair[2];
    TRY("socketpair-tipc", call(SYS_socketpair, 30, SOCK_STREAM, 0, (long)pair, 0, 0));
}

static void other_doors(void) {
    TRY("no-such-call-600", call(600, 0, 0, 0, 0, 0, 0));
    TRY("no-such-call-4095", call(4095, 0, 0, 0, 0, 0, 0));
    TRY("no-such-call-huge", call(0x3fffffff, 0, 0, 0, 0, 0, 0));
#ifdef __x86_64__
    TRY("x32-getpid", call(0x40000000 | SYS_getpid, 0, 0, 0, 0, 0, 0));
    TRY("x32-mount", call(0x40000000 | SYS_mount, 0, 0, 0, 0, 0, 0));
    TRY("i386-getpid", ({ long result; __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11"); if (result < 0) errno = -result; result; }));
    // unshare(CLONE_NEWUSER) by its number there.
    TRY("i386-unshare", ({ long result; __asm__ volatile("int $0x80" : "=a"(result) : "a"(310), "b"(CLONE_NEWUSER) : "memory", "r8", "r9", "r10", "r11"); if (result < 0) errno = -result; result; }));
#endif
}

int main(void) {
    if (!mkdtemp(directory)) return 1;
    mounts();
    namespaces();
    rings_and_keys();
    machine();
    terminals();
    sockets();
    other_doors();
    char target[64];
    snprintf(target, sizeof target, "%s/mnt", directory);
    return rmdir(target) < 0 || rmdir(directory) < 0;
}
