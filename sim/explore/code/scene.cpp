#include "sim/explore/code/scene.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace ringproof::explore {

namespace {

constexpr std::uint32_t entries_most = 16;
constexpr std::uint32_t buffer_size = 8;
constexpr std::uint32_t queue_entries = 16;

std::vector<target>& registered() {
    static std::vector<target> all;
    return all;
}

/// The kernel's accesses; `shared_memory` of lib without the templates.
template <class Word>
Word load(const Word* from, order mo) {
    return static_cast<Word>(
        session::current()->load(from, sizeof *from, mo, __builtin_return_address(0)));
}
template <class Word>
void store(Word* to, Word value, order mo) {
    session::current()->store(to, sizeof *to, value, mo, __builtin_return_address(0));
}
template <class Value>
Value read(const Value* from) {
    session::current()->read(from, sizeof *from, __builtin_return_address(0));
    return *from;
}
template <class Value>
void write(Value* to, const Value& value) {
    *to = value;
    session::current()->write(to, sizeof *to, __builtin_return_address(0), true);
}

}  // namespace

const std::vector<target>& targets() {
    std::ranges::sort(registered(), {}, &target::name);
    return registered();
}

struct scene::shared {
    alignas(4096) std::array<abi::io_uring_buf, entries_most> ring;
    alignas(64) std::array<std::array<unsigned char, buffer_size>, entries_most> buffers;
    alignas(64) unsigned cq_head;
    alignas(64) unsigned cq_tail;
    alignas(64) std::array<ringproof_cqe, queue_entries> cqes;
    alignas(64) unsigned sq_head;
    alignas(64) unsigned sq_tail;
    alignas(64) unsigned sq_flags;
    alignas(64) unsigned wakes;  ///< system calls that wake the thread
    alignas(64) std::array<unsigned, queue_entries> sq_array;
    alignas(64) std::array<ringproof_sqe, queue_entries> sqes;
};

scene::scene(const scene_options& wanted) : options_(wanted), memory_(std::make_unique<shared>()) {
    shared& it = *memory_;
    shown_ = {.ring = it.ring.data(),
              .entries = wanted.entries,
              .buffers = it.buffers.front().data(),
              .buffer_size = buffer_size,
              .publications = wanted.publications,
              .cq_head = &it.cq_head,
              .cq_tail = &it.cq_tail,
              .cq_entries = queue_entries,
              .cqes = it.cqes.data(),
              .sq_head = &it.sq_head,
              .sq_tail = &it.sq_tail,
              .sq_flags = &it.sq_flags,
              .sq_array = it.sq_array.data(),
              .sq_entries = queue_entries,
              .wakes = &it.wakes,
              .sqes = it.sqes.data(),
              .requests = wanted.publications};
}

scene::~scene() = default;

void scene::prepare(weak_memory& memory) {
    std::memset(static_cast<void*>(memory_.get()), 0, sizeof(shared));
    head_ = 0;
    cq_tail_ = 0;
    sq_head_ = 0;
    filled_ = 0;
    memory.add_word(&memory_->ring.front().resv, sizeof(std::uint16_t), 0);
    for (unsigned* each : {&memory_->cq_head, &memory_->cq_tail, &memory_->sq_head,
                           &memory_->sq_tail, &memory_->sq_flags, &memory_->wakes}) {
        memory.add_word(each, sizeof *each, 0);
    }
}

std::vector<session::role> scene::roles(const target& of) {
    const bool polls = of.against == RINGPROOF_POLLS;
    return {{.name = "the application", .body = [this, plays = of.plays] { plays(&shown_); }},
            {.name = "the kernel",
             .body = [this, polls] { polls ? poll() : receive(); },
             .serves = true}};
}

// io_uring_cqring_fill: the entry, then the tail with release (CQE-01).
void scene::complete(std::uint64_t user_data, std::int32_t result, std::uint32_t flags) {
    while (cq_tail_ - load(&memory_->cq_head, order::acquire) == queue_entries) {
        session::current()->wait_for_news(&memory_->cq_head);
    }
    write(&memory_->cqes[cq_tail_ % queue_entries], {user_data, result, flags});
    store(&memory_->cq_tail, ++cq_tail_, order::release);
}

