#pragma once
// The memory that an application shares with a kernel, and the kernel's side of it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <ringproof/abi.hpp>

#include "sim/explore/code/ring_scene.h"
#include "sim/explore/code/session.hpp"

namespace ringproof::explore {

/// A function of compiled code that plays the application.
struct target {
    std::string name;
    ringproof_application plays = nullptr;
    ringproof_kernel against = RINGPROOF_RECEIVES;
};

/// All that were linked, by name.
[[nodiscard]] const std::vector<target>& targets();

struct scene_options {
    std::uint32_t entries = 2;  ///< a power of two, 1 .. 16
    std::uint32_t publications = 4;
};

/// Serves one run after the other. Belongs to one thread.
class scene {
public:
    explicit scene(const scene_options& wanted);
    scene(const scene&) = delete;
    scene& operator=(const scene&) = delete;
    ~scene();

    /// Zeroes the memory and makes its words words.
    void prepare(weak_memory& memory);
    [[nodiscard]] std::vector<session::role> roles(const target& of);

    /// "the ring's tail", "slot 1", "buffer 0", ...; empty for what does not belong to it.
    [[nodiscard]] std::string name_of(const void* address) const;
    [[nodiscard]] const scene_options& options() const noexcept { return options_; }

private:
    struct shared;

    void receive();
    void poll();
    void complete(std::uint64_t user_data, std::int32_t result, std::uint32_t flags);
    [[nodiscard]] bool take_buffer();

    scene_options options_;
    std::unique_ptr<shared> memory_;
    ringproof_scene shown_{};
    // The kernel's own books.
    std::uint16_t head_ = 0;
    std::uint32_t cq_tail_ = 0;
    std::uint32_t sq_head_ = 0;
    std::uint32_t filled_ = 0;
};

}  // namespace ringproof::explore
