// The page of `ringproof replay --html` in a browser: what it shows, and that it goes back as it
// went forth. Skipped where there is no Chromium.

#include "sim/report/film_page.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/compare/model_player.hpp"
#include "sim/profile_name.hpp"
#include "sim/report/film.hpp"
#include "sim/trace/text.hpp"
#include "tests/support/skip.hpp"

using namespace ringproof::sim;

namespace {

namespace fs = std::filesystem;

film film_of(std::string_view operations, const std::string& name = "some.trace",
             const std::string& profile = "v7_3") {
    trace wanted = parse("ringproof-trace 1\n" + std::string(operations)).value();
    wanted.profile = profile;
    history record;
    record.keep_events(true);
    const outcome came = model_player().play(wanted, record, profile_named(profile).value());
    return make_film({name, "model " + profile}, wanted, record, came);
}

// Two groups, one of them incremental with parts of two channels.
constexpr std::string_view two_groups = R"(ring sq=8 cq=16 mode=defer
open unix_stream
open tcp
open udp
group entries=2 size=64 incremental
group entries=8 size=32
recv_multishot s0 g0
recv_multishot s1 g0
recv_multishot s2 g1
submit
feed s0 20
feed s1 10
feed s2 30
wait 3
reap all
give_back lifo 1
close_group g0
settle
)";

// On a kernel with BUG-24 nobody is told of the end.
constexpr std::string_view ending = R"(ring sq=4 cq=4 mode=defer
open unix_stream
group entries=4 size=64
recv_multishot s0 g0
submit
feed s0 10
finish s0
)";

std::string browser() {
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
        const std::string asked = "command -v " + std::string(name) + " >/dev/null 2>&1";
        if (std::system(asked.c_str()) == 0) return name;
    }
    return {};
}

/// A folder of its own for a page and the browser's profile.
class desk {
public:
    desk() {
        std::string name = (fs::temp_directory_path() / "film_page.XXXXXX").string();
        BOOST_TEST_REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~desk() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    desk(const desk&) = delete;
    desk& operator=(const desk&) = delete;

    /// The document after the page, and then `script`, have run.
    [[nodiscard]] std::string document(std::span<const film> films, const std::string& hash = "",
                                       const std::string& script = "") const {
        const std::string chromium = browser();
        if (chromium.empty()) ringproof::testing::skip("there is no Chromium to open the page");
        std::ofstream(folder_ / "page.html")
            << to_page(films) << "<script>" << script << "</script>";
        const std::string command = "timeout 120 " + chromium +
            " --headless --no-sandbox --disable-gpu --window-size=1400,900 --user-data-dir=" +
            (folder_ / "profile").string() + " --dump-dom 'file://" +
            (folder_ / "page.html").string() + hash + "' 2>/dev/null";
        std::FILE* const pipe = popen(command.c_str(), "r");
        BOOST_TEST_REQUIRE(pipe != nullptr);
        std::string output;
        std::array<char, 4096> part{};
        while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe)) {
            output.append(part.data(), count);
        }
        BOOST_TEST_REQUIRE(pclose(pipe) == 0, "the browser failed: " << command);
        // Data and scripts are no part of what is shown.
        return output.substr(0, output.find("<script type=\"application/json\""));
    }

private:
    fs::path folder_;
};

/// From the element whose start tag has `attribute` on, the first of them behind `from`.
std::string_view element(std::string_view document, std::string_view attribute,
                         std::string_view from = "<body") {
    const std::size_t start = document.find(from);
    const std::size_t at = document.find(attribute, start == std::string_view::npos ? 0 : start);
    if (at == std::string_view::npos) return {};
    return document.substr(document.rfind('<', at));
}

std::string_view tag(std::string_view element) { return element.substr(0, element.find('>') + 1); }

std::string_view text(std::string_view element) {
    const std::string_view inside = element.substr(element.find('>') + 1);
    return inside.substr(0, inside.find('<'));
}

