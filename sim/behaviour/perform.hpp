#pragma once
// Performs behaviours on a world, be it Linux or the model: one statement after the other, and what
// was seen of each.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>
#include <sys/uio.h>

#include "sim/behaviour/behaviour.hpp"
#include "sim/behaviour/describe.hpp"
#include "sim/behaviour/judgement.hpp"
#include "sim/behaviour/raw_group.hpp"
#include "sim/behaviour/raw_ring.hpp"
#include "sim/world.hpp"

namespace ringproof::sim {

/// Performs one behaviour in a fresh world. Nothing that a kernel answers stops it: an error is
/// what was seen.
template <world World>
class performer {
public:
    explicit performer(World& around) : system_{&around} {}
    performer(const performer&) = delete;
    performer& operator=(const performer&) = delete;
    ~performer();

    /// The statements must outlive the result.
    [[nodiscard]] std::vector<observation> perform(const behaviour& script);

private:
    struct system_of {
        using world_type = World;
        using kernel_type = typename World::kernel_type;
        World* around;
        World& world() { return *around; }
    };
    using ring_type = raw_ring<system_of>;

    /// What a message request needs to stay where it is.
    struct message {
        msghdr header{};
        std::vector<iovec> parts;
        std::vector<std::byte> name;
        std::vector<std::byte> control;
    };

    World& world() { return *system_.around; }
    auto& kernel() { return world().kernel(); }

    std::string show(const statement& it);
    std::string act(const statement& it);
    std::string show_file(const statement& it);
    std::string show_group(const statement& it);
    std::string show_call(const statement& it);
    std::string show_queue(const statement& it);

    std::string set_up(const statement& it);
    std::string open(const statement& it);
    std::string feed(const statement& it);
    std::string drain(const statement& it);

    std::string add_group(const statement& it);
    std::string register_group(const statement& it);
    std::string unregister(const statement& it);
    std::string status(const statement& it);
    std::string map(const statement& it);
    std::string unmap(const statement& it);
    std::string await(const statement& it);
    std::string edit(const statement& it);
    std::string text(const statement& it);
    abi::io_uring_buf_reg registration(const statement& it);
    int call_register(std::uint32_t opcode, void* argument, const statement& it);

    std::string stage(const statement& it);
    void shape(const statement& it, abi::io_uring_sqe& sqe);
    void shape_message(const statement& it, abi::io_uring_sqe& sqe);
    void shape_other(const statement& it, abi::io_uring_sqe& sqe);
    std::uint64_t place(const statement& it, std::uint64_t own);
    std::span<std::byte> memory_like(std::string_view word, std::size_t size);
    std::string completions(const statement& it);
    void wait_for_due(const statement& it, std::vector<abi::io_uring_cqe>& taken);

    std::span<std::byte> memory(std::size_t size);
    raw_group_memory& group(std::uint64_t id);
    int file(const statement& it) { return files_[it.words[0]]; }

    system_of system_;
    std::optional<ring_type> ring_;
    std::map<std::string, int, std::less<>> files_;
    std::map<std::string, std::uint64_t, std::less<>> letters_;  // that a file's peer has sent
    std::deque<raw_group_memory> groups_;
    std::deque<message> messages_;
    std::deque<abi::kernel_timespec> times_;
    std::vector<std::span<std::byte>> mappings_;
};

}  // namespace ringproof::sim

#include "sim/behaviour/perform_groups.hpp"
#include "sim/behaviour/perform_memory.hpp"
#include "sim/behaviour/perform_requests.hpp"
#include "sim/behaviour/perform_world.hpp"
