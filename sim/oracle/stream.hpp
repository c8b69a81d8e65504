#pragma once
// Bytes out = bytes in. Every channel carries a known pattern, so that each delivered byte can be
// checked without keeping what was sent. Invariants I4, I5, I6, and I17 for bytes left behind.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "sim/choice.hpp"
#include "sim/oracle/oracle.hpp"

namespace ringproof::sim {

/// The bytes that peers send. Period 4093: a prime, so that no power of two can be lost or doubled
/// unnoticed; and 8 bytes are practically unique within it.
class pattern {
public:
    static constexpr std::uint32_t period = 4093;
    static constexpr std::uint32_t longest = 65536;  ///< of one piece

    /// The `size` bytes that channel `salt` carries from position `at` on. \pre size <= longest
    [[nodiscard]] static std::span<const std::byte> of(std::uint32_t salt, std::uint64_t at,
                                                       std::size_t size) {
        const std::size_t phase = (at + std::uint64_t{salt} * 977) % period;
        return std::span(table()).subspan(phase, size);
    }

private:
    using bytes = std::array<std::byte, period + longest>;

    static const bytes& table() {
        static const bytes made = [] {
            bytes filled{};
            random_bits random(0x7269'6e67);
            for (std::size_t i = 0; i < period; ++i) filled[i] = std::byte(random.below(256));
            for (std::size_t i = period; i < filled.size(); ++i) filled[i] = filled[i - period];
            return filled;
        }();
        return made;
    }
};

/// What every channel was fed and has delivered.
class stream_oracle {
public:
    void reset() noexcept { used_ = 0; }

    /// A new channel under this number. `salt` tells it from the one before.
    void opened(std::size_t channel, std::uint32_t salt, bool keeps_messages) {
        if (lanes_.size() <= channel) lanes_.resize(channel + 1);
        used_ = std::max(used_, channel + 1);
        lane& it = lanes_[channel];
        it.salt = salt;
        it.fed = it.delivered = 0;
        it.messages = keeps_messages;
        it.sizes.clear();
        it.first = 0;
    }

    /// The next `size` bytes to feed into the channel.
    [[nodiscard]] std::span<const std::byte> next(std::size_t channel, std::size_t size) const {
        return pattern::of(lanes_[channel].salt, lanes_[channel].fed, size);
    }

    /// The peer wrote that many of them; on a channel that keeps messages, as one message.
    void fed(std::size_t channel, std::uint32_t size) {
        lane& it = lanes_[channel];
        it.fed += size;
        if (it.messages) it.sizes.push_back(size);
    }

    /// The last `size` of those bytes were not sent after all.
    verdict unfed(std::size_t channel, std::uint32_t size) {
        lane& it = lanes_[channel];
        if (size > it.fed - it.delivered) {
            return blame("I4",
                         say("channel ", channel, " delivered ", it.delivered, " bytes, of which ",
                             size, " were reported as not sent"));
        }
        it.fed -= size;
        if (it.messages && it.first < it.sizes.size()) it.sizes.back() -= size;
        return {};
    }

    /// A stream's bytes came out.
    verdict delivered(std::size_t channel, std::span<const std::byte> bytes) {
        lane& it = lanes_[channel];
        if (bytes.size() > it.fed - it.delivered) {
            return blame("I4",
                         say("channel ", channel, " delivered ", bytes.size(), " bytes with ",
                             it.fed - it.delivered, " outstanding"));
        }
        if (auto wrong = compare(it, channel, it.delivered, bytes)) return wrong;
        it.delivered += bytes.size();
        return {};
    }

    /// A message of `size` bytes came out. `room` is what the request could take; with `at_most` it
    /// is a bound: the kernel may have known of less. Its bytes follow, in one or more parts.
    verdict message(std::size_t channel, std::size_t size, std::size_t room, bool at_most = false) {
        lane& it = lanes_[channel];
        if (it.first == it.sizes.size()) {
            return blame("I4",
                         say("channel ", channel, " delivered a message of ", size,
                             " bytes that nobody sent"));
        }
        const std::uint32_t sent = it.sizes[it.first];
        const std::size_t right = std::min<std::size_t>(sent, room);
        const bool fits = size == right || (at_most && size < right && (size > 0 || room == 0));
        if (!fits) {
            return blame("I4",
                         say("channel ", channel, " delivered ", size, " bytes of a message of ",
                             sent, " with room for ", room));
        }
        it.cursor = it.delivered;
        it.delivered += sent;  // what did not fit is gone
        if (++it.first == it.sizes.size()) {
            it.sizes.clear();
            it.first = 0;
        }
        return {};
    }

