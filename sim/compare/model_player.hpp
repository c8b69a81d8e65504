#pragma once
// A trace on a model of its own: what runs, properties and fuzz targets have in common.

#include "sim/history.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/trace/play.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim {

extern template class player<model_world>;  // compiled once

/// Plays traces, each on a fresh model. Keeps its tables and the models' pages between them, and
/// nothing else. Belongs to one thread.
class model_player {
public:
    /// As the profile that the trace names; as the newest if there is none of that name.
    /// \param record  must be fresh
    [[nodiscard]] outcome play(const trace& wanted, history& record);

    /// As any profile, with the outcome's unseed.
    [[nodiscard]] outcome play(const trace& wanted, history& record, const profile& version);

private:
    page_arena pages_;
    player<model_world> player_;
};

}  // namespace ringproof::sim
