#include "sim/command/executable.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

namespace ringproof::sim::command {

namespace {

constexpr int scripts_deep_most = 4;  // as the kernel has it, more or less

bool can_run(const std::string& path) {
    struct stat seen{};
    return ::stat(path.c_str(), &seen) == 0 && S_ISREG(seen.st_mode) &&
        ::access(path.c_str(), X_OK) == 0;
}

std::string search(const std::string& name) {
    if (name.contains('/')) return can_run(name) ? name : "";
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
        if (can_run(candidate)) return candidate;
    }
    return "";
}

// The loader ignores LD_PRELOAD where a program gains what its caller has not.
bool gains_privileges(const std::string& path) {
    struct stat seen{};
    if (::stat(path.c_str(), &seen) != 0) return false;
    if ((seen.st_mode & S_ISUID) != 0 && seen.st_uid != ::geteuid()) return true;
    if ((seen.st_mode & S_ISGID) != 0 && seen.st_gid != ::getegid()) return true;
    return ::geteuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

// Why an ELF file cannot be preloaded into; empty: it can.
std::string refusal_of_elf(std::ifstream& file) {
    Elf64_Ehdr header{};
    file.seekg(0);
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    if (!file || header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
        return "is not a program for x86-64";
    }
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr part{};
        file.seekg(static_cast<std::streamoff>(header.e_phoff + i * header.e_phentsize));
        file.read(reinterpret_cast<char*>(&part), sizeof part);
        if (file && part.p_type == PT_INTERP) return "";
    }
    return "is linked statically, so nothing can be loaded into it; link it dynamically";
}

std::string refusal_of(const std::string& path, int deep) {
    if (gains_privileges(path)) {
        return "gains privileges when it starts (setuid, setgid or capabilities), so nothing can "
               "be loaded into it; run it as its owner";
    }
    std::ifstream file(path, std::ios::binary);
    char magic[SELFMAG] = {};
    if (!file.read(magic, sizeof magic)) return "cannot be read";
    if (std::memcmp(magic, ELFMAG, SELFMAG) == 0) return refusal_of_elf(file);
    if (magic[0] != '#' || magic[1] != '!') return "is neither a program nor a script";
    if (deep == scripts_deep_most) return "is a script of a script of a script";
    file.seekg(2);
    std::string line;
    std::getline(file, line);
    std::string interpreter;
    std::istringstream(line) >> interpreter;
    const std::string refusal = refusal_of(interpreter, deep + 1);
    return refusal.empty() ? "" : fmt::format("is run by {}, which {}", interpreter, refusal);
}

}  // namespace

std::expected<std::string, std::string> find_preloadable(const std::string& name) {
    const std::string path = search(name);
    if (path.empty()) {
        return std::unexpected(fmt::format("{}: there is no such program that can be run", name));
    }
    if (const std::string refusal = refusal_of(path, 0); !refusal.empty()) {
        return std::unexpected(fmt::format("{} {}", path, refusal));
    }
    return path;
}

}  // namespace ringproof::sim::command
