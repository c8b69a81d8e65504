// What is seen of the program: its use of rings, its mistakes, and what it asks for in vain.

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/exec/server.hpp"
#include "sim/exec/system_call.hpp"
#include "sim/kernel/registration.hpp"

namespace ringproof::sim::exec {

namespace {

const char* name_of(long number) noexcept {
    switch (number) {
        case SYS_io_uring_setup:
            return "io_uring_setup()";
        case SYS_io_uring_enter:
            return "io_uring_enter()";
        case SYS_io_uring_register:
            return "io_uring_register()";
        case SYS_munmap:
            return "munmap()";
        default:
            return "exit()";
    }
}

}  // namespace

int server::finish(int status) {
    const std::scoped_lock alone(one_at_a_time_);
    if (!ledger_) return status;
    begin_call({.number = SYS_exit_group});
    leave_lost_rings();
    ledger_->finish(kernel_.inside(), files_);
    std::string told = wanted_.report ? ledger_->report() : "";
    if (wanted_.report || wanted_.check) {
        for (const std::string& each : ledger_->findings()) {
            told += "ringproof: found: " + each + "\n";
        }
    }
    system_call(SYS_write, 2, told.data(), told.size());
    history_.flush();
    records_.flush();
    const bool mistaken = wanted_.check && !ledger_->findings().empty();
    ledger_.reset();  // whoever ends the program twice is told once
    return mistaken ? 1 : status;
}

// What is registered there stays the kernel's, with what it holds.
void server::unmap(std::uint64_t address, std::uint64_t size) {
    const std::scoped_lock alone(one_at_a_time_);
    begin_call({.number = SYS_munmap});
    look();
    if (ledger_) ledger_->unmapped(kernel_.inside(), address, size);
    const auto* first = static_cast<const std::byte*>(pointer_to(address));
    keep_rings_in(kernel_.inside(), {first, size});
}

// Memory may go unseen, by free(3): the kernel would have kept it, and here nobody can any more.
void server::leave_lost_rings() {
    machine& in = kernel_.inside();
    for (const auto& ring : in.rings) {
        for (const auto& list : ring->groups) {
            if (list->mapped || list->own_copy) continue;
            const std::size_t pages =
                pages_for(std::size_t{list->entries} * sizeof(abi::io_uring_buf));
            unsigned char there[pages_for(std::size_t{1} << 20U)];
            if (system_call(SYS_mincore, list->slots, pages * page_size, there) != -ENOMEM) {
                continue;
            }
            std::byte* empty = in.memory.allocate_for_kernel(pages);
            if (empty == nullptr) continue;
            list->slots = reinterpret_cast<abi::io_uring_buf*>(empty);
            list->own_copy = true;
            list->slots[0].resv = list->head;  // nothing is published
            if (ledger_) ledger_->lost(*list);
        }
    }
}

void server::begin_call(const call& asked) {
    if (!ledger_) return;
    ledger_->begin_call(name_of(asked.number), static_cast<std::uint64_t>(system_call(SYS_gettid)));
}

void server::lacks(std::string_view what, std::uint32_t number) {
    if (!wanted_.verbose) return;
    std::string line = "not modelled: " + std::string(what) + " " + std::to_string(number);
    if (std::ranges::find(named_, line) != named_.end()) return;
    say(line);
    named_.push_back(std::move(line));
}

void server::submitted(const request& fresh) {
    if (ledger_) ledger_->submitted(fresh);
}

void server::saw(const ring_context& ring, const event& happened) {
    if (ledger_) ledger_->saw(ring, happened);
}

}  // namespace ringproof::sim::exec
