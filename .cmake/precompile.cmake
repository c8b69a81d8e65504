# What takes most of a file's time are the headers that it has in common with the others.

option(RINGPROOF_PRECOMPILE "Read common headers once for all files of a target (preset dev)" OFF)

# ringproof_precompile(<target> <header>... | REUSE_FROM <target>)
#
# No file may count on it: presets release, asan and tsan, and whoever adds this folder to a build,
# read each file with its own headers alone. REUSE_FROM wants the same options for both targets.
function(ringproof_precompile target)
    if(NOT RINGPROOF_PRECOMPILE)
        return()
    endif()
    if(ARGV1 STREQUAL "REUSE_FROM")
        target_precompile_headers(${target} ${ARGN})
    else()
        target_precompile_headers(${target} PRIVATE ${ARGN})
    endif()
endfunction()

set(ringproof_common_headers
    <algorithm> <array> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
    <variant> <vector> <fmt/format.h>)
