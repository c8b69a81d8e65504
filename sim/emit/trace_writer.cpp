#include "sim/emit/trace_writer.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/emit/seen_text.hpp"
#include "sim/emit/sqe_text.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::size_t statements_most = 4'000'000;

/// Requests of traces are numbered in the upper bits; the lower ones are the player's own.
std::uint64_t number_of(std::uint64_t user_data) {
    return user_data >> 16U != 0 ? user_data >> 16U : user_data;
}

std::uint64_t address_of(const void* memory) {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(memory));
}

template <class Object>
Object copy_from(std::uint64_t address) {
    Object made;
    std::memcpy(&made, reinterpret_cast<const void*>(static_cast<std::uintptr_t>(address)),
                sizeof made);
    return made;
}

std::string setup_flags_in_c(std::uint32_t flags) {
    static constexpr bit_name known[] = {
        {abi::ioring_setup_sqpoll, "IORING_SETUP_SQPOLL"},
        {abi::ioring_setup_r_disabled, "IORING_SETUP_R_DISABLED"},
        {abi::ioring_setup_submit_all, "IORING_SETUP_SUBMIT_ALL"},
        {abi::ioring_setup_coop_taskrun, "IORING_SETUP_COOP_TASKRUN"},
        {abi::ioring_setup_taskrun_flag, "IORING_SETUP_TASKRUN_FLAG"},
        {abi::ioring_setup_single_issuer, "IORING_SETUP_SINGLE_ISSUER"},
        {abi::ioring_setup_defer_taskrun, "IORING_SETUP_DEFER_TASKRUN"},
    };
    return bits_in_c(flags & ~abi::ioring_setup_cqsize, known);
}

std::string group_flags_in_c(std::uint16_t flags) {
    static constexpr bit_name known[] = {
        {abi::iou_pbuf_ring_mmap, "IOU_PBUF_RING_MMAP"},
        {abi::iou_pbuf_ring_inc, "IOU_PBUF_RING_INC"},
    };
    return bits_in_c(flags, known);
}

}  // namespace

void trace_writer::refuse(std::string reason) {
    if (refusal_.empty()) refusal_ = std::move(reason);
}

/// Names the operation that is being played, once.
void trace_writer::say_where() {
    if (now_->step() == step_) return;
    step_ = now_->step();
    const bool inside = step_ >= 1 && step_ <= trace_->operations.size();
    program_->line(inside ? fmt::format("{}: {}", step_, print(trace_->operations[step_ - 1]))
                          : "the end");
}

void trace_writer::add(std::string form, std::vector<std::int64_t> numbers) {
    flush_drained();
    say_where();
    if (program_->size() > statements_most) return refuse("too many statements for a program");
    program_->add(std::move(form), std::move(numbers));
}

void trace_writer::end() {
    flush_drained();
    program_->add("expect(take_one(&(struct completion){ 0 }), 0);");
    if (!any_order_) return;
    program_->rename("expect_cqe(", "expect_cqe_of(");
    program_->rename("expect_accepted(", "expect_accepted_of(");
}

// --- The ring ------------------------------------------------------------------------------------

void trace_writer::set_up(std::uint32_t entries, std::uint32_t cq_entries, std::uint32_t flags,
                          const abi::io_uring_params& params) {
    params_ = params;
    if ((flags & abi::ioring_setup_sqpoll) != 0) any_order_ = true;
    const bool sized = (flags & abi::ioring_setup_cqsize) != 0;
    add(fmt::format("need(setup_ring({}, {}, {}));", entries, sized ? cq_entries : 0,
                    setup_flags_in_c(flags)));
}

void trace_writer::mapped(std::span<std::byte> memory, std::uint64_t offset) {
    if (offset == abi::ioring_off_sq_ring) queues_ = memory;
    if (offset == abi::ioring_off_sqes) entries_ = memory;
    if (offset < abi::ioring_off_pbuf_ring) return;
    const auto id = static_cast<std::uint32_t>((offset - abi::ioring_off_pbuf_ring) >>
                                               abi::ioring_off_pbuf_shift);
    groups_[id].ring = memory;
    add(fmt::format("need(map_group(&g{}, {}, {:#x}));", id, memory.size(), offset));
}

