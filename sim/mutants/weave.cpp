// weave <mutants.txt> <source root> <tree> <file>...: copies the files, and puts every mutant of
// the catalogue into them behind a switch. So one compilation has all the mutants, and the sources
// themselves know of none: being off costs nothing, there is nothing.
//
// An edit whose text is not found exactly once is an error with the line of mutants.txt: mutants
// cannot rot. Files that come out as they were before are left alone, and are not compiled again.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "sim/mutants/catalogue.hpp"

namespace {

namespace fs = std::filesystem;
using ringproof::mutants::mutant;
using ringproof::mutants::source_edit;

constexpr std::string_view token = "MUTANT";

bool read(const fs::path& path, std::string& into) {
    std::ifstream file(path, std::ios::binary);
    into.assign(std::istreambuf_iterator<char>(file), {});
    return file.is_open() && !file.bad();
}

/// The text that is what it was, or the mutant's, as the switch says.
std::string choice(const source_edit& edit, unsigned index) {
    const std::string on = "::ringproof::mutants::on(" + std::to_string(index) + ")";
    if (edit.after.find(token) != std::string::npos) {
        std::string made = edit.after;
        for (std::size_t at = made.find(token); at != std::string::npos; at = made.find(token)) {
            made.replace(at, token.size(), on);
        }
        return made;
    }
    const bool statement = edit.before.ends_with(';') || edit.before.ends_with('}');
    if (!statement) return "(" + on + " ? (" + edit.after + ") : (" + edit.before + "))";
    return "if (" + on + ") {\n" + edit.after + "\n} else {\n" + edit.before + "\n}";
}

bool apply(const source_edit& edit, unsigned index, std::string& text, std::string& error) {
    const std::size_t at = text.find(edit.before);
    const bool once =
        at != std::string::npos && text.find(edit.before, at + 1) == std::string::npos;
    if (!once) {
        error = "mutants.txt:" + std::to_string(edit.line) + ": its text is " +
            (at == std::string::npos ? "not" : "more than once") + " in " + edit.file;
        return false;
    }
    text.replace(at, edit.before.size(), choice(edit, index));
    return true;
}

void write(const fs::path& path, const std::string& text) {
    std::string before;
    if (read(path, before) && before == text) return;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

int complain(const std::string& what) {
    std::fprintf(stderr, "weave: %s\n", what.c_str());
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 5) return complain("mutants.txt, the source root, the tree, and files are wanted");
    std::string catalogue;
    if (!read(arguments[1], catalogue))
        return complain(std::string(arguments[1]) + " is unreadable");
    const auto mutants = ringproof::mutants::parse_mutants(catalogue);
    if (!mutants) return complain("mutants.txt:" + mutants.error());
    const fs::path root = arguments[2];
    const fs::path tree = arguments[3];

    std::map<std::string, std::string> files;
    for (int i = 4; i < count; ++i) {
        if (!read(root / arguments[i], files[arguments[i]])) {
            return complain(std::string(arguments[i]) + " is unreadable");
        }
    }
    std::map<std::string, bool> woven;
    for (const mutant& each : *mutants) {
        for (const source_edit& edit : each.edits) {
            const auto file = files.find(edit.file);
            if (file == files.end()) {
                return complain("mutants.txt:" + std::to_string(edit.line) + ": no such source");
            }
            std::string error;
            if (!apply(edit, each.index, file->second, error)) {
                return complain(error);
            }
            woven[edit.file] = true;
        }
    }
    for (auto& [name, text] : files) {
        if (woven[name]) {
            const std::size_t first = text.find("#include");
            text.insert(std::min(first, text.size()), "#include \"sim/mutants/switch.hpp\"\n");
        }
        write(tree / name, text);
    }
    return 0;
}
