# What an installed ringproof consists of. Component `lib` is what an application links, `sim` the
# model and the oracles, `command` the program.

include(CMakePackageConfigHelpers)

set(ringproof_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ringproof")

configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/.cmake/ringproof-config.cmake.in"
    "${PROJECT_BINARY_DIR}/ringproof-config.cmake"
    INSTALL_DESTINATION "${ringproof_config_dir}")
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/ringproof-config-version.cmake" COMPATIBILITY SameMinorVersion)

# A .pc file finds its prefix from its own place, so the tree may be moved after installation.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(ringproof_pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(ringproof_pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(ringproof_pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
    file(RELATIVE_PATH ringproof_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" ringproof_pc_up "${ringproof_pc_up}")
    set(ringproof_pc_prefix "\${pcfiledir}/${ringproof_pc_up}")
    set(ringproof_pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(ringproof_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/.cmake/ringproof.pc.in" ringproof.pc @ONLY)

install(
    FILES "${PROJECT_BINARY_DIR}/ringproof-config.cmake"
          "${PROJECT_BINARY_DIR}/ringproof-config-version.cmake"
    DESTINATION "${ringproof_config_dir}"
    COMPONENT lib)
install(
    FILES "${PROJECT_BINARY_DIR}/ringproof.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT lib)
install(
    TARGETS ringproof
    EXPORT ringproof-lib
    ARCHIVE COMPONENT lib
    FILE_SET HEADERS COMPONENT lib)
install(
    EXPORT ringproof-lib
    FILE ringproof-lib-targets.cmake
    NAMESPACE ringproof::
    DESTINATION "${ringproof_config_dir}"
    COMPONENT lib)

if(TARGET ringproof_record)
    # One folder deeper than the library's own headers, so that <sim/...> never lies bare in
    # /usr/include.
    install(
        TARGETS ${ringproof_sim_libraries}
        EXPORT ringproof-sim
        ARCHIVE COMPONENT sim
        FILE_SET HEADERS
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ringproof-sim"
            COMPONENT sim
        FILE_SET implemented
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ringproof-sim"
            COMPONENT sim)
    install(
        EXPORT ringproof-sim
        FILE ringproof-sim-targets.cmake
        NAMESPACE ringproof::
        DESTINATION "${ringproof_config_dir}"
        COMPONENT sim)
endif()

if(TARGET ringproof_weak)
    install(
        TARGETS ringproof_weak ringproof_weak_main
        EXPORT ringproof-explore
        ARCHIVE COMPONENT sim
        FILE_SET HEADERS
            DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ringproof-sim"
            COMPONENT sim)
    install(
        EXPORT ringproof-explore
        FILE ringproof-explore-targets.cmake
        NAMESPACE ringproof::
        DESTINATION "${ringproof_config_dir}"
        COMPONENT sim)
    install(
        FILES "${PROJECT_SOURCE_DIR}/.cmake/ringproof-memory-order.cmake"
        DESTINATION "${ringproof_config_dir}"
        COMPONENT sim)
endif()

if(TARGET ringproof_exec)
    install(TARGETS ringproof_exec LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/ringproof"
                                           COMPONENT command)
endif()

if(TARGET ringproof_command)
    install(TARGETS ringproof_command RUNTIME COMPONENT command)
endif()
