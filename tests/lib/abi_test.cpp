// The kernel's layout and numbers, from two independent witnesses: the header that this system's C
// programs use, and the running kernel's own list of operations. Offsets that a static_assert in
// our header already fixes are not repeated here.

// Before ours, as in a program that uses liburing too: its macros must not meet our names.
#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#endif

#include <ringproof/abi.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <string_view>

#include <ringproof/capabilities.hpp>
#include <ringproof/message.hpp>
#include <ringproof/receiver.hpp>
#include <ringproof/registered_files.hpp>
#include <ringproof/send_group.hpp>
#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

struct number {
    const char* name;
    std::uint64_t value;
};

constexpr std::array operations{
    number{"IORING_OP_NOP", abi::ioring_op_nop},
    number{"IORING_OP_READV", abi::ioring_op_readv},
    number{"IORING_OP_WRITEV", abi::ioring_op_writev},
    number{"IORING_OP_READ_FIXED", abi::ioring_op_read_fixed},
    number{"IORING_OP_WRITE_FIXED", abi::ioring_op_write_fixed},
    number{"IORING_OP_SENDMSG", abi::ioring_op_sendmsg},
    number{"IORING_OP_RECVMSG", abi::ioring_op_recvmsg},
    number{"IORING_OP_TIMEOUT", abi::ioring_op_timeout},
    number{"IORING_OP_ACCEPT", abi::ioring_op_accept},
    number{"IORING_OP_ASYNC_CANCEL", abi::ioring_op_async_cancel},
    number{"IORING_OP_CONNECT", abi::ioring_op_connect},
    number{"IORING_OP_CLOSE", abi::ioring_op_close},
    number{"IORING_OP_READ", abi::ioring_op_read},
    number{"IORING_OP_WRITE", abi::ioring_op_write},
    number{"IORING_OP_SEND", abi::ioring_op_send},
    number{"IORING_OP_RECV", abi::ioring_op_recv},
    number{"IORING_OP_PROVIDE_BUFFERS", abi::ioring_op_provide_buffers},
    number{"IORING_OP_REMOVE_BUFFERS", abi::ioring_op_remove_buffers},
    number{"IORING_OP_SHUTDOWN", abi::ioring_op_shutdown},
    number{"IORING_OP_SOCKET", abi::ioring_op_socket},
    number{"IORING_OP_SEND_ZC", abi::ioring_op_send_zc},
};

