#pragma once
// The words that the application and the model's kernel share. Both sides run on one thread, one
// step after another, so the hardware's own accesses are sequentially consistent here; the orders
// that callers name are kept for the engine that will remember stores.

#include <ringproof/shared_memory.hpp>

namespace ringproof::sim {

class model_memory : public native_memory {};

static_assert(shared_memory<model_memory>);

}  // namespace ringproof::sim
