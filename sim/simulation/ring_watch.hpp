#pragma once
// What the kernel's side can see of an application's mistakes with its buffer rings: a buffer that
// stands in a ring twice, and more buffers than a ring has room for. Buffers that never come back
// are no mistake here, but a leak that progress.hpp tells of.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

/// Looks at the slots that were published since the last look.
class ring_watch {
public:
    /// A mistake, in one sentence.
    [[nodiscard]] std::optional<std::string> look(const machine& in);

private:
    /// Of one group. One that is registered anew may find the book of another: what is in it is
    /// held against the ring before it is believed.
    struct book {
        const buffer_list* list = nullptr;
        std::uint16_t tail = 0;                // as last seen
        std::vector<std::uint16_t> positions;  // by id, where it was last published
    };

    [[nodiscard]] book& book_of(const buffer_list& list);
    [[nodiscard]] static std::optional<std::string> look(book& its, const buffer_list& list);

    std::vector<book> books_;
};

}  // namespace ringproof::sim
