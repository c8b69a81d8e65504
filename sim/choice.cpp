#include "sim/choice.hpp"

#include "sim/history.hpp"

namespace ringproof::sim {

std::uint32_t choices::answer(std::uint32_t bound, const char* why, std::uint64_t subject) {
    const std::size_t events = record_ == nullptr ? 0 : record_->events().size();
    std::uint32_t value = 0;
    switch (source_) {
        case source::canonical:
            break;
        case source::random:
            value = random_.below(bound);
            break;
        case source::bytes:
            if (position_ < bytes_.size()) {
                value = bytes_[position_++] % bound;
            } else if (advice_) {
                value = advice_({0, bound, why, subject, events}) % bound;
            }
            break;
        case source::exhaustive:
            if (position_ == digits_.size()) digits_.push_back({0, bound});
            value = digits_[position_++].value;
            break;
    }
    if (record_ != nullptr) asked_.push_back({value, bound, why, subject, events});
    return value;
}

bool choices::next_run() {
    while (!digits_.empty() && digits_.back().value + 1 >= digits_.back().bound) digits_.pop_back();
    position_ = 0;
    asked_.clear();
    if (digits_.empty()) return false;
    ++digits_.back().value;
    return true;
}

}  // namespace ringproof::sim
