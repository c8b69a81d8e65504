#include "sim/emit/sqe_text.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <span>

#include <ringproof/abi_constants.hpp>

#include "sim/abi_names.hpp"
#include "sim/emit/seen_text.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr auto sqe_flags = std::to_array<bit_name>({
    {abi::iosqe_buffer_select, "IOSQE_BUFFER_SELECT"},
    {abi::iosqe_async, "IOSQE_ASYNC"},
    {abi::iosqe_io_link, "IOSQE_IO_LINK"},
    {abi::iosqe_io_drain, "IOSQE_IO_DRAIN"},
    {abi::iosqe_cqe_skip_success, "IOSQE_CQE_SKIP_SUCCESS"},
    {abi::iosqe_fixed_file, "IOSQE_FIXED_FILE"},
});

constexpr auto ioprio = std::to_array<bit_name>({
    {abi::ioring_recv_multishot, "IORING_RECV_MULTISHOT"},
    {abi::ioring_recvsend_bundle, "IORING_RECVSEND_BUNDLE"},
    {abi::ioring_recvsend_poll_first, "IORING_RECVSEND_POLL_FIRST"},
});

constexpr auto accept_ioprio = std::to_array<bit_name>({
    {abi::ioring_accept_multishot, "IORING_ACCEPT_MULTISHOT"},
});

constexpr auto enter_flags = std::to_array<bit_name>({
    {abi::ioring_enter_getevents, "IORING_ENTER_GETEVENTS"},
    {abi::ioring_enter_sq_wakeup, "IORING_ENTER_SQ_WAKEUP"},
});

constexpr auto message_flags = std::to_array<bit_name>({
    {MSG_WAITALL, "MSG_WAITALL"},
    {MSG_DONTWAIT, "MSG_DONTWAIT"},
    {MSG_PEEK, "MSG_PEEK"},
    {MSG_TRUNC, "MSG_TRUNC"},
});

}  // namespace

std::string bits_in_c(std::uint32_t bits, std::span<const bit_name> names) {
    std::string text;
    for (const auto& [bit, name] : names) {
        if ((bits & bit) == 0) continue;
        text += text.empty() ? "" : " | ";
        text += name;
        bits &= ~bit;
    }
    if (bits != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : " | ", bits);
    return text.empty() ? "0" : text;
}

void sqe_fields::set(std::string_view name, std::string_view value) {
    if (value.empty() || value == "0") return;
    text_ += fmt::format("{}.{} = {}", text_.empty() ? "" : ", ", name, value);
}

void sqe_fields::set(std::string_view name, std::uint64_t value) {
    set(name, unsigned_in_c(value));
}

void sqe_fields::count(std::string_view name, std::uint64_t value) {
    set(name, "@");
    numbers_.push_back(static_cast<std::int64_t>(value));
}

std::string opcode_in_c(std::uint8_t opcode) {
    const std::string name = opcode_name(opcode);
    return name == std::to_string(opcode) ? name : "IORING_OP_" + name;
}

std::string sqe_flags_in_c(std::uint8_t flags) { return bits_in_c(flags, sqe_flags); }

std::string ioprio_in_c(std::uint8_t opcode, std::uint16_t bits) {
    if (opcode == abi::ioring_op_accept) return bits_in_c(bits, accept_ioprio);
    return bits_in_c(bits, ioprio);
}

std::string enter_flags_in_c(std::uint32_t flags) { return bits_in_c(flags, enter_flags); }

std::string message_flags_in_c(std::uint32_t flags) { return bits_in_c(flags, message_flags); }

}  // namespace ringproof::sim::emitting
