#include "sim/kernel/kbuf.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint64_t transfer_max = 0x7ffff000;  // MAX_RW_COUNT
constexpr std::uint64_t int_max = std::numeric_limits<std::int32_t>::max();
constexpr std::uint16_t iov_max = 1024;  // UIO_MAXIOV

abi::io_uring_buf& slot_at(buffer_list& list, std::uint16_t position) noexcept {
    return list.slots[position & list.mask];
}

// Slot fields are single loads from memory that the application may change at any time.
std::uint64_t address_of(const abi::io_uring_buf& slot) noexcept {
    return model_memory::load_plain(&slot.addr);
}
std::uint32_t length_of(const abi::io_uring_buf& slot) noexcept {
    return model_memory::load_plain(&slot.len);
}
std::uint16_t id_of(const abi::io_uring_buf& slot) noexcept {
    return model_memory::load_plain(&slot.bid);
}

const profile_bugs& bugs_of(const request& asking) noexcept {
    return asking.ring->in->version().bugs;
}

bool is_empty(const buffer_list& list, std::uint16_t tail) noexcept {
    return tail == list.head && !list.head_wrapped;
}

bool commits_at_selection(const request& asking, attempt how) noexcept {
    return (how.on_worker || !asking.file->can_poll()) && !bugs_of(asking).no_early_commit;
}

// Whether the slot at the head is the last published one.
bool is_last(const buffer_list& list, std::uint16_t tail, const profile_bugs& bugs) noexcept {
    if (static_cast<std::uint16_t>(list.head + 1) != tail) return false;
    return tail != 0 || !bugs.last_slot_check_misses_wrap;  // BUG-29: 65536 is not 0
}

// The kernel's commit takes an int, and a negative size commits nothing.
std::int64_t early_commit_size(const request& asking, std::uint64_t length) noexcept {
    const auto size = static_cast<std::int64_t>(length);
    return length > int_max && bugs_of(asking).early_commit_ignores_over_2g ? -1 : size;
}

// Takes `size` bytes from the slots at the head. Matches io_kbuf_inc_commit(): a slot stays
// current while max(min_left, 1) bytes remain (INC-01, INC-08), retiring one leaves its address
// alone (INC-02), and a slot of length 0 ends the walk (INC-14).
bool commit_incremental(buffer_list& list, std::uint64_t size, machine& in) {
    const profile_bugs& bugs = in.version().bugs;
    if (size == 0) return bugs.early_commit_loses_buf_more;  // BUG-21: the end of a READ
    const std::uint32_t keep = std::max<std::uint32_t>(list.min_left, 1);
    while (size != 0) {
        abi::io_uring_buf& slot = slot_at(list, list.head);
        const std::uint32_t length = length_of(slot);
        if (bugs.signed_commit_length && length > int_max) {  // BUG-33: it never gets through
            in.hang();
            return false;
        }
        const auto taken = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, length));
        const std::uint32_t left = length - taken;
        if (left >= keep || taken == 0) {
            model_memory::store_plain(&slot.addr, address_of(slot) + taken);
            model_memory::store_plain(&slot.len, left);
            return false;
        }
        model_memory::store_plain(&slot.len, 0U);
        ++list.head;
        size -= taken;
    }
    return true;
}

void commit_early(request& asking, buffer_list& list, std::int64_t size, unsigned count) {
    if (!commit(asking, list, size, count) && !bugs_of(asking).early_commit_loses_buf_more) {
        asking.facts |= fact::buf_more;  // BUG-21
    }
}

void note_selected(request& asking, const buffer_list& list, std::uint16_t tail) {
    asking.ring->note(event_kind::selected, list.group, asking.buffer_id, list.head, tail);
}

