/* empty.c - stands for a layer that has no source yet. */
typedef int rowan__empty;
