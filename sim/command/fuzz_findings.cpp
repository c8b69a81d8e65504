#include "sim/command/fuzz_findings.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <expected>
#include <string>
#include <string_view>

#include "sim/command/campaign.hpp"
#include "sim/command/command.hpp"
#include "sim/command/engine_output.hpp"
#include "sim/command/files.hpp"
#include "sim/compare/model_player.hpp"
#include "sim/emit/emit.hpp"
#include "sim/oracle/signature.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/bytes.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/shrink.hpp"
#include "sim/trace/tame.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::command {

namespace {

namespace fs = std::filesystem;

/// Targets whose input is a trace's bytes and nothing else. The others of traces print theirs.
constexpr std::array<std::string_view, 3> plain_traces{"both_kernels", "play_model", "trace_bytes"};

constexpr unsigned play_seconds_most = 10;
constexpr std::uint64_t tries_most = 50'000;

/// Judges traces as fuzz targets do: what a version's own bugs break is a finding only if nothing
/// worse is.
class trace_judge {
public:
    /// Finds out how it fails. Nothing when it does not.
    [[nodiscard]] verdict learn(const trace& wanted) {
        for (const bool without_bugs : {true, false}) {
            repaired_ = without_bugs;
            if (verdict broken = play(wanted)) {
                signature_ = signature_of(*broken);
                return broken;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool fails(const trace& wanted) {
        const verdict broken = play(wanted);
        return broken && signature_of(*broken) == signature_;
    }

    [[nodiscard]] bool repaired() const noexcept { return repaired_; }

private:
    verdict play(const trace& wanted) {
        const auto version = profile_named(wanted.profile);
        if (!version) return std::nullopt;
        history record;
        return model_.play(wanted, record, repaired_ ? sim::repaired(*version) : *version).broken;
    }

    model_player model_;
    std::string signature_;
    bool repaired_ = true;
};

/// True when playing it does not take the process with it, nor hold it for good.
bool can_be_played(const trace& wanted) {
    const pid_t id = ::fork();
    if (id == 0) {
        ::alarm(play_seconds_most);
        (void)trace_judge().learn(wanted);
        ::_exit(0);
    }
    int status = -1;
    while (id > 0 && ::waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
}

/// The trace that was played: the one that the target printed, or what its input means.
std::optional<trace> trace_of(const fuzz_crash& crash) {
    if (const auto text = trace_in(crash.report); !text.empty()) {
        if (auto printed = parse(text)) return std::move(*printed);
    }
    if (std::ranges::find(plain_traces, crash.target) == plain_traces.end()) return std::nullopt;
    const auto bytes = contents_of(crash.artifact);
    if (!bytes) return std::nullopt;
    return tame(decode({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}));
}

diagnosis diagnose(const fuzz_crash& crash) {
    std::string said = complaint_in(crash.report);
    if (said.empty()) said = "it ended without a word";
    diagnosis found{.signature = signature_of({crash.target, said}), .wanted = trace_of(crash)};
    found.playable = found.wanted && !tells_of_damage(crash.report) && can_be_played(*found.wanted);
    if (!found.playable) return found;
    trace_judge judge;
    if (const verdict broken = judge.learn(*found.wanted)) {
        found.signature = signature_of(*broken);
        found.shown = true;
        found.repaired = judge.repaired();
    }
    return found;
}

trace smallest_of(const trace& whole) {
    trace_judge judge;
    const verdict broken = judge.learn(whole);
    if (!broken) return whole;
    return shrink(whole, broken->step,
                  [&judge](const trace& candidate) { return judge.fails(candidate); },
                  {.tries_most = tries_most,
                   .go_on = [](const trace&, std::uint64_t) { return !was_interrupted(); }})
        .smallest;
}

/// "i3-buffer-was-handed-out-0c1d2e3f": fit for a folder, different for different signatures.
std::string folder_name_of(std::string_view signature) {
    constexpr std::size_t length_most = 60;
    std::string name;
    for (const char c : signature) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0) {
            name += static_cast<char>(std::tolower(byte));
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
        if (name.size() == length_most) break;
    }
    if (!name.empty() && name.back() != '-') name += '-';
    return name + fmt::format("{:08x}", seed_of(signature) & 0xffff'ffffU);
}

/// The trace as a program for kernels: it expects what its version does without bugs put back.
/// Errors: why there is none, in one line; one reason is that the trace fails even so.
std::expected<std::string, std::string> reproducer_of(const diagnosis& found) {
    if (!found.playable) return std::unexpected("there is no trace that can be played");
    const auto name = parse_profile_name(found.wanted->profile);
    return emit_c(*found.wanted, {.profile = name ? name->base : found.wanted->profile});
}

std::string report_of(const fs::path& into, const fuzz_crash& crash, const diagnosis& found,
                      const std::string& program) {
    std::string text = fmt::format("target     {}\nsignature  {}\nagain      {} {}\n", crash.target,
                                   found.signature, crash.program, (into / "input").string());
    if (found.shown) {
        text += fmt::format("trace      {}, shrunk; ringproof replay --backend model {}\n",
                            found.repaired ? "fails as its version without its own bugs" : "fails",
                            (into / "trace").string());
    } else if (found.wanted) {
        text += "trace      what was played; the model alone does not show it\n";
    }
    return text + fmt::format("kernels    {}\n\n{}", program, crash.report);
}

}  // namespace

bool finding_keeper::keep(const fuzz_crash& crash) {
    diagnosis found = diagnose(crash);
    const auto known = std::ranges::find(findings_, found.signature, &fuzz_finding::signature);
    if (known != findings_.end()) {
        ++known->crashes;
        return false;
    }
    const fs::path into = folder_ / folder_name_of(found.signature);
    findings_.push_back({crash.target, found.signature, into.string(), 1});
    if (!fs::exists(into / "report.txt")) {
        if (found.shown) found.wanted = smallest_of(*found.wanted);
        write(into, crash, found);
    }
    return true;
}

void finding_keeper::write(const fs::path& into, const fuzz_crash& crash,
                           const diagnosis& found) const {
    std::error_code error;
    fs::create_directories(into, error);
    fs::copy_file(crash.artifact, into / "input", fs::copy_options::overwrite_existing, error);
    if (error) complain(fmt::format("{}: {}", (into / "input").string(), error.message()));
    if (found.wanted) {
        const std::string head = fmt::format("# {}\n", found.signature);
        (void)write_to((into / "trace").string(), head + print(*found.wanted));
    }
    const auto program = reproducer_of(found);
    const std::string file = (into / "reproducer.c").string();
    if (program) (void)write_to(file, *program);
    // Last: where there is a report, a finding is complete.
    (void)write_to((into / "report.txt").string(),
                   report_of(into, crash, found, program ? file : "none: " + program.error()));
}

}  // namespace ringproof::sim::command
