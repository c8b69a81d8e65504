#pragma once
// Text inside XML and HTML.

#include <string>
#include <string_view>

namespace ringproof::sim {

/// Fit for an element and for an attribute in double quotes, line ends too.
[[nodiscard]] inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char each : text) {
        switch (each) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            default:
                out += each;
        }
    }
    return out;
}

}  // namespace ringproof::sim