constexpr std::array numbers{
    number{"IOSQE_FIXED_FILE", abi::iosqe_fixed_file},
    number{"IOSQE_IO_DRAIN", abi::iosqe_io_drain},
    number{"IOSQE_IO_LINK", abi::iosqe_io_link},
    number{"IOSQE_IO_HARDLINK", abi::iosqe_io_hardlink},
    number{"IOSQE_ASYNC", abi::iosqe_async},
    number{"IOSQE_BUFFER_SELECT", abi::iosqe_buffer_select},
    number{"IOSQE_CQE_SKIP_SUCCESS", abi::iosqe_cqe_skip_success},
    number{"IORING_RECVSEND_POLL_FIRST", abi::ioring_recvsend_poll_first},
    number{"IORING_RECV_MULTISHOT", abi::ioring_recv_multishot},
    number{"IORING_RECVSEND_BUNDLE", abi::ioring_recvsend_bundle},
    number{"IORING_ACCEPT_MULTISHOT", abi::ioring_accept_multishot},
    number{"IORING_ASYNC_CANCEL_ALL", abi::ioring_async_cancel_all},
    number{"IORING_ASYNC_CANCEL_FD", abi::ioring_async_cancel_fd},
    number{"IORING_ASYNC_CANCEL_ANY", abi::ioring_async_cancel_any},
    number{"IORING_CQE_F_BUFFER", abi::ioring_cqe_f_buffer},
    number{"IORING_CQE_F_MORE", abi::ioring_cqe_f_more},
    number{"IORING_CQE_F_SOCK_NONEMPTY", abi::ioring_cqe_f_sock_nonempty},
    number{"IORING_CQE_F_NOTIF", abi::ioring_cqe_f_notif},
    number{"IORING_CQE_F_BUF_MORE", abi::ioring_cqe_f_buf_more},
    number{"IORING_CQE_BUFFER_SHIFT", abi::ioring_cqe_buffer_shift},
    number{"IORING_SETUP_SQPOLL", abi::ioring_setup_sqpoll},
    number{"IORING_SETUP_SQ_AFF", abi::ioring_setup_sq_aff},
    number{"IORING_SETUP_CQSIZE", abi::ioring_setup_cqsize},
    number{"IORING_SETUP_CLAMP", abi::ioring_setup_clamp},
    number{"IORING_SETUP_R_DISABLED", abi::ioring_setup_r_disabled},
    number{"IORING_SETUP_SUBMIT_ALL", abi::ioring_setup_submit_all},
    number{"IORING_SETUP_COOP_TASKRUN", abi::ioring_setup_coop_taskrun},
    number{"IORING_SETUP_TASKRUN_FLAG", abi::ioring_setup_taskrun_flag},
    number{"IORING_SETUP_SINGLE_ISSUER", abi::ioring_setup_single_issuer},
    number{"IORING_SETUP_DEFER_TASKRUN", abi::ioring_setup_defer_taskrun},
    number{"IORING_FEAT_SINGLE_MMAP", abi::ioring_feat_single_mmap},
    number{"IORING_FEAT_NODROP", abi::ioring_feat_nodrop},
    number{"IORING_FEAT_EXT_ARG", abi::ioring_feat_ext_arg},
    number{"IORING_FEAT_CQE_SKIP", abi::ioring_feat_cqe_skip},
    number{"IORING_FEAT_RECVSEND_BUNDLE", abi::ioring_feat_recvsend_bundle},
    number{"IORING_OFF_SQ_RING", abi::ioring_off_sq_ring},
    number{"IORING_OFF_CQ_RING", abi::ioring_off_cq_ring},
    number{"IORING_OFF_SQES", abi::ioring_off_sqes},
    number{"IORING_OFF_PBUF_RING", abi::ioring_off_pbuf_ring},
    number{"IORING_OFF_PBUF_SHIFT", abi::ioring_off_pbuf_shift},
    number{"IORING_SQ_NEED_WAKEUP", abi::ioring_sq_need_wakeup},
    number{"IORING_SQ_CQ_OVERFLOW", abi::ioring_sq_cq_overflow},
    number{"IORING_SQ_TASKRUN", abi::ioring_sq_taskrun},
    number{"IORING_ENTER_GETEVENTS", abi::ioring_enter_getevents},
    number{"IORING_ENTER_SQ_WAKEUP", abi::ioring_enter_sq_wakeup},
    number{"IORING_ENTER_SQ_WAIT", abi::ioring_enter_sq_wait},
    number{"IORING_ENTER_EXT_ARG", abi::ioring_enter_ext_arg},
    number{"IORING_ENTER_REGISTERED_RING", abi::ioring_enter_registered_ring},
    number{"IORING_UNREGISTER_FILES", abi::ioring_unregister_files},
    number{"IORING_REGISTER_FILES_UPDATE", abi::ioring_register_files_update},
    number{"IORING_REGISTER_PROBE", abi::ioring_register_probe},
    number{"IORING_REGISTER_ENABLE_RINGS", abi::ioring_register_enable_rings},
    number{"IORING_REGISTER_FILES2", abi::ioring_register_files2},
    number{"IORING_REGISTER_RING_FDS", abi::ioring_register_ring_fds},
    number{"IORING_UNREGISTER_RING_FDS", abi::ioring_unregister_ring_fds},
    number{"IORING_REGISTER_PBUF_RING", abi::ioring_register_pbuf_ring},
    number{"IORING_UNREGISTER_PBUF_RING", abi::ioring_unregister_pbuf_ring},
    number{"IORING_REGISTER_SYNC_CANCEL", abi::ioring_register_sync_cancel},
    number{"IORING_RSRC_REGISTER_SPARSE", abi::ioring_rsrc_register_sparse},
    number{"IO_URING_OP_SUPPORTED", abi::io_uring_op_supported},
};

using named_numbers = std::map<std::string, std::uint64_t, std::less<>>;