// The slots from the head on that a bundle may use. Matches io_ring_buffers_peek().
int peek(request& asking, buffer_list& list, const bundle_query& query,
         std::vector<segment>& found) {
    found.clear();
    const profile& version = asking.ring->in->version();
    const std::uint16_t tail = tail_of(list);
    std::uint16_t at = list.head;
    if (is_empty(list, tail)) return -ENOBUFS;
    auto available = std::min(static_cast<std::uint16_t>(tail - at), iov_max);
    std::uint32_t room = std::max<std::uint32_t>(query.room, 1);
    if (query.max_size != 0) {
        const std::uint32_t first = length_of(slot_at(list, at));
        if (first == 0) return -ENOBUFS;  // BND-13
        const std::uint64_t needed = std::min<std::uint64_t>(
            query.max_size / first + (query.max_size % first != 0 ? 1 : 0), bundle_slots_max);
        available = std::min(available, static_cast<std::uint16_t>(needed));
        if (list.incremental && !version.has_incremental_bundle) available = 1;
        if (query.expand && available > room) room = available;
    }
    room = std::min<std::uint32_t>(room, available);
    std::uint64_t left = query.max_size == 0 ? int_max : query.max_size;
    asking.buffer_id = id_of(slot_at(list, at));
    for (; room != 0; --room) {
        abi::io_uring_buf& slot = slot_at(list, at);
        std::uint64_t length = length_of(slot);
        if (length > left) {
            length = left;
            if (!list.incremental && !version.bugs.bundle_truncates_last_slot) {
                // A slot that would be filled in part is left out, unless it is the first (BND-04).
                asking.net |= net_fact::partial_map;
                if (!found.empty()) break;
                if (version.bugs.bundle_writes_slot_length) {  // BUG-19
                    model_memory::store_plain(&slot.len, static_cast<std::uint32_t>(left));
                }
            }
        }
        found.push_back({address_of(slot), length});
        left -= length;
        if (left == 0 && version.bugs.exact_pickup_not_empty) break;  // BUG-30
        ++at;
        if (left == 0) break;
    }
    // Told from the slots mapped, not from the bytes that will arrive (BND-10).
    if (at == tail) asking.facts |= fact::list_emptied;
    asking.facts |= fact::holds_slot | fact::commit_pending;
    note_selected(asking, list, tail);
    return static_cast<int>(found.size());
}

}  // namespace

std::uint16_t tail_of(const buffer_list& list) noexcept {
    // Slot 0's reserved word (ABI-02); acquire, so that the slots behind it are seen (ABI-08).
    return model_memory::load_acquire(&list.slots[0].resv);
}

std::size_t buffer_lists::lower(std::uint16_t group) const noexcept {
    const auto at =
        std::ranges::lower_bound(lists_, group, {}, [](const auto& list) { return list->group; });
    return static_cast<std::size_t>(at - lists_.begin());
}

buffer_list* buffer_lists::find(std::uint16_t group) noexcept {
    const std::size_t at = lower(group);
    return at < lists_.size() && lists_[at]->group == group ? lists_[at].get() : nullptr;
}

buffer_list& buffer_lists::add(const buffer_list& added) {
    const auto at = lists_.begin() + static_cast<std::ptrdiff_t>(lower(added.group));
    return **lists_.insert(at, std::make_unique<buffer_list>(added));
}

