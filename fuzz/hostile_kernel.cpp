// Target: a kernel that says anything at all about a group of buffers: any ids, results and flags,
// said twice or never, any head, any entry overwritten. The library stays memory-safe (buffers come
// from the heap, so that a sanitizer sees each byte beside them), answers with errors, and loses no
// buffer but those that were lied about: each other one can still be received into, once.
//
// The first byte says how large the group is and whether it is incremental; then six bytes a lie.

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <ringproof/message.hpp>
#include <ringproof/receiver.hpp>
#include <ringproof/send_group.hpp>

#include "fuzz/target.hpp"
#include "tests/support/fake_kernel.hpp"

namespace fuzz = ringproof::fuzz;

namespace {

using namespace ringproof;
using testing::fake_kernel;

constexpr std::size_t lie_size = 6;
constexpr std::size_t lies_most = 512;
constexpr std::uint32_t buffer_size = 32;
constexpr group_id group_number{3};
constexpr group_id sending_number{4};
constexpr group_id other_number{5};
constexpr user_data reader{1};

using lie_bytes = std::span<const std::uint8_t, lie_size>;

/// Errors, lengths near those of a buffer and of several, and the ends of the type.
std::int32_t result_of(std::uint8_t code) {
    constexpr std::array<std::int32_t, 8> odd{std::numeric_limits<std::int32_t>::min(),
                                              std::numeric_limits<std::int32_t>::max(),
                                              -ENOBUFS,
                                              -ECONNRESET,
                                              -ECANCELED,
                                              -EAGAIN,
                                              -1,
                                              0};
    if (code >= 0xe0) return odd[code % odd.size()];
    return code < 0x80 ? code : (code & 15) * 32 + (code >> 4U & 3) - 1;
}

/// Whatever is refused is refused with a sentence.
template <class Value>
bool worked(const result<Value>& answer) {
    fuzz::require(answer.has_value() || !answer.error().message().empty(), "a silent error");
    return answer.has_value();
}

class victim {
public:
    explicit victim(std::uint8_t shape)
        : entries_(1U << (shape & 3U)),
          group_(buffer_group<fake_kernel>::create(ring_, group_number,
                                                   {.entries = entries_,
                                                    .buffer_size = buffer_size,
                                                    .incremental = (shape & 4U) != 0,
                                                    .storage = {.kind = slab::heap}})
                     .value()),
          machine_(std::in_place, ring_, group_, 5, reader,
                   receiver_options{.request = {.bundle = (shape & 8U) != 0},
                                    .messages = (shape & 16U) != 0}) {}

    void hear(lie_bytes said) {
        switch (said[0] % 20) {
            case 0:
                kernel_.heads_claimed[said[3] % 2 == 0 ? group_number : sending_number] =
                    static_cast<std::uint16_t>(said[1] << 8U | said[2]);
                break;
            case 1:
                kernel_.heads_claimed.clear();
                kernel_.register_errors.clear();
                if (said[1] != 0) {
                    kernel_.register_errors[abi::ioring_register_pbuf_status] = said[1] % 133 + 1;
                }
                break;
            case 2:
                overwrite(said);
                break;
            case 3:
            case 4:
                give_back(said[1]);
                break;
            case 5:
                if (machine_->done()) (void)worked(machine_->arm());
                (void)worked(ring_.submit());
                break;
            case 9:
                send(said);
                break;
            case 10:
                open_another(said);
                break;
            case 11:  // as it is told by whoever stores codes as numbers
                fuzz::require(!make_error_code(static_cast<errc>(said[1])).message().empty(),
                              "an error without a sentence");
                break;
            case 6:
                be_honest(said);
                break;
            case 7:
            case 8:
                keep(machine_->on(completion_of(said)).data);
                break;
            default:
                if (auto taken = group_.take(completion_of(said), how_of(said)); worked(taken)) {
                    keep(std::move(*taken));
                }
        }
        fuzz::require(group_.with_kernel() <= entries_, "more buffers than there are");
    }

    /// Everything goes back; then what was not lied about is received into.
    void end() {
        held_.clear();
        kernel_.heads_claimed.clear();
        kernel_.register_errors.clear();
        fuzz::require(group_.with_kernel() == entries_, "a buffer is lost");
        for (std::uint32_t id = 0; id < entries_; ++id) {
            if (lied_about_[id]) continue;
            const completion honest{
                reader, 1, fake_kernel::with_buffer(buffer_id{static_cast<std::uint16_t>(id)})};
            auto taken = group_.take(honest);
            fuzz::require(taken.has_value() && taken->size() == 1, "a buffer cannot be used");
            fuzz::require(!group_.take(honest), "a buffer can be used twice");
            fuzz::require(taken->give_back().has_value(), "a buffer cannot be given back");
        }
        fuzz::require(group_.with_kernel() == entries_, "a buffer is lost at the end");
        machine_.reset();
        (void)group_.close();
        fuzz::shown = fuzz::shown * 31 + lied_about_.to_ulong();
    }

private:
    static take_options how_of(lie_bytes said) {
        return {.bundle = (said[4] & 1U) != 0,
                .truncating = (said[4] & 2U) != 0,
                .committed = (said[4] & 4U) != 0 ? said[5] : 0U};
    }

