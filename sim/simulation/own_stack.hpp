#pragma once
// A stack for the application, so that it can be left where it stands: a loop that neither ends nor
// enters the kernel can be stopped by nobody else, and no exception leaves noexcept code.

#include <cstddef>
#include <functional>
#include <memory>

namespace ringproof::sim {

/// Runs one function after the other on a stack of its own. Belongs to one thread.
class own_stack {
public:
    own_stack();
    own_stack(const own_stack&) = delete;
    own_stack& operator=(const own_stack&) = delete;
    ~own_stack();

    /// True when `body` came to its end; false when it called abandon(). It must not throw.
    bool run(const std::function<void()>& body);

    /// From within the body: it never goes on, and nothing on its stack is destroyed. What it owns
    /// stays allocated for the life of the process.
    [[noreturn]] void abandon() noexcept;

private:
    struct contexts;

    void make_stack();

    std::byte* stack_ = nullptr;
    std::unique_ptr<contexts> contexts_;
};

}  // namespace ringproof::sim
