/* models.c - the list of the models, for those who create tables or serve them all. */
#include <models/models.h>

ROWAN_MODELS(models, MODELS_VERSION_TEXT, Person, Award);