/// The first event that is told like that.
std::string step_of(const film& shown, std::string_view sentence) {
    for (std::size_t at = 0; at < shown.events.size(); ++at) {
        if (describe(shown.events[at]).contains(sentence)) return "#step=" + std::to_string(at);
    }
    BOOST_FAIL("nothing is told as " << sentence);
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(film_page)

BOOST_AUTO_TEST_CASE(the_page_needs_nothing_from_elsewhere) {
    const std::string page = to_page({{film_of(two_groups)}});
    for (const char* link :
         {"http:", "https:", "src=", "href=", "url(", "@import", "innerHTML ="}) {
        BOOST_TEST(!page.contains(link), link);
    }
    BOOST_TEST(!page.contains("@films@"));
}

BOOST_AUTO_TEST_CASE(without_scripts_it_tells_how_it_ended) {
    const std::string page = to_page({{film_of(ending, "deaf.trace", "v7_3+BUG-24")}});
    const std::string_view still = element(page, "noscript");
    const std::string_view told = still.substr(0, still.find("</noscript>"));
    BOOST_TEST(told.contains("<h1>deaf.trace on model v7_3+BUG-24</h1>"));
    BOOST_TEST(told.contains("I17, what can go on goes on"));
    BOOST_TEST(told.contains("was refused"));
}

BOOST_AUTO_TEST_CASE(a_step_shows_owners_and_both_ends_of_each_ring) {
    const std::array films{film_of(two_groups)};
    const desk at;
    const std::string step = step_of(films[0], "returned group 1: buffer 0");
    const std::string document = at.document(films, step);
    BOOST_TEST(tag(element(document, "data-event")).contains(step.substr(6)));
    BOOST_TEST(text(element(document, "id=\"now-text\"")) ==
               "returned group 1: buffer 0, offset 0");
    const std::string_view first = element(document, "data-group=\"0\"");
    BOOST_TEST(text(element(first, "class=\"head\"", "<")) == "0");
    BOOST_TEST(text(element(first, "class=\"held\"", "<")) == "2");
    const std::string_view part = tag(element(first, "data-buffer=\"0\"", "<"));
    BOOST_TEST(part.contains("data-owner=\"published\""));
    BOOST_TEST(part.contains("data-leases=\"2\""));
    const std::string_view second = element(document, "data-group=\"1\"");
    BOOST_TEST(text(element(second, "class=\"head\"", "<")) == "1");
    BOOST_TEST(text(element(second, "class=\"tail\"", "<")) == "8");
    BOOST_TEST(tag(element(second, "data-slot=\"1\"", "<")).contains("slot published head"));
    BOOST_TEST(tag(element(second, "data-slot=\"0\"", "<")).contains("slot stale tail"));
    BOOST_TEST(
        tag(element(second, "data-buffer=\"0\"", "<")).contains("buffer application changed"));
    BOOST_TEST(tag(element(document, "id=\"violation\"")).contains("hidden"));
}

BOOST_AUTO_TEST_CASE(a_violation_is_where_the_page_opens) {
    const std::array films{film_of(two_groups), film_of(ending, "deaf.trace", "v7_3+BUG-24")};
    BOOST_TEST_REQUIRE(films[1].violated.has_value());
    const desk at;
    const std::string document = at.document(films);
    const std::string event = std::to_string(films[1].violated->event);
    BOOST_TEST(tag(element(document, "data-event")).contains("\"" + event + "\""));
    BOOST_TEST(!tag(element(document, "id=\"violation\"")).contains("hidden"));
    BOOST_TEST(text(element(document, "id=\"invariant\"")) == "I17");
    BOOST_TEST(text(element(document, "id=\"demands\"")) == "what can go on goes on");
    BOOST_TEST(tag(element(document, "data-event=\"" + event, "id=\"rows\"")).contains("broken"));
    BOOST_TEST(text(element(document, "id=\"trace\"")) == "deaf.trace");
    BOOST_TEST(text(element(at.document(films, "#play=1&step=3"), "id=\"trace\"")) == "some.trace");
}

BOOST_AUTO_TEST_CASE(keys_and_buttons_step) {
    const std::array films{film_of(two_groups)};
    const desk at;
    const std::string document = at.document(films, "#step=5", R"(
        const said = [];
        const press = (key) => {
          document.dispatchEvent(new KeyboardEvent("keydown", {key}));
          said.push(document.body.dataset.event);
        };
        for (const key of ["ArrowRight", "ArrowLeft", "ArrowLeft", "Home", "ArrowLeft"]) press(key);
        document.getElementById("forth").click();
        said.push(document.body.dataset.event);
        const slider = document.getElementById("slider");
        slider.value = 7;
        slider.dispatchEvent(new Event("input"));
        said.push(document.body.dataset.event);
        press("End");
        document.body.dataset.said = said.join();)");
    const std::string last = std::to_string(films[0].events.size() - 1);
    BOOST_TEST(
        tag(element(document, "data-said")).contains("data-said=\"6,5,4,0,0,1,7," + last + "\""));
}

BOOST_AUTO_TEST_CASE(back_is_as_forth) {
    const std::array films{film_of(two_groups)};
    const desk at;
    const std::string document = at.document(films, "#step=0", R"(
        const seen = () => ["rings", "requests", "waiting", "now"].map(
          (id) => document.getElementById(id).outerHTML).join();
        const go = (id) => document.getElementById(id).click();
        const forth = [seen()];
        while (!document.getElementById("forth").disabled) { go("forth"); forth.push(seen()); }
        let same = 0;
        for (const was of forth.reverse()) { same += was === seen(); go("back"); }
        document.body.dataset.same = same;
        document.body.dataset.kinds = new Set(forth).size;)");
    const std::string all = std::to_string(films[0].events.size());
    BOOST_TEST(tag(element(document, "data-same")).contains("data-same=\"" + all + "\""));
    BOOST_TEST(tag(element(document, "data-kinds")).contains("data-kinds=\"" + all + "\""));
}

BOOST_AUTO_TEST_CASE(nothing_in_a_trace_becomes_a_part_of_the_page) {
    constexpr const char* evil =
        "</script><!--<script></noscript><img src=x onerror=\"document.body.dataset.owned=1\">";
    film shown = film_of(ending, evil, "v7_3+BUG-24");
    shown.title.kernel = shown.summary = shown.violated->found.sentence = evil;
    for (std::string& each : shown.operations) each = evil;
    const std::string page = to_page({{shown}});
    BOOST_TEST(!page.contains("<img"));
    const std::string document = desk().document({{shown}});
    BOOST_TEST(!document.contains("data-owned"));
    BOOST_TEST(!document.contains("<img"));
    BOOST_TEST(text(element(document, "id=\"seen\"")).starts_with("&lt;/script&gt;"));
}

BOOST_AUTO_TEST_CASE(a_run_without_events_is_shown_as_one) {
    const film nothing = make_film({"t", "k"}, {}, {}, {});
    const std::string document = desk().document({{nothing}});
    BOOST_TEST(text(element(document, "id=\"place\"")) == "no events");
}

BOOST_AUTO_TEST_SUITE_END()
