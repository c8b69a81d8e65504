# ringproof_check_memory_order(<program> SOURCES <file>... [LIBRARIES <target>...])
#
# Makes <program>, which runs the rings in these C and C++ sources on memory that is as weak as C11
# allows. The sources name their targets by RINGPROOF_TARGET() of sim/explore/code/ring_scene.h and
# are compiled as they are, but with -fsanitize=thread: what the compiler tells that sanitizer, it
# tells ringproof::weak. The program's exit status is 0 when nothing was found, 1 otherwise, so that
# add_test() needs no more than its name; --help tells the rest.
#
# LIBRARIES are for include directories and definitions. What they compiled elsewhere is not
# watched.
function(ringproof_check_memory_order program)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
    if(NOT arg_SOURCES)
        message(FATAL_ERROR "ringproof_check_memory_order(${program}): no SOURCES")
    endif()
    add_executable(${program} ${arg_SOURCES})
    target_link_libraries(${program} PRIVATE ${arg_LIBRARIES} ringproof::weak_main)
    ringproof_watch_accesses(${program})
endfunction()

# ringproof_watch_accesses(<target>): what it compiles tells ringproof::weak of each access. GCC
# warns that its sanitizer does not know fences; this runtime does. No other sanitizer fits beside
# this one.
function(ringproof_watch_accesses target)
    target_compile_options(
        ${target}
        PRIVATE -fno-sanitize=all -fsanitize=thread -g -O1 -fno-omit-frame-pointer
                $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-tsan>
                $<$<COMPILE_LANG_AND_ID:C,GNU>:-Wno-tsan> -include sim/explore/code/redirect.h)
endfunction()
