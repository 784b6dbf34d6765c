# The libraries Rowan stands on: one list for the build, the CMake package and pkg-config.
set(ROWAN_CORE_MODULES "sqlite3 >= 3.37" "libpq >= 14" "libmariadb >= 3.3")
set(ROWAN_SERVE_MODULES "libmicrohttpd >= 0.9.75" "libuv >= 1.43")

# rowan_find_modules(CORE REQUIRED): the target PkgConfig::ROWAN_CORE.
macro(rowan_find_modules part)
  pkg_check_modules(ROWAN_${part} ${ARGN} IMPORTED_TARGET ${ROWAN_${part}_MODULES})
endmacro()
