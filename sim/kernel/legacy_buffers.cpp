#include "sim/kernel/legacy_buffers.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "sim/kernel/machine.hpp"

namespace ringproof::sim {

namespace {

constexpr std::uint32_t ids = 65536;                // MAX_BIDS_PER_BGID
constexpr std::uint32_t transfer_max = 0x7ffff000;  // MAX_RW_COUNT
constexpr std::uint16_t low_groups = 64;

legacy_list* find(ring_context& ring, std::uint16_t group) {
    const auto at = ring.legacy.find(group);
    return at == ring.legacy.end() ? nullptr : &at->second;
}

// The count is in the SQE's fd; a negative one is as good as a large one.
bool is_count(std::int32_t told, std::uint32_t most) noexcept {
    return told > 0 && static_cast<std::uint32_t>(told) <= most;
}

selection hold_first(request& asking, legacy_list& list) {
    const legacy_run taken = list.take();
    asking.buffer_id = taken.first_id;
    asking.legacy_address = taken.address;
    asking.legacy_length = taken.length;
    asking.facts |= fact::holds_slot | fact::holds_legacy;
    if (list.empty()) asking.facts |= fact::list_emptied;
    selection found{.address = taken.address, .length = taken.length};
    if (found.address == 0) found.error = -ENOBUFS;  // OPEN-05
    return found;
}

}  // namespace

void legacy_list::append(const legacy_run& added) {
    runs_.push_back(added);
    size_ += added.count;
}

void legacy_list::put_back(const legacy_run& buffer) {
    runs_.push_front(buffer);
    ++size_;
}

legacy_run legacy_list::take() {
    legacy_run first = runs_.front();
    first.count = 1;
    shorten_front(1);
    return first;
}

std::uint32_t legacy_list::remove(std::uint32_t count) {
    std::uint32_t removed = 0;
    while (removed < count && !runs_.empty()) {
        const std::uint32_t some = std::min(count - removed, runs_.front().count);
        shorten_front(some);
        removed += some;
    }
    return removed;
}

void legacy_list::shorten_front(std::uint32_t count) {
    legacy_run& front = runs_.front();
    size_ -= count;
    if (front.count == count) {
        runs_.pop_front();
        return;
    }
    front.count -= count;
    front.address += std::uint64_t{front.length} * count;
    front.first_id = static_cast<std::uint16_t>(front.first_id + count);
}

bool is_legacy_group(const ring_context& ring, std::uint32_t group) {
    if (group >= ids) return false;
    if (ring.legacy.contains(static_cast<std::uint16_t>(group))) return true;
    // UNR-06: from the first use of one of them on, all low groups exist, if not as rings.
    const bool permanent = ring.in->version().low_groups_are_permanent && ring.low_group_used;
    return permanent && group < low_groups;
}

selection select_legacy(request& asking, std::uint64_t length) {
    legacy_list* list = find(*asking.ring, asking.group);
    if (list == nullptr || list->empty()) return {.error = -ENOBUFS};  // SEL-04
    selection found = hold_first(asking, *list);
    const bool limited = length != 0 || !asking.ring->in->version().length_zero_is_whole_buffer;
    if (limited) found.length = std::min(found.length, length);  // LEN-01, LEN-02
    return found;
}

selection select_legacy_whole(request& asking) {
    legacy_list* list = find(*asking.ring, asking.group);
    if (list == nullptr) return {.error = -ENOENT};  // SEL-04
    if (list->empty()) return {.error = -ENOBUFS};
    selection found = hold_first(asking, *list);
    if (asking.ring->in->version().bugs.legacy_bundle_takes_nothing) found.length = 0;  // BUG-34
    asking.ring->in->scratch.assign(1, {found.address, found.length});
    asking.data.set(found.address, found.length);
    return found;
}

bool recycle_legacy(request& holder) {
    if (!holder.is(fact::holds_legacy) || holder.is(fact::no_recycle)) return false;
    holder.facts &= ~(fact::holds_slot | fact::holds_legacy);
    // A group that became a ring meanwhile, or vanished, does not get it back (LEG-10).
    legacy_list* list = find(*holder.ring, holder.group);
    if (list != nullptr) {
        list->put_back({.address = holder.legacy_address,
                        .length = holder.legacy_length,
                        .first_id = holder.buffer_id});
    }
    return true;
}

// Matches io_provide_buffers_prep(). LEG-03.
int prepare_provide(request& fresh) {
    const profile& version = fresh.ring->in->version();
    if (fresh.op_flags != 0 || fresh.file_index != 0) return -EINVAL;
    if (!is_count(fresh.fd, version.legacy_count_max)) return -E2BIG;
    if (fresh.len == 0 && version.legacy_needs_length) return -EINVAL;
    const auto count = static_cast<std::uint32_t>(fresh.fd);
    const std::uint64_t size = std::uint64_t{fresh.len} * count;
    if (fresh.addr > std::numeric_limits<std::uint64_t>::max() - size) return -EOVERFLOW;
    if (!address_space::in_user_half(fresh.addr, size)) return -EFAULT;
    if (fresh.off >= ids) return -E2BIG;
    return fresh.off + count > ids ? -EINVAL : 0;
}

// Matches io_remove_buffers_prep(). LEG-04.
int prepare_remove(request& fresh) {
    if (fresh.op_flags != 0 || fresh.file_index != 0) return -EINVAL;
    if (fresh.addr != 0 || fresh.len != 0 || fresh.off != 0) return -EINVAL;
    return is_count(fresh.fd, fresh.ring->in->version().legacy_count_max) ? 0 : -EINVAL;
}

int provide_buffers(request& providing) {
    ring_context& ring = *providing.ring;
    if (providing.group < low_groups) ring.low_group_used = true;
    if (ring.groups.find(providing.group) != nullptr) return -EINVAL;  // LEG-05
    legacy_list& list = ring.legacy[providing.group];
    const auto most = static_cast<std::uint64_t>(ring.in->version().legacy_group_max);
    // Those that fit are taken; only when none does, that is an error (LEG-06).
    if (list.size() >= most) return -EOVERFLOW;
    const auto wanted = static_cast<std::uint64_t>(providing.fd);
    list.append({.address = providing.addr,
                 .length = std::min(providing.len, transfer_max),
                 .count = static_cast<std::uint32_t>(std::min(wanted, most - list.size())),
                 .first_id = static_cast<std::uint16_t>(providing.off)});
    return 0;
}

int remove_buffers(request& removing) {
    ring_context& ring = *removing.ring;
    if (ring.groups.find(removing.group) != nullptr) return -EINVAL;  // LEG-05
    if (!is_legacy_group(ring, removing.group)) return -ENOENT;
    const auto count = static_cast<std::uint32_t>(removing.fd);
    legacy_list* list = find(ring, removing.group);
    const std::uint32_t removed = list == nullptr ? 0 : list->remove(count);
    const bool one_more = removed < count && ring.in->version().bugs.remove_tells_one_more;
    return static_cast<int>(removed) + (one_more ? 1 : 0);  // BUG-41
}

}  // namespace ringproof::sim
