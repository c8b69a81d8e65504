// ringproof mutants: hands over to ringproof-mutants. The library and the model with mutants in
// them are not what anybody wants to have installed.

#include <CLI/CLI.hpp>

#include "sim/command/command.hpp"
#include "sim/command/hand_over.hpp"

namespace ringproof::sim::command {

void add_mutants(CLI::App& app, action& chosen) {
    CLI::App* verb =
        app.add_subcommand("mutants", "Tell which detectors notice which mutants: the kill matrix");
    verb->set_help_flag();  // the other program's
    verb->prefix_command();
    verb->callback([verb, &chosen] {
        chosen = [rest = verb->remaining()] {
            return hand_over("ringproof-mutants", rest,
                             "configure with -DRINGPROOF_MUTANTS=ON, or use the launcher "
                             "./ringproof, which builds it");
        };
    });
}

}  // namespace ringproof::sim::command
