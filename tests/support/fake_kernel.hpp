#pragma once
// A kernel that says what a test tells it to say. It keeps one ring in plain heap memory, so that a
// sanitizer sees every step beside it, and posts any completion, true or not.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include <ringproof/kernel.hpp>

namespace ringproof::testing {

/// Satisfies `kernel` with one ring. Requests are recorded and stay without an answer, except that
/// a cancel ends what it names, so that a ring can always be drained. A wait for what was not
/// posted ends with ETIME if it has a limit, else with EDEADLK.
class fake_kernel {
public:
    using memory_type = native_memory;

    // What the application asked for, in order, and what waits for an answer of the test.
    std::vector<abi::io_uring_sqe> requests{};
    std::vector<std::uint64_t> outstanding{};
    // What shall happen: an errno for a register opcode; a head to report instead of the true one.
    std::map<std::uint32_t, int> register_errors{};
    std::map<group_id, std::uint16_t> heads_claimed{};

    /// Posts any completion at all. \pre fewer than cq_entries are unread
    void complete(user_data user, std::int32_t res, std::uint32_t flags = 0) {
        const std::uint32_t tail = *word(cq_tail);
        auto* cqes = reinterpret_cast<abi::io_uring_cqe*>(ring_.data() + cq_cqes);
        cqes[tail & (cq_entries - 1)] = {to_number(user), res, flags};
        native_memory::store_release(word(cq_tail), tail + 1);
        if ((flags & abi::ioring_cqe_f_more) == 0) std::erase(outstanding, to_number(user));
    }
    /// As above, naming a buffer.
    void complete(user_data user, std::int32_t res, std::uint32_t flags, buffer_id named) {
        complete(user, res, flags | with_buffer(named));
    }

    [[nodiscard]] static constexpr std::uint32_t with_buffer(buffer_id id) noexcept {
        return abi::ioring_cqe_f_buffer |
            static_cast<std::uint32_t>(to_number(id)) << abi::ioring_cqe_buffer_shift;
    }

    /// Buffers that an honest kernel could pick now.
    [[nodiscard]] unsigned available(group_id id) {
        const group& it = groups_.at(id);
        const auto tail = native_memory::load_acquire(&it.entries[0].resv);
        return static_cast<std::uint16_t>(tail - it.head);
    }

    /// The entry that an honest kernel would pick next.
    [[nodiscard]] abi::io_uring_buf next(group_id id) {
        const group& it = groups_.at(id);
        return it.entries[it.head & (it.count - 1)];
    }

    /// Picks the next buffer without a word. \pre available() > 0
    abi::io_uring_buf pick(group_id id) {
        const abi::io_uring_buf picked = next(id);
        ++groups_.at(id).head;
        return picked;
    }

    /// Honestly receives `text` into the next buffer. \pre available() > 0, and it fits
    buffer_id receive(group_id from, user_data user, std::string_view text,
                      std::uint32_t flags = abi::ioring_cqe_f_more) {
        const abi::io_uring_buf picked = pick(from);
        std::memcpy(reinterpret_cast<void*>(picked.addr), text.data(), text.size());
        complete(user, static_cast<std::int32_t>(text.size()), flags, buffer_id{picked.bid});
        return buffer_id{picked.bid};
    }

    // The seam.
    result<int> setup(std::uint32_t, abi::io_uring_params& params) noexcept {
        if (!ring_.empty()) return fail(ENFILE);
        ring_ = allocate(ring_size);
        sqes_ = allocate(sq_entries * sizeof(abi::io_uring_sqe));
        params.sq_entries = sq_entries;
        params.cq_entries = cq_entries;
        params.features = abi::ioring_feat_single_mmap | abi::ioring_feat_nodrop;
        params.sq_off = {.head = sq_head,
                         .tail = sq_tail,
                         .ring_mask = 0,
                         .ring_entries = 0,
                         .flags = sq_flags,
                         .dropped = 0,
                         .array = sq_array,
                         .resv1 = 0,
                         .user_addr = 0};
        params.cq_off = {.head = cq_head,
                         .tail = cq_tail,
                         .ring_mask = 0,
                         .ring_entries = 0,
                         .overflow = 0,
                         .cqes = cq_cqes,
                         .flags = 0,
                         .resv1 = 0,
                         .user_addr = 0};
        return ring_fd;
    }

