#pragma once
// Leaks on purpose, seen by a test instead of printed.

#include <cstddef>
#include <vector>

#include <ringproof/leak.hpp>

namespace ringproof::testing {

/// Collects leaks instead of printing them, one object at a time.
class leak_listener {
public:
    leak_listener() : former_(set_leak_handler(&remember)) { told().clear(); }
    leak_listener(const leak_listener&) = delete;
    leak_listener& operator=(const leak_listener&) = delete;
    ~leak_listener() { set_leak_handler(former_); }

    [[nodiscard]] leak_handler former() const noexcept { return former_; }
    /// Leaks since it was made.
    [[nodiscard]] std::size_t count() const noexcept { return told().size(); }
    [[nodiscard]] static std::vector<leak>& told() {
        static std::vector<leak> leaks;
        return leaks;
    }

private:
    static void remember(const leak& lost) noexcept { told().push_back(lost); }

    leak_handler former_;
};

}  // namespace ringproof::testing
