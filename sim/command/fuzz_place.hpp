#pragma once
// Where fuzzing finds what it needs, and where it leaves what it makes.

#include <filesystem>
#include <string>
#include <vector>

namespace ringproof::sim::command {

/// A build with fuzz targets, the sources that it was made from, and the folder for results:
///
///   <build>/fuzz/fuzz_<target>   the programs
///   <out>/corpus/<target>/       working corpora; they begin as <source>/corpus/<target>/
///   <out>/turns/                 what turns that are under way have found
///   <out>/findings/              sim/command/fuzz_findings.hpp
class fuzz_place {
public:
    /// \param build  empty: the folder of preset fuzz, beside the one this program was built in
    /// \param out    empty: found/ in the build
    fuzz_place(const std::string& build, const std::string& out);

    /// The targets that were built, by name.
    [[nodiscard]] const std::vector<std::string>& targets() const noexcept { return targets_; }
    [[nodiscard]] const std::filesystem::path& build() const noexcept { return build_; }
    [[nodiscard]] const std::filesystem::path& out() const noexcept { return out_; }

    [[nodiscard]] std::filesystem::path program(const std::string& target) const;
    [[nodiscard]] std::filesystem::path corpus(const std::string& target) const;
    [[nodiscard]] std::filesystem::path findings() const { return out_ / "findings"; }
    /// An empty folder of its own for a turn.
    /// Throws std::filesystem::filesystem_error.
    [[nodiscard]] std::filesystem::path turn_folder(unsigned number) const;
    /// The file with its words; empty when it has none.
    [[nodiscard]] std::filesystem::path dictionary(const std::string& target) const;

    /// Gives the working corpus what the sources have and it has not.
    /// Throws std::filesystem::filesystem_error.
    void sow(const std::string& target) const;

    /// False when results could not be written.
    [[nodiscard]] bool writable() const;

private:
    std::filesystem::path build_;
    std::filesystem::path out_;
    std::filesystem::path source_;  // empty when the build does not tell
    std::vector<std::string> targets_;
};

/// How many files there are in a folder.
[[nodiscard]] std::size_t files_in(const std::filesystem::path& folder);

/// Moves the files of one folder to another; those already there stay.
void move_files(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace ringproof::sim::command
