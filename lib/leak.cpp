#include <ringproof/leak.hpp>

#include <atomic>
#include <cstdio>

namespace ringproof {

namespace {

void write_line(const leak& lost) noexcept {
    try {
        std::fprintf(stderr, "ringproof: %zu bytes leaked on purpose: %s\n", lost.size,
                     lost.reason.message().c_str());
    } catch (...) {  // message() may fail to allocate; the counters still tell
        std::fputs("ringproof: memory leaked on purpose\n", stderr);
    }
}

constinit std::atomic<leak_handler> handler{&write_line};
constinit std::atomic<std::uint64_t> count{0};
constinit std::atomic<std::uint64_t> size{0};

}  // namespace

leak_handler set_leak_handler(leak_handler next) noexcept { return handler.exchange(next); }

std::uint64_t leak_count() noexcept { return count.load(); }

std::uint64_t leaked_size() noexcept { return size.load(); }

void report_leak(const leak& lost) noexcept {
    ++count;
    size += lost.size;
    if (const leak_handler tell = handler.load()) tell(lost);
}

}  // namespace ringproof
