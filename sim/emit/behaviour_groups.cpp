// A behaviour's buffer rings in C.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/emit/behaviour_writer.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t usual_size = 65536;  // of memory of a kind

std::uint64_t whole_pages(std::uint64_t size) { return (size + page - 1) / page * page; }

/// Fresh memory of a kind that the language has a word for; empty for every other word.
std::string memory_like(std::string_view word, std::uint64_t size) {
    if (word == "one_page" || word == "cut") return "page_with_end()";
    if (word == "shared") {
        return fmt::format("pages_with({}, PROT_READ | PROT_WRITE, MAP_SHARED)", size);
    }
    if (word == "memory_file") return fmt::format("file_pages({}, MAP_SHARED)", size);
    if (word == "private_file") return fmt::format("file_pages({}, MAP_PRIVATE)", size);
    if (word == "read_only") return fmt::format("pages_with({}, PROT_READ, MAP_PRIVATE)", size);
    if (word == "write_only") return fmt::format("pages_with({}, PROT_WRITE, MAP_PRIVATE)", size);
    return {};
}

std::string flags_of(const statement& it) {
    std::string flags;
    if (it.has("mapped")) flags = "IOU_PBUF_RING_MMAP";
    if (it.has("inc")) flags += flags.empty() ? "IOU_PBUF_RING_INC" : " | IOU_PBUF_RING_INC";
    return flags.empty() ? "0" : flags;
}

}  // namespace

/// What is known of a group id, be it registered or not.
behaviour_writer::group_state& behaviour_writer::group(std::uint64_t id) {
    id &= 0xffff'ffffU;
    const auto [at, fresh] = groups_.try_emplace(id);
    if (fresh) {
        at->second.name = fmt::format("g{}", id);
        at->second.slab = id;
        program_->declare(fmt::format("static struct group g{};", id));
        program_->add(fmt::format("g{}.slab = new_slab();", id));
    }
    return at->second;
}

std::string behaviour_writer::buffer(std::uint64_t group, std::uint64_t id) {
    return fmt::format("buffer(&g{}, {})", this->group(group).slab, id % 16);
}

/// The address meant by `addr`, as a pointer, or `own`.
std::string behaviour_writer::place(const statement& it, const std::string& own,
                                    bool own_is_number) {
    const operand_value* given = it.find("addr");
    if (given == nullptr) return own;
    const std::string& word = given->word;
    const auto beyond = [&](std::uint64_t bytes) {
        return own_is_number ? fmt::format("(void *){}", bytes)
                             : fmt::format("(char *){} + {}", own, bytes);
    };
    if (word.empty()) return fmt::format("(void *){:#x}", given->number);
    if (word == "null") return "NULL";
    if (word == "kernel") return "(void *)0xffff888000000000";
    if (word == "misaligned") return beyond(16);
    if (word == "+") return beyond(given->number);
    if (word == "unmapped") return "unmapped()";
    const std::string made = memory_like(word, usual_size);
    return word == "cut" ? fmt::format("{} + 4096 - 8", made) : made;
}

