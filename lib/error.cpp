#include <ringproof/error.hpp>

#include <string>

namespace ringproof {

namespace {

const char* describe(errc code) noexcept {
    switch (code) {
        case errc::entries_not_power_of_two:
            return "the number of ring entries is not a power of two";
        case errc::entries_out_of_range:
            return "the number of ring entries is not in 1..32768";
        case errc::buffer_size_out_of_range:
            return "the buffer size is not in 1..2147483647";
        case errc::storage_too_large:
            return "entries times buffer size is more than this process can address";
        case errc::storage_too_small:
            return "the given memory is shorter than entries times buffer size";
        case errc::group_in_use:
            return "this ring already has a buffer group of that id";
        case errc::min_left_needs_incremental:
            return "min_left has a meaning on incremental rings only";
        case errc::unsupported:
            return "the running kernel lacks a feature that was asked for";
        case errc::wrong_thread:
            return "this object belongs to another thread";
        case errc::forked_child:
            return "this object belongs to the process that this one was forked from";
        case errc::ring_closed:
            return "the ring behind this object was closed";
        case errc::group_closed:
            return "the buffer group was closed";
        case errc::foreign_buffer:
            return "no buffer of this group has that id";
        case errc::not_leased:
            return "that buffer is not with the application: returned twice, or never taken";
        case errc::no_buffer:
            return "the completion carries no buffer";
        case errc::stale_completion:
            return "the completion names a buffer that the kernel does not hold";
        case errc::length_beyond_buffer:
            return "the completion claims more bytes than its buffers have";
        case errc::not_incremental:
            return "the completion promises more of a buffer on a ring that is not incremental";
        case errc::malformed_message:
            return "the recvmsg header does not fit the bytes that it came with";
        case errc::submission_queue_full:
            return "the submission queue is full; submit, then try again";
        case errc::silent_request:
            return "the request asks for no completion; its end could not be waited for";
        case errc::already_armed:
            return "the receive is already armed";
        case errc::no_free_buffer:
            return "no buffer is free; give some back, then arm";
        case errc::requests_in_flight:
            return "requests are in flight that may still write to this memory; drain first";
        case errc::starving:
            return "the kernel reports no buffers again and again although some are free";
    }
    return "unknown ringproof error";
}

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "ringproof"; }
    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

}  // namespace ringproof
