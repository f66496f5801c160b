/* Process 1 of the lab's namespaces.
 *
 *   labinit [-c FD] NAME SETUP ARGS...
 *
 * makes new mount, network, process, IPC and host name namespaces, runs SETUP in them, prints the process id of
 * the new namespaces' process 1 (as the caller sees it) and returns; process 1 stays, reaps, and ends everything in
 * the namespaces when it ends. With -c it ends unless a byte arrives on FD before FD is closed: the caller
 * writes that byte when everything is built, so that its crash leaves nothing behind.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int run_setup(char** argv) {
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
  }
  int status = 1;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  return status;
}

static void reap_all(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

/* Ends (and with it all processes of the namespaces) at SIGTERM or when `commit` is closed without a byte. */
static void reap_for_ever(int commit) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, SIGTERM);
  sigprocmask(SIG_BLOCK, &wanted, NULL);
  struct pollfd fds[2] = {{.fd = signalfd(-1, &wanted, SFD_CLOEXEC), .events = POLLIN}, {.fd = commit, .events = POLLIN}};
  if (fds[0].fd < 0) exit(1);
  reap_all();
  while (poll(fds, 2, -1) >= 0) {
    if (fds[1].revents) {
      char word;
      if (read(fds[1].fd, &word, 1) != 1) exit(1);
      close(fds[1].fd);
      fds[1].fd = -1;
    }
    if (fds[0].revents) {
      struct signalfd_siginfo info;
      if (read(fds[0].fd, &info, sizeof info) == sizeof info && info.ssi_signo == SIGTERM) exit(0);
      reap_all();
    }
  }
  exit(1);
}

static void become_init(const char* name, char** setup, int report, int commit) {
  char self[32] = "";
  /* The mount namespace still shows the caller's /proc, which contains our id there. */
  if (readlink("/proc/self", self, sizeof self - 1) <= 0) fail("/proc/self");
  setsid();
  if (run_setup(setup) != 0) exit(1);
  prctl(PR_SET_NAME, name);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (chdir("/") != 0 || null < 0) fail("/dev/null");
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  if (write(report, self, strlen(self)) < 0) exit(1);
  close(report);
  reap_for_ever(commit);
}

int main(int argc, char** argv) {
  int commit = -1;
  int next = 1;
  if (argc > 3 && strcmp(argv[1], "-c") == 0) {
    commit = atoi(argv[2]);
    next = 3;
  }
  if (argc < next + 2) {
    fputs("usage: labinit [-c FD] NAME SETUP ARGS...\n", stderr);
    return 2;
  }
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) fail("pipe");
  if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0) fail("unshare");
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("making mounts private");
  if (commit >= 0) fcntl(commit, F_SETFD, FD_CLOEXEC);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    close(report[0]);
    become_init(argv[next], argv + next + 1, report[1], commit);
  }
  close(report[1]);
  char pid[32];
  ssize_t got = read(report[0], pid, sizeof pid - 1);
  if (got <= 0) {
    waitpid(child, NULL, 0);
    return 1;
  }
  pid[got] = '\0';
  puts(pid);
  return 0;
}
