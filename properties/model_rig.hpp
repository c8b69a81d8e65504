#pragma once
// Traces on the model: playing them as the version that they name, and what must be true then.

#include <string>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"
#include "sim/kernel/model_world.hpp"
#include "sim/profile.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/play.hpp"

namespace ringproof::sim {

using model_player = player<model_world>;

/// Plays a trace as that version. `record`: fresh; keeps events when it was told to.
inline outcome play(model_player& with, const trace& wanted, const profile& version,
                    history& record) {
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel kernel(answers, {.kernel_profile = version, .record = &record});
    model_world around(kernel);
    outcome seen = with.play(wanted, around, record);
    // One more draw: a run that asked other questions is another run, whatever it recorded.
    seen.unseed = record.hash() ^ answers.choose(256, "unseed");
    return seen;
}

inline profile version_of(const trace& wanted) { return profile_named(wanted.profile).value(); }

/// Plays a trace as the version that it names.
inline outcome play(model_player& with, const trace& wanted) {
    history record;
    return play(with, wanted, version_of(wanted), record);
}

/// Fails with the trace as text: it may be one of many that a property plays.
inline void require_clean(const trace& wanted, const outcome& seen) {
    if (seen.refused != 0) RC_FAIL("refused: errno " + std::to_string(seen.refused));
    if (!seen.broken) return;
    const violation& broken = *seen.broken;
    RC_FAIL(std::string(broken.invariant) + " at operation " + std::to_string(broken.step) + ": " +
            broken.sentence + "\n\n" + print(wanted));
}

/// Which versions a property has seen. One that never came up has not been tried.
class version_tally {
public:
    void saw(const trace& wanted) {
        const profile* plain = find_profile(wanted.profile);  // shrinking adds bugs to names
        if (plain != nullptr) ++counts_[static_cast<std::size_t>(plain - profiles().data())];
    }

    /// Fails the running case when a version is missing; of a few cases that is not expected.
    void require_all() const {
        constexpr std::size_t enough = 400;
        std::size_t cases = 0;
        for (const std::size_t each : counts_) cases += each;
        for (std::size_t i = 0; cases >= enough && i < counts_.size(); ++i) {
            BOOST_TEST(counts_[i] > 0U, profiles()[i].name << " never came up");
        }
    }

private:
    std::vector<std::size_t> counts_ = std::vector<std::size_t>(profiles().size());
};

}  // namespace ringproof::sim
