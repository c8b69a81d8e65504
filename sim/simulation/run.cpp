#include "sim/simulation/run.hpp"

namespace ringproof::sim {

run_report simulator::run_with(const scenario& wanted, const watching& how,
                               const std::function<void(simulation&)>& application) {
    if (const auto sound = validate(wanted); !sound) {
        run_report unfit;
        unfit.failed = failure::refused;
        unfit.sentence = sound.error();
        unfit.played = wanted;
        return unfit;
    }
    const scenario played = drawn(wanted);
    pages_.start_over();
    simulation inside(played, how, pages_);
    inside.perform(stack_, [&inside, &application] { application(inside); });
    return inside.finish();
}

}  // namespace ringproof::sim
