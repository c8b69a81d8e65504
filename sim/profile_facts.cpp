#include "sim/profile_facts.hpp"

#include <array>
#include <type_traits>

namespace ringproof::sim {

namespace {

using p = profile;
using b = profile_bugs;

bool any_failure_is(const profile& of, failed_attempt how) {
    return of.recv_would_block == how || of.read_failed == how;
}

constexpr auto facts = std::to_array<profile_fact>({
    // What exists.
    {"MSH-01", "has_recv_multishot", &p::has_recv_multishot, "6.0 and later",
     "RECV and RECVMSG can stay armed for one completion after another."},
    {"MAP-01", "has_mmap", &p::has_mmap, "6.4 and later",
     "The kernel can provide a buffer ring's memory, to be mapped by the application."},
    {"MSH-01", "has_read_multishot", &p::has_read_multishot, "6.7 and later",
     "There is READ_MULTISHOT, for pipes and sockets."},
    {"STA-01", "has_status", &p::has_status, "6.8 and later",
     "PBUF_STATUS tells how far the kernel's head has come."},
    {"BND-01", "has_bundle", &p::has_bundle, "6.10 and later",
     "One completion may stand for several consecutive buffers."},
    {"SND-01", "has_send_select", &p::has_send_select, "6.10 and later",
     "SEND can take what it sends from a buffer ring."},
    {"INC-01", "has_incremental", &p::has_incremental, "6.12 and later",
     "A ring may be registered whose buffers are used up piece by piece."},
    {"BND-16", "has_incremental_bundle", &p::has_incremental_bundle, "6.12.85, 6.15 and later",
     "A bundle on an incremental ring may reach over several buffers, not one."},
    {"REG-16", "has_min_left", &p::has_min_left, "6.12.90, 6.18.44, 7.0.13, 7.1 and later",
     "An incremental ring can be told which rest of a buffer is too small to go on with."},
    {"MSH-03, MSH-04", "has_multishot_length", &p::has_multishot_length, "6.17 and later",
     "A multishot RECV takes a limit for each transfer, and one for all of them."},
    {"LEN-02", "length_zero_is_whole_buffer", &p::length_zero_is_whole_buffer, "6.0 and later",
     "A request of length 0 asks for as much as its buffer holds, not for nothing."},
    {"RUN-06", "has_single_issuer", &p::has_single_issuer, "6.0 and later",
     "A ring may be bound to the one thread that submits to it."},
    {"RUN-02", "has_deferred_taskrun", &p::has_deferred_taskrun, "6.1 and later",
     "A ring may leave all its work until its owner asks for completions."},
    {"-", "has_timeout_multishot", &p::has_timeout_multishot, "6.4 and later",
     "A TIMEOUT can repeat itself."},
    {"-", "has_accept_poll_first", &p::has_accept_poll_first, "6.10 and later",
     "ACCEPT knows ACCEPT_DONTWAIT and ACCEPT_POLL_FIRST."},
    {"SEL-01", "last_opcode", &p::last_opcode, "grows with every few versions",
     "Requests with a higher opcode are refused with EINVAL, and no probe tells them."},
    {"REG-01", "last_register_opcode", &p::last_register_opcode, "grows with every few versions",
     "io_uring_register() refuses higher opcodes with EINVAL, whatever else is wrong."},
    {"-", "cancel_flags", &p::cancel_flags, "FD_FIXED from 6.0, by opcode and user data from 6.6",
     "Cancelling with another flag than these is refused with EINVAL."},
    {"-", "features", &p::features, "BUNDLE 6.10, MIN_TIMEOUT 6.12, NO_IOWAIT 6.15",
     "io_uring_setup() tells these feature bits; the enter flags that came with them depend on "
     "them."},
    // Registration.
    {"REG-15", "order", &p::order, "a up to 6.3, b on 6.4 - 6.13, c from 6.14",
     "Of two wrong arguments of a registration it depends on the version which one is told."},
    {"REG-12", "mapped_ring_ignores_address", &p::mapped_ring_ignores_address, "6.14 and later",
     "An address beside the MMAP flag is ignored; before, it was refused with EINVAL."},
    {"REG-01", "registers_without_ring", &p::registers_without_ring, "6.13 and later",
     "io_uring_register() on descriptor -1 answers EINVAL; before, EBADF."},
    {"USR-05", "charges_locked_memory", &p::charges_locked_memory, "6.14 - 7.2.10",
     "The pages of buffer rings count against RLIMIT_MEMLOCK, and ENOMEM comes beyond it."},
    {"MAP-04", "map_unknown_group_error", &p::map_unknown_group_error, "EINVAL (22) from 7.2",
     "Mapping a group that has no ring of the kernel's fails with this errno."},
    {"REG-21", "failed_ring_drops_legacy", &p::failed_ring_drops_legacy, "6.12.16, 6.14 and later",
     "A registration that fails at its memory has removed the emptied legacy group of that id."},
    {"LEG-03", "legacy_needs_length", &p::legacy_needs_length,
     "6.1 and 6.12 by stable releases, 6.15 and later",
     "PROVIDE_BUFFERS of length 0 is refused with EINVAL; before, such buffers were taken."},
    {"LEG-03", "legacy_count_max", &p::legacy_count_max, "0xffff up to 6.1.63 and 6.6",
     "More buffers than these in one PROVIDE_BUFFERS are E2BIG."},
    {"LEG-06", "legacy_group_max", &p::legacy_group_max,
     "0xffff on 6.16 - 7.1, 0x10000 from 7.2; 0xffffffff: no limit",
     "A legacy group takes no more buffers than these; the next one is EOVERFLOW."},
    // Selection and transfer.
    {"MSH-06", "multishot_trusts_inq", &p::multishot_trusts_inq, "6.5 and later",
     "A multishot that knows its queue to be empty waits; before, it tried at once, and an empty "
     "ring gave ENOBUFS without any data."},
    {"CQE-07", "unix_stream_tells_inq", &p::unix_stream_tells_inq, "6.17 and later",
     "Unix stream sockets tell what is still queued, so F_SOCK_NONEMPTY is set for them."},
    {"ERR-04", "selection_checks_address", &p::selection_checks_address, "7.2 and later",
     "A kernel address in a slot counts as no buffer, ENOBUFS; before, it was EFAULT."},
    {"BND-06", "bundle_appends", &p::bundle_appends, "6.12.37, 6.15 and later",
     "A bundle that filled its slots receives once more into the same completion."},
    {"BND-08", "bundle_honours_length", &p::bundle_honours_length, "6.12.94, 6.17 and later",
     "The length of a receive bundle limits its first transfer; before, nobody looked at it."},
    {"BND-04", "unix_bundle_hint_too_large", &p::unix_bundle_hint_too_large, "6.17 - 7.0.4",
     "A bundle on a Unix stream takes what it has received for still queued: more slots."},
    {"BND-19", "send_bundle_needs_select", &p::send_bundle_needs_select, "6.10 - 6.12",
     "SEND with the bundle bit but without a group is refused with EINVAL."},
    {"SND-01", "send_select_takes_length", &p::send_select_takes_length, "6.12 and later",
     "SEND from a group may carry a length; before, anything but 0 was EINVAL."},
    {"ERR-01", "pipes_take_nowait", &p::pipes_take_nowait, "6.4 and later",
     "RWF_NOWAIT works on pipes; before, EOPNOTSUPP."},
    {"LEN-02", "receive_failed", &p::receive_failed, "consumed on 5.19, clean from 6.0",
     "A receive that brings 0 bytes or fails uses its buffer up and names it; later it does "
     "neither."},
    {"MSH-08", "multishot_retries", &p::multishot_retries, "32 from 6.8, no limit before",
     "So many further transfers does a multishot make before other requests get their turn."},
    // Completion and scheduling.
    {"MSH-13, MSH-14", "last_waiter_first", &p::last_waiter_first, "6.12 and later; not 6.1",
     "Of several requests that wait for one file the latest is served first."},
    {"RUN-05", "deferred_work_lifo", &p::deferred_work_lifo, "6.1; gone by 6.12",
     "With DEFER_TASKRUN the latest wake-up is served first."},
    {"RUN-02", "deferred_work_batch", &p::deferred_work_batch, "20 from 6.13, no limit before",
     "One enter that waits for nothing runs so many items of deferred work."},

    // Bugs.
    {"BUG-01", "head_wider_than_tail", &b::head_wider_than_tail, "5.19-rc1 and -rc2",
     "After 65536 buffers an empty ring is not seen to be empty, and slots that were never given "
     "are used.",
     "Head and tail got the same 16-bit type."},
    {"BUG-02", "accepts_65536_entries", &b::accepts_65536_entries, "5.19-rc1 and -rc2",
     "A ring of 65536 entries is accepted, and looks empty when it is full.",
     "Rings have at most 32768 entries."},
    {"BUG-03", "no_early_commit", &b::no_early_commit, "5.19-rc1 and -rc2",
     "Two requests that wait in workers share one buffer: its id is completed twice, and the later "
     "data overwrites the earlier.",
     "What runs without the ring's lock uses its buffer up as soon as it is selected."},
    {"BUG-04", "partial_not_consumed", &b::partial_not_consumed, "5.19-rc, in part up to 5.19.10",
     "A receive that waits for the rest of its data has given its buffer back: the rest, or "
     "another request's data, is written over the beginning.",
     "A buffer with data in it is used up before the request waits."},
    {"BUG-05", "pins_a_page_too_many", &b::pins_a_page_too_many, "5.19 - 6.2, 6.1.19",
     "Registering a ring that ends with its mapping fails with EFAULT.",
     "The count of pages to pin is right."},
    {"BUG-06", "group_lost_on_worker", &b::group_lost_on_worker, "6.0 - 6.1.10",
     "A multishot receive that ran in a worker takes its second buffer from another group, or "
     "ends with ENOBUFS.",
     "The group's id is kept beside the buffer's."},
    {"BUG-07, UNR-06", "low_groups_are_permanent", &p::low_groups_are_permanent, "5.19 - 6.8",
     "A group below 64 that is registered again goes on at its old head, and unregistering it "
     "twice is EINVAL, not ENOENT.",
     "The fixed table of low groups was removed in 6.9."},
    {"BUG-08, MSH-18", "multishot_length_sticks", &b::multishot_length_sticks, "6.0 - 6.8",
     "Within one wake-up a multishot receive puts no more into a buffer than the smallest one "
     "before it held.",
     "6.9 starts every transfer from its own buffer's length."},
    {"BUG-09", "waitall_length_underflows", &b::waitall_length_underflows, "5.19 - 6.7, 6.1.81",
     "A MSG_WAITALL receive of length 0 whose data comes in two parts fails with EFAULT.",
     "The buffer's length replaces the 0 before anything is subtracted."},
    {"BUG-10, MAP-05", "mapped_ring_freed_early", &b::mapped_ring_freed_early, "6.4 - 6.6.4",
     "Once a ring of the kernel's memory is unregistered its mapping shows foreign data.",
     "The pages live as long as their mapping."},
    {"BUG-14, ERR-01", "failed_attempt_consumes", &p::recv_would_block, "5.19 - 6.11",
     "MSG_DONTWAIT without data and failed reads use up a buffer, and name it.",
     "Since 6.12 what failed uses nothing up.",
     [](const profile& of) { return any_failure_is(of, failed_attempt::consumed); }},
    {"BUG-15, ERR-01", "failed_attempt_names_buffer", &p::read_failed, "6.12 - 6.17",
     "The completion of a failed attempt names a buffer that the kernel still has; who recycles "
     "it has it twice in the ring.",
     "Reads and receives recycle their buffer before they complete.",
     [](const profile& of) { return any_failure_is(of, failed_attempt::spurious_flag); }},
    {"BUG-16", "partial_kept_uncommitted", &b::partial_kept_uncommitted, "6.9 - 6.17-rc1 (read)",
     "While a MSG_WAITALL receive waits for its rest, others are given the same buffer.",
     "The buffer is used up when its first part has arrived."},
    {"BUG-17", "waitall_retries_uncommitted", &b::waitall_retries_uncommitted, "6.10 - 7.3.2",
     "A MSG_WAITALL receive goes on in parts of a bundle or an incremental buffer that others "
     "were given meanwhile, and its completion lacks F_BUF_MORE.",
     "Where only the received part is used up the receive completes short."},
    {"BUG-18, BND-04", "bundle_truncates_last_slot", &b::bundle_truncates_last_slot,
     "6.10 - 6.16-rc1",
     "A bundle ends within a slot and goes on behind it: by its length, the application looks "
     "for the bytes in the wrong places.",
     "A slot that would be filled in part is left out."},
    {"BUG-19", "bundle_writes_slot_length", &b::bundle_writes_slot_length, "6.17 - 7.0.4, 6.19",
     "A receive bundle with a length below its first slot's writes that length into the ring, "
     "even if it receives nothing; the next request finds a short buffer.",
     "Only the kernel's copy of the slot is cut."},
    {"BUG-20, BND-16", "bundle_append_loses_buf_more", &b::bundle_append_loses_buf_more,
     "6.15 - 7.0.4",
     "A bundle that was received in two steps lacks F_BUF_MORE though its last buffer is still "
     "being filled.",
     "The second step's flag is taken over."},
    {"BUG-21, INC-04", "early_commit_loses_buf_more", &b::early_commit_loses_buf_more,
     "6.12 - 6.19",
     "On incremental rings F_BUF_MORE is missing at the end of a read, and for files, workers "
     "and sends always.",
     "7.0 and late stable releases carry the flag through."},
    {"BUG-22, SND-07", "send_bundle_continues_after_poll", &b::send_bundle_continues_after_poll,
     "6.10 - 6.19", "A send bundle that had to wait sends further buffers on its own account.",
     "After a wait it completes, and the application decides."},
    {"BUG-24, MSH-12", "misses_end_on_wake_race", &b::misses_end_on_wake_race, "6.0 - 6.19.6",
     "Data and the end of the stream in one wake-up: the multishot never reports the end.",
     "Several wake-ups at once are looked at again."},
    {"BUG-25, OVF-08", "overflow_flush_reorders", &b::overflow_flush_reorders, "6.12 - 6.14",
     "Completions that overflowed may arrive in another order.",
     "The list is moved without letting others post in between."},
    {"BUG-27, LEN-06", "length_over_2g_fails", &b::length_over_2g_fails,
     "6.12.111 - .113, 7.2.7 - 7.2.13",
     "A receive into a buffer of 2 GiB or more fails with nonsense; with 4 GiB - 1 it is EPERM.",
     "The length is capped before it is returned as an int."},
    {"BUG-28, ERR-13", "trunc_commits_message_length", &b::trunc_commits_message_length,
     "6.12 - 7.2.6",
     "MSG_TRUNC on an incremental ring uses up the datagram's length, and so buffers behind the "
     "one it was stored in.",
     "Only what was stored is used up."},
    {"BUG-29", "last_slot_check_misses_wrap", &b::last_slot_check_misses_wrap, "6.9 - 7.3.2",
     "When the ring's last buffer lies before the wrap of the 16-bit index, a bundle in a worker "
     "tries on, and a link chain is cut although its result is good.",
     "The comparison wraps like the index."},
    {"BUG-30, BND-10", "exact_pickup_not_empty", &b::exact_pickup_not_empty, "6.10 - 7.3.2",
     "A multishot bundle that takes the last buffer with nothing to spare stays armed, and ends "
     "with ENOBUFS later.",
     "The emptied ring is noticed, and ends it at once."},
    {"BUG-31, MSH-04", "limit_counts_appends_twice", &b::limit_counts_appends_twice, "6.17 - 7.3.2",
     "A multishot bundle with a total limit ends before the limit is reached.",
     "Every byte is counted once."},
    {"BUG-32", "early_commit_returns_moved_address", &b::early_commit_returns_moved_address,
     "6.12 - 6.12.8",
     "A file is read into an incremental buffer behind the place that was used up for it.",
     "The address is taken before the buffer moves on."},
    {"BUG-33", "signed_commit_length", &b::signed_commit_length, "6.12 - 6.17-rc3",
     "A transfer into an incremental buffer of 2 GiB or more never returns from the kernel.",
     "Lengths are compared without a sign."},
    {"INC-06", "early_commit_ignores_over_2g", &b::early_commit_ignores_over_2g,
     "6.12 and later; seen on 6.18.44",
     "A request that uses its incremental buffer up at selection uses up nothing of one of 2 GiB "
     "or more.",
     "None is known."},
    {"BUG-34", "legacy_bundle_takes_nothing", &b::legacy_bundle_takes_nothing,
     "6.10 - 6.10.8, 6.11-rc up to -rc5",
     "A receive bundle from a legacy group completes with 0 bytes and without a buffer, whatever "
     "is queued.",
     "One selected buffer counts as one."},
    {"BUG-35", "multishot_end_not_noticed", &b::multishot_end_not_noticed, "6.0 - 6.11",
     "A multishot receive that gathered data and then failed says that it goes on.",
     "The end behind the data ends it."},
    {"BUG-36", "downgraded_read_drops_buffer", &b::downgraded_read_drops_buffer, "6.10 - 6.12-rc2",
     "A READ_MULTISHOT that a worker makes a single read of completes without naming its "
     "buffer, which is lost.",
     "The buffer is named whichever way the read completes."},
    {"BUG-37", "bundle_never_sees_inq", &b::bundle_never_sees_inq, "6.10-rc up to -rc6",
     "A receive bundle never holds more than one buffer.",
     "What the protocol tells is forgotten only after it was used."},
    {"BUG-38", "unix_recvmsg_sets_ctrunc", &b::unix_recvmsg_sets_ctrunc, "6.17",
     "RECVMSG on a Unix stream says MSG_CTRUNC although no control data was sent.",
     "The queue's length is told to io_uring alone."},
    {"BUG-39", "unix_fault_sets_nonempty", &b::unix_fault_sets_nonempty, "6.17",
     "A receive on a Unix stream that fails with EFAULT carries F_SOCK_NONEMPTY.",
     "Failures tell nothing about the queue."},
    {"BUG-40, OVF-04", "multishot_may_overflow", &p::multishot_may_overflow, "6.2 - 6.5",
     "A multishot receive goes on while the completion queue is full, and the overflow list "
     "grows without limit.",
     "A multishot whose completion finds no room ends."},
    {"BUG-41", "remove_tells_one_more", &b::remove_tells_one_more, "up to 6.3, 6.1.24",
     "REMOVE_BUFFERS that finds fewer than it was asked for tells one more than it removed.",
     "The count is that of the buffers."},
    {"BUG-42, LEN-03", "negative_length_accepted", &b::negative_length_accepted,
     "5.19 - 6.18.15, 6.19.6; 6.12 up to .93",
     "RECV with a length of 2 GiB or more is taken for a large one; elsewhere it is EINVAL.",
     "Such lengths are refused."},
});

constexpr auto absent = std::to_array<absent_bug>({
    {"BUG-11", "6.4 - 6.9-rc2", "Mapping a ring while it is unregistered uses freed memory.",
     "it needs two calls at the same time, and shows as corruption in the kernel"},
    {"BUG-12", "6.10", "A ring that could not be allocated crashes the kernel when it is closed.",
     "it ends in a crash, not in an answer"},
    {"BUG-13", "6.0 - 6.14-rc1", "A multishot that waits again keeps a pointer to its group.",
     "until the group's memory is used again nothing can be seen, and then it is corruption"},
    {"BUG-23", "5.19 - 7.0-rc3", "A legacy buffer is put back into a group that became a ring.",
     "no modelled request holds such a buffer outside the ring's lock and gives it back later"},
    {"BUG-26", "up to 7.3.2", "Waiting with an overflow list that cannot move keeps a CPU busy.",
     "the model has no CPU to keep busy; the answers are the same"},
});

std::string text_of(bool value) { return value ? "yes" : "no"; }
std::string text_of(std::uint8_t value) { return std::to_string(value); }
std::string text_of(std::uint16_t value) {
    return value == 65535 ? "no limit" : std::to_string(value);
}
std::string text_of(int value) { return std::to_string(value); }

std::string text_of(std::uint32_t value) {  // sets of bits
    std::string digits;
    for (; value != 0; value >>= 4U) digits.insert(0, 1, "0123456789abcdef"[value & 0xfU]);
    return "0x" + (digits.empty() ? "0" : digits);
}

std::string text_of(registration_order value) {
    return {static_cast<char>('a' + static_cast<int>(value))};
}

std::string text_of(failed_attempt value) {
    constexpr std::array names{"clean", "spurious_flag", "consumed"};
    return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::span<const profile_fact> profile_facts() noexcept { return facts; }

std::span<const absent_bug> absent_bugs() noexcept { return absent; }

std::string value_of(const profile_fact& fact, const profile& of) {
    if (fact.applies != nullptr) return text_of(fact.applies(of));
    return std::visit(
        [&of](auto member) {
            if constexpr (std::is_same_v<decltype(member), bool profile_bugs::*>) {
                return text_of(of.bugs.*member);
            } else {
                return text_of(of.*member);
            }
        },
        fact.member);
}

bool has_bug(const profile_fact& fact, const profile& of) {
    return fact.is_bug() && value_of(fact, of) == "yes";
}

void copy_fact(const profile_fact& fact, const profile& from, profile& to) {
    if (fact.applies != nullptr) {  // what any_failure_is() looks at
        to.recv_would_block = from.recv_would_block;
        to.read_failed = from.read_failed;
        return;
    }
    std::visit(
        [&](auto member) {
            if constexpr (std::is_same_v<decltype(member), bool profile_bugs::*>) {
                to.bugs.*member = from.bugs.*member;
            } else {
                to.*member = from.*member;
            }
        },
        fact.member);
}

}  // namespace ringproof::sim
