# What `cmake --install` puts where: the areas as rootpool::<area> and rootpool::models_<area>, all together as rootpool::rootpool,
# found with find_package(rootpool).
include(CMakePackageConfigHelpers)

get_property(rootpool_libraries GLOBAL PROPERTY ROOTPOOL_LIBRARIES)
add_library(rootpool_all INTERFACE)
add_library(rootpool::rootpool ALIAS rootpool_all)
set_target_properties(rootpool_all PROPERTIES EXPORT_NAME rootpool)
target_link_libraries(rootpool_all INTERFACE ${rootpool_libraries})

set(rootpool_cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/rootpool)
install(TARGETS ${rootpool_libraries} rootpool_all EXPORT rootpoolTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(ROOTPOOL_LTO)
  # Whoever links with them may have another compiler, which could not read this one's intermediate code.
  foreach(library IN LISTS rootpool_libraries)
    get_target_property(type ${library} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      install(CODE "execute_process(COMMAND ${CMAKE_OBJCOPY} -R .gnu.lto_* -R .gnu.debuglto_* -N __gnu_lto_v1
                      \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/$<TARGET_FILE_NAME:${library}>\" COMMAND_ERROR_IS_FATAL ANY)")
    endif()
  endforeach()
endif()
install(EXPORT rootpoolTargets NAMESPACE rootpool:: DESTINATION ${rootpool_cmake_folder})
if(TARGET rootpool)
  install(TARGETS rootpool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
# The modules' headers say "models/...", so that folder gets an include path of its own.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rootpool-models
        FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/tools/wireshark/rootpool_tlp.lua DESTINATION ${CMAKE_INSTALL_DATADIR}/rootpool/wireshark)

# The installed package finds its dependencies with the very file that the build uses.
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/rootpoolConfig.cmake.in ${PROJECT_BINARY_DIR}/rootpoolConfig.cmake
                              INSTALL_DESTINATION ${rootpool_cmake_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rootpoolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rootpoolConfig.cmake ${PROJECT_BINARY_DIR}/rootpoolConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/RootpoolDependencies.cmake
        DESTINATION ${rootpool_cmake_folder})