/// Fills the next slot, with a buffer's own address if there is no other.
void behaviour_writer::put(group_state& on, std::uint16_t id, std::uint64_t length,
                           const std::string& address) {
    const auto slot = static_cast<std::int64_t>(on.tail++ % on.entries);
    const auto bytes = static_cast<std::int64_t>(length & 0xffff'ffffU);
    if (!address.empty()) {
        program_->add(fmt::format("put(&{}, @, {}, @, @);", on.name, address), {slot, bytes, id});
        return;
    }
    program_->add(fmt::format("put(&{}, @, buffer(&g{}, @), @, @);", on.name, on.slab),
                  {slot, id % 16, bytes, id});
}

std::string behaviour_writer::on_group(const statement& it) {
    switch (it.form->what) {
        case verb::group:
            return open_group(it);
        case verb::register_:
            return register_group(it);
        case verb::unregister:
            return result(it,
                          register_call(it, "IORING_UNREGISTER_PBUF_RING",
                                        registration(it, place(it, "NULL", true))));
        case verb::status: {
            const bool plain =
                !it.has("resv") && !it.has("null") && !it.has("unreadable") && !it.has("count");
            const std::uint64_t id = it.counts[0] & 0xffff'ffffU;
            if (plain) return result(it, fmt::format("group_head({})", id));
            return result(it,
                          register_call(it, "IORING_REGISTER_PBUF_STATUS",
                                        fmt::format("&(struct buf_status){{ .buf_group = {}, "
                                                    ".resv = {{ {} }} }}",
                                                    id, it.number("resv") & 0xffff'ffffU)));
        }
        case verb::map:
            return map(it);
        case verb::unmap:
        case verb::discard:
        case verb::replace:
            return unmap(it);
        case verb::await:
            return result(it,
                          fmt::format("await_head({}, {})", it.counts[0] & 0xffff'ffffU,
                                      it.counts[1] & 0x7fff'ffffU));
        case verb::text: {
            const std::uint64_t at = std::min(it.number("at"), page);
            const std::uint64_t size = std::min(it.number("size", 16), page - at);
            return text(it,
                        fmt::format("{}({} + {}, {})",
                                    it.has("hex") ? "describe_hex" : "describe_bytes",
                                    buffer(it.counts[0], it.counts[1]), at, size));
        }
        default:
            return on_slots(it);
    }
}

/// Statements that need the ring's memory.
std::string behaviour_writer::on_slots(const statement& it) {
    group_state& on = group(it.counts[0]);
    if (!on.usable()) return "needs a ring's memory, which is not there";
    switch (it.form->what) {
        case verb::add:
            for (std::size_t i = 1; i < it.counts.size(); ++i) {
                const std::uint16_t id = on.next_id++;
                put(on, id, it.counts[i], "");
            }
            break;
        case verb::stage: {
            const auto id = static_cast<std::uint16_t>(it.number("bid", on.next_id));
            on.next_id = static_cast<std::uint16_t>(id + 1);
            put(on, id, it.number("len", 64),
                it.has("addr") ? place(it, buffer(it.counts[0], id)) : "");
            return {};
        }
        case verb::publish:
            on.tail = static_cast<std::uint16_t>(it.number("tail", on.tail));
            break;
        case verb::edit:
            return edit(it);
        case verb::slot:
            return text(it,
                        fmt::format("describe_slot(&{}, {})", on.name, it.counts[1] % on.entries));
        default:
            return result(it, fmt::format("{}.slots[0].resv", on.name));
    }
    program_->add(fmt::format("publish(&{}, {});", on.name, on.tail));
    return {};
}

std::string behaviour_writer::edit(const statement& it) {
    const group_state& on = group(it.counts[0]);
    const std::string slot = fmt::format("{}.slots[{}]", on.name, it.counts[1] % on.entries);
    const auto set = [&](std::string_view member, std::string_view value) {
        program_->add(fmt::format("{}.{} = {};", slot, member, value));
    };
    const auto number = [&](std::string_view name, std::uint64_t mask) {
        return std::to_string(it.number(name) & mask);
    };
    if (it.has("bid")) set("bid", number("bid", 0xffff));
    if (it.has("addr")) {
        const std::string own = fmt::format("buffer(&g{}, {}.bid)", on.slab, slot);
        set("addr", fmt::format("ptr({})", place(it, own)));
    }
    if (it.has("len")) set("len", number("len", 0xffff'ffffU));
    if (it.has("resv")) set("resv", number("resv", 0xffff));
    return {};
}

std::string behaviour_writer::registration(const statement& it, const std::string& address) {
    std::string fields = fmt::format(".bgid = {}", it.counts[0] & 0xffffU);
    if (address != "NULL") fields += fmt::format(", .ring_addr = ptr({})", address);
    const auto add = [&](std::string_view name, std::string_view key, std::uint64_t mask) {
        const std::uint64_t value = it.number(key) & mask;
        if (value != 0) fields += fmt::format(", .{} = {}", name, value);
    };
    add("ring_entries", "entries", 0xffff'ffffU);
    add("flags", "flags", 0xffff);
    add("min_left", "min_left", 0xffff'ffffU);
    add("resv[0]", "resv", 0xffff'ffffU);
    return fmt::format("&(struct buf_reg){{ {} }}", fields);
}

std::string behaviour_writer::register_call(const statement& it, std::string_view opcode,
                                            const std::string& argument) {
    // Page 0 and its neighbour are never mapped.
    const std::string_view given = it.has("unreadable") ? "(void *)0x1000"
        : it.has("null")                                ? "NULL"
                                                        : std::string_view(argument);
    return fmt::format("ring_register({}, {}, {})", opcode, given,
                       it.number("count", 1) & 0xffff'ffffU);
}

/// The memory of a ring, before it is registered.
std::string behaviour_writer::lay_out(const statement& it, group_state& on) {
    on.entries = it.number("entries", 8) & 0xffff'ffffU;
    if (it.has("same")) {
        const group_state& other = group(it.number("same"));
        on.slab = other.slab;
        on.tail = other.tail;
        on.has_ring = other.has_ring;
        on.size = other.size;
        program_->add(fmt::format("lay_out(&{}, {}, {}.slots);", on.name, on.entries, other.name));
        return {};
    }
    constexpr std::uint64_t most = 1U << 20U;
    if (on.entries > most) return "has a ring that is too large";
    const operand_value* kind = it.find("addr");
    on.size = whole_pages(std::max<std::uint64_t>(on.entries * 16, 1));
    std::string memory = fmt::format("pages({})", on.size);
    if (it.has("mapped")) {
        memory = "NULL";
    } else if (kind != nullptr) {
        memory = memory_like(kind->word, on.size);
        if (memory.empty()) memory = "NULL";
    }
    on.has_ring = memory != "NULL";
    on.tail = on.next_id = 0;
    program_->add(fmt::format("lay_out(&{}, {}, {});", on.name, on.entries, memory));
    return {};
}

/// A ring as a program would register it. `same=N`: on the memory of group N.
std::string behaviour_writer::open_group(const statement& it) {
    group_state& on = group(it.counts[0]);
    if (std::string refused = lay_out(it, on); !refused.empty()) return refused;
    if (on.usable() && it.has("tail")) {
        on.tail = static_cast<std::uint16_t>(it.number("tail"));
        program_->add(fmt::format("publish(&{}, {});", on.name, on.tail));
    }
    std::string refused =
        result(it,
               fmt::format("register_group(&{}, {}, {}, {})", on.name, it.counts[0] & 0xffffU,
                           flags_of(it), it.number("min_left") & 0xffff'ffffU),
               true);
    const bool maps = it.has("mapped") && succeeds(it);
    return refused.empty() && maps ? map(it) : refused;
}

std::string behaviour_writer::register_group(const statement& it) {
    const std::uint64_t entries =
        std::clamp<std::uint64_t>(it.number("entries") & 0xffff'ffffU, 1, 32768);
    const std::uint64_t size = whole_pages(entries * 16);
    const bool own = !it.has("addr") && !it.has("null") && !it.has("unreadable");
    std::string memory = fmt::format("pages({})", size);
    if (own && succeeds(it)) {
        group_state& on = group(it.counts[0]);
        on.entries = entries;
        on.size = size;
        on.has_ring = true;
        on.tail = on.next_id = 0;
        program_->add(fmt::format("lay_out(&{}, {}, {});", on.name, entries, memory));
        memory = fmt::format("{}.slots", on.name);
    }
    return result(
        it, register_call(it, "IORING_REGISTER_PBUF_RING", registration(it, place(it, memory))),
        true);
}

std::string behaviour_writer::map(const statement& it) {
    group_state& on = group(it.counts[0]);
    const std::uint64_t usual = 0x8000'0000U | it.counts[0] << 16U;
    const std::uint64_t size = it.number("size", std::max<std::uint64_t>(on.entries * 16, 16));
    if (succeeds(it)) {
        on.has_ring = true;
        on.size = size;
        on.tail = on.next_id = 0;
    }
    return result(
        it, fmt::format("map_group(&{}, {}, {:#x})", on.name, size, it.number("offset", usual)),
        true);
}

/// Also `discard` and `replace`: there a mapping stays, and the program loses what it held.
std::string behaviour_writer::unmap(const statement& it) {
    group_state& on = group(it.counts[0]);
    if (!on.usable()) return "needs a ring's memory, which is not there";
    if (it.form->what == verb::discard) {
        return result(
            it, fmt::format("result(madvise({}.slots, {}, MADV_DONTNEED))", on.name, on.size));
    }
    if (it.form->what == verb::replace) {
        return result(it,
                      fmt::format("mmap({0}.slots, {1}, PROT_READ | PROT_WRITE, MAP_PRIVATE | "
                                  "MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ? -errno : 0",
                                  on.name, on.size));
    }
    on.has_ring = false;
    return result(it, fmt::format("result(munmap({}.slots, {}))", on.name, on.size));
}

}  // namespace ringproof::sim::emitting
