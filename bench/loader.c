/* loader.c - a loader as a user writes it, for bench/load. */
#include <rowan/load.h>

#include "people.h"

static const rowan_source sources[] = {
    ROWAN_SOURCE(BenchPerson, "people.csv"),
};

int main(int argc, char **argv)
{
    return rowan_load_main(argc, argv, &people_models, sources, ROWAN_COUNT(sources));
}
