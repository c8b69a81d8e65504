// Target: arguments of io_uring_register(2) and of mmap(2) on a ring, as raw as they come: any
// fields, any count, any order of calls. On the model as every version all of it is defined; and
// where io_uring can be used, the running kernel gives the same answers as its version.
//
// Seven bytes a call: what, group, entries, address, flags, a reserved word or min_left, the rest.

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fuzz/host.hpp"
#include "fuzz/target.hpp"
#include "sim/behaviour/raw_ring.hpp"
#include "sim/kernel/model_kernel.hpp"

namespace sim = ringproof::sim;
namespace abi = ringproof::abi;
namespace fuzz = ringproof::fuzz;

namespace {

constexpr std::size_t call_size = 7;
constexpr std::size_t calls_most = 16;
constexpr std::size_t own_pages = 8;

std::optional<sim::profile> host;

struct call {
    std::array<std::uint8_t, call_size> bytes;

    [[nodiscard]] std::uint16_t group() const {
        return static_cast<std::uint16_t>(bytes[1] < 0xf0 ? bytes[1] % 5 : bytes[1] * 0x101);
    }
    /// Powers of two with their neighbours, and numbers beyond every limit.
    [[nodiscard]] std::uint32_t entries() const {
        return (1U << (bytes[2] & 31U)) + (bytes[2] >> 5U) - 1;
    }
    /// In and beside the program's own memory; null, never mapped, of the kernel's half.
    [[nodiscard]] std::uint64_t address(std::uint64_t own) const {
        switch (bytes[3] & 7U) {
            case 0:
                return 0;
            case 1:
                return 0x1000;
            case 2:
                return 0xffff'8880'0000'0000U;
            case 3:
                return own + bytes[3];
            default:
                return own + (bytes[3] >> 3U) % (own_pages + 1) * 4096;
        }
    }
    [[nodiscard]] std::uint16_t flags() const {
        return static_cast<std::uint16_t>(bytes[4] < 0xe0 ? bytes[4] & 3U : bytes[4] * 0x101);
    }
    /// Mostly nothing, since most that is reserved must be zero.
    [[nodiscard]] std::uint32_t spare() const {
        return bytes[5] < 0xa0 ? 0 : std::rotl(std::uint32_t{bytes[5]}, bytes[6] & 31);
    }
    [[nodiscard]] std::uint32_t count() const { return bytes[6] < 0xc0 ? 1 : bytes[6] & 7U; }
};

/// A ring on one kernel, and what it answers.
template <class Kernel>
class registrar {
public:
    explicit registrar(Kernel& kernel) : kernel_(kernel) {
        abi::io_uring_params params{};
        if (const auto made = kernel.setup(4, params)) fd_ = *made;
        if (const auto mapped =
                kernel.map_anonymous({.size = own_pages * 4096, .guard_page = true}))
            own_ = *mapped;
    }
    registrar(const registrar&) = delete;
    registrar& operator=(const registrar&) = delete;
    ~registrar() {
        for (const std::span<std::byte> each : mapped_) (void)kernel_.unmap(each);
        if (fd_ >= 0) (void)kernel_.close(fd_);
        if (!own_.empty()) (void)kernel_.unmap(own_);
    }

    /// There may be too many rings, or too little memory.
    [[nodiscard]] bool ready() const noexcept { return fd_ >= 0 && !own_.empty(); }

    int answer(const call& it) {
        switch (it.bytes[0] % 8) {
            case 0:
                return remove(it);
            case 1:
                return ask(it);
            case 2:
            case 3:
                return map(it);
            default:
                return add(it);
        }
    }

private:
    int add(const call& it) {
        abi::io_uring_buf_reg wanted{};
        wanted.ring_addr = it.address(sim::address_of(own_.data()));
        wanted.ring_entries = it.entries();
        wanted.bgid = it.group();
        wanted.flags = it.flags();
        const std::uint32_t spare = it.spare();
        (it.bytes[6] % 2 == 0 ? wanted.min_left
                              : wanted.resv[it.bytes[6] % std::size(wanted.resv)]) = spare;
        return call_with(abi::ioring_register_pbuf_ring, wanted, it);
    }
    int remove(const call& it) {
        abi::io_uring_buf_reg named{};
        named.bgid = it.group();
        named.flags = it.bytes[4] < 0xe0 ? std::uint16_t{0} : it.flags();
        named.resv[it.bytes[6] % std::size(named.resv)] = it.spare();
        return call_with(abi::ioring_unregister_pbuf_ring, named, it);
    }
    int ask(const call& it) {
        abi::io_uring_buf_status asked{};
        asked.buf_group = it.bytes[4] < 0xe0 ? it.group() : it.group() * 0x10001U;
        asked.resv[it.bytes[6] % std::size(asked.resv)] = it.spare();
        const int answered = call_with(abi::ioring_register_pbuf_status, asked, it);
        return answered == 0 ? static_cast<int>(asked.head) : answered;
    }
    int map(const call& it) {
        const std::uint64_t offset =
            abi::ioring_off_pbuf_ring | std::uint64_t{it.group()} << abi::ioring_off_pbuf_shift;
        const std::size_t size = 1 + it.bytes[2] * std::size_t{64};
        const auto made = kernel_.map(fd_, size, offset);
        if (made) mapped_.push_back(*made);
        return made ? 0 : -made.error().value();
    }
    template <class Argument>
    int call_with(std::uint32_t opcode, Argument& argument, const call& it) {
        void* where = it.bytes[3] == 0xff ? nullptr : static_cast<void*>(&argument);
        return sim::plain(kernel_.register_(fd_, opcode, where, it.count()));
    }

    Kernel& kernel_;
    int fd_ = -1;
    std::span<std::byte> own_;
    std::vector<std::span<std::byte>> mapped_;
};

template <class Kernel>
std::optional<std::vector<int>> answers_of(Kernel& kernel, std::span<const call> calls) {
    registrar<Kernel> on(kernel);
    if (!on.ready()) return std::nullopt;
    std::vector<int> all;
    for (const call& each : calls) all.push_back(on.answer(each));
    return all;
}

std::vector<int> answers_as(const sim::profile& version, std::span<const call> calls) {
    sim::choices canonical;
    sim::model_kernel kernel(canonical, {.kernel_profile = version});
    const auto all = answers_of(kernel, calls);
    if (!all) fuzz::give_up("the model has no ring to give");
    return *all;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    host = fuzz::ask_host();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<call> calls(std::min(size / call_size, calls_most));
    for (call& each : calls) {
        std::copy_n(data, call_size, each.bytes.begin());
        data += call_size;
    }
    fuzz::shown = 0;
    for (const sim::profile& version : sim::profiles()) {
        for (const int answer : answers_as(version, calls)) {
            fuzz::shown = fuzz::shown * 31 + static_cast<unsigned>(answer);
        }
    }
    if (!host) return 0;
    ringproof::linux_kernel kernel;
    const auto seen = answers_of(kernel, calls);
    if (!seen) return 0;
    const std::vector<int> wanted = answers_as(*host, calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if ((*seen)[i] == wanted[i]) continue;
        fuzz::give_up(sim::say("call ", i + 1, ": Linux answers ", (*seen)[i], ", the model as ",
                               host->name, " answers ", wanted[i]));
    }
    return 0;
}
