// The library's own rings, as they are.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <ringproof/buffer_ring.hpp>
#include <ringproof/completion_queue.hpp>
#include <ringproof/submission_queue.hpp>

#include "sim/explore/code/ring_scene.h"

namespace {

using namespace ringproof;

std::uint32_t between(const void* base, const void* member) {
    return static_cast<std::uint32_t>(static_cast<const std::byte*>(member) -
                                      static_cast<const std::byte*>(base));
}

/// The queue's words lie behind its head, as in a kernel's mapping.
std::span<std::byte> mapping(void* base, const void* end) {
    return {static_cast<std::byte*>(base), between(base, end)};
}

buffer_ring<native_memory> ring_of(const ringproof_scene& scene) {
    return {native_memory{}, {static_cast<abi::io_uring_buf*>(scene.ring), scene.entries}};
}

completion_queue<native_memory> completions_of(const ringproof_scene& scene) {
    abi::io_uring_params params{};
    params.cq_entries = scene.cq_entries;
    params.cq_off.tail = between(scene.cq_head, scene.cq_tail);
    params.cq_off.cqes = between(scene.cq_head, scene.cqes);
    return {native_memory{}, mapping(scene.cq_head, scene.cqes + scene.cq_entries), params};
}

submission_queue<native_memory> requests_of(const ringproof_scene& scene) {
    abi::io_uring_params params{};
    params.sq_entries = scene.sq_entries;
    params.sq_off.tail = between(scene.sq_head, scene.sq_tail);
    params.sq_off.flags = between(scene.sq_head, scene.sq_flags);
    params.sq_off.array = between(scene.sq_head, scene.sq_array);
    const std::span requests(scene.sqes, scene.sq_entries);
    return {native_memory{}, mapping(scene.sq_head, scene.sq_array + scene.sq_entries),
            std::as_writable_bytes(requests), params};
}

std::span<std::byte> buffer_of(const ringproof_scene& scene, std::uint16_t id) {
    return std::as_writable_bytes(
        std::span(scene.buffers + std::size_t{id} * scene.buffer_size, scene.buffer_size));
}

void require_filled(const ringproof_scene& scene, const completion& done) {
    const auto pattern = std::byte{ringproof_pattern(to_number(done.user))};
    const auto bytes = buffer_of(scene, to_number(*done.buffer()));
    const bool filled =
        std::ranges::all_of(bytes, [pattern](auto each) { return each == pattern; });
    ringproof_require(filled ? 1 : 0, "a buffer holds what the kernel did not put there");
}

/// Receives, and gives every buffer back at once; `latest_first`: the last of a batch first.
void receive(const ringproof_scene& scene, bool latest_first) {
    auto ring = ring_of(scene);
    auto done = completions_of(scene);
    for (std::uint16_t id = 0; id < scene.entries; ++id) {
        ring.stage(buffer_of(scene, id), buffer_id{id});
    }
    ring.publish();
    for (std::uint32_t seen = 0; seen < scene.publications;) {
        ringproof_wait(&scene);
        const std::uint32_t count = done.ready();
        for (std::uint32_t i = 0; i < count; ++i) {
            const completion it = done.read(latest_first ? count - 1 - i : i);
            require_filled(scene, it);
            const auto bytes = buffer_of(scene, to_number(*it.buffer()));
            std::ranges::fill(bytes, std::byte{0});
            ring.stage(bytes, *it.buffer());
        }
        ring.publish();
        done.advance(count);
        seen += count;
    }
}

void receive_in_order(const ringproof_scene* scene) { receive(*scene, false); }
void receive_out_of_order(const ringproof_scene* scene) { receive(*scene, true); }

/// Submits to a kernel's thread that falls asleep whenever it can.
void submit(const ringproof_scene* scene) {
    auto requests = requests_of(*scene);
    auto done = completions_of(*scene);
    for (std::uint32_t sent = 0; sent < scene->requests; ++sent) {
        abi::io_uring_sqe wanted{};
        wanted.user_data = sent;
        ringproof_require(requests.stage(wanted) ? 1 : 0, "the queue is full");
        requests.publish();
        if (requests.needs_wakeup()) ringproof_wake(scene);
        while (done.ready() == 0) ringproof_wait(scene);
        ringproof_require(to_number(done.read(0).user) == sent ? 1 : 0,
                          "another request came back");
        done.advance(1);
    }
}

}  // namespace

RINGPROOF_TARGET(ours_in_order, receive_in_order)
RINGPROOF_TARGET(ours_out_of_order, receive_out_of_order)
RINGPROOF_TARGET_AGAINST(ours_wake_up, submit, RINGPROOF_POLLS)
