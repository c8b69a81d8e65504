#include "sim/command/backend.hpp"

#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "sim/compare/model_player.hpp"
#include "sim/kernel/model_kernel.hpp"
#include "sim/profile_name.hpp"
#include "sim/trace/linux_player.hpp"

namespace ringproof::sim::command {

namespace {

class model_backend final : public backend {
public:
    outcome play(const trace& wanted, history& record) override {
        return player_.play(wanted, record);
    }
    [[nodiscard]] bool deterministic() const override { return true; }

private:
    model_player player_;
};

class linux_backend final : public backend {
public:
    outcome play(const trace& wanted, history& record) override {
        outcome came = player_.play(wanted, world_, record);
        writes_.assign(world_.writes().begin(), world_.writes().end());
        world_.clear();
        return came;
    }
    [[nodiscard]] std::vector<std::int64_t> writes() const override { return writes_; }
    [[nodiscard]] bool deterministic() const override { return false; }

private:
    linux_world world_;
    std::vector<std::int64_t> writes_;
    linux_player player_;
};

}  // namespace

std::unique_ptr<backend> make_backend(backend_kind kind) {
    if (kind == backend_kind::model) return std::make_unique<model_backend>();
    return std::make_unique<linux_backend>();
}

verdict hold_against(comparer& model, backend& on, const trace& wanted, kernel_play& first,
                     std::uint64_t operations) {
    first.writes = on.writes();
    first.operations = operations;
    return model.compare(wanted, first, [&]() -> std::optional<kernel_play> {
        kernel_play next;
        next.record.keep_events(true);
        const outcome came = on.play(wanted, next.record);
        if (came.refused != 0 || came.broken) return std::nullopt;
        next.writes = on.writes();
        return next;
    });
}

outcome judged_play(backend& on, const trace& wanted, kernel_play& played, comparer* against) {
    const bool compares = against != nullptr && can_be_compared(wanted);
    if (compares) played.record.keep_events(true);
    outcome came = on.play(wanted, played.record);
    if (compares && came.refused == 0 && !came.broken) {
        came.broken = hold_against(*against, on, wanted, played, came.done.operations);
    }
    return came;
}

result<capabilities> capabilities_of(backend_kind kind, const std::string& profile) {
    if (kind == backend_kind::machine) {
        linux_kernel kernel;
        return probe(kernel);
    }
    choices answers;
    model_options how;
    how.kernel_profile = profile_named(profile).value_or(sim::profile{});
    model_kernel kernel(answers, how);
    return probe(kernel);
}

std::string version_of(backend_kind kind, const std::string& profile) {
    if (kind == backend_kind::model) return profile;
    utsname names{};
    if (::uname(&names) != 0) return {};
    const std::string release = names.release;
    return release.substr(0, release.find('-'));
}

std::string reason_of(const std::error_code& error) {
    if (is_errno(error, ENOSYS)) {
        return "io_uring_setup: this kernel has no io_uring, or a sandbox hides it (ENOSYS)";
    }
    if (is_errno(error, EPERM)) {
        return "io_uring_setup: not permitted; kernel.io_uring_disabled or a seccomp filter "
               "forbids it (EPERM)";
    }
    return "io_uring cannot be used: " + error.message();
}

mark_set impossible_marks(const capabilities& can) {
    mark_set none;
    const auto without = [&none](bool has, auto... marks) {
        if (!has) (none.set(static_cast<std::size_t>(marks)), ...);
    };
    without(can.recv_multishot, mark::recv_multishot, mark::recvmsg_multishot, mark::receiver);
    without(can.read_multishot, mark::read_multishot);
    without(can.bundles, mark::recv_bundle, mark::send, mark::send_bundle);
    without(can.mapped_rings, mark::mapped_ring);
    without(can.incremental, mark::incremental, mark::min_left);
    without(can.min_left, mark::min_left);
    without(can.recv_multishot_limits, mark::total_limit);
    without(can.status_query, mark::status);
    without(can.sparse_files, mark::fixed_file);
    without(can.cooperative, mark::mode_coop);
    without(can.deferred, mark::mode_defer);
    without(can.polled, mark::mode_sqpoll);
    return none;
}

}  // namespace ringproof::sim::command