void trace_writer::mapped_anonymous(std::span<std::byte> memory) {
    mappings_[memory.data()] = memory.size();
}

void trace_writer::unmapped(std::span<std::byte> memory) {
    mappings_.erase(memory.data());
    if (memory.data() == queues_.data()) queues_ = {};
    for (auto& [id, each] : groups_) {
        if (each.ring.data() == memory.data()) each.registered = false;
        if (each.slab == memory.data()) each.slab = nullptr;
    }
}

/// A wait that found what it waited for is given more time, one that did not is given as little.
void trace_writer::entered(const entered_call& call) {
    constexpr std::uint32_t limited = abi::ioring_enter_ext_arg | abi::ioring_enter_getevents;
    const bool waits = (call.flags & limited) == limited;
    const std::uint32_t flags =
        call.flags & ~(abi::ioring_enter_registered_ring | abi::ioring_enter_ext_arg);
    const bool only_wakes = (params_.flags & abi::ioring_setup_sqpoll) != 0 && !waits &&
        (flags & abi::ioring_enter_getevents) == 0;
    if (only_wakes) return;  // the program has its own idea of when that is needed
    const std::string text = waits ? fmt::format("enter_for(@, @, {})", call.done < 0 ? 10 : 1000)
                                   : fmt::format("enter(@, @, {})", enter_flags_in_c(flags));
    const std::vector<std::int64_t> asked{call.submit, call.wait};
    const bool polled = (params_.flags & abi::ioring_setup_sqpoll) != 0;
    if (polled || (call.submit == 0 && waits)) return add(text + ";", asked);
    const std::string done = call.done < 0 ? result_in_c(call.done) : "@";
    std::vector<std::int64_t> numbers = asked;
    if (call.done >= 0) numbers.push_back(call.done);
    add(fmt::format("expect({}, {});", text, done), std::move(numbers));
}

void trace_writer::registered(std::uint32_t opcode, const void* argument, std::int64_t done) {
    const std::uint64_t at = address_of(argument);
    switch (opcode) {
        case abi::ioring_register_pbuf_ring:
            return register_group(copy_from<abi::io_uring_buf_reg>(at), done);
        case abi::ioring_unregister_pbuf_ring: {
            const auto asked = copy_from<abi::io_uring_buf_reg>(at);
            groups_[asked.bgid].registered = false;
            return add(
                fmt::format("expect(unregister_group({}), {});", asked.bgid, result_in_c(done)));
        }
        case abi::ioring_register_pbuf_status: {
            const auto asked = copy_from<abi::io_uring_buf_status>(at);
            return add(fmt::format("expect(group_head({}), @);", asked.buf_group),
                       {done < 0 ? done : std::int64_t{asked.head}});
        }
        case abi::ioring_register_files2:
            return add(fmt::format("need(register_files({}));",
                                   copy_from<abi::io_uring_rsrc_register>(at).nr));
        case abi::ioring_register_files_update: {
            const auto asked = copy_from<abi::io_uring_rsrc_update>(at);
            const auto fd = copy_from<std::int32_t>(asked.data);
            const file_state* it = find(fd);
            if (fd >= 0 && it == nullptr) return refuse("registers a descriptor without a name");
            return add(fmt::format("must(update_file({}, {}));", asked.offset,
                                   it == nullptr ? "-1" : it->fd));
        }
        case abi::ioring_register_ring_fds:  // the program does without
        case abi::ioring_unregister_ring_fds:
        case abi::ioring_unregister_files:
            return;
        default:
            return refuse(fmt::format("calls io_uring_register with opcode {}", opcode));
    }
}

