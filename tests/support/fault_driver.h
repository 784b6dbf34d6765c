/* fault_driver.h - a driver between an engine and its own, whose nth call fails. */
#ifndef FAULT_DRIVER_H
#define FAULT_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include <rowan/status.h>

typedef enum fault_driver_kind {
    FAULT_ERROR,      /* ROWAN_EIO, and nothing was done */
    FAULT_LOST,       /* ROWAN_ECONN, and nothing was done */
    FAULT_LOST_BEHIND /* ROWAN_ECONN, and it was done */
} fault_driver_kind;

#define FAULT_WORDS "injected"

/* Puts it before each engine that is opened from now on; only one database at a time. */
void fault_driver_install(void);
void fault_driver_remove(void);

/* The nth call from now fails (1 is the next, 0 none). */
void fault_driver_fail_at(size_t nth, fault_driver_kind kind);

/* Whether a call has failed since, and whether it was a COMMIT. */
bool fault_driver_failed(void);
bool fault_driver_failed_commit(void);

#endif
