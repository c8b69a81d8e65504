#pragma once
// The loop of a server, in small: receivers by user_data, and what each of them heard.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ringproof/receiver.hpp>

namespace ringproof::testing {

/// A reception in a word: "data 5", "end", "no_buffers", "error system:104", ...
template <kernel Kernel>
std::string described(const reception<Kernel>& seen) {
    const auto why = [&seen](const char* what) {
        return std::string(what) + ' ' + seen.error.category().name() + ':' +
            std::to_string(seen.error.value());
    };
    switch (seen.what) {
        case received::data:
            return "data " + std::to_string(seen.data.size());
        case received::end_of_stream:
            return "end";
        case received::no_buffers:
            return "no_buffers";
        case received::interrupted:
            return "interrupted";
        case received::cancelled:
            return "cancelled";
        case received::error:
            return why("error");
        case received::malformed:
            break;
    }
    return why("malformed");
}

/// Owns receivers; the first has user_data 0. Completions that belong to none are kept apart.
template <kernel Kernel>
class event_loop {
public:
    using receiver_type = receiver<Kernel>;
    using log_type = std::vector<std::string>;

    event_loop(uring<Kernel>& ring, buffer_group<Kernel>& group) : ring_(&ring), group_(&group) {}

    receiver_type& add(file from, const receiver_options& options = {}) {
        const user_data user{connections_.size()};
        auto made = std::make_unique<receiver_type>(*ring_, *group_, from, user, options);
        connections_.push_back({std::move(made), {}, {}});
        return *connections_.back().receiver;
    }
    receiver_type& operator[](std::size_t index) { return *connections_.at(index).receiver; }
    void destroy(std::size_t index) { connections_.at(index).receiver.reset(); }

    [[nodiscard]] const log_type& log(std::size_t index = 0) const {
        return connections_.at(index).log;
    }
    [[nodiscard]] const std::string& bytes(std::size_t index = 0) const {
        return connections_.at(index).bytes;
    }
    [[nodiscard]] std::string last(std::size_t index = 0) const {
        return log(index).empty() ? "" : log(index).back();
    }
    [[nodiscard]] std::size_t count(std::size_t index, const std::string& what) const {
        return static_cast<std::size_t>(std::ranges::count(log(index), what));
    }

    void handle(const completion& done) {
        const auto index = static_cast<std::size_t>(to_number(done.user));
        if (index >= connections_.size()) {
            others.push_back(done);
            return;
        }
        connection& mine = connections_[index];
        auto seen = mine.receiver->on(done);
        mine.log.push_back(described(seen));
        for (const std::span<std::byte> part : seen.data) {
            mine.bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
        }
        if (keep && !seen.data.empty()) kept.push_back(std::move(seen.data));
    }

    /// Whatever is ready now. Returned buffers are published one by one, or in one batch.
    unsigned drain() {
        const auto use = [this](const completion& done) { handle(done); };
        return batch ? for_each_completion(*ring_, *group_, use) : ring_->for_each_completion(use);
    }
    /// Goes on as long as something happens by itself.
    void settle() {
        do {
            ring_->submit().value();
        } while (drain() > 0);
    }
    /// Waits until `enough()`; a wait without end is an error, thrown.
    void run_until(const std::function<bool()>& enough) {
        for (settle(); !enough(); settle()) ring_->submit_and_wait(1, patience).value();
    }

    bool keep = false;   // leases stay in `kept`
    bool batch = false;  // drain as for_each_completion(ring, group, use) does
    std::vector<bundle<Kernel>> kept{};
    std::vector<completion> others{};

    static constexpr std::chrono::seconds patience{20};

private:
    struct connection {
        std::unique_ptr<receiver_type> receiver;
        log_type log;
        std::string bytes;
    };

    uring<Kernel>* ring_;
    buffer_group<Kernel>* group_;
    std::vector<connection> connections_;
};

}  // namespace ringproof::testing