/// "3", "0x8000000ULL", "(1U << 4)", "1U << IOSQE_ASYNC_BIT": all that the header needs.
std::optional<std::uint64_t> evaluate(const std::string& text, const named_numbers& known) {
    static const std::regex shifted(R"(\(?\s*1(?:U|UL)?\s*<<\s*(\w+)\s*\)?)");
    static const std::regex plain(R"((0x)?([0-9a-fA-F]+)U?L?L?)");
    std::smatch match;
    if (std::regex_match(text, match, shifted)) {
        const auto bit = evaluate(match[1], known);
        return bit ? std::optional(std::uint64_t{1} << *bit) : std::nullopt;
    }
    if (std::regex_match(text, match, plain)) {
        return std::stoull(match[2], nullptr, match[1].matched ? 16 : 10);
    }
    const auto named = known.find(text);
    return named == known.end() ? std::nullopt : std::optional(named->second);
}

/// Every macro and enumerator of a C header that stands for a number.
named_numbers numbers_of(std::istream& header) {
    static const std::regex macro(R"(#define\s+(\w+)\s+(\S.*?)\s*)");
    static const std::regex enumerator(R"(\s*(\w+)\s*(?:=\s*(\w+)\s*)?,\s*)");
    static const std::regex comment(R"(/\*.*?\*/)");
    named_numbers found;
    std::uint64_t next = 0;
    for (std::string line; std::getline(header, line);) {
        line = std::regex_replace(line, comment, "");
        std::smatch match;
        if (line.contains("enum")) next = 0;
        if (std::regex_match(line, match, macro)) {
            if (const auto value = evaluate(match[2], found)) found[match[1]] = *value;
        } else if (std::regex_match(line, match, enumerator)) {
            if (match[2].matched) next = evaluate(match[2], found).value_or(next);
            found[match[1]] = next++;
        }
    }
    return found;
}

/// How many of `ours` the header knows; each of them must be the same there.
std::size_t compare(std::span<const number> ours, const named_numbers& theirs) {
    std::size_t known_count = 0;
    for (const auto& [name, value] : ours) {
        const auto there = theirs.find(std::string_view(name));
        if (there == theirs.end()) continue;  // younger than the header
        ++known_count;
        BOOST_TEST(there->second == value, name << " is " << there->second << ", not " << value);
    }
    return known_count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(abi)

BOOST_AUTO_TEST_CASE(numbers_agree_with_this_systems_header) {
    std::ifstream header("/usr/include/linux/io_uring.h");
    if (!header) skip("no /usr/include/linux/io_uring.h");
    const auto theirs = numbers_of(header);
    // Headers since 6.1 know all but a few of them; a reader that finds nothing compares nothing.
    BOOST_TEST(compare(operations, theirs) > operations.size() * 3 / 4);
    BOOST_TEST(compare(numbers, theirs) > numbers.size() * 3 / 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_kernel_lists_the_operations_that_receives_are_made_of, Backend,
                              backends) {
    Backend here;
    auto ring = uring<typename Backend::kernel_type>::create(here.kernel()).value();
    ringproof::abi::io_uring_probe list{};
    const auto done =
        ring.core()->register_(ringproof::abi::ioring_register_probe, &list, std::size(list.ops));
    BOOST_TEST_REQUIRE(done.has_value());
    BOOST_TEST(list.last_op >= ringproof::abi::ioring_op_send_zc);
    for (const auto opcode :
         {ringproof::abi::ioring_op_nop, ringproof::abi::ioring_op_recvmsg,
          ringproof::abi::ioring_op_timeout, ringproof::abi::ioring_op_async_cancel,
          ringproof::abi::ioring_op_read, ringproof::abi::ioring_op_send,
          ringproof::abi::ioring_op_recv}) {
        BOOST_TEST(list.ops[opcode].op == opcode);
        BOOST_TEST((list.ops[opcode].flags & ringproof::abi::io_uring_op_supported) != 0);
    }
}

// ABI-02: written out once by hand, as a reader of the man page would.
BOOST_AUTO_TEST_CASE(the_tail_of_a_buffer_ring_is_the_last_word_of_its_first_entry) {
    std::array<unsigned char, 16> bytes{};
    bytes[14] = 0x34;
    bytes[15] = 0x12;
    ringproof::abi::io_uring_buf first{};
    std::memcpy(&first, bytes.data(), sizeof first);
    BOOST_TEST(first.resv == 0x1234);
    BOOST_TEST(first.bid == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
