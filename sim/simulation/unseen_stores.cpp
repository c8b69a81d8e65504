#include "sim/simulation/unseen_stores.hpp"

#include <algorithm>

#include "sim/kernel/kbuf.hpp"

namespace ringproof::sim {

void unseen_stores::start_over(const machine& in) {
    buffer_tails_.clear();
    queue_ends_.clear();
    for (const auto& ring : in.rings) {
        for (std::uint32_t* const end : {ring->words.sq_tail, ring->words.cq_head}) {
            queue_ends_.push_back({end, model_memory::load_relaxed(end)});
        }
        for (const auto& list : ring->groups) {
            std::uint16_t* const tail = &list->slots[0].resv;
            buffer_tails_.push_back({tail, model_memory::load_relaxed(tail)});
        }
    }
}

bool unseen_stores::has_returns() const noexcept {
    return std::ranges::any_of(buffer_tails_, [](const auto& each) {
        return model_memory::load_relaxed(each.where) != each.value;
    });
}

void unseen_stores::exchange() noexcept {
    const auto turn = [](auto& each) {
        const auto now = model_memory::load_relaxed(each.where);
        model_memory::store_relaxed(each.where, each.value);
        each.value = now;
    };
    std::ranges::for_each(buffer_tails_, turn);
    std::ranges::for_each(queue_ends_, turn);
}

}  // namespace ringproof::sim