    /// Bytes of the message that came out last.
    verdict part(std::size_t channel, std::span<const std::byte> bytes) {
        lane& it = lanes_[channel];
        if (auto wrong = compare(it, channel, it.cursor, bytes)) return wrong;
        it.cursor += bytes.size();
        return {};
    }

    /// Bytes next to a result must be what they were before.
    static verdict untouched(std::uint32_t id, std::span<const std::byte> now,
                             std::span<const std::byte> before) {
        if (std::memcmp(now.data(), before.data(), now.size()) == 0) return {};
        return blame("I5", say("buffer ", id, " was written outside of the result"));
    }

    /// A result must not be longer than the request allowed; 0 means no limit.
    static verdict within(std::uint32_t size, std::uint32_t limit) {
        if (limit == 0 || size <= limit) return {};
        return blame("I6", say("a result of ", size, " bytes for a request of ", limit));
    }

    /// Nothing of the rest will come: the channel was reset or closed.
    void abandon(std::size_t channel) {
        lane& it = lanes_[channel];
        it.delivered = it.fed;
        it.sizes.clear();
        it.first = 0;
    }

    [[nodiscard]] bool empty_message_next(std::size_t channel) const {
        const lane& it = lanes_[channel];
        return it.first < it.sizes.size() && it.sizes[it.first] == 0;
    }

    /// Bytes, or messages, on their way.
    [[nodiscard]] std::uint64_t outstanding(std::size_t channel) const {
        const lane& it = lanes_[channel];
        return it.messages ? it.sizes.size() - it.first : it.fed - it.delivered;
    }

    /// After everything was given back, re-armed and waited for.
    [[nodiscard]] verdict all_delivered(std::size_t channel) const {
        if (outstanding(channel) == 0) return {};
        const lane& it = lanes_[channel];
        return blame("I17",
                     say("channel ", channel, " keeps ", it.fed - it.delivered, " of ", it.fed,
                         " bytes although a receive is armed and buffers are free"));
    }

private:
    struct lane {
        std::uint32_t salt = 0;
        bool messages = false;
        std::uint64_t fed = 0;
        std::uint64_t delivered = 0;
        std::uint64_t cursor = 0;          // in the message that came out last
        std::vector<std::uint32_t> sizes;  // of messages on their way, from `first` on
        std::size_t first = 0;
    };

    static verdict compare(const lane& it, std::size_t channel, std::uint64_t at,
                           std::span<const std::byte> bytes) {
        for (std::size_t done = 0; done < bytes.size();) {
            const std::size_t size = std::min<std::size_t>(bytes.size() - done, pattern::longest);
            const auto right = pattern::of(it.salt, at + done, size);
            if (std::memcmp(right.data(), bytes.data() + done, size) != 0) {
                return wrong_byte(it, channel, at + done, bytes.subspan(done, size), right);
            }
            done += size;
        }
        return {};
    }

    [[gnu::cold]] static verdict wrong_byte(const lane& it, std::size_t channel, std::uint64_t at,
                                            std::span<const std::byte> bytes,
                                            std::span<const std::byte> right) {
        std::size_t first = 0;
        while (bytes[first] == right[first]) ++first;
        return blame("I4",
                     say("byte ", at + first, " of channel ", channel, " is ",
                         std::to_integer<unsigned>(bytes[first]), " and was sent as ",
                         std::to_integer<unsigned>(right[first]),
                         origin(it, bytes.subspan(first))));
    }

    /// Where in the channel those bytes really are, if they are from there at all.
    [[gnu::cold]] static std::string origin(const lane& it, std::span<const std::byte> bytes) {
        if (bytes.size() < 4) return {};
        const std::uint64_t last = it.fed;
        const std::uint64_t first = last > 65536 ? last - 65536 : 0;
        for (std::uint64_t at = first; at + bytes.size() <= last; ++at) {
            const auto there = pattern::of(it.salt, at, bytes.size());
            if (std::ranges::equal(there, bytes)) {
                return say(": these are the bytes from ", at, " on");
            }
        }
        return {};
    }

    std::vector<lane> lanes_;
    std::size_t used_ = 0;
};

}  // namespace ringproof::sim
