#pragma once
// Memory mapped through a kernel, unmapped when its owner goes.

#include <cstddef>
#include <span>
#include <utility>

#include <ringproof/kernel.hpp>

namespace ringproof {

/// Owns one mapping. In a forked child it lets go without unmapping: the memory is hidden from the
/// child, which may long have something else at those addresses.
template <kernel Kernel>
class mapping {
public:
    mapping() noexcept = default;
    mapping(mapping&& other) noexcept
        : kernel_(std::exchange(other.kernel_, nullptr)),
          owner_(other.owner_),
          whole_(std::exchange(other.whole_, {})),
          usable_(std::exchange(other.usable_, {})) {}
    mapping& operator=(mapping&& other) noexcept {
        mapping(std::move(other)).swap(*this);
        return *this;
    }
    ~mapping() {
        if (kernel_ != nullptr && !forked_since(owner_, kernel_->caller())) {
            (void)kernel_->unmap(whole_);  // fails only for arguments that we never pass
        }
    }

    /// Maps part of a ring's descriptor. Errors: errno of mmap(2).
    [[nodiscard]] static result<mapping> of_ring(Kernel& kernel, int fd, std::size_t size,
                                                 std::uint64_t offset) noexcept {
        auto memory = kernel.map(fd, size, offset);
        if (!memory) return std::unexpected(memory.error());
        return mapping(kernel, *memory, *memory);
    }

    /// Maps zeroed memory. Errors: errno of mmap(2), mprotect(2), madvise(2).
    [[nodiscard]] static result<mapping> anonymous(Kernel& kernel,
                                                   const memory_request& wanted) noexcept {
        auto memory = kernel.map_anonymous(wanted);
        if (!memory) return std::unexpected(memory.error());
        return mapping(kernel, *memory, memory->first(wanted.size));
    }

    /// The bytes that were asked for; a guard page is behind them, not among them.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return usable_; }

    /// Gives up the memory without unmapping it, because a kernel may still write to it.
    void leak() noexcept { kernel_ = nullptr; }

    void swap(mapping& other) noexcept {
        std::swap(kernel_, other.kernel_);
        std::swap(owner_, other.owner_);
        std::swap(whole_, other.whole_);
        std::swap(usable_, other.usable_);
    }

private:
    mapping(Kernel& kernel, std::span<std::byte> whole, std::span<std::byte> usable) noexcept
        : kernel_(&kernel), owner_(kernel.caller()), whole_(whole), usable_(usable) {}

    Kernel* kernel_ = nullptr;
    caller_id owner_{};
    std::span<std::byte> whole_;
    std::span<std::byte> usable_;
};

}  // namespace ringproof
