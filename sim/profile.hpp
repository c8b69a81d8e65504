#pragma once
// What one kernel version knows, and what it gets wrong: switches for behaviour that changed by
// design, bugs for behaviour that was repaired. The defaults are the newest kernel described here
// (7.3), so a profile only names where its version differs. The rules are in sim/kernel/rules.md.

#include <cstdint>
#include <span>
#include <string_view>

namespace ringproof::sim {

/// In which order registration looks at its arguments (rule REG-15).
enum class registration_order : std::uint8_t {
    a,  ///< 5.19 - 6.3: address before entries
    b,  ///< 6.4 - 6.13: flags, address, entries
    c,  ///< 6.14 and later: entries, group in use, then the address
};

/// What a failed attempt does with the buffer it had selected (rule ERR-01).
enum class failed_attempt : std::uint8_t {
    clean,          ///< recycled, and the completion says nothing of it
    spurious_flag,  ///< recycled, but the completion names it all the same (BUG-15)
    consumed,       ///< used up and named (BUG-14)
};

/// Repaired kernel bugs that an application can observe. False: the kernel does not have it.
struct profile_bugs {
    bool head_wider_than_tail = false;                ///< BUG-01
    bool accepts_65536_entries = false;               ///< BUG-02
    bool no_early_commit = false;                     ///< BUG-03
    bool partial_not_consumed = false;                ///< BUG-04
    bool pins_a_page_too_many = false;                ///< BUG-05
    bool group_lost_on_worker = false;                ///< BUG-06
    bool multishot_length_sticks = false;             ///< BUG-08
    bool waitall_length_underflows = false;           ///< BUG-09
    bool mapped_ring_freed_early = false;             ///< BUG-10
    bool partial_kept_uncommitted = false;            ///< BUG-16
    bool waitall_retries_uncommitted = false;         ///< BUG-17
    bool bundle_truncates_last_slot = false;          ///< BUG-18
    bool bundle_writes_slot_length = false;           ///< BUG-19
    bool bundle_append_loses_buf_more = false;        ///< BUG-20
    bool early_commit_loses_buf_more = false;         ///< BUG-21
    bool send_bundle_continues_after_poll = false;    ///< BUG-22
    bool misses_end_on_wake_race = false;             ///< BUG-24
    bool overflow_flush_reorders = false;             ///< BUG-25
    bool length_over_2g_fails = false;                ///< BUG-27
    bool trunc_commits_message_length = false;        ///< BUG-28
    bool last_slot_check_misses_wrap = false;         ///< BUG-29
    bool exact_pickup_not_empty = false;              ///< BUG-30
    bool limit_counts_appends_twice = false;          ///< BUG-31
    bool early_commit_returns_moved_address = false;  ///< BUG-32
    bool signed_commit_length = false;                ///< BUG-33
    /// An early commit of 2 GiB or more uses nothing up. Seen on 6.18.44, no repair known.
    bool early_commit_ignores_over_2g = true;
    bool multishot_end_not_noticed = false;     ///< BUG-35
    bool downgraded_read_drops_buffer = false;  ///< BUG-36
    bool bundle_never_sees_inq = false;         ///< BUG-37
    bool unix_recvmsg_sets_ctrunc = false;      ///< BUG-38
    bool unix_fault_sets_nonempty = false;      ///< BUG-39
    bool legacy_bundle_takes_nothing = false;   ///< BUG-34
    bool remove_tells_one_more = false;         ///< BUG-41
    bool negative_length_accepted = false;      ///< BUG-42, LEN-03
};

struct profile {
    std::string_view name = "v7_3";
    std::string_view summary = "7.3.3 and later: all that is known is repaired, but for INC-06";

