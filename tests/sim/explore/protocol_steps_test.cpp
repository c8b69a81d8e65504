// The protocols' steps are those that the code takes: an edit of one without the other fails here.

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ringproof/buffer_group.hpp>
#include <ringproof/buffer_ring.hpp>
#include <ringproof/completion_queue.hpp>
#include <ringproof/receiver.hpp>
#include <ringproof/submission_queue.hpp>
#include <ringproof/uring.hpp>

#include "sim/explore/mutants.hpp"
#include "sim/explore/protocols.hpp"
#include "tests/sim/explore/recorded_walk.hpp"
#include "tests/sim/kernel/systems.hpp"
#include "tests/support/recording_memory.hpp"
#include "tests/support/spy_kernel.hpp"

namespace ringproof::testing {

namespace {

using sim::explore::action;
using sim::explore::order;

/// Bytes of buffers are not words: no recording shows the kernel's.
const std::set<std::string> bytes_only{"bytes", "rest of the bytes"};

sim::explore::program steps_of(std::string_view protocol, unsigned entries) {
    return sim::explore::find_protocol(protocol)->make(entries);
}

/// Which address is which place of a program. Fields of one slot are one access.
class atlas {
public:
    void word(const void* at, std::string name) { place(at, 1, 1, std::move(name)); }
    void slots(const void* first, std::size_t size, std::size_t count, std::string name) {
        place(first, size, count, std::move(name));
    }

    struct place_of {
        std::string name;
        std::size_t slot = 0;
    };
    /// No name: not shared by the protocol.
    [[nodiscard]] place_of find(const void* at) const {
        const auto address = reinterpret_cast<std::uintptr_t>(at);
        for (const region& each : regions_) {
            if (address >= each.first && address < each.first + each.size * each.count) {
                return {each.name, (address - each.first) / each.size};
            }
        }
        return {};
    }

private:
    struct region {
        std::uintptr_t first;
        std::size_t size;
        std::size_t count;
        std::string name;
    };
    void place(const void* at, std::size_t size, std::size_t count, std::string name) {
        regions_.push_back({reinterpret_cast<std::uintptr_t>(at), size, count, std::move(name)});
    }
    std::vector<region> regions_;  // the first that fits: words come before slots they lie in
};

/// A diary of accesses by place. What an atlas does not know is not kept.
class recording {
public:
    explicit recording(const atlas& of) : of_(&of) {}

    void add(action what, order how, const void* at) {
        const auto [name, slot] = of_->find(at);
        if (name.empty()) return;
        const recorded_access made{what, how, name};
        const bool same_slot = !kept_.empty() && kept_.back() == made && slot == last_slot_ &&
            (what == action::read || what == action::write);
        if (!same_slot) kept_.push_back(made);
        last_slot_ = slot;
    }
    void add(const memory_event& it) {
        switch (it.kind) {
            case access::plain_load:
                return add(action::read, order::relaxed, it.word);
            case access::plain_store:
                return add(action::write, order::relaxed, it.word);
            case access::relaxed_load:
                return add(action::load, order::relaxed, it.word);
            case access::acquire_load:
                return add(action::load, order::acquire, it.word);
            case access::relaxed_store:
                return add(action::store, order::relaxed, it.word);
            case access::release_store:
                return add(action::store, order::release, it.word);
            case access::fence:
                kept_.push_back({});
        }
    }
    [[nodiscard]] const std::vector<recorded_access>& kept() const { return kept_; }

private:
    const atlas* of_;
    std::vector<recorded_access> kept_;
    std::size_t last_slot_ = 0;
};

std::vector<recorded_access> by_place(const std::vector<memory_event>& diary, const atlas& of) {
    recording made(of);
    for (const memory_event& each : diary) made.add(each);
    return made.kept();
}

std::vector<recorded_access> without(std::vector<recorded_access> all, std::string_view place) {
    std::erase_if(all, [place](const recorded_access& each) { return each.at == place; });
    return all;
}

/// The library's three rings, each over memory in which the case plays the kernel.
struct bare_rings {
    static constexpr std::uint32_t entries = 4;

