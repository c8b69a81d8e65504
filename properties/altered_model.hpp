#pragma once
// A model that something stands in front of: what a property changes on the way between an
// application and its kernel, it changes here.

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/kernel/model_world.hpp"

namespace ringproof::sim {

/// All calls but memory(), which says what is shared. A change shadows what it changes.
class forwarding_kernel {
public:
    explicit forwarding_kernel(model_kernel& real) noexcept : real_(&real) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        return real_->setup(entries, params);
    }
    result<unsigned> enter(int fd, std::uint32_t submit, std::uint32_t wait, std::uint32_t flags,
                           const void* argument, std::size_t size) noexcept {
        return real_->enter(fd, submit, wait, flags, argument, size);
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        return real_->register_(fd, opcode, argument, count);
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        return real_->map(fd, size, offset);
    }
    result<std::span<std::byte>> map_anonymous(const memory_request& wanted) noexcept {
        return real_->map_anonymous(wanted);
    }
    result<void> unmap(std::span<std::byte> memory) noexcept { return real_->unmap(memory); }
    result<void> close(int fd) noexcept { return real_->close(fd); }
    [[nodiscard]] caller_id caller() const noexcept { return real_->caller(); }
    [[nodiscard]] std::size_t page_size() const noexcept { return real_->page_size(); }

protected:
    [[nodiscard]] model_kernel& real() noexcept { return *real_; }

private:
    model_kernel* real_;
};

/// The model's world around such a kernel, which must outlive it.
template <kernel Kernel>
class altered_world : public model_world {
public:
    using kernel_type = Kernel;

    altered_world(model_kernel& real, Kernel& changed) noexcept
        : model_world(real), changed_(&changed) {}

    [[nodiscard]] Kernel& kernel() noexcept { return *changed_; }

private:
    Kernel* changed_;
};

}  // namespace ringproof::sim
