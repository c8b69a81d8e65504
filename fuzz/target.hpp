#pragma once
// What fuzz targets share: how they fail, and how they tell what an input showed.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/compare/model_player.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::fuzz {

/// A number that is equal for equal runs of one input. The replay main runs each input again, after
/// others, and compares: whatever outlives an input would show here.
inline std::uint64_t shown = 0;

/// The situations in which the traces were that play_clean() has played so far. For the replay main
/// to report; no target looks at it.
inline sim::mark_set met;

/// Fails in the way that every engine understands.
[[noreturn]] inline void give_up(std::string_view what) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

inline void require(bool holds, std::string_view what) {
    if (!holds) give_up(what);
}

/// Fails with the trace as text, which is all that `ringproof replay` needs to do it again.
[[noreturn]] inline void give_up(const sim::trace& played, std::string_view what) {
    give_up(sim::print(played) + '\n' + std::string(what));
}

/// Plays a tame trace as its profile, and fails where an oracle objects. What a version's own bugs
/// break is no finding: the same version without them has to be clean.
inline sim::outcome play_clean(sim::model_player& model, const sim::trace& wanted) {
    sim::history record;
    sim::outcome came = model.play(wanted, record);
    if (came.refused != 0) give_up(wanted, sim::say("no ring: errno ", came.refused));
    met |= came.marks;
    if (!came.broken) return came;
    sim::history again;
    const sim::profile repaired = sim::repaired(sim::profile_named(wanted.profile).value());
    const sim::outcome sound = model.play(wanted, again, repaired);
    if (!sound.broken) return came;
    give_up(wanted,
            sim::say(sound.broken->invariant, " at operation ", sound.broken->step, ", as ",
                     wanted.profile, " without its bugs: ", sound.broken->sentence));
}

}  // namespace ringproof::fuzz
