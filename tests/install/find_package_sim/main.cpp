// A stranger who simulates: includes are spelled as they are in the tree.

#include <ringproof/error.hpp>

#include "sim/choice.hpp"
#include "sim/history.hpp"

int main() { return ringproof::make_error_code(ringproof::errc::wrong_thread) ? 0 : 1; }
