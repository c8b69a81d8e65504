#pragma once
// The hardware's memory, with somebody who counts: a loop that looks at its queues again and again
// and never enters the kernel is only seen here.

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <ringproof/shared_memory.hpp>

namespace ringproof::sim {

/// Hears each time that an application has looked at a shared word for a while. Does not throw.
class memory_observer {
public:
    /// Looks between one call and the next.
    static constexpr std::uint32_t looks_between = 64;

    /// \param word  what it looked at
    void looked(const void* word) noexcept {
        if ((++looks_ & unheard_) == 0) [[unlikely]]
            looks_on(word);
    }

    /// The word whose loads may pass the stores before them: the processor's memory orders no load
    /// behind a store of another word, unless a fence stands in between.
    [[nodiscard]] const void* overtaking() const noexcept { return overtaking_; }
    /// The value of that word, as such a load finds it.
    virtual std::uint32_t load_overtaking() noexcept = 0;
    /// What was stored until now comes before what is loaded from now on.
    virtual void fenced() noexcept = 0;

protected:
    ~memory_observer() = default;

    /// It entered the kernel: the count starts again.
    void entered() noexcept { looks_ = 0; }
    [[nodiscard]] std::uint64_t looks() const noexcept { return looks_; }
    /// From now on it hears of each look, and not of one in `looks_between`.
    void hear_each_look(bool each) noexcept { unheard_ = each ? 0 : looks_between - 1; }
    void let_overtake(const std::uint32_t* word) noexcept { overtaking_ = word; }

private:
    virtual void looks_on(const void* word) noexcept = 0;

    const void* overtaking_ = nullptr;
    std::uint64_t looks_ = 0;
    std::uint64_t unheard_ = looks_between - 1;  // a mask
};

/// Satisfies `shared_memory`. Without an observer it is native_memory.
class observed_memory {
public:
    explicit observed_memory(memory_observer* who = nullptr) noexcept : who_(who) {}

    template <class Value>
    static Value load_plain(const Value* from) noexcept {
        return native_memory::load_plain(from);
    }
    template <class Value>
    static void store_plain(Value* to, const std::type_identity_t<Value>& value) noexcept {
        native_memory::store_plain(to, value);
    }
    template <std::unsigned_integral Word>
    Word load_relaxed(const Word* from) const noexcept {
        if (who_ != nullptr) {
            who_->looked(from);
            if constexpr (std::same_as<Word, std::uint32_t>) {
                if (from == who_->overtaking()) [[unlikely]]
                    return who_->load_overtaking();
            }
        }
        return native_memory::load_relaxed(from);
    }
    template <std::unsigned_integral Word>
    Word load_acquire(const Word* from) const noexcept {
        if (who_ != nullptr) who_->looked(from);
        return native_memory::load_acquire(from);
    }
    template <std::unsigned_integral Word>
    static void store_relaxed(Word* to, std::type_identity_t<Word> value) noexcept {
        native_memory::store_relaxed(to, value);
    }
    template <std::unsigned_integral Word>
    static void store_release(Word* to, std::type_identity_t<Word> value) noexcept {
        native_memory::store_release(to, value);
    }
    void fence() const noexcept {
        native_memory::fence();
        if (who_ != nullptr) who_->fenced();
    }

private:
    memory_observer* who_;
};

static_assert(shared_memory<observed_memory>);

}  // namespace ringproof::sim
