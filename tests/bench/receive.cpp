// Receiving over TCP: our loop against the same loop on liburing.
//
// Both loops are set up alike: the same flags, a registered ring descriptor, one multishot receive
// into 256 buffers of one message each, and memory of the same kind. This thread writes a batch of
// messages, untimed, and then receives it, timed; so no other thread's schedule is measured. The
// two sides take turns, batch by batch, in changing order, and the ratio is the median over pairs
// of turns, since on a shared machine only neighbours in time can be compared.
//
//     ours, theirs   nanoseconds a message, medians
//     ratio          throughput of ours over theirs; at least 0.98 is wanted

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include <ringproof/linux_kernel.hpp>
#include <ringproof/receiver.hpp>

// Last: it defines, as macros, names that our headers use.
#include <liburing.h>

namespace {

using namespace ringproof;

constexpr std::uint32_t buffer_count = 256;
constexpr std::uint32_t sq_entries = 64;
constexpr std::uint32_t cq_entries = 1024;
constexpr unsigned messages_in_batch = 32;
constexpr unsigned batches_in_turn = 8;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::abort();
}

void must(bool good, const char* what) {
    if (!good) give_up(what);
}

/// Memory for the buffers of one side; both get theirs with the same luck in alignment.
struct slab_memory {
    explicit slab_memory(std::size_t wanted)
        : size((wanted + alignment - 1) / alignment * alignment),
          start(static_cast<std::byte*>(std::aligned_alloc(alignment, size))) {
        must(start != nullptr, "aligned_alloc");
        std::fill_n(start, size, std::byte{});
    }
    slab_memory(const slab_memory&) = delete;
    slab_memory& operator=(const slab_memory&) = delete;
    ~slab_memory() { std::free(start); }

    static constexpr std::size_t alignment = std::size_t{1} << 21U;  // of a huge page
    std::size_t size;
    std::byte* start;
};

