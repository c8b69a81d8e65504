#pragma once
// An agent's own stack. A fiber that is not resumed to its end is dropped, not unwound: it may
// stand in code that no exception can leave.

#include <cstddef>
#include <functional>
#include <memory>

namespace ringproof::explore {

/// Runs a body in turns with whoever resumes it. Belongs to one thread; its stack serves one body
/// after the other.
class fiber {
public:
    fiber();
    fiber(const fiber&) = delete;
    fiber& operator=(const fiber&) = delete;
    ~fiber();

    /// What was on the stack is gone; resume() starts `body`.
    void start(std::function<void()> body);
    /// Until the body calls pause() or is at its end. \pre started, and not finished()
    void resume();
    /// From within the body: back to who called resume().
    void pause();
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] bool owns(const void* address) const noexcept;

private:
    struct contexts;

    std::unique_ptr<std::byte[]> stack_;
    std::unique_ptr<contexts> contexts_;
    std::function<void()> body_;
    bool finished_ = true;
};

}  // namespace ringproof::explore
