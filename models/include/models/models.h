/* models/models.h - all models of the package: what a service includes. */
#pragma once
#include <rowan/model.h>

#include <models/award.h>
#include <models/person.h>
#include <models/version.h>

ROWAN_MODELS_DECLARE(models, MODELS_VERSION);
