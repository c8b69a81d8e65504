#pragma once
// Traces on the model: playing them as the version that they name, and what must be true then.

#include <map>
#include <string>
#include <vector>

#include "properties/check.hpp"
#include "properties/generators.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/profile.hpp"
#include "sim/profile_name.hpp"

namespace ringproof::sim {

/// Plays a trace as that version. `record`: fresh; keeps events when it was told to.
inline outcome play(model_player& with, const trace& wanted, const profile& version,
                    history& record) {
    return with.play(wanted, record, version);
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

/// The names of all versions.
inline std::vector<std::string> version_names() {
    std::vector<std::string> names;
    for (const profile& each : profiles()) names.emplace_back(each.name);
    return names;
}

/// Which versions a property has seen. One that never came up has not been tried.
class version_tally {
public:
    explicit version_tally(const std::vector<std::string>& expected = version_names()) {
        for (const std::string& name : expected) counts_[name] = 0;
    }

    void saw(const std::string& name) {
        const auto at = counts_.find(name);
        if (at != counts_.end()) ++at->second;  // shrinking makes names of its own
    }
    void saw(const trace& wanted) { saw(wanted.profile); }

    /// Fails the running case when a version is missing; of a few cases that is not expected.
    void require_all() const {
        constexpr std::size_t enough = 400;
        std::size_t cases = 0;
        for (const auto& [name, count] : counts_) cases += count;
        if (cases < enough) return;
        for (const auto& [name, count] : counts_) BOOST_TEST(count > 0U, name << " never came up");
    }

private:
    std::map<std::string, std::size_t> counts_;
};

}  // namespace ringproof::sim
