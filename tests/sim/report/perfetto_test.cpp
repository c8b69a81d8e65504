#include "sim/report/perfetto.hpp"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/compare/model_player.hpp"
#include "sim/report/film.hpp"
#include "sim/trace/generate.hpp"
#include "sim/trace/text.hpp"

namespace ringproof::testing {

using namespace sim;
using nlohmann::json;

namespace {

film film_of(const trace& wanted) {
    history record;
    record.keep_events(true);
    const outcome came = model_player().play(wanted, record);
    return make_film({"a trace", "model"}, wanted, record, came);
}

json events_of(const std::vector<film>& films) {
    const json read = json::parse(to_perfetto(films));
    return read.at("traceEvents");
}

std::string word(const json& of, const char* key) { return of.at(key).get<std::string>(); }

/// What Perfetto's importer asks of each event; a violation of it would be dropped silently.
void check_form(const json& each) {
    const std::string phase = word(each, "ph");
    BOOST_TEST_REQUIRE(phase.size() == 1U);
    BOOST_TEST_REQUIRE(std::string("MXCbesf").contains(phase));
    BOOST_TEST_REQUIRE(each.at("pid").is_number_integer());
    BOOST_TEST_REQUIRE(!word(each, "name").empty());
    if (phase == "M") return;
    BOOST_TEST_REQUIRE(each.at("ts").is_number_unsigned());
    if (phase == "C") {
        BOOST_TEST_REQUIRE(each.at("args").at("value").is_number_integer());
        BOOST_TEST_REQUIRE(each.at("args").at("value").get<std::int64_t>() >= 0);
        return;
    }
    BOOST_TEST_REQUIRE(each.at("tid").is_number_integer());
    BOOST_TEST_REQUIRE(!word(each, "cat").empty());
    if (phase == "X") {
        BOOST_TEST_REQUIRE(each.at("dur").get<std::uint64_t>() > 0U);
    } else {
        BOOST_TEST_REQUIRE(each.at("id").is_number_unsigned());
    }
}

/// Asynchronous slices: as stacks, each by its category and id.
class open_slices {
public:
    void see(const json& each) {
        const std::string phase = word(each, "ph");
        if (phase != "b" && phase != "e") return;
        auto& stack = open_[{word(each, "cat"), each.at("id").get<std::uint64_t>()}];
        const auto now = each.at("ts").get<std::uint64_t>();
        if (phase == "b") {
            stack.emplace_back(word(each, "name"), now);
            return;
        }
        BOOST_TEST_REQUIRE(!stack.empty(), each.dump());
        BOOST_TEST_REQUIRE(stack.back().first == word(each, "name"));
        BOOST_TEST_REQUIRE(stack.back().second <= now);
        stack.pop_back();
        ++ended_;
    }
    [[nodiscard]] bool all_ended() const {
        for (const auto& [id, stack] : open_) {
            if (!stack.empty()) return false;
        }
        return true;
    }
    [[nodiscard]] unsigned ended() const { return ended_; }

private:
    std::map<std::pair<std::string, std::uint64_t>,
             std::vector<std::pair<std::string, std::uint64_t>>>
        open_;
    unsigned ended_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(perfetto)

BOOST_AUTO_TEST_CASE(every_event_has_the_form_and_every_slice_its_end) {
    unsigned ended = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        open_slices open;
        for (const json& each : events_of({film_of(generate(seed))})) {
            check_form(each);
            open.see(each);
        }
        BOOST_TEST(open.all_ended(), "seed " << seed);
        ended += open.ended();
    }
    BOOST_TEST(ended > 1000U);
}

BOOST_AUTO_TEST_CASE(time_goes_on_in_each_track) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        std::map<std::pair<std::int64_t, std::string>, std::uint64_t> free_from;
        for (const json& each : events_of({film_of(generate(seed))})) {
            const std::string phase = word(each, "ph");
            if (phase != "X" && phase != "C") continue;
            const auto start = each.at("ts").get<std::uint64_t>();
            const std::string track = phase == "C" ? word(each, "name") : each.at("tid").dump();
            auto& from = free_from[{each.at("pid").get<std::int64_t>(), track}];
            BOOST_TEST_REQUIRE(start >= from, each.dump());
            from = phase == "X" ? start + each.at("dur").get<std::uint64_t>() : start;
        }
    }
}

