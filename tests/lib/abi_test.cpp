// The kernel's layout and numbers, from two independent witnesses: the header that this system's C
// programs use, read as text, and the running kernel's own list of operations. Offsets that a
// static_assert in the header already fixes are not repeated here.

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

#include <ringproof/uring.hpp>

#include "tests/support/backends.hpp"

namespace ringproof::testing {

namespace {

struct number {
    const char* name;
    std::uint64_t value;
};

constexpr std::array operations{
    number{"IORING_OP_NOP", abi::IORING_OP_NOP},
    number{"IORING_OP_READV", abi::IORING_OP_READV},
    number{"IORING_OP_WRITEV", abi::IORING_OP_WRITEV},
    number{"IORING_OP_READ_FIXED", abi::IORING_OP_READ_FIXED},
    number{"IORING_OP_WRITE_FIXED", abi::IORING_OP_WRITE_FIXED},
    number{"IORING_OP_SENDMSG", abi::IORING_OP_SENDMSG},
    number{"IORING_OP_RECVMSG", abi::IORING_OP_RECVMSG},
    number{"IORING_OP_TIMEOUT", abi::IORING_OP_TIMEOUT},
    number{"IORING_OP_ACCEPT", abi::IORING_OP_ACCEPT},
    number{"IORING_OP_ASYNC_CANCEL", abi::IORING_OP_ASYNC_CANCEL},
    number{"IORING_OP_CONNECT", abi::IORING_OP_CONNECT},
    number{"IORING_OP_CLOSE", abi::IORING_OP_CLOSE},
    number{"IORING_OP_READ", abi::IORING_OP_READ},
    number{"IORING_OP_WRITE", abi::IORING_OP_WRITE},
    number{"IORING_OP_SEND", abi::IORING_OP_SEND},
    number{"IORING_OP_RECV", abi::IORING_OP_RECV},
    number{"IORING_OP_PROVIDE_BUFFERS", abi::IORING_OP_PROVIDE_BUFFERS},
    number{"IORING_OP_REMOVE_BUFFERS", abi::IORING_OP_REMOVE_BUFFERS},
    number{"IORING_OP_SHUTDOWN", abi::IORING_OP_SHUTDOWN},
    number{"IORING_OP_SOCKET", abi::IORING_OP_SOCKET},
    number{"IORING_OP_SEND_ZC", abi::IORING_OP_SEND_ZC},
};

constexpr std::array numbers{
    number{"IOSQE_FIXED_FILE", abi::IOSQE_FIXED_FILE},
    number{"IOSQE_IO_DRAIN", abi::IOSQE_IO_DRAIN},
    number{"IOSQE_IO_LINK", abi::IOSQE_IO_LINK},
    number{"IOSQE_IO_HARDLINK", abi::IOSQE_IO_HARDLINK},
    number{"IOSQE_ASYNC", abi::IOSQE_ASYNC},
    number{"IOSQE_BUFFER_SELECT", abi::IOSQE_BUFFER_SELECT},
    number{"IOSQE_CQE_SKIP_SUCCESS", abi::IOSQE_CQE_SKIP_SUCCESS},
    number{"IORING_RECVSEND_POLL_FIRST", abi::IORING_RECVSEND_POLL_FIRST},
    number{"IORING_RECV_MULTISHOT", abi::IORING_RECV_MULTISHOT},
    number{"IORING_RECVSEND_BUNDLE", abi::IORING_RECVSEND_BUNDLE},
    number{"IORING_ACCEPT_MULTISHOT", abi::IORING_ACCEPT_MULTISHOT},
    number{"IORING_ASYNC_CANCEL_ALL", abi::IORING_ASYNC_CANCEL_ALL},
    number{"IORING_ASYNC_CANCEL_FD", abi::IORING_ASYNC_CANCEL_FD},
    number{"IORING_ASYNC_CANCEL_ANY", abi::IORING_ASYNC_CANCEL_ANY},
    number{"IORING_CQE_F_BUFFER", abi::IORING_CQE_F_BUFFER},
    number{"IORING_CQE_F_MORE", abi::IORING_CQE_F_MORE},
    number{"IORING_CQE_F_SOCK_NONEMPTY", abi::IORING_CQE_F_SOCK_NONEMPTY},
    number{"IORING_CQE_F_NOTIF", abi::IORING_CQE_F_NOTIF},
    number{"IORING_CQE_F_BUF_MORE", abi::IORING_CQE_F_BUF_MORE},
    number{"IORING_CQE_BUFFER_SHIFT", abi::IORING_CQE_BUFFER_SHIFT},
    number{"IORING_SETUP_SQPOLL", abi::IORING_SETUP_SQPOLL},
    number{"IORING_SETUP_SQ_AFF", abi::IORING_SETUP_SQ_AFF},
    number{"IORING_SETUP_CQSIZE", abi::IORING_SETUP_CQSIZE},
    number{"IORING_SETUP_CLAMP", abi::IORING_SETUP_CLAMP},
    number{"IORING_SETUP_R_DISABLED", abi::IORING_SETUP_R_DISABLED},
    number{"IORING_SETUP_SUBMIT_ALL", abi::IORING_SETUP_SUBMIT_ALL},
    number{"IORING_SETUP_COOP_TASKRUN", abi::IORING_SETUP_COOP_TASKRUN},
    number{"IORING_SETUP_TASKRUN_FLAG", abi::IORING_SETUP_TASKRUN_FLAG},
    number{"IORING_SETUP_SINGLE_ISSUER", abi::IORING_SETUP_SINGLE_ISSUER},
    number{"IORING_SETUP_DEFER_TASKRUN", abi::IORING_SETUP_DEFER_TASKRUN},
    number{"IORING_FEAT_SINGLE_MMAP", abi::IORING_FEAT_SINGLE_MMAP},
    number{"IORING_FEAT_NODROP", abi::IORING_FEAT_NODROP},
    number{"IORING_FEAT_EXT_ARG", abi::IORING_FEAT_EXT_ARG},
    number{"IORING_FEAT_CQE_SKIP", abi::IORING_FEAT_CQE_SKIP},
    number{"IORING_FEAT_RECVSEND_BUNDLE", abi::IORING_FEAT_RECVSEND_BUNDLE},
    number{"IORING_OFF_SQ_RING", abi::IORING_OFF_SQ_RING},
    number{"IORING_OFF_CQ_RING", abi::IORING_OFF_CQ_RING},
    number{"IORING_OFF_SQES", abi::IORING_OFF_SQES},
    number{"IORING_OFF_PBUF_RING", abi::IORING_OFF_PBUF_RING},
    number{"IORING_OFF_PBUF_SHIFT", abi::IORING_OFF_PBUF_SHIFT},
    number{"IORING_SQ_NEED_WAKEUP", abi::IORING_SQ_NEED_WAKEUP},
    number{"IORING_SQ_CQ_OVERFLOW", abi::IORING_SQ_CQ_OVERFLOW},
    number{"IORING_SQ_TASKRUN", abi::IORING_SQ_TASKRUN},
    number{"IORING_ENTER_GETEVENTS", abi::IORING_ENTER_GETEVENTS},
    number{"IORING_ENTER_SQ_WAKEUP", abi::IORING_ENTER_SQ_WAKEUP},
    number{"IORING_ENTER_SQ_WAIT", abi::IORING_ENTER_SQ_WAIT},
    number{"IORING_ENTER_EXT_ARG", abi::IORING_ENTER_EXT_ARG},
    number{"IORING_ENTER_REGISTERED_RING", abi::IORING_ENTER_REGISTERED_RING},
    number{"IORING_UNREGISTER_FILES", abi::IORING_UNREGISTER_FILES},
    number{"IORING_REGISTER_FILES_UPDATE", abi::IORING_REGISTER_FILES_UPDATE},
    number{"IORING_REGISTER_PROBE", abi::IORING_REGISTER_PROBE},
    number{"IORING_REGISTER_ENABLE_RINGS", abi::IORING_REGISTER_ENABLE_RINGS},
    number{"IORING_REGISTER_FILES2", abi::IORING_REGISTER_FILES2},
    number{"IORING_REGISTER_RING_FDS", abi::IORING_REGISTER_RING_FDS},
    number{"IORING_UNREGISTER_RING_FDS", abi::IORING_UNREGISTER_RING_FDS},
    number{"IORING_REGISTER_PBUF_RING", abi::IORING_REGISTER_PBUF_RING},
    number{"IORING_UNREGISTER_PBUF_RING", abi::IORING_UNREGISTER_PBUF_RING},
    number{"IORING_REGISTER_SYNC_CANCEL", abi::IORING_REGISTER_SYNC_CANCEL},
    number{"IORING_RSRC_REGISTER_SPARSE", abi::IORING_RSRC_REGISTER_SPARSE},
    number{"IO_URING_OP_SUPPORTED", abi::IO_URING_OP_SUPPORTED},
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
        ring.core()->register_(ringproof::abi::IORING_REGISTER_PROBE, &list, std::size(list.ops));
    BOOST_TEST_REQUIRE(done.has_value());
    BOOST_TEST(list.last_op >= ringproof::abi::IORING_OP_SEND_ZC);
    for (const auto opcode :
         {ringproof::abi::IORING_OP_NOP, ringproof::abi::IORING_OP_RECVMSG,
          ringproof::abi::IORING_OP_TIMEOUT, ringproof::abi::IORING_OP_ASYNC_CANCEL,
          ringproof::abi::IORING_OP_READ, ringproof::abi::IORING_OP_SEND,
          ringproof::abi::IORING_OP_RECV}) {
        BOOST_TEST(list.ops[opcode].op == opcode);
        BOOST_TEST((list.ops[opcode].flags & ringproof::abi::IO_URING_OP_SUPPORTED) != 0);
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
