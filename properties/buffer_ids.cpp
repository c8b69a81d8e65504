// I23: the kernel makes nothing of a buffer's id but to name it. When every id is another on the
// kernel's side of memory, everything else is as it was.

#include <cstdint>
#include <string>
#include <vector>

#include "properties/altered_model.hpp"
#include "properties/model_rig.hpp"

namespace ringproof::sim {

using testing::check;

namespace {

/// The application's memory, on whose far side each id is another. Ids are the only words of 16
/// bits that are not atomic.
class renaming_memory : public model_memory {
public:
    renaming_memory() noexcept = default;
    explicit renaming_memory(std::uint16_t mask) noexcept : mask_(mask) {}

    template <class Value>
    Value load_plain(const Value* from) const noexcept {
        Value seen = model_memory::load_plain(from);
        if constexpr (std::same_as<Value, std::uint16_t>) seen = renamed(seen);
        if constexpr (std::same_as<Value, abi::io_uring_cqe>) {
            if ((seen.flags & abi::ioring_cqe_f_buffer) != 0) {
                seen.flags ^= std::uint32_t{mask_} << abi::ioring_cqe_buffer_shift;
            }
        }
        return seen;
    }
    template <class Value>
    void store_plain(Value* to, const std::type_identity_t<Value>& value) const noexcept {
        if constexpr (std::same_as<Value, std::uint16_t>) {
            model_memory::store_plain(to, renamed(value));
        } else {
            model_memory::store_plain(to, value);
        }
    }

private:
    [[nodiscard]] std::uint16_t renamed(std::uint16_t id) const noexcept {
        return static_cast<std::uint16_t>(id ^ mask_);
    }

    std::uint16_t mask_ = 0;
};

class renaming_kernel : public forwarding_kernel {
public:
    using memory_type = renaming_memory;

    renaming_kernel(model_kernel& real, std::uint16_t mask) noexcept
        : forwarding_kernel(real), mask_(mask) {}
    [[nodiscard]] renaming_memory memory() const noexcept { return renaming_memory(mask_); }

private:
    std::uint16_t mask_;
};

/// What happened, with the kernel's ids named as the application names them. The kernel also tells
/// flags of completions that it posts or holds back.
std::vector<event> played_as(std::uint16_t mask, const trace& wanted) {
    history record;
    record.keep_events(true);
    choices answers = choices::from_bytes(wanted.choices);
    model_kernel model(answers,
                       {.kernel_profile = repaired(version_of(wanted)), .record = &record});
    renaming_kernel kernel(model, mask);
    altered_world<renaming_kernel> around(model, kernel);
    player<altered_world<renaming_kernel>> with;
    require_clean(wanted, with.play(wanted, around, record));
    std::vector<event> events = record.events();
    for (event& each : events) {
        const bool tells_id = each.kind == event_kind::selected ||
            each.kind == event_kind::recycled || each.kind == event_kind::committed;
        const bool tells_flags =
            each.kind == event_kind::posted || each.kind == event_kind::overflowed;
        if (tells_id) each.a ^= mask;
        if (tells_flags && (each.b & abi::ioring_cqe_f_buffer) != 0) {
            each.b ^= std::int64_t{mask} << abi::ioring_cqe_buffer_shift;
        }
    }
    return events;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(buffer_ids)

BOOST_AUTO_TEST_CASE(renaming_buffers_renames_what_is_said_of_them) {
    version_tally versions;
    check(20000, [&](const trace& wanted, std::uint16_t mask) {
        versions.saw(wanted);
        if (played_as(mask, wanted) != played_as(0, wanted)) {
            RC_FAIL("I23: with ids changed by " + std::to_string(mask) +
                    " something else is seen\n\n" + print(wanted));
        }
    });
    versions.require_all();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
