#pragma once
// Everything the model consists of, in one place: descriptors and files, rings, memory, the clock,
// and the one source of choices. It decides nothing by itself.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <ringproof/ids.hpp>

#include "sim/choice.hpp"
#include "sim/history.hpp"
#include "sim/kernel/address_space.hpp"
#include "sim/kernel/host.hpp"
#include "sim/kernel/ring_context.hpp"
#include "sim/kernel/socket.hpp"
#include "sim/profile.hpp"

namespace ringproof::sim {

/// Who lives around a model whose world runs by itself, in the model's virtual time: peers that
/// speak when it is their turn. Called from within the model; must outlive it.
class surroundings {
public:
    static constexpr std::uint64_t never = ~std::uint64_t{0};

    /// When something happens there next, in virtual nanoseconds; `never` if nothing will by
    /// itself.
    [[nodiscard]] virtual std::uint64_t next_event() const noexcept = 0;

    /// It is that time now, and the application waits.
    virtual void happen() = 0;

    /// The application sent something to this file's far end, shut it down, or let go of it.
    virtual void heard(open_file& file) = 0;

protected:
    ~surroundings() = default;
};

struct model_options {
    profile kernel_profile{};
    bool strict_addresses = false;  ///< touch only what was mapped or exposed (address_space.hpp)
    bool short_transfers = false;   ///< stream transfers may be shorter than they could be
    bool punts = false;             ///< what would wait may be given to io-wq, for want of memory
    std::uint64_t locked_pages_max = 2048;  ///< RLIMIT_MEMLOCK, where rings count (USR-05)
    bool peers_share_task = false;  ///< peers act by system calls of the application's own task,
                                    ///< which run its task work, COOP_TASKRUN or not
    history* record = nullptr;      ///< receives the kernel's events
    page_arena* pages = nullptr;    ///< lends memory to model after model; null: each its own
    int descriptors_max = 1024;     ///< RLIMIT_NOFILE
    host* outside = nullptr;        ///< serves a real program; must outlive the model (host.hpp)
};

struct machine;

/// What a descriptor stands for: a file or a ring.
struct descriptor {
    open_file* file = nullptr;
    ring_context* ring = nullptr;
};

/// Descriptors that a task registered for IORING_ENTER_REGISTERED_RING: they belong to the task.
struct registered_rings {
    caller_id owner{};
    ring_context* rings[16] = {};
};

/// Tells the host, if there is one, that something is asked for that is not modelled.
void lacks(machine& in, std::string_view what, std::uint32_t number);

/// io_uring_enter(2) flags that a version knows.
[[nodiscard]] std::uint32_t enter_flags_of(const profile& version) noexcept;

struct machine {
    machine(choices& asked, const model_options& wanted)
        : choice(asked),
          options(wanted),
          memory(wanted.strict_addresses, wanted.pages,
                 wanted.outside == nullptr ? nullptr : &wanted.outside->memory),
          record(wanted.record),
          outside(wanted.outside),
          enter_flags(enter_flags_of(wanted.kernel_profile)) {}

    choices& choice;
    model_options options;
    address_space memory;
    history* record;
    host* outside;                   ///< null: descriptors, memory and time are the model's own
    std::uint32_t enter_flags;       ///< that the version knows
    std::uint64_t now = 0;           ///< virtual nanoseconds
    bool hung = false;               ///< in the kernel, for ever (BUG-33)
    std::uint64_t locked_pages = 0;  ///< of buffer rings (USR-05)
    caller_id caller = first_caller;
    std::vector<descriptor> descriptors;  ///< by number, from first_descriptor on
    std::vector<open_file*> peers;        ///< far ends, by the number the application had last
    std::vector<std::unique_ptr<open_file>> files;
    std::vector<open_file*> unused_files;
    std::vector<std::unique_ptr<ring_context>> rings;
    std::vector<std::unique_ptr<ring_context>> hung_rings;
    std::vector<registered_rings> registered;
    std::vector<caller_id> exited;   ///< threads that have ended
    std::vector<segment> scratch;    ///< the slots of the bundle being put together
    surroundings* around = nullptr;  ///< of a world that runs by itself
    std::size_t first_free = 0;      ///< no descriptor below it is free

    static constexpr caller_id first_caller = make_caller(1, 1);
    static constexpr int first_descriptor = 3;  // 0, 1 and 2 are taken in every program

    [[nodiscard]] const profile& version() const noexcept { return options.kernel_profile; }

    [[nodiscard]] transfer_context transfers() noexcept {
        return {memory, options.kernel_profile, options.short_transfers ? &choice : nullptr};
    }

    /// Null when the number stands for no file (no ring, nothing at all). A host's file is known
    /// only while somebody holds it.
    [[nodiscard]] open_file* file_at(int fd);
    [[nodiscard]] ring_context* ring_at(int fd) noexcept;
    [[nodiscard]] bool is_open(int fd) const noexcept;

    /// The ring that a call names: 0, -EBADF, or -EOPNOTSUPP for a file that is none.
    [[nodiscard]] int find_ring(int fd, ring_context*& found) noexcept;

    /// The lowest free number; -EMFILE when all are taken.
    int install(descriptor opened);
    /// Undoes install(), whatever stands behind the number.
    void uninstall(int fd);

    /// Pages of the kernel's that can be mapped at that offset of the ring; null without memory.
    std::byte* ring_pages(const ring_context& ring, std::uint64_t offset, std::size_t pages);
    void release_ring_pages(std::byte* first, std::size_t pages);

    /// A fresh file without references.
    open_file* new_file(file_kind kind);
    void hold(open_file& file) noexcept { ++file.references; }
    void drop(open_file& file);

    /// Whoever is at the file's far end may want to look.
    void tell_far_end(open_file& file) {
        if (around != nullptr && file.peer_watches) around->heard(file);
    }

    /// The far end that belongs, or last belonged, to the application's `fd`.
    [[nodiscard]] open_file* peer_of(int fd) noexcept;
    void watch(int fd, open_file& file);
    void forget(int fd);

    /// Nobody is at that file's far end any more.
    void lose_far_end(open_file& file);

    /// The kernel goes round for ever, with a ring's lock held: no completion is seen from now on,
    /// and calls, which would never return, answer -EDEADLK.
    void hang() noexcept;

    /// close(2) of a descriptor: 0 or -EBADF.
    int close(int fd);

private:
    ring_context* ring_outside(std::uint64_t identity) const noexcept;
    open_file* file_outside(int fd);
};

}  // namespace ringproof::sim
