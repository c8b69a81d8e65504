#pragma once
// The one tap of nondeterminism. Whatever could go one way or another in the model asks
// choose(bound, why); where the answers come from is the only difference between a random run, a
// replayed one, a fuzzed one and an exhaustive search.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace ringproof::sim {

/// splitmix64: 64 bits of state, each draw independent of platform and library.
class random_bits {
public:
    explicit constexpr random_bits(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t next() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }

    /// 0 .. bound - 1; 0 when bound is 0. Biased by less than bound / 2^32.
    constexpr std::uint32_t below(std::uint32_t bound) noexcept {
        return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
    }

private:
    std::uint64_t state_;
};

class history;

/// A question that was asked, and how it was answered.
struct question {
    std::uint32_t answer = 0;
    std::uint32_t bound = 0;
    const char* why = "";       ///< names the decision; a string literal
    std::uint64_t subject = 0;  ///< the user data of the request that it is about, or 0
    std::size_t event = 0;      ///< how many events the run's history had by then
};

/// Answers where nothing else does: what is likeliest, for whoever knows how the run should go.
/// The answer may be anything; it is reduced modulo the bound.
using advice = std::function<std::uint32_t(const question&)>;

/// Answers questions. One object serves one run; it is not shared between threads.
class choices {
public:
    /// Always the first alternative: the canonical run.
    choices() noexcept = default;

    /// Answers drawn from a seed.
    [[nodiscard]] static choices random(std::uint64_t seed) { return {source::random, seed, {}}; }

    /// Answers read from bytes, one a question, reduced modulo the bound; then canonical. Serves
    /// replay (the answers of `asked()`) and fuzzing (any bytes) alike.
    [[nodiscard]] static choices from_bytes(std::span<const std::uint8_t> bytes) {
        return {source::bytes, 0, {bytes.begin(), bytes.end()}};
    }

    /// Answers that `what` gives, to each question as it comes.
    [[nodiscard]] static choices advised(advice what) {
        choices made = from_bytes({});
        made.advice_ = std::move(what);
        return made;
    }

    /// The same, but only after the bytes.
    /// \param record  whose events tell when a question is asked; must outlive this
    [[nodiscard]] static choices advised(std::span<const std::uint8_t> bytes, advice what,
                                         const history& record) {
        choices made = from_bytes(bytes);
        made.advice_ = std::move(what);
        made.keep_questions(record);
        return made;
    }

    /// Every combination of answers, one a run: call `next_run()` until it says false.
    [[nodiscard]] static choices exhaustive() { return {source::exhaustive, 0, {}}; }

    /// One of `bound` alternatives, 0 .. bound - 1. A bound of 0 or 1 asks nothing and answers 0.
    /// \param why      names the decision; a string literal. At most 256 alternatives.
    /// \param subject  the user data of the request that it is about, if it is about one
    std::uint32_t choose(std::uint32_t bound, const char* why, std::uint64_t subject = 0) {
        if (bound <= 1) return 0;
        return answer(bound, why, subject);
    }

    /// Keep the questions for `asked()`; off by default, since most runs never look at them.
    /// \param record  whose events tell when a question was asked; must outlive this
    void keep_questions(const history& record) noexcept { record_ = &record; }

    /// The questions so far and their answers. Empty unless they are kept.
    [[nodiscard]] const std::vector<question>& asked() const noexcept { return asked_; }

    /// Exhaustive source: turns the odometer to the next run; false when all have been seen.
    bool next_run();

private:
    enum class source : std::uint8_t { canonical, random, bytes, exhaustive };
    struct digit {
        std::uint32_t value;
        std::uint32_t bound;
    };

    choices(source from, std::uint64_t seed, std::vector<std::uint8_t> bytes)
        : source_(from), random_(seed), bytes_(std::move(bytes)) {}

    std::uint32_t answer(std::uint32_t bound, const char* why, std::uint64_t subject);

    source source_ = source::canonical;
    const history* record_ = nullptr;
    advice advice_;
    random_bits random_{0};
    std::vector<std::uint8_t> bytes_;
    std::size_t position_ = 0;
    std::vector<digit> digits_;
    std::vector<question> asked_;
};

}  // namespace ringproof::sim