    bare_rings() {
        places.word(&slots[0].resv, "tail");
        places.slots(slots.data(), sizeof(abi::io_uring_buf), entries, "entries");
        places.word(&cq_head, "CQ head");
        places.word(&cq_tail, "CQ tail");
        places.slots(cqes, sizeof(abi::io_uring_cqe), entries, "completions");
        places.word(&sq_head, "SQ head");
        places.word(&sq_tail, "SQ tail");
        places.word(&sq_flags, "flags");
        places.slots(sqes.data(), sizeof(abi::io_uring_sqe), entries, "requests");
        places.slots(bytes.data(), 1, bytes.size(), "bytes");
        diary.clear();  // setting up is not part of any protocol
    }

    /// The application's side.
    void stage() { ring.stage(std::span(bytes).subspan(0, 8), buffer_id{0}); }
    void take() {
        (void)cq.read(0);
        (void)memory.load_plain(bytes.data());
    }
    void submit() {
        abi::io_uring_sqe request{};
        (void)sq.stage(request);
        sq.publish();
    }
    std::vector<recorded_access> recorded() const { return by_place(diary, places); }

    std::vector<memory_event> diary{};
    recording_memory memory{diary};
    alignas(16) std::array<abi::io_uring_buf, entries> slots{};
    alignas(16) std::array<std::byte, 512> rings{};
    std::uint32_t& cq_head = at(0);
    std::uint32_t& cq_tail = at(4);
    std::uint32_t& sq_head = at(8);
    std::uint32_t& sq_tail = at(12);
    std::uint32_t& sq_flags = at(16);
    std::byte* cqes = rings.data() + 64;
    std::array<abi::io_uring_sqe, entries> sqes{};
    std::array<std::byte, 64> bytes{};
    abi::io_uring_params params = offsets();
    buffer_ring<recording_memory> ring{memory, slots};
    completion_queue<recording_memory> cq{memory, rings, params};
    submission_queue<recording_memory> sq{memory, rings, std::as_writable_bytes(std::span(sqes)),
                                          params};
    atlas places{};

private:
    std::uint32_t& at(std::size_t offset) {
        return *reinterpret_cast<std::uint32_t*>(rings.data() + offset);
    }
    static abi::io_uring_params offsets() {
        abi::io_uring_params made{};
        made.cq_entries = made.sq_entries = entries;
        made.cq_off.tail = 4;
        made.cq_off.cqes = 64;
        made.sq_off.head = 8;
        made.sq_off.tail = 12;
        made.sq_off.flags = 16;
        made.sq_off.array = 32;
        return made;
    }
};

/// The model, for a library whose accesses are written down.
class recorded_kernel : public spy_kernel<sim::model_kernel> {
public:
    using memory_type = recording_memory;

    explicit recorded_kernel(sim::model_kernel& real) : spy_kernel(real) {}

    result<int> setup(std::uint32_t entries, abi::io_uring_params& params) noexcept {
        auto made = spy_kernel::setup(entries, params);
        offsets = params;
        return made;
    }
    result<std::span<std::byte>> map(int fd, std::size_t size, std::uint64_t offset) noexcept {
        auto made = spy_kernel::map(fd, size, offset);
        if (made && offset == abi::ioring_off_sq_ring) note_queues(made->data());
        return made;
    }
    result<unsigned> register_(int fd, std::uint32_t opcode, void* argument,
                               std::uint32_t count) noexcept {
        if (opcode == abi::ioring_register_pbuf_ring) {
            const auto& asked = *static_cast<const abi::io_uring_buf_reg*>(argument);
            const auto* first = reinterpret_cast<const abi::io_uring_buf*>(asked.ring_addr);
            places.word(&first->resv, "tail");
            places.slots(first, sizeof *first, asked.ring_entries, "entries");
        }
        return spy_kernel::register_(fd, opcode, argument, count);
    }
    [[nodiscard]] recording_memory memory() noexcept { return recording_memory(diary); }

