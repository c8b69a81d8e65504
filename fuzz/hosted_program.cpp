// Target: what only real programs ask of the model (sim/exec), as any version: polls, timers and
// what they limit, registered buffers and files, restrictions, messages between rings. The files
// are an imagined host's. Every call comes back; when all rings are closed, every file was let go
// and every page given back.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/abi.hpp>

#include "fuzz/hosted_requests.hpp"
#include "fuzz/imagined_host.hpp"
#include "fuzz/target.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/machine.hpp"
#include "sim/kernel/model_kernel.hpp"

namespace sim = ringproof::sim;
namespace abi = ringproof::abi;
namespace fuzz = ringproof::fuzz;

namespace {

class hosted_program {
public:
    hosted_program(fuzz::input_bits& bits, sim::choices& answers, const sim::profile& version)
        : bits_(bits),
          host_(bits),
          requests_(bits, host_.memory()),
          outside_(host_.parts()),
          kernel_(answers,
                  {.kernel_profile = version,
                   .short_transfers = bits.below(2) == 0,
                   .punts = bits.below(4) == 0,
                   .outside = &outside_}) {}

    void step() {
        switch (bits_.below(16)) {
            case 0:
                return set_up();
            case 1:
                return host_.open(bits_.below(fuzz::imagined_host::numbers));
            case 2:
                return host_.stir(bits_.below(fuzz::imagined_host::numbers));
            case 3:
                return requests_.prepare();
            case 4:
            case 5:
                return hear(register_something());
            case 6:
                return host_.pass(bits_.below(4096));
            case 7:
                return rarely();
            case 8:
            case 9:
            case 10:
                return enter();
            default:
                return push();
        }
    }

    /// The program ends.
    void end() {
        for (int fd = 0; fd < static_cast<int>(fuzz::imagined_host::numbers); ++fd) {
            (void)host_.close(fd);
        }
        bury_closed_rings();
        fuzz::shown = fuzz::shown * 31 + host_.said();
        if (!kernel_.inside().rings.empty()) return;  // somebody has one registered
        fuzz::require(host_.kept() == 0, "a file was not let go");
        fuzz::require(host_.pages_held() == 0, "a ring's pages were not given back");
    }

private:
    void hear(const ringproof::result<unsigned>& answer) {
        fuzz::shown =
            fuzz::shown * 31 + (answer ? *answer : static_cast<unsigned>(-answer.error().value()));
    }

    void set_up() {
        bury_closed_rings();
        static constexpr std::array<std::uint32_t, 6> flags{0,
                                                            abi::ioring_setup_coop_taskrun,
                                                            abi::ioring_setup_single_issuer |
                                                                abi::ioring_setup_defer_taskrun,
                                                            abi::ioring_setup_submit_all,
                                                            abi::ioring_setup_r_disabled,
                                                            abi::ioring_setup_sqpoll};
        abi::io_uring_params params{};
        params.flags = flags[bits_.below(flags.size())];
        const auto made = kernel_.setup(1U << bits_.below(5), params);
        hear(made ? ringproof::result<unsigned>(0U) : std::unexpected(made.error()));
    }

    /// What exec's server does when it looks.
    void bury_closed_rings() {
        auto& rings = kernel_.inside().rings;
        for (std::size_t i = 0; i < rings.size();) {
            sim::ring_context& each = *rings[i];
            const std::size_t before = rings.size();
            if (each.identity != 0 && !host_.is_alive(each.identity)) {
                each.identity = 0;
                sim::drop_ring(each);
            }
            if (rings.size() == before) ++i;
        }
    }

    ringproof::result<unsigned> register_something() {
        const std::uint32_t opcode = bits_.below(36);
        const std::array<std::uint32_t, 3> arguments{fuzz::vectors_at, fuzz::numbers_at,
                                                     fuzz::argument_at};
        const std::uint64_t where =
            bits_.below(8) == 0 ? 0 : requests_.place(arguments[bits_.below(arguments.size())]);
        const std::array<std::uint32_t, 4> counts{1, bits_.below(9),
                                                  sizeof(abi::io_uring_rsrc_register),
                                                  sizeof(abi::io_uring_rsrc_update2)};
        return kernel_.register_(ring_number(), opcode, reinterpret_cast<void*>(where),
                                 counts[bits_.below(counts.size())]);
    }

    int ring_number() {
        const auto& rings = kernel_.inside().rings;
        if (rings.empty() || bits_.below(16) == 0) return static_cast<int>(bits_.below(16));
        return rings[bits_.below(static_cast<std::uint32_t>(rings.size()))]->fd;
    }

    void enter() {
        const int fd = ring_number();
        const std::uint32_t flags =
            bits_.below(2) == 0 ? abi::ioring_enter_getevents : bits_.below(16);
        hear(kernel_.enter(fd, bits_.below(9), bits_.below(4), flags, nullptr, 0));
    }

    void push() {
        const auto& rings = kernel_.inside().rings;
        if (rings.empty()) return;
        const sim::ring_context& on = *rings[bits_.below(static_cast<std::uint32_t>(rings.size()))];
        if (on.words.sqes == nullptr || on.words.sq_array == nullptr) return;
        const std::uint32_t slot = *on.words.sq_tail & (on.sq_entries - 1);
        on.words.sqes[slot] = requests_.make([this] { return ring_number(); });
        on.words.sq_array[slot] = slot;
        ++*on.words.sq_tail;
        *on.words.cq_head += bits_.below(2) * (*on.words.cq_tail - *on.words.cq_head);
    }

    void rarely() {
        switch (bits_.below(4)) {
            case 0:
                (void)kernel_.close(static_cast<int>(bits_.below(16)));
                return bury_closed_rings();
            case 1:
                return kernel_.set_caller(ringproof::make_caller(1, 1 + bits_.below(3)));
            case 2:
                return host_.wake_ready();
            default:
                return kernel_.step();
        }
    }

    fuzz::input_bits& bits_;
    fuzz::imagined_host host_;
    fuzz::hosted_requests requests_;
    sim::host outside_;
    sim::model_kernel kernel_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::shown = 0;
    fuzz::run_program<hosted_program>({data, size});
    return 0;
}