    // What exists.
    bool has_recv_multishot = true;      ///< 6.0
    bool has_mmap = true;                ///< IOU_PBUF_RING_MMAP, 6.4
    bool has_read_multishot = true;      ///< 6.7
    bool has_status = true;              ///< REGISTER_PBUF_STATUS, 6.8
    bool has_bundle = true;              ///< 6.10
    bool has_send_select = true;         ///< 6.10
    bool has_incremental = true;         ///< IOU_PBUF_RING_INC, 6.12
    bool has_incremental_bundle = true;  ///< 6.15
    bool has_min_left = true;            ///< 7.1 and stable backports (REG-16)
    bool has_multishot_length = true;    ///< mshot_len and the total limit, 6.17 (MSH-03, MSH-04)
    bool length_zero_is_whole_buffer = true;  ///< 6.0 (LEN-02)
    bool has_single_issuer = true;            ///< IORING_SETUP_SINGLE_ISSUER, 6.0
    bool has_deferred_taskrun = true;         ///< IORING_SETUP_DEFER_TASKRUN, 6.1
    bool has_timeout_multishot = true;        ///< 6.4
    bool has_accept_poll_first = true;        ///< and ACCEPT_DONTWAIT, 6.10
    std::uint8_t last_opcode = 64;            ///< later ones are EINVAL, and no probe tells them
    std::uint8_t last_register_opcode = 35;   ///< of io_uring_register(2)
    std::uint32_t cancel_flags = 0x3f;        ///< by opcode or user data since 6.6: 0xf before
    std::uint32_t features = 0x3ffff;         ///< io_uring_params.features

    // Registration.
    registration_order order = registration_order::c;
    bool mapped_ring_ignores_address = true;  ///< REG-12: EINVAL on 6.4 - 6.13
    bool low_groups_are_permanent = false;    ///< UNR-06, BUG-07: up to 6.8
    bool registers_without_ring = true;       ///< fd -1 is EINVAL, not EBADF: 6.13
    bool charges_locked_memory = false;       ///< USR-05: 6.14 - 7.2.10
    int map_unknown_group_error = 22;         ///< MAP-04: EINVAL since 7.2, ENOMEM (12) before
    bool failed_ring_drops_legacy = true;     ///< REG-21: 6.12.16, 6.14
    bool legacy_needs_length = true;          ///< LEG-03: 6.15 and stable releases
    std::uint32_t legacy_count_max = 65536;   ///< LEG-03: 65535 before 6.1.64, 6.7
    std::uint32_t legacy_group_max = 65536;   ///< LEG-06: 65535 on 6.16 - 7.1, no limit before

    // Selection and transfer.
    bool multishot_trusts_inq = true;         ///< 6.5: waits when nothing is queued (MSH-06)
    bool unix_stream_tells_inq = true;        ///< 6.17 (CQE-07)
    bool selection_checks_address = true;     ///< ERR-04: ENOBUFS for kernel addresses, 7.2
    bool bundle_appends = true;               ///< BND-06: 6.15
    bool bundle_honours_length = true;        ///< BND-08: 6.17
    bool unix_bundle_hint_too_large = false;  ///< BND-04: 6.17 - 7.0.4
    bool send_bundle_needs_select = false;    ///< BND-19: EINVAL up to 6.12
    bool send_select_takes_length = true;     ///< SND-01: EINVAL on 6.10 and 6.11
    bool pipes_take_nowait = true;            ///< RWF_NOWAIT; EOPNOTSUPP on 6.1 (ERR-01)
    std::uint16_t multishot_retries = 32;     ///< MSH-08; 65535: no limit, before 6.8
    failed_attempt recv_would_block = failed_attempt::clean;  ///< MSG_DONTWAIT on an empty socket
    failed_attempt read_failed = failed_attempt::clean;       ///< READ error on a pollable file
    failed_attempt receive_failed = failed_attempt::clean;    ///< 0 bytes or an error, 5.19 only

    // Completion and scheduling.
    bool multishot_may_overflow = false;     ///< OVF-04: 6.2 - 6.5
    bool last_waiter_first = true;           ///< MSH-13, MSH-14: first waiter first on 6.1
    bool deferred_work_lifo = false;         ///< RUN-05: 6.1
    std::uint16_t deferred_work_batch = 20;  ///< task-work items an enter with min 0 runs, 6.13

    profile_bugs bugs{};
};

/// Every profile there is, oldest first.
[[nodiscard]] std::span<const profile> profiles() noexcept;

/// That version as it was meant to be: without bugs, without buffers lost in failed attempts, a
/// group's number forgetting its last owner, and length 0 what it has been since. On such a kernel
/// every invariant holds; what breaks one on `version` alone is for its bugs to answer.
[[nodiscard]] profile repaired(profile version) noexcept;

/// The profile of that name; nullptr if there is none.
[[nodiscard]] const profile* find_profile(std::string_view name) noexcept;

}  // namespace ringproof::sim
