// ringproof profiles: the versions that the model can be, and what tells two of them apart.

#include <fmt/format.h>

#include <fstream>

#include "sim/command/command.hpp"
#include "sim/profile.hpp"
#include "sim/report/profiles.hpp"

namespace ringproof::sim::command {

namespace {

/// A program asks for JSON, on standard output ("-") instead of the text, or in a file beside it.
int tell(const std::string& text, const std::string& json, const std::string& file) {
    if (file == "-") {
        fmt::print("{}", json);
        return status_clean;
    }
    if (!file.empty()) {
        std::ofstream out(file);
        out << json;
        if (!out.flush()) {
            complain(fmt::format("--json {}: cannot be written", file));
            return status_environment;
        }
    }
    fmt::print("{}", text);
    return status_clean;
}

const profile* named(const std::string& name) {
    const profile* found = find_profile(name);
    if (found == nullptr) {
        complain(fmt::format("no profile is called {}; there are {}", name, profile_names()));
    }
    return found;
}

}  // namespace

int list_profiles(const profiles_options& options) {
    return tell(profiles_to_text(), profiles_to_json(), options.json);
}

int compare_profiles(const profiles_options& options) {
    const profile* one = named(options.one);
    if (one == nullptr) return status_usage;
    const profile* other = named(options.other);
    if (other == nullptr) return status_usage;
    return tell(difference_to_text(*one, *other), difference_to_json(*one, *other), options.json);
}

}  // namespace ringproof::sim::command
