#pragma once
// A run as a film: what the rings, buffers, requests and leases looked like after each event, told
// as the changes that the event made. One pass over a history makes it; who draws it (perfetto.hpp,
// film_page.hpp) knows changes, not events.
//
// On the model the kernel's own events tell where its head is. On Linux only the application's do:
// there the head is where the completions that were handled say it must be by now.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/history.hpp"
#include "sim/oracle/oracle.hpp"
#include "sim/trace/outcome.hpp"
#include "sim/trace/trace.hpp"

namespace ringproof::sim {

/// Who has a buffer. An incremental buffer may be the kernel's and have parts leased all the same.
enum class owner : std::uint8_t {
    application,  ///< free or staged: the kernel has not been shown it
    published,    ///< between head and tail, for the kernel to select
    selected,     ///< a request holds it
    filled,       ///< the kernel is done with it; the completion was not handled yet
    leased,       ///< handed over, until each part of it is given back
};

inline constexpr unsigned owner_count = 5;

[[nodiscard]] std::string_view name_of(owner who) noexcept;

/// How a ring is.
enum class ring_state : std::uint8_t { none, open, closed };

/// How a request is.
enum class request_state : std::uint8_t { none, submitted, armed, ended };

/// What an event can change. The comment names the change's `item`, `index` and `value`.
enum class film_cell : std::uint8_t {
    ring,     ///< ring; 0; ring_state
    head,     ///< ring; 0; 16 bits
    tail,     ///< ring; 0; 16 bits
    slot,     ///< ring; slot; the buffer id that it shows
    owner,    ///< ring; buffer; sim::owner
    used,     ///< ring; buffer; bytes of it that the kernel has filled, or sent
    request,  ///< request; completions that were handled; request_state
    lease,    ///< lease; 0; 0 or 1
    waiting,  ///< 0; 0; completions that were posted and not handled
};

struct film_change {
    film_cell what = film_cell::waiting;
    std::uint32_t item = 0;
    std::uint32_t index = 0;
    std::int64_t value = 0;

    friend bool operator==(const film_change&, const film_change&) = default;
};

/// A group from its opening on; its number may come back as another ring.
struct film_ring {
    std::uint64_t group = 0;
    std::uint32_t entries = 0;
    std::uint32_t size = 0;  ///< of each buffer
    bool incremental = false;
};

/// A request from its submission on. One whose submission nobody recorded, as those that a receiver
/// makes for itself, begins where it was first heard of and has no opcode.
struct film_request {
    std::uint64_t user = 0;
    int opcode = -1;
    std::int64_t group = -1;
    std::int64_t descriptor = -1;
};

/// Bytes of a buffer that were handed over together.
struct film_lease {
    std::uint32_t ring = 0;
    std::uint32_t buffer = 0;
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
};

/// A completion's way: the events of its posting and of its handling. On Linux nobody sees the
/// posting, and the way begins with the submission.
struct film_arrow {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
};

/// What was found, and the event with which it was seen.
struct film_violation {
    std::uint32_t event = 0;
    violation found;
};

/// How a film is announced.
struct film_title {
    std::string trace;   ///< where the trace came from
    std::string kernel;  ///< "model v7_3", "Linux 6.18.44"
};

/// Owns all that it shows.
struct film {
    film_title title;
    std::string summary;                  ///< how the run ended, as one line
    std::vector<std::string> operations;  ///< the trace's, as text; of step i the i-1th
    std::vector<event> events;
    std::vector<film_ring> rings;
    std::vector<film_request> requests;
    std::vector<film_lease> leases;
    std::vector<film_change> changes;
    std::vector<std::uint32_t> ends;  ///< by event: where its changes end
    std::vector<film_arrow> arrows;   ///< by where they end
    std::optional<film_violation> violated;
    bool kernel_seen = false;  ///< the kernel told its side: a model

    [[nodiscard]] std::span<const film_change> changes_of(std::size_t at) const {
        const std::size_t first = at == 0 ? 0 : ends[at - 1];
        return std::span(changes).subspan(first, ends[at] - first);
    }
};

/// "recv_multishot s0 g0" of the step in which events happened; before the first operation and
/// after the last, that.
[[nodiscard]] std::string operation_of(const film& shown, std::uint32_t step);

/// "RECV, descriptor 4, group 0": as many are called as look alike.
[[nodiscard]] std::string title_of(const film_request& request);

/// \param record  kept its events
[[nodiscard]] film make_film(film_title title, const trace& played, const history& record,
                             const outcome& came);

}  // namespace ringproof::sim
