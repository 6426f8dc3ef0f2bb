#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chost.h"

extern "C" {

/* Between vfork and execve only async-signal-safe calls run. What fails there comes back by a pipe that execve closes; so
 * this works as well where vfork is a fork, as under the thread sanitizer. */
pid_t chost_spawn(const char *program, char *const *argv, char *const *envp, const char *cwd, const int fds[3]) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -1;
    const pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = vfork();
    if (pid == 0) {
        for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bool ready = getppid() == parent && chdir(cwd) == 0;
        /* First out of the way of 0 to 2, then into their places. */
        int moved[3];
        for (int i = 0; ready && i < 3; i++) ready = (moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3)) >= 0;
        for (int i = 0; ready && i < 3; i++) ready = dup2(moved[i], i) >= 0;
        if (ready) {
            syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */);
            execve(program, argv, envp);
        }
        const int failure = errno ? errno : ESRCH;
        (void)!write(report[1], &failure, sizeof failure);
        _exit(127);
    }
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    close(report[1]);
    int failure = 0;
    ssize_t reported = -1;
    while (pid > 0 && (reported = read(report[0], &failure, sizeof failure)) < 0 && errno == EINTR) {}
    close(report[0]);
    if (reported == static_cast<ssize_t>(sizeof failure)) {
        /* Not waited for by anybody else: the caller never learns of it. */
        while (syscall(SYS_wait4, pid, nullptr, 0, nullptr) < 0 && errno == EINTR) {}
        errno = failure;
        return -1;
    }
    errno = error;
    return pid;
}

int chost_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
}
