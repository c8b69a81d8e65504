// The main of every Boost.Test program here. It adds to Boost's verdict what ctest needs to know:
// a run in which no case was executed is a failure, one in which all were skipped says so (77).

#include "tests/support/skip.hpp"

#include <boost/test/unit_test.hpp>
#include <boost/test/unit_test_monitor.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

namespace ut = boost::unit_test;

constexpr int status_skipped = 77;

struct skipped {
    std::string reason;
};

class counter : public ut::test_observer {
public:
    // After all of Boost's own. One of those, of priority 0, reads an uninitialised flag (seen in
    // Boost 1.74) when another observer of that priority happens to be told first.
    int priority() override { return 10; }

    // Boost calls a case that was not selected "disabled", too. What was refused by a precondition
    // was selected, and so was what is disabled in the source while its suite runs.
    void test_unit_skipped(const ut::test_unit& unit, ut::const_string reason) override {
        if (reason != "disabled" || unit.p_default_status == ut::test_unit::RS_DISABLED) {
            report_skipped(unit.full_name(), std::string(reason.begin(), reason.end()));
        }
    }

    void test_unit_start(const ut::test_unit& unit) override {
        if (unit.p_type == ut::TUT_CASE) {
            ++started_count_;
        }
    }

    void report_skipped(const std::string& name, const std::string& reason) {
        std::cerr << "skipped: " << name << ": " << reason << '\n';
        ++skipped_count_;
    }

    void skip_running(const std::string& reason) {
        report_skipped(ut::framework::current_test_unit().full_name(), reason);
        --started_count_;
    }

    int status(int status_of_boost) const {
        if (status_of_boost != 0 || started_count_ != 0) {
            return status_of_boost;
        }
        if (skipped_count_ != 0) {
            return status_skipped;
        }
        std::cerr << "no test case was executed\n";
        return EXIT_FAILURE;
    }

private:
    std::size_t started_count_ = 0;
    std::size_t skipped_count_ = 0;
};

counter& cases() {
    static counter instance;
    return instance;
}

bool prepare() {
    ut::framework::register_observer(cases());
    ut::unit_test_monitor.register_exception_translator<skipped>(
        [](const skipped& thrown) { cases().skip_running(thrown.reason); });
    return true;
}

// --list_content and its like execute nothing, and should not.
bool only_asks(int argc, char** argv) {
    for (int index = 1; index < argc; ++index) {
        const std::string argument = argv[index];
        if (argument.starts_with("--list") || argument.starts_with("--help") ||
            argument == "--version") {
            return true;
        }
    }
    return false;
}

}  // namespace

void ringproof::testing::skip(const std::string& reason) { throw skipped{reason}; }

int main(int argc, char** argv) {
    const int status = ut::unit_test_main(&prepare, argc, argv);
    return only_asks(argc, argv) ? status : cases().status(status);
}
