// As many processes as there may be, and then quiet: what is tried is the bound, not the machine's patience.
#include <signal.h>
#include <unistd.h>

int main(void) {
    for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    for (;;)
        if (fork() < 0) pause();
}
