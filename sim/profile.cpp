// The versions, oldest first, each as what differs from the next newer one that is described: the
// defaults are 7.3, and every step back takes away what the newer one brought. What was seen and
// what was only read is told in sim/kernel/rules.md; stable releases have many later repairs, and
// a profile is one release, not a line.

#include "sim/profile.hpp"

#include <array>

namespace ringproof::sim {

namespace {

constexpr std::uint32_t no_limit = 0xffffffff;

constexpr profile make_v7_3() { return {}; }

constexpr profile make_v7_2() {
    profile made = make_v7_3();
    made.name = "v7_2";
    made.summary = "7.2.12, before the repairs of 7.3.3; fails on buffers of 2 GiB";
    made.bugs.waitall_retries_uncommitted = true;
    made.bugs.length_over_2g_fails = true;
    made.bugs.last_slot_check_misses_wrap = true;
    made.bugs.exact_pickup_not_empty = true;
    made.bugs.limit_counts_appends_twice = true;
    return made;
}

constexpr profile make_v7_1() {
    profile made = make_v7_2();
    made.name = "v7_1";
    made.summary = "7.1.13: rings count as locked memory, MSG_TRUNC eats buffers";
    made.charges_locked_memory = true;
    made.map_unknown_group_error = 12;
    made.legacy_group_max = 65535;
    made.selection_checks_address = false;
    made.bugs.length_over_2g_fails = false;  // came with 7.2.7
    made.bugs.trunc_commits_message_length = true;
    return made;
}

constexpr profile make_v7_0() {
    profile made = make_v7_1();
    made.name = "v7_0";
    made.summary = "7.0.13, which has min_left and the bundle repairs of 7.1";
    return made;
}

constexpr profile make_v6_19() {
    profile made = make_v7_0();
    made.name = "v6_19";
    made.summary = "6.19.14: no min_left; bundles lose F_BUF_MORE and shorten slots";
    made.has_min_left = false;
    made.bugs.bundle_writes_slot_length = true;
    made.bugs.bundle_append_loses_buf_more = true;
    made.unix_bundle_hint_too_large = true;
    return made;
}

constexpr profile make_v6_18() {
    profile made = make_v7_0();
    made.name = "v6_18";
    made.summary = "6.18.44, long-term: as 7.0.13";
    made.last_opcode = 62;
    return made;
}

constexpr profile make_v6_17() {
    profile made = make_v6_19();
    made.name = "v6_17";
    made.summary = "6.17.13: failures name buffers that were not consumed";
    made.last_opcode = 62;
    made.last_register_opcode = 34;
    made.recv_would_block = failed_attempt::spurious_flag;
    made.read_failed = failed_attempt::spurious_flag;
    made.bugs.misses_end_on_wake_race = true;  // seen up to 6.19.6, gone in 6.19.14
    made.bugs.early_commit_loses_buf_more = true;
    made.bugs.send_bundle_continues_after_poll = true;
    made.bugs.unix_recvmsg_sets_ctrunc = true;
    made.bugs.unix_fault_sets_nonempty = true;
    made.bugs.negative_length_accepted = true;
    return made;
}

constexpr profile make_v6_16() {
    profile made = make_v6_17();
    made.name = "v6_16";
    made.summary = "6.16.12: multishot receives without limits, bundles heed no length";
    made.has_multishot_length = false;
    made.unix_stream_tells_inq = false;
    made.bundle_honours_length = false;
    made.unix_bundle_hint_too_large = false;
    made.bugs.bundle_writes_slot_length = false;  // nothing sets a length that could be written
    made.bugs.limit_counts_appends_twice = false;
    made.bugs.unix_recvmsg_sets_ctrunc = false;
    made.bugs.unix_fault_sets_nonempty = false;
    return made;
}

// The long-term release has nearly every repair, some of them before the newest mainline.
constexpr profile make_v6_12() {
    profile made = make_v7_3();
    made.name = "v6_12";
    made.summary = "6.12.117, long-term: no multishot limits, else repaired like 7.3.3";
    made.has_multishot_length = false;
    made.order = registration_order::b;
    made.mapped_ring_ignores_address = false;
    made.registers_without_ring = false;
    made.map_unknown_group_error = 12;
    made.legacy_group_max = no_limit;
    made.unix_stream_tells_inq = false;
    made.selection_checks_address = false;
    made.send_bundle_needs_select = true;
    made.deferred_work_batch = 65535;
    made.last_opcode = 57;
    made.last_register_opcode = 30;
    made.features = 0xffff;
    return made;
}

constexpr profile make_v6_10() {
    profile made = make_v6_12();
    made.name = "v6_10";
    made.summary = "6.10.14: the first bundles; no incremental rings yet";
    made.has_incremental = false;
    made.has_incremental_bundle = false;
    made.has_min_left = false;
    made.bundle_appends = false;
    made.bundle_honours_length = false;
    made.send_select_takes_length = false;
    made.failed_ring_drops_legacy = false;
    made.legacy_needs_length = false;
    made.recv_would_block = failed_attempt::consumed;
    made.read_failed = failed_attempt::consumed;
    made.last_opcode = 55;
    made.last_register_opcode = 28;
    made.features = 0x7fff;
    made.bugs.early_commit_ignores_over_2g = false;
    made.bugs.partial_kept_uncommitted = true;
    made.bugs.waitall_retries_uncommitted = true;
    made.bugs.bundle_truncates_last_slot = true;
    made.bugs.send_bundle_continues_after_poll = true;
    made.bugs.misses_end_on_wake_race = true;
    made.bugs.last_slot_check_misses_wrap = true;
    made.bugs.exact_pickup_not_empty = true;
    made.bugs.multishot_end_not_noticed = true;
    made.bugs.negative_length_accepted = true;
    return made;
}

constexpr profile make_v6_8() {
    profile made = make_v6_10();
    made.name = "v6_8";
    made.summary = "6.8.12: no bundles; groups below 64 keep their head";
    made.has_bundle = false;
    made.has_send_select = false;
    made.has_accept_poll_first = false;
    made.low_groups_are_permanent = true;
    made.last_opcode = 54;
    made.last_register_opcode = 26;
    made.features = 0x3fff;
    made.bugs.partial_kept_uncommitted = false;
    made.bugs.waitall_retries_uncommitted = false;
    made.bugs.bundle_truncates_last_slot = false;
    made.bugs.send_bundle_continues_after_poll = false;
    made.bugs.last_slot_check_misses_wrap = false;
    made.bugs.exact_pickup_not_empty = false;
    made.bugs.multishot_length_sticks = true;
    return made;
}

constexpr profile make_v6_4() {
    profile made = make_v6_8();
    made.name = "v6_4";
    made.summary = "6.4.16: the first rings in kernel memory; no way to ask for the head";
    made.has_read_multishot = false;
    made.has_status = false;
    made.multishot_trusts_inq = false;
    made.multishot_retries = 65535;
    made.multishot_may_overflow = true;
    made.legacy_count_max = 65535;
    // Seen on 6.1 and gone by 6.12; nobody looked at what is between.
    made.last_waiter_first = false;
    made.deferred_work_lifo = true;
    made.last_opcode = 48;
    made.last_register_opcode = 25;
    made.cancel_flags = 0xf;
    made.bugs.waitall_length_underflows = true;
    made.bugs.mapped_ring_freed_early = true;
    return made;
}

constexpr profile make_v6_1() {
    profile made = make_v6_4();
    made.name = "v6_1";
    made.summary = "6.1.192, long-term: the first with DEFER_TASKRUN";
    made.has_mmap = false;
    made.has_timeout_multishot = false;
    made.order = registration_order::a;
    made.pipes_take_nowait = false;
    made.legacy_count_max = 65536;  // this and the next by stable releases
    made.legacy_needs_length = true;
    made.multishot_may_overflow = false;
    made.features = 0x1fff;
    made.bugs.waitall_length_underflows = false;  // these four by stable releases
    made.bugs.mapped_ring_freed_early = false;
    made.bugs.misses_end_on_wake_race = false;
    made.bugs.multishot_end_not_noticed = false;
    return made;
}

constexpr profile make_v5_19() {
    profile made = make_v6_1();
    made.name = "v5_19";
    made.summary = "5.19.17: the first buffer rings; no multishot, length 0 is 0";
    made.has_recv_multishot = false;
    made.length_zero_is_whole_buffer = false;
    made.legacy_count_max = 65535;
    made.legacy_needs_length = false;
    made.receive_failed = failed_attempt::consumed;
    made.has_single_issuer = false;
    made.has_deferred_taskrun = false;
    made.last_opcode = 46;
    made.last_register_opcode = 23;
    made.cancel_flags = 0x7;
    made.bugs.pins_a_page_too_many = true;
    made.bugs.multishot_length_sticks = false;
    made.bugs.waitall_length_underflows = true;
    made.bugs.remove_tells_one_more = true;
    return made;
}

constexpr std::array known{make_v5_19(), make_v6_1(),  make_v6_4(),  make_v6_8(),  make_v6_10(),
                           make_v6_12(), make_v6_16(), make_v6_17(), make_v6_18(), make_v6_19(),
                           make_v7_0(),  make_v7_1(),  make_v7_2(),  make_v7_3()};

}  // namespace

std::span<const profile> profiles() noexcept { return known; }

profile repaired(profile version) noexcept {
    version.bugs = {.early_commit_ignores_over_2g = false};
    version.recv_would_block = failed_attempt::clean;
    version.read_failed = failed_attempt::clean;
    version.receive_failed = failed_attempt::clean;
    version.low_groups_are_permanent = false;
    version.length_zero_is_whole_buffer = true;
    return version;
}

const profile* find_profile(std::string_view name) noexcept {
    for (const profile& candidate : known) {
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

}  // namespace ringproof::sim
