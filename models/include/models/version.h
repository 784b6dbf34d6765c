/* models/version.h - the version of the models. A service that is linked against another
 * one than it was compiled with does not link. */
#pragma once

#define MODELS_VERSION      1_0_0
#define MODELS_VERSION_TEXT "1.0.0"
