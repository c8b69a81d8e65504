#pragma once
// Submission queue entries as initializers of C.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringproof::sim::emitting {

/// ".opcode = IORING_OP_RECV, .fd = fd_a": field by field; what is 0 is left out.
class sqe_fields {
public:
    void set(std::string_view name, std::string_view value);
    void set(std::string_view name, std::uint64_t value);

    /// A number that may be another one in the next round of a loop (step::numbers).
    void count(std::string_view name, std::uint64_t value);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::vector<std::int64_t>& numbers() const noexcept { return numbers_; }

private:
    std::string text_;
    std::vector<std::int64_t> numbers_;
};

/// By their names, as far as they have one.
[[nodiscard]] std::string opcode_in_c(std::uint8_t opcode);
[[nodiscard]] std::string sqe_flags_in_c(std::uint8_t flags);
[[nodiscard]] std::string ioprio_in_c(std::uint8_t opcode, std::uint16_t ioprio);
[[nodiscard]] std::string enter_flags_in_c(std::uint32_t flags);
[[nodiscard]] std::string message_flags_in_c(std::uint32_t flags);

/// What a bit is called.
struct bit_name {
    std::uint32_t bit;
    std::string_view name;
};

/// "A | B | 0x40"; "0" for none.
[[nodiscard]] std::string bits_in_c(std::uint32_t bits, std::span<const bit_name> names);

}  // namespace ringproof::sim::emitting
