#pragma once
// The two kernels as the command sees them: something on which traces are played.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <ringproof/capabilities.hpp>

#include "sim/compare/comparer.hpp"
#include "sim/history.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/outcome.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim::command {

/// Plays traces on one kernel. One for each thread, made on that thread: rings belong to theirs.
class backend {
public:
    virtual ~backend() = default;
    /// Plays in a fresh world. `record` must be fresh, too.
    virtual outcome play(const trace& wanted, history& record) = 0;
    /// What the peers' writes brought in the last play: linux_world::writes(). Empty on the model.
    [[nodiscard]] virtual std::vector<std::int64_t> writes() const { return {}; }
    /// True when the same trace always runs the same way.
    [[nodiscard]] virtual bool deterministic() const = 0;
};

enum class backend_kind : std::uint8_t { model, machine };

[[nodiscard]] constexpr const char* name_of(backend_kind kind) noexcept {
    return kind == backend_kind::model ? "model" : "Linux";
}

[[nodiscard]] std::unique_ptr<backend> make_backend(backend_kind kind);

/// Holds what a kernel did with a trace against the model, playing it again where that helps.
/// \param first  its record, kept; the rest is filled in
[[nodiscard]] verdict hold_against(comparer& model, backend& on, const trace& wanted,
                                   kernel_play& first, std::uint64_t operations);

/// Plays, and where the trace can be held against the model, does that too: what the model cannot
/// do comes as a violation of I21.
/// \param played   fresh; its record keeps events already if the caller wants them
/// \param against  the model as that kernel; or nullptr
[[nodiscard]] outcome judged_play(backend& on, const trace& wanted, kernel_play& played,
                                  comparer* against);

/// What the kernel can do: the machine's by trying, a profile's by trying the model under it.
[[nodiscard]] result<capabilities> capabilities_of(backend_kind kind, const std::string& profile);

/// "7.3.4" and the like; for people, nothing is decided by it.
[[nodiscard]] std::string version_of(backend_kind kind, const std::string& profile);

/// Why there is no io_uring here, as one line.
[[nodiscard]] std::string reason_of(const std::error_code& error);

/// Situations that such a kernel cannot come into.
[[nodiscard]] mark_set impossible_marks(const capabilities& can);

}  // namespace ringproof::sim::command
