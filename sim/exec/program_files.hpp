#pragma once
// The program's own files: what can be had of them at this moment, without waiting, and word of
// when that changes. Readiness is told as the kernel tells it to whoever has armed a poll: at each
// event, once.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/exec/private_files.hpp"
#include "sim/kernel/host.hpp"

namespace ringproof::sim::exec {

/// Its number at this moment: the program's, or ours where it is kept.
[[nodiscard]] inline int number_of(const open_file& file) noexcept {
    return file.kept >= 0 ? file.kept : file.number;
}

class program_files final : public host_files {
public:
    program_files();

    /// Readable when there is something for wake_ready(); for poll(2).
    [[nodiscard]] int events() const noexcept { return epoll_.number(); }

    /// What the next identify() of the number says: that of the moment in which the call was made.
    /// \param identity  0: the number is looked up, as others are
    void settle(int fd, std::uint64_t identity) noexcept {
        settled_number_ = fd;
        settled_ = identity;
    }

    std::uint64_t identify(int fd) noexcept override;
    file_kind kind_of(int fd, std::uint64_t identity) override;
    bool is_still(const open_file& file, int fd) noexcept override;
    void keep(open_file& file) noexcept override;
    void let_go(open_file& file) noexcept override;
    void watch(open_file& file) noexcept override;
    void wake_ready() override;
    std::uint8_t poll(const open_file& file) noexcept override;
    std::uint32_t events(const open_file& file, std::uint32_t wanted) noexcept override;
    std::int64_t queued(const open_file& file) noexcept override;
    received receive(open_file& file, user_buffers& into, std::uint64_t most, std::uint32_t flags,
                     const message_parts& parts) override;
    std::span<const std::byte> sender() const noexcept override { return {name_, name_size_}; }
    std::int64_t transmit(open_file& file, user_buffers& from, std::uint64_t most,
                          std::uint32_t flags, const message_parts& parts) override;
    std::int64_t read(open_file& file, user_buffers& into, std::uint64_t position) override;
    std::int64_t write(open_file& file, user_buffers& from, std::uint64_t position) override;
    int accept(open_file& listener, std::uint64_t address, std::uint64_t address_size,
               std::uint32_t flags) noexcept override;
    int shut_down(open_file& file, std::uint32_t how) noexcept override;
    int close(int fd) noexcept override;
    void signal(open_file& event) noexcept override;
    bool is_event(const open_file& file) noexcept override;

private:
    struct known_kind {
        std::uint64_t identity = 0;
        file_kind kind = file_kind::regular;
    };

    private_file epoll_;
    int settled_number_ = -1;
    std::uint64_t settled_ = 0;
    std::size_t watched_ = 0;
    std::vector<known_kind> kinds_;  // by number
    std::byte name_[name_most] = {};
    std::size_t name_size_ = 0;
};

}  // namespace ringproof::sim::exec
