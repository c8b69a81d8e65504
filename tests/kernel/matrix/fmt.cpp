// What a static program needs of libfmt, which Debian has as a shared library alone: functions that
// are inline where the header is everything become functions of this file.

#define FMT_HEADER_ONLY
#include <fmt/format.h>

namespace {

[[gnu::used]] std::string (*const formats)(fmt::string_view, fmt::format_args) = &fmt::vformat;

}  // namespace