/// False when there is none. Tail with acquire, then the slot at the head (SEL-01).
bool scene::take_buffer() {
    const std::uint16_t tail = load(&memory_->ring.front().resv, order::acquire);
    const auto there = static_cast<std::uint16_t>(tail - head_);
    if (there == 0) return false;
    session& now = *session::current();
    if (there > options_.entries) {
        now.fail("the tail says that " + std::to_string(there) + " buffers are in a ring of " +
                 std::to_string(options_.entries));
    }
    abi::io_uring_buf& slot = memory_->ring[head_ % options_.entries];
    const std::uint64_t address = read(&slot.addr);
    const std::uint32_t length = read(&slot.len);
    const std::uint16_t id = read(&slot.bid);
    ++head_;
    const auto first = reinterpret_cast<std::uint64_t>(memory_->buffers.front().data());
    if (id >= options_.entries || address != first + std::uint64_t{id} * buffer_size ||
        length != buffer_size) {
        now.fail("a slot was taken with what nobody put there: id " + std::to_string(id) +
                 ", length " + std::to_string(length));
    }
    std::array<unsigned char, buffer_size> bytes{};
    bytes.fill(ringproof_pattern(filled_));
    write(&memory_->buffers[id], bytes);
    complete(filled_++, buffer_size, std::uint32_t{id} << abi::ioring_cqe_buffer_shift | 1U);
    return true;
}

void scene::receive() {
    while (filled_ < options_.publications) {
        if (!take_buffer()) session::current()->wait_for_news(&memory_->ring.front().resv);
    }
}

// io_sq_thread: flag, full fence, one more look, sleep (SQP-03).
void scene::poll() {
    session& now = *session::current();
    for (std::uint32_t taken = 0; taken < shown_.requests;) {
        const std::uint32_t tail = load(&memory_->sq_tail, order::acquire);
        if (tail != sq_head_) {
            const ringproof_sqe wanted = read(&memory_->sqes[sq_head_ % queue_entries]);
            store(&memory_->sq_head, ++sq_head_, order::release);
            complete(wanted.user_data, 0, 0);
            ++taken;
            continue;
        }
        // What wakes it from here on is not lost, as between prepare_to_wait() and schedule().
        (void)load(&memory_->wakes, order::seq_cst);
        store(&memory_->sq_flags, abi::ioring_sq_need_wakeup, order::relaxed);
        now.fence(order::seq_cst);
        if (load(&memory_->sq_tail, order::acquire) == sq_head_) {
            now.wait_for_news(&memory_->wakes);
        }
        store(&memory_->sq_flags, 0U, order::relaxed);
    }
}

std::string scene::name_of(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const shared& it = *memory_;
    const auto index = [at](const auto& list) {
        return (at - reinterpret_cast<std::uintptr_t>(list.data())) / sizeof list.front();
    };
    const auto within = [at](const auto& part) {
        const auto first = reinterpret_cast<std::uintptr_t>(&part);
        return at >= first && at < first + sizeof part;
    };
    if (within(it.ring.front().resv)) return "the ring's tail";
    if (within(it.ring)) return "slot " + std::to_string(index(it.ring));
    if (within(it.buffers)) return "buffer " + std::to_string(index(it.buffers));
    if (within(it.cq_head)) return "the head of the completion queue";
    if (within(it.cq_tail)) return "the tail of the completion queue";
    if (within(it.cqes)) return "completion " + std::to_string(index(it.cqes));
    if (within(it.sq_head)) return "the head of the submission queue";
    if (within(it.sq_tail)) return "the tail of the submission queue";
    if (within(it.sq_flags)) return "the flags of the submission queue";
    if (within(it.wakes)) return "the wake-ups of the kernel's thread";
    if (within(it.sqes)) return "request " + std::to_string(index(it.sqes));
    return {};
}

}  // namespace ringproof::explore

// What targets call. They are C's, and run in an agent of a session.

using ringproof::explore::order;
using ringproof::explore::session;

void ringproof_wait(const ringproof_scene* scene) {
    session::current()->wait_for_news(scene->cq_tail);
}

void ringproof_wake(const ringproof_scene* scene) {
    session::current()->modify(scene->wakes, sizeof *scene->wakes, order::seq_cst,
                               __builtin_return_address(0),
                               [](std::uint64_t before) { return std::optional(before + 1); });
}

void ringproof_require(int holds, const char* what) {
    if (holds == 0) session::current()->fail(what);
}

void ringproof_add_target(const char* name, ringproof_application plays, ringproof_kernel against) {
    ringproof::explore::registered().push_back({name, plays, against});
}
