/* context_int.h - a stack of its own to run on, and the switch between two.
 *
 * A context is where the processor goes on when it is switched to. One of them is the
 * thread's own stack, which needs no init. A few lines of assembler for x86-64 and
 * ARM64, ucontext elsewhere; the sanitizers are told of each switch.
 */
#ifndef ROWAN_CONTEXT_INT_H
#define ROWAN_CONTEXT_INT_H

#include <stdbool.h>
#include <stddef.h>

#if !defined(ROWAN__UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define ROWAN__UCONTEXT 1
#endif
#ifdef ROWAN__UCONTEXT
#include <ucontext.h>
#endif

typedef struct rowan__context rowan__context;
struct rowan__context { /* {0} is a thread's own stack */
#ifdef ROWAN__UCONTEXT
    ucontext_t uc;
#else
    void *sp; /* where it stopped */
#endif
    const void *stack; /* lowest address, and size */
    size_t stack_size;
    void (*entry)(void *arg);
    void *arg;
    rowan__context *from; /* who switched here last */
    void *asan_frames;    /* what AddressSanitizer keeps for it */
    void *tsan_fiber;
};

/* Prepares a context that calls entry(arg) on stack[stack_size] when it is switched to
 * for the first time. `entry` never returns: it switches away with `last`. */
void rowan__context_init(rowan__context *context, void *stack, size_t stack_size,
                         void (*entry)(void *arg), void *arg);

/* Stops here, as `from`, and goes on in `to`; returns when somebody switches to `from`.
 * last  `from` is never switched to again */
void rowan__context_switch(rowan__context *from, rowan__context *to, bool last);

/* Releases what the sanitizers keep for a context that will not run again. */
void rowan__context_done(rowan__context *context);

#endif
