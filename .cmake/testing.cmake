# Helpers by which every room registers its tests.

# ringproof_test(<name> [LABEL <label>] [TIMEOUT <seconds>] [FIXTURE <name>] COMMAND <command>...)
#
# Label `default` is what `./ringproof test` runs. Exit status 77 means skipped, and ctest says so:
# a test that could not run is never counted as passed.
function(ringproof_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT;FIXTURE" "COMMAND")
    if(NOT arg_LABEL)
        set(arg_LABEL default)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    add_test(NAME ${name} COMMAND ${arg_COMMAND})
    set_tests_properties(
        ${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77)
    if(arg_FIXTURE)
        set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED "${arg_FIXTURE}")
    endif()
endfunction()

# ringproof_suites(<executable> <prefix> [OPTIMISED] SOURCES <file>... [LIBRARIES <target>...]
#                  [PRECOMPILED <as ringproof_precompile() has them>...])
#
# One executable of Boost.Test suites, one ctest a file. `kernel/memory_test.cpp` holds the suite
# `memory` and becomes the ctest `<prefix>.kernel.memory`. A suite whose name differs from its
# file's is a failure ("no test cases matching filter"), not a silent pass.
function(ringproof_suites executable prefix)
    cmake_parse_arguments(PARSE_ARGV 2 arg "OPTIMISED" "" "SOURCES;LIBRARIES;PRECOMPILED")
    if(NOT arg_SOURCES)
        return()
    endif()
    add_executable(${executable} ${arg_SOURCES})
    target_link_libraries(${executable} PRIVATE ringproof_test_main ${arg_LIBRARIES})
    # Templates for two kernels in every file: optimising them takes longer than running them.
    if(NOT arg_OPTIMISED)
        target_compile_options(${executable} PRIVATE $<$<CONFIG:Debug>:-O0>)
    endif()
    if(arg_PRECOMPILED)
        ringproof_precompile(${executable} ${arg_PRECOMPILED})
    endif()

    set(seen "")
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(GET source STEM suite)
        string(REGEX REPLACE "_test$" "" suite "${suite}")
        if(suite IN_LIST seen)
            message(FATAL_ERROR "${executable}: two files would share the suite ${suite}")
        endif()
        list(APPEND seen "${suite}")

        cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
        string(REGEX REPLACE "(_test)?\\.cpp$" "" name "${source}")
        string(REGEX REPLACE "^(lib|sim|kernel)/" "" name "${name}")
        string(REPLACE "/" "." name "${prefix}${name}")
        ringproof_test(${name} COMMAND ${executable} --run_test=${suite})
    endforeach()
endfunction()
