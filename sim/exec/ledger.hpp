#pragma once
// What each ring of a program was used for, from the kernel's side: counts for a report, events for
// a history, and mistakes that no real kernel tells anybody about. It looks at what the program
// wrote whenever it calls, so a mistake is told with the call in which it was seen.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/history.hpp"
#include "sim/kernel/machine.hpp"

namespace ringproof::sim::exec {

/// A buffer ring's slots, as they were published and used up.
struct group_book {
    const buffer_list* list = nullptr;  ///< null: it is not registered any more
    std::uint16_t group = 0;
    std::uint32_t entries = 0;
    std::uint16_t head = 0;
    std::uint16_t tail = 0;
    enum class place : std::uint8_t { unknown, ring, program };
    std::vector<std::uint16_t> slots;  ///< ids, by position
    std::vector<place> places;         ///< by id
    std::uint64_t known = 0;           ///< different ids
    std::uint64_t given = 0;
    std::uint64_t used = 0;
    std::uint64_t returned = 0;
    std::uint64_t twice = 0;
    std::uint64_t foreign = 0;  ///< ids that were new when the ring had got as many as it holds
};

/// A request that has not had its last completion.
struct request_note {
    std::uint8_t opcode = 0;
    bool multishot = false;
    std::int32_t group = -1;  ///< -1: it selects no buffers
    std::int32_t fd = -1;
};

/// A multishot that ended; forgotten when the program asks for the same once more.
struct ended_multishot {
    request_note note;
    std::uint64_t user_data = 0;
    std::int32_t result = 0;
    std::uint64_t identity = 0;  ///< of its file
};

/// One ring, from its beginning on; kept when the ring is over.
struct ring_book {
    const ring_context* ring = nullptr;  ///< null: it is over
    std::uint32_t number = 0;
    int fd = -1;
    std::uint64_t requests = 0;
    std::uint64_t completions = 0;
    std::uint64_t overflows = 0;
    std::uint64_t without_buffer = 0;
    std::uint32_t cq_head = 0;
    std::vector<group_book> groups;
    std::unordered_map<std::uint64_t, request_note> running;  ///< by user data
    std::vector<ended_multishot> ended;
    std::vector<event> posted;    ///< and not yet taken by the program
    std::size_t outstanding = 0;  ///< when it was over
};

class ledger {
public:
    /// Where events go, of the ring of that number; may be empty.
    using listener = std::function<void(std::uint32_t ring, const event&)>;

    explicit ledger(listener hears) : hears_(std::move(hears)) {}

    /// A call begins: what is seen from now on was done before it, or by it.
    void begin_call(const char* what, std::uint64_t thread);

    /// Looks at what the program has written since the last time.
    void look(const machine& in);

    void submitted(const request& fresh);
    void saw(const ring_context& ring, const event& happened);
    void ring_over(const ring_context& ring);

    /// The program unmaps memory, which may be that of buffers that are still the kernel's.
    void unmapped(const machine& in, std::uint64_t address, std::uint64_t size);

    /// A ring's memory went without anybody seeing it go.
    void lost(const buffer_list& list);

    /// The program ends.
    void finish(const machine& in, host_files& files);

    [[nodiscard]] const std::vector<std::string>& findings() const noexcept { return findings_; }

    /// For people: lines, each with a newline.
    [[nodiscard]] std::string report() const;

private:
    ring_book& book_of(const ring_context& ring);
    group_book& group_of(ring_book& of, const buffer_list& list);
    void look_at(ring_book& book, const buffer_list& list);
    void look_at_completions(ring_book& book);
    void publish(ring_book& book, group_book& group, std::uint16_t tail);
    void use_up(ring_book& book, std::uint16_t group, std::uint16_t head);
    void completed(ring_book& book, const event& happened);
    void hear(const ring_book& book, actor who, event_kind kind, std::uint64_t subject,
              std::int64_t a = 0, std::int64_t b = 0, std::int64_t c = 0);
    void found(const std::string& sentence);

    listener hears_;
    std::uint32_t calls_ = 0;
    const char* call_ = "";
    std::uint64_t thread_ = 0;
    std::vector<std::unique_ptr<ring_book>> books_;
    std::set<std::string> told_;
    std::vector<std::string> findings_;
};

}  // namespace ringproof::sim::exec
