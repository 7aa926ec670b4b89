// pause holds a pod's namespaces open, and as PID 1 of a shared one collects orphans. It ends on SIGTERM or SIGINT.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void finish(int number) {
  (void)number;
  _exit(0);
}

static void collect(int number) {
  (void)number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
}

int main(void) {
  struct sigaction action = {.sa_flags = SA_NOCLDSTOP};
  action.sa_handler = collect;
  sigaction(SIGCHLD, &action, NULL);
  action.sa_handler = finish;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  for (;;) pause();
}
