// Linked into programs of woven code whose main knows nothing of mutants: before it, the one that
// the environment names is on.

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "sim/mutants/program.hpp"
#include "sim/mutants/switch.hpp"

namespace ringproof::mutants {

namespace {

const bool told = [] {
    const char* index = std::getenv(index_variable);
    const std::string_view digits = index == nullptr ? std::string_view() : index;
    std::from_chars(digits.data(), digits.data() + digits.size(), active);
    return true;
}();

}  // namespace

}  // namespace ringproof::mutants