void trace_writer::register_group(const abi::io_uring_buf_reg& asked, std::int64_t done) {
    const std::uint32_t id = asked.bgid;
    if (!groups_.contains(id)) program_->declare(fmt::format("static struct group g{};", id));
    group_state& it = groups_[id];
    it = {};
    it.entries = asked.ring_entries;
    it.registered = done >= 0;
    const bool of_kernel = (asked.flags & abi::iou_pbuf_ring_mmap) != 0;
    const std::size_t size = std::size_t{asked.ring_entries} * sizeof(abi::io_uring_buf);
    add(fmt::format("lay_out(&g{}, {}, {});", id, asked.ring_entries,
                    of_kernel ? "NULL" : fmt::format("pages({})", size)));
    if (!of_kernel) {
        auto* memory = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(asked.ring_addr));
        it.ring = {memory, size};
    }
    const std::string call = fmt::format("register_group(&g{}, {}, {}, {})", id, id,
                                         group_flags_in_c(asked.flags), asked.min_left);
    add(done < 0 ? fmt::format("expect({}, {});", call, result_in_c(done))
                 : fmt::format("need({});", call));
}

/// The slots up to a tail that is about to be shown to the kernel.
void trace_writer::show_slots(std::uint32_t id, group_state& of, std::uint16_t tail) {
    const auto* slots = reinterpret_cast<const abi::io_uring_buf*>(of.ring.data());
    for (; of.tail != tail; ++of.tail) {
        const std::uint32_t index = of.tail % of.entries;
        const abi::io_uring_buf& slot = slots[index];
        const auto* buffer = reinterpret_cast<const std::byte*>(slot.addr);
        give_slab(id, of, buffer);
        if (of.slab == nullptr) return refuse("shows a buffer outside of all memory");
        add(fmt::format("put(&g{0}, @, g{0}.slab + @, @, @);", id),
            {index, buffer - of.slab, slot.len, slot.bid});
    }
    add(fmt::format("publish(&g{}, @);", id), {tail});
}

/// Makes sure that the group has the memory in which the buffer lies.
void trace_writer::give_slab(std::uint32_t id, group_state& of, const std::byte* buffer) {
    auto at = mappings_.upper_bound(buffer);
    if (at == mappings_.begin()) return;
    --at;
    if (at->first == of.slab) return;
    const bool inside = buffer < at->first + at->second;
    of.slab = inside ? at->first : nullptr;
    if (inside) add(fmt::format("g{}.slab = pages({});", id, at->second));
}

void trace_writer::published(const std::uint16_t* word, std::uint16_t value) {
    for (auto& [id, each] : groups_) {
        if (!each.registered || each.ring.empty()) continue;
        const auto* slots = reinterpret_cast<const abi::io_uring_buf*>(each.ring.data());
        if (&slots->resv == word) return show_slots(id, each, value);
    }
}

void trace_writer::published(const std::uint32_t* word, std::uint32_t value) {
    if (queues_.empty()) return;
    const auto at = [this](std::uint32_t offset) {
        return reinterpret_cast<const std::uint32_t*>(queues_.data() + offset);
    };
    if (word != at(params_.sq_off.tail)) return;
    const std::uint32_t mask = params_.sq_entries - 1;
    const auto* sqes = reinterpret_cast<const abi::io_uring_sqe*>(entries_.data());
    if (submitted_ == value) return;
    for (; submitted_ != value; ++submitted_) {
        queue(sqes[at(params_.sq_off.array)[submitted_ & mask] & mask]);
    }
    if ((params_.flags & abi::ioring_setup_sqpoll) != 0) add("wake();");
}

