// A scenario as text.

#include <fmt/format.h>

#include "sim/simulation/scenario_text.hpp"
#include "sim/simulation/scenario_words.hpp"

namespace ringproof::sim {

namespace {

std::string quoted(std::string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            made += "\\n";
        } else if (c == '\r') {
            made += "\\r";
        } else if (c == '\t') {
            made += "\\t";
        } else if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            made += fmt::format("\\x{:02x}", byte);
        } else {
            made += c;
        }
    }
    return made + '"';
}

std::string step_text(const peer_step& step) {
    std::string made = "  ";
    made += name_of(step.kind);
    if (step.size != 0) made += fmt::format(" {}", step.size);
    if (!step.text.empty()) made += ' ' + quoted(step.text);
    if (step.chunk != 0) made += fmt::format(" chunk {}", step.chunk);
    if (step.time.count() != 0) {
        made += (step.kind == step_kind::pause ? " " : " every ") + print(step.time);
    }
    return made + '\n';
}

std::string peers_text(const peer_script& peer) {
    std::string made =
        fmt::format("peers {} {} {}", peer.count,
                    scenario_words::channels[static_cast<std::size_t>(peer.channel)],
                    scenario_words::expectations[static_cast<std::size_t>(peer.expects)]);
    if (!peer.connects) made += " attached";
    if (peer.listener != 0) made += fmt::format(" listener {}", peer.listener);
    if (peer.start.count() != 0) made += " start " + print(peer.start);
    if (peer.stagger.count() != 0) made += " stagger " + print(peer.stagger);
    if (peer.window != 0) made += fmt::format(" window {}", peer.window);
    made += '\n';
    for (const peer_step& each : peer.steps) made += step_text(each);
    return made;
}

std::string faults_text(const fault_plan& plan) {
    std::string made = "faults";
    for (std::size_t i = 0; i < fault_count; ++i) {
        if (plan.kinds.test(i)) made += fmt::format(" {}", name_of(static_cast<fault>(i)));
    }
    if (plan.swarm) made += " swarm";
    made += fmt::format(" one_in {} until {}\n", plan.one_in, print(plan.until));
    for (const refusal& each : plan.refusals) {
        std::string error = fmt::format("{}", each.error);
        for (const auto& [name, number] : scenario_words::errors) {
            if (number == each.error) error = name;
        }
        made += fmt::format("refuse {} {} {}\n", name_of(each.call), each.number, error);
    }
    return made;
}

}  // namespace

std::string print(const scenario& wanted) {
    std::string made = fmt::format("seed {:#x}\nprofile {}\nmode {}\n", wanted.seed, wanted.profile,
                                   scenario_words::modes[static_cast<std::size_t>(wanted.mode)]);
    made += fmt::format("queues {} {}\nbuffers {} {}{}\nbudget {}\n", wanted.sizes.sq_entries,
                        wanted.sizes.cq_entries, wanted.sizes.buffers, wanted.sizes.buffer_size,
                        wanted.sizes.incremental ? " incremental" : "", print(wanted.budget));
    made += faults_text(wanted.faults);
    if (!wanted.answers.empty()) {
        made += "answers ";
        for (const std::uint8_t each : wanted.answers) made += fmt::format("{:02x}", each);
        made += '\n';
    }
    made += fmt::format("listeners {}\nlatency {}\n", wanted.world.listeners,
                        print(wanted.world.latency));
    for (const peer_script& each : wanted.world.peers) made += peers_text(each);
    return made;
}

}  // namespace ringproof::sim
