#include "sim/abi_names.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <ringproof/abi_constants.hpp>

namespace ringproof::sim {

namespace {

constexpr auto opcodes = std::to_array<std::pair<std::int64_t, std::string_view>>({
    {abi::ioring_op_nop, "NOP"},
    {abi::ioring_op_readv, "READV"},
    {abi::ioring_op_writev, "WRITEV"},
    {abi::ioring_op_read_fixed, "READ_FIXED"},
    {abi::ioring_op_write_fixed, "WRITE_FIXED"},
    {abi::ioring_op_poll_add, "POLL_ADD"},
    {abi::ioring_op_sendmsg, "SENDMSG"},
    {abi::ioring_op_recvmsg, "RECVMSG"},
    {abi::ioring_op_timeout, "TIMEOUT"},
    {abi::ioring_op_accept, "ACCEPT"},
    {abi::ioring_op_async_cancel, "ASYNC_CANCEL"},
    {abi::ioring_op_link_timeout, "LINK_TIMEOUT"},
    {abi::ioring_op_connect, "CONNECT"},
    {abi::ioring_op_close, "CLOSE"},
    {abi::ioring_op_read, "READ"},
    {abi::ioring_op_write, "WRITE"},
    {abi::ioring_op_send, "SEND"},
    {abi::ioring_op_recv, "RECV"},
    {abi::ioring_op_provide_buffers, "PROVIDE_BUFFERS"},
    {abi::ioring_op_remove_buffers, "REMOVE_BUFFERS"},
    {abi::ioring_op_shutdown, "SHUTDOWN"},
    {abi::ioring_op_read_multishot, "READ_MULTISHOT"},
});

}  // namespace

std::string opcode_name(std::int64_t opcode) {
    const auto found =
        std::ranges::find(opcodes, opcode, [](const auto& each) { return each.first; });
    return found == opcodes.end() ? std::to_string(opcode) : std::string(found->second);
}

std::string describe_result(std::int64_t value) {
    if (value >= 0) return std::to_string(value);
    const char* name = value > -4096 ? ::strerrorname_np(static_cast<int>(-value)) : nullptr;
    return name == nullptr ? std::to_string(value) : std::string("-") + name;
}

}  // namespace ringproof::sim
