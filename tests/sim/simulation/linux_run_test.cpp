// The same loop and the same peers on both kernels.

#include "sim/simulation/linux_run.hpp"

#include <tuple>

#include <boost/test/unit_test.hpp>

#include "tests/support/backends.hpp"
#include "tests/support/serve_echo.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

struct on_the_model {
    template <class Application>
    static run_report run(const scenario& wanted, Application&& application) {
        return sim::run(wanted, application);
    }
};

struct on_linux {
    on_linux() { const linux_backend skips_without_io_uring; }

    template <class Application>
    static run_report run(const scenario& wanted, Application&& application) {
        return run_on_linux(wanted, application);
    }
};

using arms = std::tuple<on_the_model, on_linux>;

/// No template: it runs on any kernel through a handle.
void serve_any(stage<any_kernel>& on) { serve_echo(on); }

}  // namespace

BOOST_AUTO_TEST_SUITE(linux_run)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_echo_server_serves_in_every_mode, Arm, arms) {
    Arm here;
    for (unsigned mode = 0; mode < ring_mode_count; ++mode) {
        scenario wanted;
        wanted.mode = static_cast<ring_mode>(mode);
        wanted.world.peers = {echo_peer(50000, 0, 3), echo_peer(1000, 10, 20)};
        const run_report came = here.run(wanted, serve_echo);
        BOOST_TEST_CONTEXT(name_of(wanted.mode)) {
            BOOST_TEST(came.sentence == "");
            BOOST_TEST(came.done.peers.heard == 3U * 50000 + 20U * 1000);
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_loop_that_is_no_template_runs_by_a_handle, Arm, arms) {
    Arm here;
    scenario wanted;
    wanted.world.peers = {echo_peer(5000, 100, 5)};
    const run_report came = here.run(wanted, serve_any);
    BOOST_TEST(came.sentence == "");
    BOOST_TEST(came.done.peers.heard == 25000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
