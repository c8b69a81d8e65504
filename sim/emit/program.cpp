#include "sim/emit/program.hpp"

#include <fmt/format.h>

#include <cctype>
#include <utility>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

/// Four blanks in front of a line become a tab: the kernel's style.
std::string with_tabs(std::string_view text) {
    std::string made;
    bool in_front = true;
    while (!text.empty()) {
        if (in_front && text.starts_with("    ")) {
            made += '\t';
            text.remove_prefix(4);
            continue;
        }
        in_front = text.front() == '\n';
        made += text.front();
        text.remove_prefix(1);
    }
    return made;
}

/// With a star in front of each line, and nothing in it that would end the comment.
std::string commented(std::string_view text) {
    std::string made = "/*\n";
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        for (std::size_t at = line.find("*/"); at != std::string::npos; at = line.find("*/")) {
            line.insert(at + 1, " ");
        }
        made += line.empty() ? " *\n" : fmt::format(" * {}\n", line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made + " */\n";
}

std::string function(std::string_view head, const std::vector<step>& body, std::string_view tail) {
    return fmt::format("{}\n{{\n{}{}}}\n", head, rolled(body), tail);
}

}  // namespace

std::string quoted(std::string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            made += '\\';
            made += c;
        } else if (c == '?' || std::isprint(byte) == 0) {  // ??= is a trigraph
            made += fmt::format("\\{:03o}", byte);
        } else {
            made += c;
        }
    }
    return made + "\"";
}

void c_program::add(std::string form, std::vector<std::int64_t> numbers) {
    (function_.empty() ? main_ : inner_).push_back({std::move(form), std::move(numbers)});
}

void c_program::line(std::string_view text) { add(fmt::format("line({});", quoted(text))); }

void c_program::close_function() {
    done_.push_back(function(fmt::format("static void {}(void)", function_), inner_, ""));
    function_.clear();
    inner_.clear();
}

void c_program::rename(std::string_view word, std::string_view other) {
    for (step& each : main_) {
        const std::size_t at = each.form.find(word);
        if (at != std::string::npos) each.form.replace(at, word.size(), other);
    }
}

std::string c_program::text(std::string_view comment, bool raw) const {
    std::string body;
    for (const std::string& each : declared_) body += each + "\n";
    if (!declared_.empty()) body += '\n';
    for (const std::string& each : done_) body += each + "\n";
    body += function("int main(void)", main_, "\n\treturn finish();\n");
    return commented(comment) + with_tabs(prelude_for(body, raw)) + body;
}

}  // namespace ringproof::sim::emitting