/// A connection over the loopback device.
struct connection {
    connection() {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        auto* address = reinterpret_cast<sockaddr*>(&where);
        must(::bind(listener, address, size) == 0, "bind");
        must(::listen(listener, 1) == 0, "listen");
        must(::getsockname(listener, address, &size) == 0, "getsockname");
        writer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        must(::connect(writer, address, size) == 0, "connect");
        reader = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        must(reader >= 0, "accept4");
        ::close(listener);
        const int on = 1;
        must(::setsockopt(writer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0, "TCP_NODELAY");
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() {
        ::close(writer);
        ::close(reader);
    }

    int reader = -1;
    int writer = -1;
};

/// The loop as this library would have it.
class our_loop {
public:
    explicit our_loop(std::uint32_t size)
        : slab_(std::size_t{size} * buffer_count),
          ring_(uring<linux_kernel>::create(
                    kernel_,
                    {.entries = sq_entries, .cq_entries = cq_entries, .mode = execution::deferred})
                    .value()),
          group_(buffer_group<linux_kernel>::create(ring_, group_id{0}, options(size)).value()),
          receiver_(ring_, group_, wire.reader, user_data{1}) {
        receiver_.arm().value();
        ring_.submit().value();
    }

    /// Waits, takes all that came, and gives the buffers back: bytes.
    std::size_t receive() {
        ring_.submit_and_wait(1).value();
        std::size_t bytes = 0;
        for_each_completion(ring_, group_, [this, &bytes](const completion& done) {
            const auto seen = receiver_.on(done);
            if (seen.what != received::data) std::abort();
            bytes += seen.data.size();
            benchmark::DoNotOptimize(seen.data.front()[0]);
        });
        return bytes;
    }

    connection wire;

private:
    [[nodiscard]] group_options options(std::uint32_t size) const {
        group_options wanted;
        wanted.entries = buffer_count;
        wanted.buffer_size = size;
        wanted.storage.kind = slab::caller;
        wanted.storage.memory = {slab_.start, slab_.size};
        return wanted;
    }

    slab_memory slab_;
    linux_kernel kernel_;
    uring<linux_kernel> ring_;
    buffer_group<linux_kernel> group_;
    receiver<linux_kernel> receiver_;
};

/// The same loop as its users write it on liburing.
class their_loop {
public:
    explicit their_loop(std::uint32_t size)
        : slab_(std::size_t{size} * buffer_count),
          buffers_(static_cast<io_uring_buf_ring*>(
              std::aligned_alloc(4096, buffer_count * sizeof(io_uring_buf)))),
          size_(size) {
        io_uring_params params{};
        params.flags = IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SINGLE_ISSUER |
            IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
        params.cq_entries = cq_entries;
        must(::io_uring_queue_init_params(sq_entries, &ring_, &params) == 0, "io_uring_setup");
        ::io_uring_register_ring_fd(&ring_);
        io_uring_buf_reg registration{};
        registration.ring_addr = reinterpret_cast<std::uintptr_t>(buffers_);
        registration.ring_entries = buffer_count;
        must(::io_uring_register_buf_ring(&ring_, &registration, 0) == 0, "buffer ring");
        ::io_uring_buf_ring_init(buffers_);
        for (std::uint32_t id = 0; id < buffer_count; ++id) give_back(id, static_cast<int>(id));
        ::io_uring_buf_ring_advance(buffers_, static_cast<int>(buffer_count));
        arm();
        must(::io_uring_submit(&ring_) == 1, "io_uring_submit");
    }
    their_loop(const their_loop&) = delete;
    their_loop& operator=(const their_loop&) = delete;
    ~their_loop() {
        ::io_uring_queue_exit(&ring_);
        std::free(buffers_);
    }

    std::size_t receive() {
        must(::io_uring_submit_and_wait(&ring_, 1) >= 0, "io_uring_submit_and_wait");
        std::size_t bytes = 0;
        int returned = 0;
        unsigned head = 0;
        io_uring_cqe* done = nullptr;
        io_uring_for_each_cqe(&ring_, head, done) {
            if (done->res <= 0 || (done->flags & IORING_CQE_F_BUFFER) == 0) std::abort();
            const std::uint32_t id = done->flags >> IORING_CQE_BUFFER_SHIFT;
            bytes += static_cast<std::size_t>(done->res);
            benchmark::DoNotOptimize(slab_.start[std::size_t{id} * size_]);
            give_back(id, returned++);
            if ((done->flags & IORING_CQE_F_MORE) == 0) arm();
        }
        ::io_uring_buf_ring_advance(buffers_, returned);
        ::io_uring_cq_advance(&ring_, static_cast<unsigned>(returned));
        return bytes;
    }

    connection wire;

private:
    void give_back(std::uint32_t id, int offset) {
        ::io_uring_buf_ring_add(buffers_, slab_.start + std::size_t{id} * size_, size_,
                                static_cast<unsigned short>(id),
                                ::io_uring_buf_ring_mask(buffer_count), offset);
    }
    void arm() {
        io_uring_sqe* request = ::io_uring_get_sqe(&ring_);
        ::io_uring_prep_recv_multishot(request, wire.reader, nullptr, 0, 0);
        request->flags |= IOSQE_BUFFER_SELECT;
        request->buf_group = 0;
        ::io_uring_sqe_set_data64(request, 1);
    }

    slab_memory slab_;
    io_uring_buf_ring* buffers_;
    std::uint32_t size_;
    io_uring ring_{};
};

/// Writes a batch and receives it. Seconds spent on receiving.
template <class Loop>
double exchange(Loop& loop, std::span<const std::byte> batch) {
    using clock = std::chrono::steady_clock;
    clock::duration spent{};
    std::size_t received = 0;
    for (std::size_t sent = 0; received < batch.size();) {
        while (sent < batch.size()) {
            const auto accepted = ::send(loop.wire.writer, batch.data() + sent, batch.size() - sent,
                                         MSG_DONTWAIT | MSG_NOSIGNAL);
            if (accepted <= 0) break;  // full: receive what is there, then go on
            sent += static_cast<std::size_t>(accepted);
        }
        const auto start = clock::now();
        received += loop.receive();
        spent += clock::now() - start;
    }
    return std::chrono::duration<double>(spent).count();
}

template <class Loop>
double take_turn(Loop& loop, std::span<const std::byte> batch) {
    double spent = 0;
    for (unsigned i = 0; i < batches_in_turn; ++i) spent += exchange(loop, batch);
    return spent;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

void receive(benchmark::State& state) {
    const auto size = static_cast<std::uint32_t>(state.range(0));
    const std::vector<std::byte> batch(std::size_t{size} * messages_in_batch, std::byte{7});
    our_loop us(size);
    their_loop them(size);
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> ratios;
    bool ours_first = false;
    for ([[maybe_unused]] auto _ : state) {
        ours_first = !ours_first;
        double our_time = 0;
        if (ours_first) our_time = take_turn(us, batch);
        const double their_time = take_turn(them, batch);
        if (!ours_first) our_time = take_turn(us, batch);
        ours.push_back(our_time);
        theirs.push_back(their_time);
        ratios.push_back(their_time / our_time);
        state.SetIterationTime(our_time + their_time);
    }
    constexpr double to_nanoseconds = 1e9 / (messages_in_batch * batches_in_turn);
    state.counters["ours"] = median(std::move(ours)) * to_nanoseconds;
    state.counters["theirs"] = median(std::move(theirs)) * to_nanoseconds;
    state.counters["ratio"] = median(std::move(ratios));
}

BENCHMARK(receive)->Arg(64)->Arg(1024)->Arg(16384)->UseManualTime();

}  // namespace