/// An application may look at a completion repeatedly; it counts once.
void trace_writer::completed(const abi::io_uring_cqe* where, const abi::io_uring_cqe& value) {
    if (queues_.empty()) return;
    const auto* cqes =
        reinterpret_cast<const abi::io_uring_cqe*>(queues_.data() + params_.cq_off.cqes);
    if (where != cqes + (reaped_ & (params_.cq_entries - 1))) return;
    ++reaped_;
    const std::uint64_t user = number_of(value.user_data);
    const auto of = in_flight_.find(user);
    const bool accepts = of != in_flight_.end() && of->second == abi::ioring_op_accept;
    if (of != in_flight_.end() && (value.flags & abi::ioring_cqe_f_more) == 0) in_flight_.erase(of);
    if (accepts && value.res >= 0) return accept_completed(user, value);
    const std::string expect = late_order_ ? "expect_cqe_of(@, " : "expect_cqe(@, ";
    if (value.res < 0) {
        return add(fmt::format("{}{}, {});", expect, result_in_c(value.res),
                               completion_flags_in_c(value.flags)),
                   {static_cast<std::int64_t>(user)});
    }
    if ((value.flags & abi::ioring_cqe_f_buffer) == 0) {
        return add(fmt::format("{}@, {});", expect, completion_flags_in_c(value.flags)),
                   {static_cast<std::int64_t>(user), value.res});
    }
    // The buffer's number apart, since it may be another one in each round of a loop.
    std::string flags = completion_flags_in_c(value.flags & 0xffffU);
    flags.replace(flags.find("BUFFER(0)"), 9, "BUFFER(@)");
    add(fmt::format("{}@, {});", expect, flags),
        {static_cast<std::int64_t>(user), value.res, value.flags >> abi::ioring_cqe_buffer_shift});
}

void trace_writer::queue(const abi::io_uring_sqe& sqe) {
    const std::uint64_t user = number_of(sqe.user_data);
    in_flight_[user] = sqe.opcode;
    sqe_fields made;
    made.set("opcode", opcode_in_c(sqe.opcode));
    made.set("fd", descriptor_of(sqe));
    made.count("user_data", user);
    made.set("flags", sqe_flags_in_c(sqe.flags));
    made.set("ioprio", ioprio_in_c(sqe.opcode, sqe.ioprio));
    if ((sqe.flags & abi::iosqe_buffer_select) != 0) made.set("buf_group", sqe.buf_index);
    made.set("off", sqe.off == ~std::uint64_t{0} ? "-1" : unsigned_in_c(sqe.off));
    made.set("len", sqe.len);
    made.set("file_index", sqe.file_index);
    if ((sqe.flags & abi::iosqe_async) != 0) any_order_ = true;
    switch (sqe.opcode) {
        case abi::ioring_op_recvmsg:
        case abi::ioring_op_readv:
            made.set("addr", message_of(sqe));
            break;
        case abi::ioring_op_timeout: {
            const auto time = copy_from<abi::kernel_timespec>(sqe.addr);
            made.set("addr",
                     fmt::format("ptr((int64_t[]){{ {}, {} }})", time.tv_sec, time.tv_nsec));
            any_order_ = true;
            break;
        }
        case abi::ioring_op_async_cancel:
            if ((sqe.op_flags & abi::ioring_async_cancel_any) == 0) {
                made.count("addr", number_of(sqe.addr));
            }
            made.set("cancel_flags", sqe.op_flags);
            // They end in the order of a hash of their user data, which is not a promise.
            late_order_ |=
                (sqe.op_flags & abi::ioring_async_cancel_all) != 0 && in_flight_.size() > 2;
            break;
        default:
            if (sqe.addr != 0) refuse(fmt::format("has memory for opcode {}", sqe.opcode));
            made.set("rw_flags", sqe.op_flags);
    }
    add(fmt::format("QUEUE({});", made.text()), made.numbers());
}

std::string trace_writer::message_of(const abi::io_uring_sqe& sqe) const {
    const auto vector = [](const iovec& one) {
        return fmt::format("&(struct iovec){{ .iov_len = {} }}", one.iov_len);
    };
    if (sqe.opcode == abi::ioring_op_readv) {
        return fmt::format("ptr({})", vector(copy_from<iovec>(sqe.addr)));
    }
    const auto header = copy_from<msghdr>(sqe.addr);
    std::string text =
        fmt::format(".msg_name = (char[128]){{ 0 }}, .msg_namelen = {}", header.msg_namelen);
    if (header.msg_iovlen > 0) {
        text += fmt::format(", .msg_iov = {}, .msg_iovlen = {}", vector(*header.msg_iov),
                            header.msg_iovlen);
    }
    return fmt::format("ptr(&(struct msghdr){{ {} }})", text);
}

}  // namespace ringproof::sim::emitting
