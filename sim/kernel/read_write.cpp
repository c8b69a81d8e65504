// READ, READV, READ_MULTISHOT, WRITE, WRITEV. Matches io_uring/rw.c. Two differences to receives
// matter: a single-shot read that ends (0 bytes) keeps its buffer (rule ERR-01), and a short read
// or write severs a link chain.

#include <cerrno>

#include "sim/kernel/completions.hpp"
#include "sim/kernel/issue.hpp"
#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t current_position = ~std::uint64_t{0};
constexpr std::uint32_t rwf_nowait = 0x8;

int check_flags(request& r) noexcept {
    // No file can be asked whether its device is done.
    if (r.ring->has(abi::ioring_setup_iopoll)) return -EOPNOTSUPP;
    if ((r.op_flags & ~rwf_nowait) != 0) return -EOPNOTSUPP;
    const bool refuses =
        r.file->kind == file_kind::pipe && !r.ring->in->version().pipes_take_nowait;
    if ((r.op_flags & rwf_nowait) != 0 && refuses) return -EOPNOTSUPP;
    if ((r.op_flags & rwf_nowait) != 0) r.facts |= fact::nowait;
    return 0;
}

// Files in memory (tmpfs, memfd) do not promise not to block, so a worker has to touch them.
bool needs_worker(const request& r, attempt how) noexcept {
    return r.file->kind == file_kind::regular && !how.on_worker;
}

struct read_outcome {
    std::int64_t size = 0;
    std::int64_t wanted = 0;
    selection picked;
};

// Matches __io_read(): the buffer is selected before the file is asked whether it can be read.
read_outcome read_once(request& r, attempt how) {
    read_outcome seen;
    if (r.is(fact::commit_pending)) seen.picked = kept_selection(r);
    if (wants_selection(r)) {
        seen.picked = select_one(r, r.length, how);
        if (seen.picked.error != 0) {
            seen.size = seen.picked.error;
            return seen;
        }
        r.length = seen.picked.length;
        r.data.set(seen.picked.address, seen.picked.length);
        if (!address_space::in_user_half(seen.picked.address, seen.picked.length)) {
            seen.size = -EFAULT;
            return seen;
        }
    }
    seen.wanted = static_cast<std::int64_t>(r.data.left());
    if (!r.file->can_read) {
        seen.size = -EBADF;
        return seen;
    }
    if (const int refused = check_flags(r); refused != 0) {
        seen.size = refused;
        return seen;
    }
    if (r.file->kind == file_kind::listener) {
        seen.size = -EINVAL;
        return seen;
    }
    std::uint64_t& position = r.position == current_position ? r.file->position : r.position;
    const bool has_position = r.file->kind == file_kind::regular && r.file->outside == nullptr;
    if (has_position && static_cast<std::int64_t>(position) < 0) {
        seen.size = -EINVAL;
        return seen;
    }
    if (needs_worker(r, how)) {
        seen.size = -EAGAIN;
        return seen;
    }
    std::uint64_t at = position;
    seen.size = read_file(*r.file, r.data, at, r.ring->in->transfers());
    if (&position == &r.file->position) position = at;
    return seen;
}

// Matches kiocb_done().
int complete_transfer(request& r, std::int64_t size, std::int64_t wanted, std::uint32_t flags) {
    if (size != wanted) set_failed(r);
    r.res = static_cast<std::int32_t>(size);
    r.flags = flags;
    return issued::done;
}

}  // namespace

int issue_read(request& r, attempt how) {
    read_outcome seen = read_once(r, how);
    if (seen.size >= 0) {
        return complete_transfer(r, seen.size, seen.wanted, put(r, seen.picked.list, seen.size));
    }
    const bool waits = seen.size == -EAGAIN && !r.is(fact::nowait);
    if (waits) recycle_legacy(r);
    if (r.is(fact::commit_pending)) {
        if (waits && how.on_worker) r.facts |= fact::no_recycle;  // BUG-03
        give_up(r, seen.picked.list,
                waits ? failed_attempt::clean : r.ring->in->version().read_failed);
    }
    return static_cast<int>(seen.size);
}

int issue_read_multishot(request& r, attempt how) {
    if (!r.file->can_poll()) return -EBADFD;  // MSH-17
    const read_outcome seen = read_once(r, how);
    std::uint32_t flags = 0;
    if (seen.size == -EAGAIN) {
        if (recycle(r, seen.picked.list)) r.length = 0;
        return issued::retry;
    }
    if (seen.size <= 0) {
        recycle(r, seen.picked.list);
        if (seen.size < 0) set_failed(r);
    } else {
        flags = put(r, seen.picked.list, seen.size);
        if (r.is(fact::multishot)) {
            r.length = 0;
            if (post_more(r, seen.size, flags)) {
                if (how.rewoken) ++r.wakes;  // look again: there may be more (MSH-06)
                return issued::retry;
            }
        } else if (r.ring->in->version().bugs.downgraded_read_drops_buffer) {
            flags = 0;  // BUG-36
        }
    }
    r.res = static_cast<std::int32_t>(seen.size);
    r.flags = flags;
    return issued::done;
}

int issue_write(request& r, attempt how) {
    if (!r.file->can_write) return -EBADF;
    if (const int refused = check_flags(r); refused != 0) return refused;
    if (needs_worker(r, how)) return -EAGAIN;
    const auto wanted = static_cast<std::int64_t>(r.data.left());
    std::uint64_t& position = r.position == current_position ? r.file->position : r.position;
    const std::int64_t size = write_file(*r.file, r.data, position, r.ring->in->transfers());
    if (size < 0) return static_cast<int>(size);
    r.ring->in->tell_far_end(*r.file);
    return complete_transfer(r, size, wanted, 0);
}

}  // namespace ringproof::sim
