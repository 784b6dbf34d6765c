/* loader.c - outside data -> models -> database, all or nothing. */
#include <rowan/load.h>

#include <models/models.h>

static const rowan_source sources[] = {
    ROWAN_SOURCE(Person, "data/people.csv"),
    ROWAN_SOURCE(Award, "data/awards.csv"),
};

int main(int argc, char **argv)
{
    return rowan_load_main(argc, argv, &models, sources, ROWAN_COUNT(sources));
}
