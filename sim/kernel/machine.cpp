#include "sim/kernel/machine.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sim/kernel/host.hpp"
#include "sim/kernel/lifetime.hpp"

namespace ringproof::sim {

void ring_context::note(event_kind kind, std::uint64_t subject, std::int64_t a, std::int64_t b,
                        std::int64_t c) {
    if (in->record != nullptr) in->record->record(actor::kernel, kind, subject, a, b, c);
    if (in->outside != nullptr) {
        in->outside->witness.saw(*this, {0, actor::kernel, kind, subject, a, b, c});
    }
}

void ring_context::tell_program(event_kind kind, std::uint64_t subject) const {
    if (in->outside == nullptr) return;
    in->outside->witness.saw(*this, {.who = actor::application, .kind = kind, .subject = subject});
}

void lacks(machine& in, std::string_view what, std::uint32_t number) {
    if (in.outside != nullptr) in.outside->witness.lacks(what, number);
}

open_file* ring_context::file_at(std::int32_t number, bool fixed) const {
    if (!fixed) return in->file_at(number);
    const auto index = static_cast<std::uint32_t>(number);
    return index < files.size() ? files[index] : nullptr;
}

bool machine::is_open(int fd) const noexcept {
    if (outside != nullptr) return outside->files.identify(fd) != 0;
    if (fd < first_descriptor || fd >= options.descriptors_max) return false;
    const auto index = static_cast<std::size_t>(fd - first_descriptor);
    if (index >= descriptors.size()) return false;
    const descriptor& found = descriptors[index];
    return found.file != nullptr || found.ring != nullptr;
}

open_file* machine::file_at(int fd) {
    if (outside != nullptr) return file_outside(fd);
    return is_open(fd) ? descriptors[static_cast<std::size_t>(fd - first_descriptor)].file
                       : nullptr;
}

ring_context* machine::ring_at(int fd) noexcept {
    if (outside != nullptr) return ring_outside(outside->files.identify(fd));
    return is_open(fd) ? descriptors[static_cast<std::size_t>(fd - first_descriptor)].ring
                       : nullptr;
}

int machine::find_ring(int fd, ring_context*& found) noexcept {
    found = ring_at(fd);
    if (found != nullptr) return 0;
    return is_open(fd) ? -EOPNOTSUPP : -EBADF;
}

ring_context* machine::ring_outside(std::uint64_t identity) const noexcept {
    if (identity == 0) return nullptr;
    const auto at = std::ranges::find(rings, identity, &ring_context::identity);
    return at == rings.end() ? nullptr : at->get();
}

open_file* machine::file_outside(int fd) {
    const std::uint64_t identity = outside->files.identify(fd);
    if (identity == 0 || ring_outside(identity) != nullptr) return nullptr;
    const auto index = static_cast<std::size_t>(fd);
    if (index >= descriptors.size()) descriptors.resize(index + 1);
    open_file*& known = descriptors[index].file;
    if (known != nullptr && known->identity == identity && outside->files.is_still(*known, fd)) {
        return known;
    }
    known = new_file(outside->files.kind_of(fd, identity));
    known->outside = &outside->files;
    known->identity = identity;
    known->number = fd;
    known->position = host_files::no_position;
    known->can_write = true;  // or the host says EBADF itself
    return known;
}

void machine::uninstall(int fd) {
    if (outside != nullptr) {
        (void)outside->files.close(fd);
    } else {
        const auto index = static_cast<std::size_t>(fd - first_descriptor);
        descriptors[index] = {};
        first_free = std::min(first_free, index);
    }
}

int machine::install(descriptor opened) {
    if (outside != nullptr) {
        const int ring = outside->rings.open();
        for (const auto& each : rings) {
            if (each->fd == ring) each->fd = -1;  // it was closed
        }
        if (ring >= 0) opened.ring->identity = outside->files.identify(ring);
        return ring;
    }
    std::size_t index = first_free;
    while (index < descriptors.size() && is_open(first_descriptor + static_cast<int>(index))) {
        ++index;
    }
    const int fd = first_descriptor + static_cast<int>(index);
    if (fd >= options.descriptors_max) return -EMFILE;
    if (index == descriptors.size()) descriptors.emplace_back();
    descriptors[index] = opened;
    first_free = index + 1;
    return fd;
}

std::byte* machine::ring_pages(const ring_context& ring, std::uint64_t offset, std::size_t pages) {
    return outside != nullptr ? outside->rings.pages(ring.fd, offset, pages)
                              : memory.allocate_for_kernel(pages);
}

void machine::release_ring_pages(std::byte* first, std::size_t pages) {
    if (outside != nullptr) {
        outside->rings.release(first, pages);
    } else {
        memory.unpin(first);
    }
}

open_file* machine::new_file(file_kind kind) {
    open_file* file = nullptr;
    if (unused_files.empty()) {
        files.push_back(std::make_unique<open_file>());
        file = files.back().get();
    } else {
        file = unused_files.back();
        unused_files.pop_back();
    }
    open_as(*file, kind);
    return file;
}

void machine::drop(open_file& file) {
    if (--file.references != 0) return;
    if (file.peer_watches) {
        tell_far_end(file);
        return;
    }
    while (!file.backlog.empty()) {
        open_file* waiting = file.backlog.front();
        file.backlog.pop();
        drop(*waiting);
    }
    if (file.outside != nullptr) {
        descriptor& known = descriptors[static_cast<std::size_t>(file.number)];
        if (known.file == &file) known.file = nullptr;
        file.outside->let_go(file);
    }
    file.in_use = false;
    unused_files.push_back(&file);
}

open_file* machine::peer_of(int fd) noexcept {
    if (fd < first_descriptor || fd >= options.descriptors_max) return nullptr;
    const auto index = static_cast<std::size_t>(fd - first_descriptor);
    return index < peers.size() ? peers[index] : nullptr;
}

void machine::watch(int fd, open_file& file) {
    forget(fd);  // the number stands for another file now
    const auto index = static_cast<std::size_t>(fd - first_descriptor);
    if (index >= peers.size()) peers.resize(index + 1);
    peers[index] = &file;
    file.peer_watches = true;
}

void machine::forget(int fd) {
    open_file* file = peer_of(fd);
    if (file == nullptr) return;
    peers[static_cast<std::size_t>(fd - first_descriptor)] = nullptr;
    lose_far_end(*file);
}

void machine::lose_far_end(open_file& file) {
    file.peer_watches = false;
    hold(file);
    drop(file);  // it may have been the last who knew it
}

void machine::hang() noexcept {
    if (hung) return;
    hung = true;
    for (const auto& ring : rings) ring->overflowing = true;  // nothing is posted any more
    hung_rings = std::move(rings);                            // and nothing runs
    rings.clear();
}

int machine::close(int fd) {
    if (outside != nullptr) return outside->files.close(fd);
    if (!is_open(fd)) return -EBADF;
    const auto index = static_cast<std::size_t>(fd - first_descriptor);
    const descriptor closed = std::exchange(descriptors[index], descriptor{});
    first_free = std::min(first_free, index);
    if (closed.file != nullptr) drop(*closed.file);
    if (closed.ring != nullptr) {
        closed.ring->fd = -1;
        drop_ring(*closed.ring);
    }
    return 0;
}

}  // namespace ringproof::sim