    result<unsigned> enter(int fd, std::uint32_t to_submit, std::uint32_t wait, std::uint32_t flags,
                           const void*, std::size_t) noexcept {
        if (fd != ring_fd) return fail(EBADF);
        unsigned taken = 0;
        const std::uint32_t tail = native_memory::load_acquire(word(sq_tail));
        for (std::uint32_t head = *word(sq_head); taken < to_submit && head != tail; ++taken) {
            take(reinterpret_cast<abi::io_uring_sqe*>(sqes_.data())[head++ & (sq_entries - 1)]);
            native_memory::store_release(word(sq_head), head);
        }
        if (taken == 0 && *word(cq_tail) - *word(cq_head) < wait) {
            return fail((flags & abi::ioring_enter_ext_arg) != 0 ? ETIME : EDEADLK);
        }
        return taken;
    }

    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t) noexcept {
        if (fd != ring_fd) return fail(EBADF);
        if (const auto it = register_errors.find(opcode); it != register_errors.end()) {
            return fail(it->second);
        }
        switch (opcode) {
            case abi::ioring_register_pbuf_ring:
                return add(*static_cast<abi::io_uring_buf_reg*>(argument));
            case abi::ioring_unregister_pbuf_ring:
                return remove(*static_cast<abi::io_uring_buf_reg*>(argument));
            case abi::ioring_register_pbuf_status:
                return report(*static_cast<abi::io_uring_buf_status*>(argument));
            default:
                return fail(EINVAL);
        }
    }

    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        const auto whole = offset == abi::ioring_off_sqes ? sqes_ : ring_;
        if (fd != ring_fd || size > whole.size()) return fail(EBADF);
        return whole.first(size);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return allocate(wanted.size);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept {
        std::erase_if(blocks_, [memory](const block& one) { return one.get() == memory.data(); });
        return {};
    }
    result<void> close(int fd) noexcept {
        if (fd != ring_fd) return fail(EBADF);
        ring_ = sqes_ = {};
        return {};
    }
    [[nodiscard]] caller_id caller() const noexcept { return make_caller(1, 1); }
    [[nodiscard]] std::size_t page_size() const noexcept { return page; }
    [[nodiscard]] native_memory memory() noexcept { return {}; }

    static constexpr std::uint32_t sq_entries = 16;
    static constexpr std::uint32_t cq_entries = 1024;

private:
    static constexpr int ring_fd = 1000;
    static constexpr std::size_t page = 4096;
    // Where things are in the queues' mapping; far enough apart to be wrong when mixed up.
    static constexpr std::uint32_t sq_head = 0;
    static constexpr std::uint32_t sq_tail = 64;
    static constexpr std::uint32_t sq_flags = 128;
    static constexpr std::uint32_t sq_array = 192;
    static constexpr std::uint32_t cq_head = 512;
    static constexpr std::uint32_t cq_tail = 576;
    static constexpr std::uint32_t cq_cqes = 640;
    static constexpr std::size_t ring_size = cq_cqes + cq_entries * sizeof(abi::io_uring_cqe);

    struct free_block {
        void operator()(std::byte* memory) const noexcept {
            ::operator delete(memory, std::align_val_t{page});
        }
    };
    using block = std::unique_ptr<std::byte, free_block>;

    struct group {
        abi::io_uring_buf* entries = nullptr;
        std::uint32_t count = 0;
        std::uint16_t head = 0;
    };

    std::span<std::byte> allocate(std::size_t size) {
        auto* memory = static_cast<std::byte*>(::operator new(size, std::align_val_t{page}));
        std::fill_n(memory, size, std::byte{0});
        blocks_.emplace_back(memory);
        return {memory, size};
    }

    std::uint32_t* word(std::uint32_t offset) noexcept {
        return reinterpret_cast<std::uint32_t*>(ring_.data() + offset);
    }

    void take(const abi::io_uring_sqe& request) {
        requests.push_back(request);
        if (request.opcode != abi::ioring_op_async_cancel) {
            outstanding.push_back(request.user_data);
            return;
        }
        const bool all = (request.op_flags & abi::ioring_async_cancel_any) != 0;
        std::int32_t found = 0;
        for (const std::uint64_t user : std::vector(outstanding)) {
            if (!all && user != request.addr) continue;
            complete(user_data{user}, -ECANCELED);
            ++found;
        }
        const std::int32_t single = found == 0 ? -ENOENT : 0;
        complete(user_data{request.user_data}, all ? found : single);
    }

    result<unsigned> add(const abi::io_uring_buf_reg& wanted) noexcept {
        if (groups_.contains(group_id{wanted.bgid})) return fail(EEXIST);
        groups_[group_id{wanted.bgid}] = {reinterpret_cast<abi::io_uring_buf*>(wanted.ring_addr),
                                          wanted.ring_entries, 0};
        return 0U;
    }
    result<unsigned> remove(const abi::io_uring_buf_reg& named) noexcept {
        if (groups_.erase(group_id{named.bgid}) == 0) return fail(ENOENT);
        return 0U;
    }
    result<unsigned> report(abi::io_uring_buf_status& asked) noexcept {
        const auto it = groups_.find(static_cast<group_id>(asked.buf_group));
        if (it == groups_.end()) return fail(ENOENT);
        const auto claimed = heads_claimed.find(it->first);
        asked.head = claimed != heads_claimed.end() ? claimed->second : it->second.head;
        return 0U;
    }

    std::vector<block> blocks_;
    std::span<std::byte> ring_;
    std::span<std::byte> sqes_;
    std::map<group_id, group> groups_;
};

static_assert(kernel<fake_kernel>);

}  // namespace ringproof::testing
