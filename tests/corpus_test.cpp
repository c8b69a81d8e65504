// The stories of corpus/traces, told again on the model and on the running kernel.

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <ringproof/capabilities.hpp>

#include "sim/compare/model_player.hpp"
#include "sim/profile.hpp"
#include "sim/trace/linux_player.hpp"
#include "sim/trace/text.hpp"
#include "tests/support/skip.hpp"

using namespace ringproof::sim;

namespace {

namespace fs = std::filesystem;

/// Every story by its name.
std::map<std::string, trace> stories() {
    std::map<std::string, trace> found;
    for (const auto& entry : fs::directory_iterator(RINGPROOF_SOURCE_DIR "/corpus/traces")) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream content;
        content << file.rdbuf();
        const std::string text = content.str();
        const std::string name = entry.path().filename().string();
        BOOST_TEST(text.starts_with("# "), name << " tells no story at its head");
        auto parsed = parse(text);
        if (!parsed) BOOST_FAIL(name << ":" << parsed.error().message());
        BOOST_TEST(find_profile(parsed->profile) != nullptr, name);
        found[name] = std::move(*parsed);
    }
    return found;
}

std::string told(const outcome& came) {
    if (came.refused != 0) return "refused: " + std::to_string(came.refused);
    return came.broken ? std::string(came.broken->invariant) + ": " + came.broken->sentence
                       : "clean";
}

outcome on_model(const trace& wanted) {
    history record;
    return model_player().play(wanted, record);
}

bool met(const outcome& came, mark which) { return came.marks[static_cast<std::size_t>(which)]; }

}  // namespace

BOOST_AUTO_TEST_SUITE(corpus)

BOOST_AUTO_TEST_CASE(every_story_is_clean_on_the_model) {
    const auto all = stories();
    BOOST_TEST(all.size() >= 12U);
    for (const auto& [name, story] : all) BOOST_TEST(told(on_model(story)) == "clean", name);
}

BOOST_AUTO_TEST_CASE(every_story_is_clean_on_this_kernel) {
    ringproof::linux_kernel kernel;
    const auto can = ringproof::probe(kernel);
    if (!can) ringproof::testing::skip("io_uring cannot be used: " + can.error().message());
    linux_world around;
    linux_player plays;
    for (const auto& [name, story] : stories()) {
        history record;
        BOOST_TEST(told(plays.play(story, around, record)) == "clean", name);
        around.clear();
    }
}

BOOST_AUTO_TEST_CASE(the_stories_come_to_their_point) {
    const auto all = stories();
    const auto reaches = [&all](const std::string& name, mark which) {
        BOOST_TEST(met(on_model(all.at(name + ".trace")), which), name);
    };
    reaches("tail-wraps-at-65536", mark::wrap);
    reaches("no-buffers-loses-nothing", mark::no_buffers);
    reaches("receiver-restarts-when-buffers-return", mark::rearm);
    reaches("overflow-ends-a-multishot", mark::overflow);
    reaches("bundle-after-mixed-returns", mark::recv_bundle);
    reaches("incremental-parts-of-two-channels", mark::incremental);
    reaches("group-closed-under-a-receive", mark::group_closed_while_armed);
    reaches("empty-message-ends-a-multishot", mark::empty_message);
    reaches("message-longer-than-its-buffer", mark::cut_message);
    reaches("file-read-takes-its-buffer-early", mark::read);
    reaches("sends-leave-in-ring-order", mark::send_bundle);
    reaches("received-on-a-polling-kernel", mark::mode_sqpoll);
}

BOOST_AUTO_TEST_SUITE_END()
