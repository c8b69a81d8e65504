#pragma once
// Writes a behaviour as C, statement by statement. It follows the performer
// (sim/behaviour/perform.hpp), but where that one keeps books while it runs, of tails and of next
// ids, here they are kept while writing: the program has plain numbers.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/behaviour/behaviour.hpp"
#include "sim/emit/program.hpp"
#include "sim/emit/sqe_text.hpp"

namespace ringproof::sim::emitting {

class behaviour_writer {
public:
    /// \param profile  the index of the one that says what is right
    behaviour_writer(c_program& into, std::size_t profile) : program_(&into), profile_(profile) {}

    /// \return why this has no counterpart in C; empty when it was written
    [[nodiscard]] std::string write(const statement& it);

private:
    struct file_state {
        std::string kind;
        std::uint64_t letters = 0;  // that its peer has sent
    };
    struct group_state {
        std::string name;        // of its variable
        std::uint64_t slab = 0;  // the group whose memory of buffers this one has
        bool has_ring = false;   // some memory, be it registered or not
        std::uint64_t entries = 0;
        std::uint64_t size = 0;  // bytes mapped for the ring
        std::uint16_t tail = 0;
        std::uint16_t next_id = 0;

        [[nodiscard]] bool usable() const noexcept { return has_ring && entries > 0; }
    };

    // behaviour_writer.cpp
    std::string act(const statement& it);
    void set_up(const statement* it);
    std::string result(const statement& it, const std::string& call, bool needed = false);
    std::string text(const statement& it, const std::string& call);
    [[nodiscard]] const std::string& expected(const statement& it) const;
    [[nodiscard]] bool succeeds(const statement& it) const;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> known(const statement& it) const;

    // behaviour_files.cpp
    std::string open(const statement& it);
    std::string on_file(const statement& it);
    std::string feed(const statement& it);

    // behaviour_groups.cpp
    group_state& group(std::uint64_t id);
    std::string buffer(std::uint64_t group, std::uint64_t id);
    std::string place(const statement& it, const std::string& own, bool own_is_number = false);
    std::string on_group(const statement& it);
    std::string on_slots(const statement& it);
    std::string open_group(const statement& it);
    std::string lay_out(const statement& it, group_state& on);
    std::string register_group(const statement& it);
    std::string map(const statement& it);
    std::string unmap(const statement& it);
    std::string edit(const statement& it);
    std::string registration(const statement& it, const std::string& address);
    std::string register_call(const statement& it, std::string_view opcode,
                              const std::string& argument);
    void put(group_state& on, std::uint16_t id, std::uint64_t length, const std::string& address);

    // behaviour_requests.cpp
    std::string request(const statement& it);
    void shape(const statement& it, sqe_fields& sqe);
    std::string on_queue(const statement& it);
    std::string completions(const statement& it);

    c_program* program_;
    std::size_t profile_;
    bool has_ring_ = false;
    bool has_result_ = false;  // the variable ret
    std::map<std::string, file_state, std::less<>> files_;
    std::map<std::uint64_t, group_state> groups_;
};

}  // namespace ringproof::sim::emitting