void buffer_lists::remove(std::uint16_t group) noexcept {
    const std::size_t at = lower(group);
    if (at < lists_.size() && lists_[at]->group == group) {
        lists_.erase(lists_.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

selection select_one(request& asking, std::uint64_t length, attempt how) {
    buffer_list* list = asking.ring->groups.find(asking.group);
    if (list == nullptr) return select_legacy(asking, length);
    const profile& version = asking.ring->in->version();
    const std::uint16_t tail = tail_of(*list);
    if (is_empty(*list, tail)) return {.error = -ENOBUFS};  // equality, not distance (RNG-03)
    const abi::io_uring_buf& slot = slot_at(*list, list->head);
    selection found;
    found.length = length_of(slot);
    const bool limited = length != 0 || !version.length_zero_is_whole_buffer;  // LEN-02
    if (limited && length < found.length) found.length = length;               // LEN-01
    found.address = address_of(slot);
    if (version.selection_checks_address &&
        !address_space::in_user_half(found.address, found.length)) {
        return {.error = -ENOBUFS};  // ERR-04
    }
    found.list = list;
    asking.buffer_id = id_of(slot);
    if (is_last(*list, tail, version.bugs)) asking.facts |= fact::list_emptied;
    asking.facts |= fact::holds_slot | fact::commit_pending;
    note_selected(asking, *list, tail);
    if (commits_at_selection(asking, how)) {
        // The requested length, whatever will arrive (INC-06).
        commit_early(asking, *list, early_commit_size(asking, found.length), 1);
        if (version.bugs.early_commit_returns_moved_address) found.address = address_of(slot);
        found.list = nullptr;
    }
    if (found.address == 0) found.error = -ENOBUFS;  // OPEN-05: a null address is no buffer
    if (found.length > transfer_max) {
        // LEN-06; a receive may forget it (BUG-27).
        const bool keeps =
            version.bugs.length_over_2g_fails && asking.opcode == abi::ioring_op_recv;
        if (!keeps) found.length = transfer_max;
    }
    return found;
}

selection kept_selection(request& holder) {
    selection kept{.length = holder.data.left() + static_cast<std::uint64_t>(holder.done)};
    if (holder.is(fact::commit_pending)) kept.list = holder.ring->groups.find(holder.group);
    return kept;
}

selection peek_bundle(request& asking, const bundle_query& query) {
    buffer_list* list = asking.ring->groups.find(asking.group);
    if (list == nullptr) return select_legacy_whole(asking);  // BND-18
    std::vector<segment>& found = asking.ring->in->scratch;
    const int count = peek(asking, *list, query, found);
    if (count < 0) return {.error = count};
    asking.data.set(found);
    return {.list = list, .address = found[0].address, .length = asking.data.left()};
}

selection select_for_send(request& asking, const bundle_query& query) {
    selection found = peek_bundle(asking, query);
    if (found.error != 0 || found.list == nullptr) return found;
    const auto count = static_cast<unsigned>(asking.ring->in->scratch.size());
    asking.facts |= fact::no_recycle;
    commit_early(asking, *found.list, static_cast<std::int64_t>(found.length), count);
    return found;
}

bool commit(request& holder, buffer_list& list, std::int64_t size, unsigned count) {
    if (!holder.is(fact::commit_pending)) return true;
    holder.facts &= ~fact::commit_pending;
    if (size < 0) return true;
    bool retired = true;
    if (list.incremental) {
        retired = commit_incremental(list, static_cast<std::uint64_t>(size), *holder.ring->in);
    } else {
        const auto next = static_cast<std::uint16_t>(list.head + count);
        if (next < list.head) list.head_wrapped = bugs_of(holder).head_wider_than_tail;
        list.head = next;
    }
    holder.ring->note(event_kind::committed, list.group, holder.buffer_id, size, list.head);
    return retired;
}

bool recycle(request& holder, buffer_list* list) {
    if (list == nullptr) return recycle_legacy(holder);
    if (holder.is(fact::no_recycle) || !holder.is(fact::holds_slot)) return false;
    holder.facts &= ~(fact::holds_slot | fact::commit_pending);
    holder.ring->note(event_kind::recycled, list->group, holder.buffer_id);
    return true;
}

void give_up(request& holder, buffer_list* list, failed_attempt how) {
    // The completion names a provided buffer, which is off its list for good (LEG-09).
    if (how != failed_attempt::clean && holder.is(fact::holds_legacy)) return;
    if (how == failed_attempt::clean || list == nullptr || !holder.is(fact::commit_pending)) {
        recycle(holder, list);
    } else if (how == failed_attempt::consumed) {
        commit(holder, *list, 0, 1);  // before rings were incremental
    } else {
        holder.facts &= ~fact::commit_pending;
        holder.ring->note(event_kind::recycled, list->group, holder.buffer_id);
    }
}

std::uint32_t put(request& holder, buffer_list* list, std::int64_t size, unsigned count) {
    if (!holder.is(fact::holds_slot)) return 0;
    std::uint32_t flags = abi::ioring_cqe_f_buffer |
        static_cast<std::uint32_t>(holder.buffer_id) << abi::ioring_cqe_buffer_shift;
    bool retired = true;
    if (list != nullptr) retired = commit(holder, *list, size, count);
    if (!retired || holder.is(fact::buf_more)) flags |= abi::ioring_cqe_f_buf_more;
    holder.facts &=
        ~(fact::holds_slot | fact::holds_legacy | fact::commit_pending | fact::buf_more);
    return flags;
}

}  // namespace ringproof::sim