    abi::io_uring_params offsets{};
    atlas places{};
    std::vector<memory_event> diary{};

private:
    void note_queues(const std::byte* first) {
        places.word(first + offsets.cq_off.head, "CQ head");
        places.word(first + offsets.cq_off.tail, "CQ tail");
        places.slots(first + offsets.cq_off.cqes, sizeof(abi::io_uring_cqe), offsets.cq_entries,
                     "completions");
    }
};

/// What the model's kernel does, heard from below.
class kernel_listener final : public sim::memory_watcher {
public:
    explicit kernel_listener(const atlas& of)
        : heard_(of), before_(sim::model_memory::watch(this)) {}
    kernel_listener(const kernel_listener&) = delete;
    kernel_listener& operator=(const kernel_listener&) = delete;
    ~kernel_listener() { sim::model_memory::watch(before_); }

    void accessed(sim::memory_access how, const void* word, std::size_t) noexcept override {
        constexpr std::array kinds{access::plain_load,   access::plain_store,
                                   access::relaxed_load, access::relaxed_store,
                                   access::acquire_load, access::release_store};
        heard_.add(memory_event{kinds.at(static_cast<std::size_t>(how)), word});
    }
    [[nodiscard]] const std::vector<recorded_access>& kept() const { return heard_.kept(); }

private:
    recording heard_;
    memory_watcher* before_;
};

/// A model driven by hand, whose places are known.
struct driven_model {
    explicit driven_model(const ring_options& options = {}) : ring(system, options) {
        auto& at = ring.params;
        places.word(&ring.word(at.cq_off.head), "CQ head");
        places.word(&ring.word(at.cq_off.tail), "CQ tail");
        places.slots(&ring.word(at.cq_off.cqes), sizeof(abi::io_uring_cqe), at.cq_entries,
                     "completions");
    }
    void know(raw_group<model_system>& group, std::uint32_t entries) {
        places.word(&group.slot(0).resv, "tail");
        places.slots(&group.slot(0), sizeof(abi::io_uring_buf), entries, "entries");
    }

