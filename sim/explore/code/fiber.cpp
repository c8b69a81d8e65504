#include "sim/explore/code/fiber.hpp"

#include <boost/context/fiber.hpp>
#include <memory>
#include <utility>

namespace ringproof::explore {

namespace {

constexpr std::size_t stack_size = std::size_t{256} * 1024;

/// The stack is ours and is used again.
struct lent_stack {
    std::byte* memory;

    boost::context::stack_context allocate() const {
        boost::context::stack_context made;
        made.size = stack_size;
        made.sp = memory + stack_size;
        return made;
    }
    static void deallocate(boost::context::stack_context&) noexcept {}
};

/// Never destroyed with something in it: that would unwind the stack.
union unended_fiber {
    unended_fiber() noexcept {}
    ~unended_fiber() {}
    boost::context::fiber it;
};

}  // namespace

struct fiber::contexts {
    unended_fiber body;
    boost::context::fiber outside;
};

fiber::fiber()
    : stack_(std::make_unique<std::byte[]>(stack_size)), contexts_(std::make_unique<contexts>()) {}

fiber::~fiber() = default;

void fiber::start(std::function<void()> body) {
    body_ = std::move(body);
    finished_ = false;
    // Whoever stood here last is forgotten together with his stack.
    std::construct_at(&contexts_->outside);
    std::construct_at(&contexts_->body.it, std::allocator_arg, lent_stack{stack_.get()},
                      [this](boost::context::fiber&& outside) {
                          contexts_->outside = std::move(outside);
                          body_();
                          finished_ = true;
                          return std::move(contexts_->outside);
                      });
}

void fiber::resume() { contexts_->body.it = std::move(contexts_->body.it).resume(); }

void fiber::pause() { contexts_->outside = std::move(contexts_->outside).resume(); }

bool fiber::owns(const void* address) const noexcept {
    const auto* at = static_cast<const std::byte*>(address);
    return at >= stack_.get() && at < stack_.get() + stack_size;
}

}  // namespace ringproof::explore
