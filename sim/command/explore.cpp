// `ringproof explore`: what holds in every interleaving and with every stale value.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/command/command.hpp"
#include "sim/command/files.hpp"
#include "sim/command/hand_over.hpp"
#include "sim/explore/proof.hpp"

namespace ringproof::sim::command {

namespace {

using namespace explore;

struct proof_request {
    std::optional<unsigned> entries;  ///< none: 1, 2, 4 and 8
    std::string protocol;             ///< empty: all, or the mutant's own
    std::string mutant;               ///< empty: none; "all": each
    std::string model = "both";
    std::string json;
    std::string litmus;
    bool list = false;
};

std::optional<proof> timed(const claim& what) {
    const auto started = std::chrono::steady_clock::now();
    auto done = prove(what);
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - started;
    if (done) done->milliseconds = took.count();
    return done;
}

std::vector<memory_model> models_of(const std::string& name) {
    if (name == "c11") return {memory_model::c11};
    if (name == "lkmm") return {memory_model::lkmm};
    return {memory_model::c11, memory_model::lkmm};
}

void print_lists() {
    fmt::print("Protocols:\n");
    for (const protocol& each : protocols()) fmt::print("  {:<24}{}\n", each.name, each.summary);
    fmt::print("\nMutants:\n");
    for (const mutant& each : mutants()) {
        fmt::print("  {:<24}{}\n", each.name, each.summary);
        if (each.equivalent_under_lkmm.empty()) continue;
        fmt::print("  {:<24}equivalent under LKMM: {}\n", "", each.equivalent_under_lkmm);
    }
}

/// What is asked for; complains and returns nothing where it is not understood.
std::optional<std::vector<claim>> claims_of(const proof_request& options) {
    const unsigned entries = options.entries.value_or(1);
    if (entries == 0 || entries > 16 || (entries & (entries - 1)) != 0) {
        complain(fmt::format("--entries {}: a ring has 1, 2, 4, 8 or 16", entries));
        return {};
    }
    if (!options.protocol.empty() && find_protocol(options.protocol) == nullptr) {
        complain(fmt::format("--protocol {}: there is none; --list tells their names",
                             options.protocol));
        return {};
    }
    const bool all_mutants = options.mutant == "all";
    if (!options.mutant.empty() && !all_mutants && find_mutant(options.mutant) == nullptr) {
        complain(
            fmt::format("--mutant {}: there is none; --list tells their names", options.mutant));
        return {};
    }
    std::vector<claim> claims;
    const auto add = [&](const protocol& of, const mutant* without, unsigned size) {
        for (const memory_model model : models_of(options.model)) {
            claims.push_back({&of, size, model, without});
        }
    };
    for (const mutant& each : mutants()) {
        if (!all_mutants && each.name != options.mutant) continue;
        const auto home = options.protocol.empty() ? each.home : options.protocol;
        add(*find_protocol(home), &each, entries);
    }
    if (!options.mutant.empty()) return claims;
    for (const protocol& each : protocols()) {
        if (!options.protocol.empty() && each.name != options.protocol) continue;
        for (const unsigned size : {1U, 2U, 4U, 8U}) {
            if (!options.entries) add(each, nullptr, size);
        }
        if (options.entries) add(each, nullptr, entries);
    }
    return claims;
}

void print_line(const proof& done) {
    const mutant* without = done.what.without;
    fmt::print("{:<24}{:<24}{:<6}{}\n", without == nullptr ? "" : without->name, done.what.of->name,
               name_of(done.what.model), verdict_of(done));
    const bool equivalent = without != nullptr && done.found.verdict == outcome::proved &&
        done.what.model == memory_model::lkmm && !without->equivalent_under_lkmm.empty();
    if (equivalent) fmt::print("{:<48}{}\n", "", without->equivalent_under_lkmm);
}

/// 1 for a refutation. Of all mutants together, where refutations are what is wanted, for what is
/// not as the table says.
int status_of(const std::vector<proof>& done, bool all_mutants) {
    int status = status_clean;
    for (const proof& each : done) {
        if (each.found.verdict == outcome::gave_up) return status_environment;
        const bool wrong = all_mutants ? !as_expected(each) : each.found.verdict != outcome::proved;
        if (wrong) status = status_violation;
    }
    return status;
}

int prove_all(const proof_request& options) {
    if (options.list) {
        print_lists();
        return status_clean;
    }
    const auto claims = claims_of(options);
    if (!claims) return status_usage;
    for (const std::string& file : {options.json, options.litmus}) {
        if (!can_be_written(file)) return status_environment;
    }
    const bool all_mutants = options.mutant == "all";
    std::vector<proof> done;
    for (const claim& each : *claims) {
        auto made = timed(each);
        if (!made) {
            if (all_mutants) continue;  // not a step of the protocol that was asked for
            complain(
                fmt::format("--mutant {}: {} takes no such step", options.mutant, each.of->name));
            return status_usage;
        }
        if (options.json != "-") print_line(*made);
        done.push_back(*std::move(made));
    }
    const auto refuted =
        std::ranges::find_if(done, [](const proof& each) { return each.against.has_value(); });
    if (refuted != done.end() && !all_mutants && options.json != "-") {
        fmt::print("\n{}", story_of(*refuted));
    }
    if (!options.json.empty() && !write_to(options.json, to_json(done))) {
        return status_environment;
    }
    if (!options.litmus.empty()) {
        if (refuted == done.end()) {
            complain("--litmus: nothing was refuted, so there is nothing to write");
        } else if (!write_to(options.litmus,
                             litmus_of(refuted->steps, refuted->what.model, *refuted->against))) {
            return status_environment;
        }
    }
    return status_of(done, all_mutants);
}

constexpr const char* examples = R"(
Examples:
  ringproof explore proof                         every protocol, rings of 1, 2, 4 and 8
  ringproof explore proof --protocol sqpoll-wakeup --entries 4
  ringproof explore proof --mutant tail-release   what goes wrong without it, step by step
  ringproof explore proof --mutant cq-tail-release --model lkmm --litmus -
  ringproof explore proof --mutant all            each one's verdict, and why some are none
  ringproof explore proof --list

Proved are the protocols as steps, under C11 and under the Linux kernel's memory model (LKMM), which
counts branches as C11 does not. Exit status: 0 proved, 1 refuted, 3 more states than it keeps.
)";

}  // namespace

