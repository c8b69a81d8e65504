#pragma once
// What libFuzzer says while it works, and what it says when it has found something.

#include <cstdint>
#include <string>
#include <string_view>

namespace ringproof::sim::command {

/// Reads it piece by piece, as it comes out of a pipe.
class engine_output {
public:
    void feed(std::string_view piece);

    /// Reads what is left when the pipe has ended.
    void finish();

    [[nodiscard]] std::uint64_t executions() const noexcept { return executions_; }
    [[nodiscard]] std::uint64_t coverage() const noexcept { return coverage_; }
    [[nodiscard]] std::uint64_t inputs() const noexcept { return inputs_; }
    /// It has begun to fuzz: what came in front of that are its preparations.
    [[nodiscard]] bool started() const noexcept { return started_; }
    /// The file with the input that failed; empty when none did.
    [[nodiscard]] const std::string& artifact() const noexcept { return artifact_; }
    /// All lines but those that tell how far it is.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    void line(std::string_view text);
    void status_line(std::string_view text);

    std::string rest_;  // of a line whose end has not come yet
    std::string text_;
    std::string artifact_;
    std::uint64_t executions_ = 0;
    std::uint64_t coverage_ = 0;
    std::uint64_t inputs_ = 0;
    bool started_ = false;
};

/// What failed, in one line: what the sanitizer's summary says, or what the target printed last
/// before it gave up. Empty when nothing was said.
[[nodiscard]] std::string complaint_in(std::string_view report);

/// True when memory was touched wrongly, or an end was put to it: such an input is not played again
/// in this process.
[[nodiscard]] bool tells_of_damage(std::string_view report);

/// The trace that a target printed when it gave up, as text; empty when it printed none.
[[nodiscard]] std::string_view trace_in(std::string_view report);

}  // namespace ringproof::sim::command
