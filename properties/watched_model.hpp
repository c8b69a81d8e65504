#pragma once
// The model with a watch on both sides of its memory: an application that plays on it cannot tell
// the difference, and the oracle of I15 and I16 hears of every access and of every buffer read.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "properties/altered_model.hpp"
#include "sim/oracle/order.hpp"
#include "tests/support/telling_memory.hpp"

namespace ringproof::sim {

/// Tells the oracle, and keeps its first violation. Bytes of buffers are not words: of those the
/// run's history tells, which has to keep its events.
class order_watch final : public memory_watcher {
public:
    explicit order_watch(const history& record) noexcept
        : record_(&record), before_(model_memory::watch(this)) {}
    order_watch(const order_watch&) = delete;
    order_watch& operator=(const order_watch&) = delete;
    ~order_watch() { model_memory::watch(before_); }

    /// The kernel's side.
    void accessed(memory_access how, const void* word, std::size_t size) noexcept override {
        accessed(side::kernel, how, word, size);
    }
    void accessed(side who, memory_access how, const void* word, std::size_t size) noexcept {
        catch_up();
        const std::string_view what = name_of(size);
        switch (how) {
            case memory_access::plain_load:
                // What an application sees of its own entries is a glance, and taken for no more.
                if (who == side::application && size != sizeof(abi::io_uring_cqe)) return;
                return keep(oracle_.loaded(who, word, what));
            case memory_access::plain_store:
                return keep(oracle_.stored(who, word, what));
            case memory_access::relaxed_load:
                return oracle_.loaded_relaxed(who, word);
            case memory_access::relaxed_store:
                return oracle_.stored_relaxed(word);
            case memory_access::acquire_load:
                return oracle_.acquired(who, word);
            case memory_access::release_store:
                return oracle_.released(who, word);
        }
    }
    void freed(std::span<const std::byte> memory) noexcept { oracle_.freed(memory); }

    /// What was wrong first, after all that the history has told.
    [[nodiscard]] const verdict& found() {
        catch_up();
        return found_;
    }

private:
    static std::string_view name_of(std::size_t size) noexcept {
        return size == sizeof(abi::io_uring_cqe) ? "a completion"
            : size == sizeof(abi::io_uring_sqe)  ? "a request"
                                                 : "an entry of a ring";
    }

    void keep(verdict&& wrong) {
        if (wrong && !found_) {
            found_ = std::move(wrong);
            found_->step = record_->step();
        }
    }

    /// Buffers: the kernel has written by the time it commits them, the application reads what it
    /// takes until it returns it. Of incremental ones both may have their parts at the same time.
    void catch_up() {
        const auto& events = record_->events();
        for (; heard_ < events.size(); ++heard_) {
            const event& next = events[heard_];
            if (next.kind == event_kind::group_opened) {
                constexpr std::int64_t incremental = 2;
                shared_.erase(next.subject);
                if (next.c == incremental) shared_.insert(next.subject);
            }
            if (shared_.contains(next.subject)) continue;
            if (next.kind == event_kind::committed) {
                keep(oracle_.stored(side::kernel, buffer(next), "a buffer"));
            } else if (next.kind == event_kind::taken) {
                keep(oracle_.loaded(side::application, buffer(next), "a buffer"));
            } else if (next.kind == event_kind::returned) {
                keep(oracle_.stored(side::application, buffer(next), "a buffer"));
            }
        }
    }

    /// Something with an address that stands for the buffer's bytes, whatever memory they lie in.
    const void* buffer(const event& about) { return &buffers_[{about.subject, about.a}]; }

    const history* record_;
    memory_watcher* before_;
    order_oracle oracle_;
    verdict found_;
    std::size_t heard_ = 0;
    std::set<std::uint64_t> shared_;  // groups
    std::map<std::pair<std::uint64_t, std::int64_t>, std::byte> buffers_;
};

/// An order that an application forgets, to see that the watch notices.
enum class lapse : std::uint8_t { none, release, acquire };

/// Hears of the application's side of the model's memory. Without a watch it tells nobody.
class application_ear {
public:
    application_ear() noexcept = default;
    application_ear(order_watch& watch, lapse forgotten) noexcept
        : watch_(&watch), forgotten_(forgotten) {}

    void operator()(testing::access kind, const void* word, std::size_t size) const noexcept {
        if (watch_ == nullptr || kind == testing::access::fence) return;
        watch_->accessed(side::application, as_done(kind), word, size);
    }

private:
    [[nodiscard]] memory_access as_done(testing::access kind) const noexcept {
        switch (kind) {
            case testing::access::plain_load:
                return memory_access::plain_load;
            case testing::access::plain_store:
                return memory_access::plain_store;
            case testing::access::acquire_load:
                if (forgotten_ != lapse::acquire) return memory_access::acquire_load;
                [[fallthrough]];
            case testing::access::relaxed_load:
                return memory_access::relaxed_load;
            case testing::access::release_store:
                if (forgotten_ != lapse::release) return memory_access::release_store;
                [[fallthrough]];
            default:
                return memory_access::relaxed_store;
        }
    }

    order_watch* watch_ = nullptr;
    lapse forgotten_ = lapse::none;
};

using watched_memory = testing::telling_memory<application_ear>;
static_assert(shared_memory<watched_memory>);

/// The model's front door with that memory.
class watched_kernel : public forwarding_kernel {
public:
    using memory_type = watched_memory;

    watched_kernel(model_kernel& real, order_watch& watch, lapse forgotten) noexcept
        : forwarding_kernel(real), watch_(&watch), forgotten_(forgotten) {}

    result<void> unmap(std::span<std::byte> memory) noexcept {
        watch_->freed(memory);
        return forwarding_kernel::unmap(memory);
    }
    [[nodiscard]] watched_memory memory() const noexcept {
        return watched_memory(application_ear(*watch_, forgotten_));
    }

private:
    order_watch* watch_;
    lapse forgotten_;
};

static_assert(kernel<watched_kernel>);

}  // namespace ringproof::sim
