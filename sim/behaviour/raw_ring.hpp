#pragma once
// A ring driven by hand: raw SQEs and system calls without any of the library's care. A template
// over a system (whatever has a world, and that a kernel), so that it drives every kernel.
//
// A completion is written  user_data{res Bn +M NE BM} : buffer id, F_MORE, SOCK_NONEMPTY, BUF_MORE.

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <ringproof/abi.hpp>
#include <ringproof/kernel.hpp>

#include "sim/world.hpp"

namespace ringproof::sim {
inline std::uint64_t address_of(const void* pointer) {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

/// A value or a negated errno, as a system call returns it.
template <class Value>
int plain(const result<Value>& answer) {
    if (!answer) return -answer.error().value();
    if constexpr (std::is_void_v<Value>) {
        return 0;
    } else {
        return static_cast<int>(*answer);
    }
}

inline std::string text_of(const abi::io_uring_cqe& done) {
    std::string text = std::to_string(done.user_data) + "{" + std::to_string(done.res);
    if ((done.flags & abi::ioring_cqe_f_buffer) != 0) {
        text += " B" + std::to_string(done.flags >> abi::ioring_cqe_buffer_shift);
    }
    if ((done.flags & abi::ioring_cqe_f_more) != 0) text += " +M";
    if ((done.flags & abi::ioring_cqe_f_sock_nonempty) != 0) text += " NE";
    if ((done.flags & abi::ioring_cqe_f_buf_more) != 0) text += " BM";
    return text + "}";
}

struct ring_options {
    std::uint32_t entries = 8;
    std::uint32_t cq_entries = 0;
    std::uint32_t flags = 0;
};

template <class System>
class raw_ring {
public:
    using kernel_type = typename System::kernel_type;

    explicit raw_ring(System& system, const ring_options& wanted = {}) : system_(&system) {
        params.flags = wanted.flags;
        if (wanted.cq_entries != 0) {
            params.flags |= abi::ioring_setup_cqsize;
            params.cq_entries = wanted.cq_entries;
        }
        fd = kernel().setup(wanted.entries, params).value();
        const std::size_t size = params.sq_off.array + params.sq_entries * sizeof(std::uint32_t);
        rings_ = kernel().map(fd, size, abi::ioring_off_sq_ring).value();
        sqes_ = kernel()
                    .map(fd, params.sq_entries * sizeof(abi::io_uring_sqe), abi::ioring_off_sqes)
                    .value();
    }
    raw_ring(const raw_ring&) = delete;
    raw_ring& operator=(const raw_ring&) = delete;
    ~raw_ring() {
        (void)unmap();
        (void)close();
    }

    /// The queues go: nothing but system calls is left.
    int unmap() {
        const int done = plain(kernel().unmap(std::exchange(sqes_, {})));
        const int other = plain(kernel().unmap(std::exchange(rings_, {})));
        return done == 0 ? other : done;
    }
    [[nodiscard]] bool is_mapped() const noexcept { return !rings_.empty(); }

    int close() { return plain(kernel().close(std::exchange(fd, -1))); }

    kernel_type& kernel() { return system_->world().kernel(); }
    typename System::world_type& world() { return system_->world(); }
    System& system() { return *system_; }

    std::uint32_t& word(std::uint32_t offset) {
        return *reinterpret_cast<std::uint32_t*>(rings_.data() + offset);
    }

    /// Stages an SQE: the application's tail moves, nothing is submitted.
    abi::io_uring_sqe& stage(std::uint8_t opcode, int file, std::uint64_t user_data) {
        const std::uint32_t tail = word(params.sq_off.tail);
        const std::uint32_t slot = tail & (params.sq_entries - 1);
        word(params.sq_off.array + slot * 4) = slot;
        auto& sqe = reinterpret_cast<abi::io_uring_sqe*>(sqes_.data())[slot];
        sqe = {};
        sqe.opcode = opcode;
        sqe.fd = file;
        sqe.user_data = user_data;
        std::atomic_ref(word(params.sq_off.tail)).store(tail + 1);
        ++staged_;
        return sqe;
    }

    /// Stages a request that selects a buffer.
    abi::io_uring_sqe& select(std::uint8_t opcode, int file, std::uint16_t group,
                              std::uint64_t user_data = 1) {
        auto& sqe = stage(opcode, file, user_data);
        sqe.flags = abi::iosqe_buffer_select;
        sqe.buf_index = group;
        return sqe;
    }
    abi::io_uring_sqe& recv(int file, std::uint16_t group, std::uint64_t user_data = 1) {
        return select(abi::ioring_op_recv, file, group, user_data);
    }
    abi::io_uring_sqe& recv_multishot(int file, std::uint16_t group, std::uint64_t user_data = 1) {
        auto& sqe = recv(file, group, user_data);
        sqe.ioprio = abi::ioring_recv_multishot;
        return sqe;
    }

    int enter(std::uint32_t submit, std::uint32_t wanted, std::uint32_t flags) {
        return plain(kernel().enter(fd, submit, wanted, flags, nullptr, 0));
    }

    /// Submits what is staged, without looking at completions.
    int submit() { return enter(std::exchange(staged_, 0), 0, 0); }

    /// Any system call of the task: interrupts and task work get their turn.
    void poke() { (void)enter(0, 0, 0); }

    /// Waits for completions, at most half a second.
    int wait(std::uint32_t wanted) {
        abi::kernel_timespec limit{0, 500'000'000};
        const abi::io_uring_getevents_arg arg{0, 8, 0, address_of(&limit)};
        constexpr auto flags = abi::ioring_enter_getevents | abi::ioring_enter_ext_arg;
        return plain(
            kernel().enter(fd, std::exchange(staged_, 0), wanted, flags, &arg, sizeof arg));
    }

    /// Takes the completions that are there.
    std::vector<abi::io_uring_cqe> take() {
        std::vector<abi::io_uring_cqe> taken;
        std::uint32_t head = word(params.cq_off.head);
        const std::uint32_t tail = std::atomic_ref(word(params.cq_off.tail)).load();
        const auto* cqes =
            reinterpret_cast<const abi::io_uring_cqe*>(rings_.data() + params.cq_off.cqes);
        for (; head != tail; ++head) taken.push_back(cqes[head & (params.cq_entries - 1)]);
        std::atomic_ref(word(params.cq_off.head)).store(head);
        return taken;
    }

    /// The completions that are there, as text.
    std::string seen() {
        std::string text;
        for (const auto& each : take()) text += (text.empty() ? "" : " ") + text_of(each);
        return text;
    }

    /// Submits, lets task work run and the list be flushed, and tells what completed.
    std::string run() {
        (void)submit();
        (void)enter(0, 0, abi::ioring_enter_getevents);
        return seen();
    }

    /// The same for what workers or timers complete.
    std::string run(std::uint32_t wanted) {
        (void)wait(wanted);
        return seen();
    }

    int register_with(std::uint32_t opcode, void* argument, std::uint32_t count) {
        return plain(kernel().register_(fd, opcode, argument, count));
    }

    int cancel(std::uint64_t target, std::uint64_t user_data = 99, std::uint32_t flags = 0) {
        auto& sqe = stage(abi::ioring_op_async_cancel, -1, user_data);
        sqe.addr = target;
        sqe.op_flags = flags;
        return submit();
    }

    abi::io_uring_params params{};
    int fd = -1;

private:
    System* system_;
    std::span<std::byte> rings_;
    std::span<std::byte> sqes_;
    std::uint32_t staged_ = 0;
};

template <class System>
raw_ring(System&) -> raw_ring<System>;
template <class System>
raw_ring(System&, ring_options) -> raw_ring<System>;

}  // namespace ringproof::sim
