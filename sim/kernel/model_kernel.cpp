#include "sim/kernel/model_kernel.hpp"

#include <algorithm>
#include <cerrno>

#include "sim/kernel/enter.hpp"
#include "sim/kernel/lifetime.hpp"
#include "sim/kernel/registration.hpp"
#include "sim/kernel/scheduler.hpp"

namespace ringproof::sim {

namespace {

result<unsigned> unsigned_result(int answer) noexcept {
    if (answer < 0) return fail(-answer);
    return static_cast<unsigned>(answer);
}

}  // namespace

model_kernel::model_kernel(choices& choice, const model_options& options)
    : machine_(choice, options) {
    constexpr std::size_t mappings_usual = 8;
    mappings_.reserve(mappings_usual);
}

model_kernel::~model_kernel() = default;

result<int> model_kernel::setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
    const int fd = set_up_ring(machine_, entries, params);
    if (fd < 0) return fail(-fd);
    return fd;
}

result<unsigned> model_kernel::enter(int fd, std::uint32_t to_submit, std::uint32_t min_complete,
                                     std::uint32_t flags, const void* argument,
                                     std::size_t argument_size) noexcept {
    return unsigned_result(sim::enter(machine_,
                                      {.fd = fd,
                                       .to_submit = to_submit,
                                       .min_complete = min_complete,
                                       .flags = flags,
                                       .argument = argument,
                                       .argument_size = argument_size}));
}

result<unsigned> model_kernel::register_(int fd, std::uint32_t opcode, void* argument,
                                         std::uint32_t count) noexcept {
    const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(argument));
    return unsigned_result(register_with(machine_, fd, opcode, address, count));
}

result<std::span<std::byte>> model_kernel::map(int fd, std::size_t size,
                                               std::uint64_t offset) noexcept {
    if (offset % sim::page_size != 0) return fail(EINVAL);  // mmap itself (MAP-01)
    if (!machine_.is_open(fd)) return fail(EBADF);
    ring_context* ring = machine_.ring_at(fd);
    if (ring == nullptr) return fail(ENODEV);
    const mapped_memory found = map_ring(machine_, *ring, size, offset);
    if (found.error != 0) return fail(-found.error);
    machine_.memory.map_again(found.first);
    ++ring->references;  // a mapping keeps the ring alive (USR-03)
    mappings_.push_back({found.first, size, ring});
    at_kernel_exit(machine_);
    return std::span(found.first, size);
}

result<std::span<std::byte>> model_kernel::map_anonymous(const memory_request& wanted) noexcept {
    if (wanted.size == 0) return fail(EINVAL);
    const std::size_t pages = pages_for(wanted.size);
    const std::size_t guard = wanted.guard_page ? 1 : 0;
    std::byte* first = machine_.memory.map_new(pages, guard);
    if (first == nullptr) return fail(ENOMEM);
    const std::size_t size = (pages + guard) * sim::page_size;
    mappings_.push_back({first, size, nullptr});
    at_kernel_exit(machine_);
    return std::span(first, size);
}

result<void> model_kernel::unmap(std::span<std::byte> memory) noexcept {
    const auto at = std::ranges::find_if(mappings_, [memory](const mapping& each) {
        return each.first == memory.data() && each.size == memory.size();
    });
    if (at == mappings_.end()) return fail(EINVAL);
    const mapping undone = *at;
    mappings_.erase(at);
    machine_.memory.unmap(undone.first);
    if (undone.ring != nullptr) drop_ring(*undone.ring);
    at_kernel_exit(machine_);
    return {};
}

result<void> model_kernel::close(int fd) noexcept {
    const int answer = machine_.close(fd);
    if (answer < 0) return fail(-answer);
    at_kernel_exit(machine_);
    return {};
}

void model_kernel::end_caller(caller_id caller) { machine_.exited.push_back(caller); }

void model_kernel::step() { after_world_action(machine_); }

void model_kernel::expose(std::span<const std::byte> memory, access how) {
    machine_.memory.expose(memory, how);
}

void model_kernel::conceal(std::span<const std::byte> memory) {
    keep_rings_in(machine_, memory);
    machine_.memory.conceal(memory);
}

}  // namespace ringproof::sim