    completion completion_of(lie_bytes said) {
        const std::uint32_t id = said[1] < 0xf0 ? said[1] % (entries_ + 1) : said[1] * 0x101U;
        if (id < entries_) lied_about_.set(id);
        // F_BUFFER is bit 0: mostly there.
        const std::uint32_t flags = (said[3] & 0x1fU) ^ 1U;
        return {user_data{said[5] % 3U}, result_of(said[2]), flags | id << 16U};
    }

    void keep(bundle<fake_kernel>&& taken) {
        for (const std::span<std::byte> part : taken) {
            // What stands there the kernel has written: a header that lies, too.
            if (const auto read = parse_message(part, 4, 4); worked(read)) {
                std::ranges::fill(read->payload, std::byte{0});
            }
            std::ranges::fill(part, static_cast<std::byte>(part.size()));
        }
        if (taken.buffer_count() > 2) {  // all at once, for a change
            lied_about_.set();
            (void)worked(taken.give_back());
        }
        while (!taken.empty()) {
            held_.push_back(taken.pop_front());
            lied_about_.set(to_number(held_.back().id()));
        }
    }

    void give_back(std::uint8_t which) {
        if (held_.empty()) return;
        std::swap(held_[which % held_.size()], held_.back());
        held_.pop_back();
    }

    /// A send of as many buffers as are free, and what is said of it.
    void send(lie_bytes said) {
        while (sending_.free() > said[4] % 3U) {
            auto filled = sending_.acquire();
            if (!worked(filled) || !worked(sending_.provide(std::move(*filled), said[3] % 20U))) {
                break;
            }
        }
        const completion told{reader, result_of(said[2]),
                              fake_kernel::with_buffer(buffer_id{said[1]})};
        (void)worked(sending_.complete(told, said[5] % 2 == 0));
        fuzz::require(sending_.free() <= entries_, "more buffers to send than there are");
    }

    /// Another group, with options that make little sense.
    void open_another(lie_bytes said) {
        std::array<std::byte, 64> memory{};
        const group_options odd{
            .entries = said[1],
            .buffer_size = said[2] < 0xf0 ? said[2] : said[2] * 0x1010101U,
            .incremental = (said[3] & 1U) != 0,
            .min_left = said[3] & 2U,
            .storage = {.kind = (said[3] & 4U) != 0 ? slab::caller : slab::heap, .memory = memory}};
        const group_id number = (said[3] & 8U) != 0 ? group_number : other_number;
        (void)worked(buffer_group<fake_kernel>::create(ring_, number, odd));
    }

    /// The kernel may store into the ring, too.
    void overwrite(lie_bytes said) {
        auto& entry = group_.core().registration().entries()[said[1] % entries_];
        entry.bid = static_cast<std::uint16_t>(said[2]);
        entry.len = said[3];
        if (said[4] % 2 == 0) entry.addr = said[5];
    }

    /// A buffer that was never lied about is used as it should be.
    void be_honest(lie_bytes said) {
        const std::uint32_t id = said[1] % entries_;
        if (lied_about_[id]) return;
        const std::int32_t size = said[2] % buffer_size;
        const auto taken = group_.take(
            {reader, size, fake_kernel::with_buffer(buffer_id{static_cast<std::uint16_t>(id)})});
        fuzz::require(taken.has_value(), "an honest completion is refused");
        fuzz::require(taken->size() == static_cast<std::size_t>(size), "bytes are missing");
    }

    fake_kernel kernel_{};
    uring<fake_kernel> ring_ = uring<fake_kernel>::create(kernel_).value();
    std::uint32_t entries_;
    buffer_group<fake_kernel> group_;
    send_group<fake_kernel> sending_ =
        send_group<fake_kernel>::create(
            ring_, sending_number,
            {.entries = entries_, .buffer_size = buffer_size, .storage = {.kind = slab::heap}})
            .value();
    std::optional<receiver<fake_kernel>> machine_;
    std::vector<buffer_lease<fake_kernel>> held_;
    std::bitset<8> lied_about_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::shown = size;
    if (size < 1) return 0;
    victim here(data[0]);
    std::span<const std::uint8_t> rest(data + 1, size - 1);
    for (std::size_t i = 0; i < lies_most && rest.size() >= lie_size; ++i) {
        here.hear(rest.first<lie_size>());
        rest = rest.subspan(lie_size);
    }
    here.end();
    return 0;
}
