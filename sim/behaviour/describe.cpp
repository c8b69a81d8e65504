#include "sim/behaviour/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace ringproof::sim {

namespace {

void append(std::string& text, std::string_view word) {
    if (!text.empty()) text += ' ';
    text += word;
}

}  // namespace

std::string describe(const abi::io_uring_cqe& done) {
    std::string text = std::to_string(done.user_data) + "{" + describe_result(done.res);
    std::uint32_t others = done.flags &
        ~(abi::ioring_cqe_f_buffer | abi::ioring_cqe_f_more | abi::ioring_cqe_f_sock_nonempty |
          abi::ioring_cqe_f_buf_more);
    if ((done.flags & abi::ioring_cqe_f_buffer) != 0) {
        text += " B" + std::to_string(done.flags >> abi::ioring_cqe_buffer_shift);
        others &= (1U << abi::ioring_cqe_buffer_shift) - 1;
    }
    if ((done.flags & abi::ioring_cqe_f_more) != 0) text += " +M";
    if ((done.flags & abi::ioring_cqe_f_sock_nonempty) != 0) text += " NE";
    if ((done.flags & abi::ioring_cqe_f_buf_more) != 0) text += " BM";
    if (others != 0) text += fmt::format(" +{:#x}", others);  // CQE-01: there should be none
    return text + "}";
}

std::string describe(std::span<const abi::io_uring_cqe> taken, bool sorted) {
    if (taken.empty()) return "nothing";
    std::vector<std::string> each;
    for (const abi::io_uring_cqe& done : taken) each.push_back(describe(done));
    if (sorted) std::ranges::sort(each);
    std::string text;
    for (const std::string& one : each) append(text, one);
    return text;
}

std::string describe_flags(std::uint32_t flags) {
    std::string text;
    if ((flags & abi::ioring_sq_need_wakeup) != 0) append(text, "wakeup");
    if ((flags & abi::ioring_sq_cq_overflow) != 0) append(text, "overflow");
    if ((flags & abi::ioring_sq_taskrun) != 0) append(text, "taskrun");
    return text.empty() ? "none" : text;
}

std::string describe_bytes(std::span<const std::byte> bytes) {
    std::string text = "\"";
    for (const std::byte each : bytes) {
        const int value = std::to_integer<int>(each);
        text += std::isalnum(value) != 0 || value == ' ' ? static_cast<char>(value) : '.';
    }
    return text + "\"";
}

std::string describe_hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte each : bytes) text += fmt::format("{:02x}", std::to_integer<int>(each));
    return text;
}

}  // namespace ringproof::sim
