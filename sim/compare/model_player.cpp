#include "sim/compare/model_player.hpp"

#include "sim/profile_name.hpp"

namespace ringproof::sim {

template class player<model_world>;

outcome model_player::play(const trace& wanted, history& record) {
    return play(wanted, record, profile_named(wanted.profile).value_or(profile{}));
}

outcome model_player::play(const trace& wanted, history& record, const profile& version) {
    pages_.start_over();
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel kernel(answers, {.kernel_profile = version, .record = &record, .pages = &pages_});
    model_world around(kernel);
    outcome came = player_.play(wanted, around, record);
    // One more draw: a run that asked other questions is another run, whatever it recorded.
    came.unseed = record.hash() ^ answers.choose(256, "unseed");
    return came;
}

}  // namespace ringproof::sim
