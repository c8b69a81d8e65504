#pragma once
// The front door: an application, run on the model with peers and faults around it.
//
//     report = sim::run(scenario, [](auto& stage) { serve(stage); });
//
// The application makes its ring as the stage advises, serves the stage's listener and channels,
// and leaves when stage.running() is false or the kernel answers EDEADLK. Written as a template, or
// as a function that takes stage<any_kernel>&, it runs on Linux unchanged (run_on_linux.hpp).

#include <concepts>
#include <functional>

#include "sim/simulation/any_kernel.hpp"
#include "sim/simulation/run_report.hpp"
#include "sim/simulation/scenario.hpp"
#include "sim/simulation/simulated_kernel.hpp"
#include "sim/simulation/stage.hpp"

namespace ringproof::sim {

/// Callable with a stage, of that kernel or of any.
template <class Application, class Kernel>
concept plays_on = std::invocable<Application&, stage<Kernel>&> ||
    std::invocable<Application&, stage<any_kernel>&>;

/// Calls it with the stage that it wants.
template <class Kernel, plays_on<Kernel> Application>
void play_on(Kernel& kernel, const stage_setting& setting, Application& application) {
    if constexpr (std::invocable<Application&, stage<Kernel>&>) {
        stage<Kernel> own(kernel, setting);
        application(own);
    } else {
        any_kernel erased(kernel);
        stage<any_kernel> own(erased, setting);  // NOLINT(misc-const-correctness): it decides
        application(own);
    }
}

/// Runs applications, one after the other. Keeps memory between runs, and nothing else: a run does
/// not depend on those before it. Belongs to one thread.
class simulator {
public:
    /// Errors are in the report: a scenario that contradicts itself is failure::refused.
    template <plays_on<simulated_kernel> Application>
    [[nodiscard]] run_report run(const scenario& wanted, Application&& application,
                                 const watching& how = {}) {
        return run_with(wanted, how, [&application](simulation& inside) {
            simulated_kernel kernel(inside);
            play_on(kernel, inside, application);
        });
    }

private:
    run_report run_with(const scenario& wanted, const watching& how,
                        const std::function<void(simulation&)>& application);

    page_arena pages_;
    own_stack stack_;
};

/// One run, by itself.
template <plays_on<simulated_kernel> Application>
[[nodiscard]] run_report run(const scenario& wanted, Application&& application,
                             const watching& how = {}) {
    simulator alone;
    return alone.run(wanted, application, how);
}

}  // namespace ringproof::sim
