/* child.h - other programs: run to their end, or started and stopped. They die with this
 * one, whatever becomes of it. */
#ifndef CHILD_H
#define CHILD_H

#include "bench.h"

#include <sys/types.h>

/* Runs a program to its end, without its output; ends this one if it fails.
 * argv     NULL at the end; argv[0] is looked up in PATH
 * Returns  the most memory it had, in MiB. */
double child_run(const char *const *argv);

/* Whether it ends well; its output and its complaints are dropped. */
bool child_try(const char *const *argv);

/* Runs it, and returns what it printed. */
char *child_output(const char *const *argv);

/* Starts a program that goes on; stops it by SIGTERM and waits. */
pid_t child_start(const char *const *argv);
void child_stop(pid_t pid);

/* Whether PATH has a program. */
bool child_exists(const char *program);

#endif