void add_explore(CLI::App& app, action& chosen) {
    CLI::App* verb = app.add_subcommand("explore", "Every interleaving, every stale value");
    verb->require_subcommand(1);
    const auto options = std::make_shared<proof_request>();
    CLI::App* proofs = verb->add_subcommand(
        "proof", "Prove the protocols for any number of publications, or refute them");
    proofs->footer(examples);
    proofs->add_option("--entries", options->entries, "Of the ring; default 1, 2, 4 and 8");
    proofs->add_option("--protocol", options->protocol, "One of them; default all");
    proofs->add_option("--mutant", options->mutant, "With one order weakened; all: each in turn");
    proofs->add_option("--model", options->model, "Memory model")
        ->check(CLI::IsMember({"c11", "lkmm", "both"}))
        ->capture_default_str();
    proofs->add_option("--json", options->json, "File for the verdicts; - is standard output");
    proofs->add_option("--litmus", options->litmus,
                       "File for the first refutation as a test for herd7; - is standard output");
    proofs->add_flag("--list", options->list, "Only tell the protocols and mutants");
    proofs->callback([options, &chosen] { chosen = [options] { return prove_all(*options); }; });

    CLI::App* code = verb->add_subcommand("code", "Run compiled rings on weak memory");
    code->set_help_flag();  // the other program's
    code->prefix_command();
    code->callback([code, &chosen] {
        chosen = [rest = code->remaining()] {
            return hand_over("ringproof-explore", rest,
                             "install Boost.Context (Debian package libboost-context-dev) and "
                             "build again");
        };
    });
}

}  // namespace ringproof::sim::command
