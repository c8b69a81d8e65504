#pragma once
// A walk over a JSON text whose shape the caller knows; whatever is of another shape is an error
// with its place.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/trace/words.hpp"

namespace ringproof::sim {

/// Reads values one after the other. The first error stays; after it every value is empty, so that
/// callers need not ask after each. The text must outlive it.
class json_reader {
public:
    explicit json_reader(std::string_view text) : text_(text) {}

    /// Calls `member(key)` for each member; it must read the value, or refuse the key. A key may
    /// come once.
    template <class Member>
    void object(Member member) {
        std::vector<std::string> keys;
        for (bool more = open('{', '}', "an object"); more; more = next('}')) {
            const std::string key = string("a key");
            const std::size_t place = began_;
            for (const std::string& other : keys) {
                if (other == key) refuse_at(place, "each key once");
            }
            keys.push_back(key);
            sign(':');
            began_ = place;
            if (!wrong_) member(key);
        }
    }

    /// Calls `element()` for each element; it must read it.
    template <class Element>
    void array(Element element) {
        for (bool more = open('[', ']', "an array"); more; more = next(']')) element();
    }

    std::string string(std::string_view what = "a string");
    std::uint64_t number();
    /// Nothing may follow.
    void end();

    /// What was read last, a key or a value, is not what may stand there.
    void refuse(std::string expected) { refuse_at(began_, std::move(expected)); }

    [[nodiscard]] const std::optional<parse_error>& error() const noexcept { return wrong_; }

private:
    bool open(char first, char last, std::string_view what);
    bool next(char last);
    void sign(char wanted);
    void skip_space();
    void append_escape(std::string& into);
    std::uint32_t code_unit();
    void refuse_at(std::size_t place, std::string expected);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t began_ = 0;  // where the value read last begins
    std::optional<parse_error> wrong_;
};

}  // namespace ringproof::sim