BOOST_AUTO_TEST_CASE(arrows_lead_forward_from_slice_to_slice) {
    unsigned arrows = 0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
        const json events = events_of({film_of(generate(seed))});
        std::set<std::tuple<std::int64_t, std::int64_t, std::uint64_t>> slices;
        for (const json& each : events) {
            if (word(each, "ph") == "X") slices.emplace(each["pid"], each["tid"], each["ts"]);
        }
        std::map<std::uint64_t, std::uint64_t> started;
        for (const json& each : events) {
            const std::string phase = word(each, "ph");
            if (phase != "s" && phase != "f") continue;
            BOOST_TEST_REQUIRE(slices.contains({each["pid"], each["tid"], each["ts"]}));
            const auto id = each["id"].get<std::uint64_t>();
            if (phase == "s") {
                BOOST_TEST_REQUIRE(started.emplace(id, each["ts"]).second);
            } else {
                BOOST_TEST_REQUIRE(started.at(id) < each["ts"].get<std::uint64_t>());
                BOOST_TEST_REQUIRE(word(each, "bp") == "e");
                started.erase(id);
                ++arrows;
            }
        }
        BOOST_TEST(started.empty());
    }
    BOOST_TEST(arrows > 1000U);
}

BOOST_AUTO_TEST_CASE(films_are_processes_whose_slices_do_not_meet) {
    const film one = film_of(generate(1));
    std::map<std::int64_t, std::set<std::uint64_t>> ids;
    std::set<std::int64_t> named;
    for (const json& each : events_of({one, one})) {
        const auto pid = each["pid"].get<std::int64_t>();
        if (each.contains("id")) ids[pid].insert(each["id"].get<std::uint64_t>());
        if (word(each, "name") == "process_name") named.insert(pid);
    }
    BOOST_TEST((named == std::set<std::int64_t>{1, 2}));
    BOOST_TEST(ids[1].size() == ids[2].size());
    for (const std::uint64_t id : ids[1]) BOOST_TEST(!ids[2].contains(id));
}

BOOST_AUTO_TEST_CASE(counters_end_where_the_run_ends) {
    const auto wanted = parse("ringproof-trace 1\nring sq=8 cq=16 mode=defer\nopen tcp\n"
                              "group entries=4 size=16\nrecv s0 g0\nfeed s0 5\nwait 1\n"
                              "reap all\n");
    std::map<std::string, std::int64_t> last;
    for (const json& each : events_of({film_of(wanted.value())})) {
        if (word(each, "ph") == "C") last[word(each, "name")] = each["args"]["value"];
    }
    const std::map<std::string, std::int64_t> known{
        {"completions waiting", 0}, {"group 0: buffers in the ring", 4}, {"requests in flight", 0}};
    BOOST_TEST((last == known));
}

BOOST_AUTO_TEST_CASE(a_violation_has_a_track_of_its_own) {
    history record;
    record.keep_events(true);
    record.record(actor::application, event_kind::refused, 0, 1);
    outcome came;
    came.broken = violation{"I4", "3 bytes were lost", 1};
    unsigned found = 0;
    for (const json& each : events_of({make_film({"t", "k"}, {}, record, came)})) {
        if (each.value("cat", "") != "violation") continue;
        ++found;
        BOOST_TEST(word(each, "name") == "I4: 3 bytes were lost");
        BOOST_TEST(word(each["args"], "demands") == "bytes out are bytes in, in order");
    }
    BOOST_TEST(found == 1U);
}

BOOST_AUTO_TEST_CASE(any_bytes_in_a_name_give_a_file_that_can_be_read) {
    history record;
    film shown = make_film({"\xff\"\\\n</script>", "k"}, {}, record, {});
    BOOST_TEST(events_of({shown}).size() > 0U);
    BOOST_TEST(json::parse(to_perfetto({})).at("traceEvents").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
