# Flags that every part of the monorepo shares. Included once, by whoever is configured
# first.
include_guard(GLOBAL)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_STANDARD_REQUIRED ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

option(ROWAN_WERROR "Treat warnings as errors" OFF)
set(ROWAN_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined or thread")
option(ROWAN_COVERAGE "Instrument for gcov" OFF)

if(ROWAN_SANITIZE)
  add_compile_options(-fsanitize=${ROWAN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROWAN_SANITIZE})
endif()
if(ROWAN_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

function(rowan_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    $<$<BOOL:${ROWAN_WERROR}>:-Werror>)
endfunction()
