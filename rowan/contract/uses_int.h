/* uses_int.h - rowan_uses_read() of a file that is open. */
#ifndef ROWAN_USES_INT_H
#define ROWAN_USES_INT_H

#include <rowan/contract.h>

/* As rowan_uses_read(), but the words of the error follow the file's name. */
rowan_status rowan__uses_read(int fd, rowan_uses **out, rowan_error *err) ROWAN_CHECKED;

#endif
