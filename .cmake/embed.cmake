# cmake -DFOLDER=<folder> -DOUTPUT=<file.cpp> -P embed.cmake
#
# Writes a source that holds the behaviours of a folder. Sorted by name, so that the same folder
# makes the same source.

file(GLOB files "${FOLDER}/*.trace")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
    cmake_path(GET file STEM LAST_ONLY name)
    file(READ "${file}" text)
    string(APPEND entries "    {\"${name}\", R\"~~(${text})~~\"},\n")
endforeach()
file(
    WRITE "${OUTPUT}"
    "#include \"sim/behaviour/catalogue.hpp\"

#include <vector>

namespace ringproof::sim {

std::span<const behaviour_source> behaviour_sources() noexcept {
    static const std::vector<behaviour_source> all{
${entries}    };
    return all;
}

}  // namespace ringproof::sim
")
