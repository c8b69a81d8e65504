#include "sim/emit/emit.hpp"

namespace ringproof::sim {

std::expected<std::string, std::string> emit_c(const trace&, const emit_options&) {
    return std::unexpected("later");
}

}  // namespace ringproof::sim
