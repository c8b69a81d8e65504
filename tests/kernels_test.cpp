// What kernels showed, in corpus/kernels, judged by the behaviours as they are now. Whoever changes
// what a behaviour expects learns here which kernels it now contradicts.

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/behaviour/catalogue.hpp"
#include "sim/behaviour/check.hpp"
#include "sim/profile.hpp"
#include "tests/support/skip.hpp"

namespace ringproof::sim {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> recordings() {
    std::vector<fs::path> paths;
    const fs::path folder = fs::path(RINGPROOF_SOURCE_DIR) / "corpus/kernels";
    if (!fs::exists(folder)) return paths;
    for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
}

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernels)

BOOST_AUTO_TEST_CASE(every_recorded_kernel_does_what_is_expected_or_explained) {
    const auto scripts = all_behaviours().value();
    const auto paths = recordings();
    if (paths.empty()) testing::skip("no kernel was recorded");
    for (const fs::path& path : paths) {
        const auto recorded = from_json(contents(path));
        BOOST_TEST_REQUIRE(recorded.has_value(),
                           path.string() << ':' << (recorded ? "" : recorded.error().message()));
        BOOST_TEST(recorded->kernel + ".json" == "Linux " + path.filename().string());
        BOOST_TEST(index_of_profile(recorded->like).has_value(), recorded->like);
        std::size_t not_recorded = 0;
        for (const judgement& each : check_again(scripts, *recorded).all) {
            BOOST_TEST((each.what != conformity::unexplained),
                       path.filename().string()
                           << ": corpus/behaviours/" << each.of->name << ".trace:" << each.line
                           << ": expected " << each.expected << ", seen " << each.seen);
            if (!each.reason.starts_with("not recorded")) continue;
            ++not_recorded;
            BOOST_TEST_MESSAGE(path.filename().string()
                               << ": " << each.of->name << ": " << each.reason);
        }
        // A few behaviours may be newer; a recording of which nothing is left proves nothing.
        BOOST_TEST(not_recorded < scripts.size() / 2, path.filename().string());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::sim
