# What `cmake --install` gives: libraries, headers, a CMake package and pkg-config files.
# Each library has an export of its own, so that who loads only the core needs no libmicrohttpd.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rowan)
foreach(target rowan rowan-load rowan-serve)
  install(TARGETS ${target} EXPORT ${target}Targets)
  install(EXPORT ${target}Targets NAMESPACE rowan:: DESTINATION ${package_dir})
endforeach()

# "ON" where the consumer links what Rowan stands on by itself.
get_target_property(type rowan TYPE)
set(ROWAN_IS_STATIC OFF)
if(type STREQUAL STATIC_LIBRARY)
  set(ROWAN_IS_STATIC ON)
endif()
configure_package_config_file(cmake/rowanConfig.cmake.in rowanConfig.cmake
  INSTALL_DESTINATION ${package_dir})
configure_file(cmake/rowanConfigVersion.cmake.in rowanConfigVersion.cmake @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/rowanConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/rowanConfigVersion.cmake cmake/modules.cmake
  DESTINATION ${package_dir})

# pkg-config files find their prefix from where they lie, so the tree can be moved.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pc_dir}
  OUTPUT_VARIABLE PC_TO_PREFIX)
list(JOIN ROWAN_CORE_MODULES ", " core)
list(JOIN ROWAN_SERVE_MODULES ", " serve)
if(ROWAN_IS_STATIC) # public, so that who links static Rowan with shared others needs no --static
  set(PC_CORE_REQUIRES "Requires: ${core}")
  set(PC_SERVE_REQUIRES "Requires: rowan = ${PROJECT_VERSION}, ${serve}")
  set(PC_SYSTEM_LIBS " -lm -lpthread")
else()
  set(PC_CORE_REQUIRES "Requires.private: ${core}")
  set(PC_SERVE_REQUIRES "Requires: rowan = ${PROJECT_VERSION}\nRequires.private: ${serve}")
endif()
foreach(name rowan rowan-load rowan-serve)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${pc_dir})
endforeach()
