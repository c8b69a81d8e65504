#pragma once
// Rings driven by hand, under the tests' names. A case runs on the model and, when the environment
// asks for it with RINGPROOF_RAW_ON_LINUX=1, on the running kernel as well.

#include "sim/behaviour/raw_ring.hpp"

namespace ringproof::testing {

using sim::address_of;
using sim::channel_kind;
using sim::plain;
using sim::raw_ring;
using sim::ring_options;
using sim::text_of;

}  // namespace ringproof::testing