    model_system system{};
    raw_ring<model_system> ring;
    atlas places{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_steps)

// --- The application, which is the library -------------------------------------------------------

BOOST_AUTO_TEST_CASE(publishing_in_order_and_not) {
    for (const std::string_view name : {"publish-in-order", "publish-out-of-order"}) {
        bare_rings with;
        for (int round = 0; round < 2; ++round) {
            with.stage();
            with.ring.publish();
            with.cq_tail += 1;
            BOOST_TEST(with.cq.ready() == 1U);
            with.take();
            with.cq.advance(1);
        }
        BOOST_TEST(recorded_walk(steps_of(name, 4), 0).wrong_with(with.recorded()) == "");
    }
}

BOOST_AUTO_TEST_CASE(publishing_batches) {
    bare_rings with;
    for (int round = 0; round < 2; ++round) {
        with.stage();
        with.stage();
        with.ring.publish();
        with.cq_tail += 2;
        BOOST_TEST(with.cq.ready() == 2U);
        with.take();
        with.take();
        with.cq.advance(2);
    }
    const auto steps = steps_of("publish-batches", 4);
    BOOST_TEST(recorded_walk(steps, 0).wrong_with(with.recorded()) == "");
}

BOOST_AUTO_TEST_CASE(draining_a_completion_queue) {
    bare_rings with;
    with.cq_tail += 2;
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(with.cq.peek().has_value());
        with.cq.advance(1);
    }
    const auto steps = steps_of("completion-queue", 4);
    BOOST_TEST(recorded_walk(steps, 0).wrong_with(with.recorded()) == "");
}

// The whole library: a group's leases end within the drain, which publishes them and then advances.
BOOST_AUTO_TEST_CASE(advancing_ring_and_queue_together) {
    model_system system;
    recorded_kernel kernel(system.kernel());
    auto ring = uring<recorded_kernel>::create(kernel, {.entries = 4}).value();
    kernel.diary.clear();
    auto pool = buffer_group<recorded_kernel>::create(ring, group_id{0}, {.entries = 4}).value();
    const int fd = system.world().open(sim::channel_kind::tcp).value();
    receiver<recorded_kernel> input(ring, pool, fd, user_data{1});
    BOOST_TEST(input.arm().has_value());
    // Buffers are read by whoever holds the lease: no word of the library's.
    for (int round = 0; round < 2; ++round) {
        feed(system.world(), fd, "x");
        BOOST_TEST(ring.submit().has_value());
        BOOST_TEST(for_each_completion(
                       ring, pool, [&](const completion& done) { (void)input.on(done); }) == 1U);
    }
    const auto recorded = by_place(kernel.diary, kernel.places);
    const auto steps = steps_of("combined-advance", 4);
    BOOST_TEST(recorded_walk(steps, 0, bytes_only).wrong_with(recorded) == "");
    // What is registered first is published, too.
    const auto stores_of = [&](const std::vector<recorded_access>& all, std::string_view place) {
        return std::ranges::count_if(all, [place](const recorded_access& each) {
            return each.what == action::store && each.at == place;
        });
    };
    BOOST_TEST(stores_of(recorded, "tail") == 1 + 2);
    BOOST_TEST(stores_of(recorded, "CQ head") == 2);

    // A drain from which nothing comes back has nothing to publish.
    feed(system.world(), fd, "x");
    BOOST_TEST(ring.submit().has_value());
    kernel.diary.clear();
    std::vector<bundle<recorded_kernel>> kept;
    (void)for_each_completion(
        ring, pool, [&](const completion& done) { kept.push_back(pool.take(done).value()); });
    const auto quiet = by_place(kernel.diary, kernel.places);
    BOOST_TEST(stores_of(quiet, "tail") == 0);
    BOOST_TEST(stores_of(quiet, "CQ head") == 1);
}

BOOST_AUTO_TEST_CASE(submitting_with_and_without_a_sleeper) {
    bare_rings with;
    with.submit();
    with.sq_head += 1;
    with.submit();
    BOOST_TEST(recorded_walk(steps_of("submission", 4), 0).wrong_with(with.recorded()) == "");

    bare_rings polled;
    for (const std::uint32_t flag : {std::uint32_t{0}, abi::ioring_sq_need_wakeup}) {
        polled.sq_flags = flag;
        polled.submit();
        BOOST_TEST(polled.sq.pending() != 0U);
        BOOST_TEST(polled.sq.needs_wakeup() == (flag != 0));
    }
    BOOST_TEST(recorded_walk(steps_of("sqpoll-wakeup", 4), 0).wrong_with(polled.recorded()) == "");
}

BOOST_AUTO_TEST_CASE(using_up_a_buffer_in_parts) {
    bare_rings with;
    for (int round = 0; round < 2; ++round) {
        with.stage();
        with.ring.publish();
        for (int part = 0; part < 2; ++part) {
            with.cq_tail += 1;
            BOOST_TEST(with.cq.ready() == 1U);
            with.take();
            with.cq.advance(1);
        }
    }
    const std::set<std::string> unheard{"last part", "rest of the bytes", "bytes"};
    const auto steps = steps_of("incremental", 4);
    const auto recorded = without(with.recorded(), "bytes");
    BOOST_TEST(recorded_walk(steps, 0, unheard).wrong_with(recorded) == "");
}

// --- The kernel, which is the model --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_kernel_selects_and_posts) {
    driven_model with;
    raw_group group(with.ring, {.entries = 8});
    with.know(group, 8);
    const int fd = with.system.world().open(channel_kind::tcp).value();
    const kernel_listener heard(with.places);
    for (int round = 0; round < 2; ++round) {
        group.add(1, 64);
        feed(with.system.world(), fd, "x");  // before, or it selects, finds nothing, and puts back
        with.ring.recv(fd, 1);
        (void)with.ring.submit();
    }
    for (const std::string_view name : {"publish-in-order", "publish-batches"}) {
        const auto steps = steps_of(name, 8);
        BOOST_TEST(recorded_walk(steps, 1, bytes_only).wrong_with(heard.kept()) == "");
    }
}

BOOST_AUTO_TEST_CASE(the_kernel_rewrites_an_incremental_entry) {
    driven_model with;
    raw_group group(with.ring, {.entries = 8, .flags = abi::iou_pbuf_ring_inc});
    with.know(group, 8);
    const int fd = with.system.world().open(channel_kind::tcp).value();
    const kernel_listener heard(with.places);
    for (int round = 0; round < 2; ++round) {
        group.add(1, 8);
        for (int part = 0; part < 2; ++part) {
            feed(with.system.world(), fd, "half");
            with.ring.recv(fd, 1);
            (void)with.ring.submit();
        }
    }
    const std::set<std::string> unheard{"last part", "rest of the bytes", "bytes"};
    BOOST_TEST(recorded_walk(steps_of("incremental", 8), 1, unheard).wrong_with(heard.kept()) ==
               "");
}

BOOST_AUTO_TEST_CASE(the_kernel_takes_requests_and_posts_completions) {
    driven_model with;
    atlas submissions;
    submissions.word(&with.ring.word(with.ring.params.sq_off.head), "SQ head");
    submissions.word(&with.ring.word(with.ring.params.sq_off.tail), "SQ tail");
    submissions.slots(&with.ring.stage(abi::ioring_op_nop, -1, 0), sizeof(abi::io_uring_sqe),
                      with.ring.params.sq_entries, "requests");
    std::vector<recorded_access> taken;
    std::vector<recorded_access> posted;
    {
        const kernel_listener heard(submissions);
        (void)with.ring.submit();
        taken = heard.kept();
    }
    {
        const kernel_listener heard(with.places);
        with.ring.stage(abi::ioring_op_nop, -1, 1);
        (void)with.ring.submit();
        posted = heard.kept();
    }
    BOOST_TEST(recorded_walk(steps_of("submission", 8), 1).wrong_with(taken) == "");
    BOOST_TEST(recorded_walk(steps_of("completion-queue", 16), 1).wrong_with(posted) == "");
}

// --- And an edit of one without the other is noticed ---------------------------------------------

BOOST_AUTO_TEST_CASE(every_weakened_step_of_the_application_is_another_walk) {
    bare_rings with;
    with.stage();
    with.ring.publish();
    with.cq_tail += 1;
    BOOST_TEST(with.cq.ready() == 1U);
    with.take();
    with.cq.advance(1);
    with.stage();
    with.ring.publish();
    const auto steps = steps_of("publish-in-order", 4);
    BOOST_TEST(recorded_walk(steps, 0).wrong_with(with.recorded()) == "");
    unsigned edits = 0;
    for (const sim::explore::mutant& each : sim::explore::mutants()) {
        const auto other = sim::explore::weakened(steps, each);
        if (!other || each.which.agent != "application") continue;
        ++edits;
        BOOST_TEST_CONTEXT(each.name)
        BOOST_TEST(recorded_walk(*other, 0).wrong_with(with.recorded()) != "");
    }
    BOOST_TEST(edits == 6U);
    // Nor may it leave a step out.
    auto recorded = with.recorded();
    recorded.resize(2);
    BOOST_TEST(recorded_walk(steps, 0).wrong_with(recorded).starts_with("never taken"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
