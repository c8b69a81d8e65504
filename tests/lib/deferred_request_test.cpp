#include <ringproof/deferred_request.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using ringproof::deferred_list;

/// Counts as tried each time, and gets through while there is room.
struct desk {
    std::string tried{};
    int room = 100;
};

class visitor : public ringproof::deferred_request {
public:
    visitor(desk& at, char name) : deferred_request(&try_now), desk_(&at), name_(name) {}

private:
    static bool try_now(deferred_request& self, std::uint32_t) noexcept {
        auto& me = static_cast<visitor&>(self);
        me.desk_->tried += me.name_;
        return me.desk_->room-- > 0;
    }

    desk* desk_;
    char name_;
};

struct three {
    desk at;
    visitor a{at, 'a'};
    visitor b{at, 'b'};
    visitor c{at, 'c'};
    deferred_list line;

    void queue_all() {
        line.push_back(a);
        line.push_back(b);
        line.push_back(c);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(deferred_request)

BOOST_FIXTURE_TEST_CASE(a_line_is_served_first_in_first_out, three) {
    BOOST_TEST(line.empty());
    queue_all();
    BOOST_TEST(!line.empty());
    BOOST_TEST(b.waiting());
    line.run(0);
    BOOST_TEST(at.tried == "abc");
    BOOST_TEST(line.empty());
    BOOST_TEST(!a.waiting());
    BOOST_TEST(!b.waiting());
    BOOST_TEST(!c.waiting());
}

BOOST_FIXTURE_TEST_CASE(who_finds_no_room_stays_first_and_stops_the_rest, three) {
    queue_all();
    at.room = 1;
    line.run(0);
    BOOST_TEST(at.tried == "ab");
    BOOST_TEST(!a.waiting());
    BOOST_TEST(b.waiting());
    BOOST_TEST(c.waiting());
    at.room = 2;
    line.run(0);
    BOOST_TEST(at.tried == "abbc");
    BOOST_TEST(line.empty());
}

BOOST_FIXTURE_TEST_CASE(an_empty_line_tries_nobody, three) {
    line.run(0);
    BOOST_TEST(at.tried.empty());
}

BOOST_FIXTURE_TEST_CASE(whoever_leaves_is_not_tried_wherever_it_stood, three) {
    for (visitor* leaving : {&a, &b, &c}) {
        at.tried.clear();
        queue_all();
        leaving->unlink();
        BOOST_TEST(!leaving->waiting());
        leaving->unlink();  // again: nothing
        line.run(0);
        BOOST_TEST(at.tried == (leaving == &a ? "bc" : leaving == &b ? "ac" : "ab"));
    }
}

BOOST_FIXTURE_TEST_CASE(whoever_is_destroyed_takes_itself_off, three) {
    line.push_back(a);
    {
        visitor gone(at, 'x');
        line.push_back(gone);
        line.push_back(b);
    }
    line.run(0);
    BOOST_TEST(at.tried == "ab");
}

BOOST_FIXTURE_TEST_CASE(queueing_twice_means_moving_to_the_end, three) {
    queue_all();
    line.push_back(a);
    line.run(0);
    BOOST_TEST(at.tried == "bca");
}

BOOST_FIXTURE_TEST_CASE(a_request_is_in_one_line_at_a_time, three) {
    deferred_list other;
    line.push_back(a);
    other.push_back(a);
    BOOST_TEST(line.empty());
    BOOST_TEST(!other.empty());
    other.run(0);
    BOOST_TEST(at.tried == "a");
}

BOOST_FIXTURE_TEST_CASE(a_line_moves_behind_another_in_order, three) {
    deferred_list other;
    visitor d(at, 'd');
    other.push_back(d);
    queue_all();
    line.move_to(other);
    BOOST_TEST(line.empty());
    other.run(0);
    BOOST_TEST(at.tried == "dabc");
}

BOOST_FIXTURE_TEST_CASE(who_is_taken_out_is_not_tried, three) {
    queue_all();
    line.clear();
    BOOST_TEST(line.empty());
    BOOST_TEST(!a.waiting());
    line.run(0);
    BOOST_TEST(at.tried == "");
}

BOOST_FIXTURE_TEST_CASE(moving_an_empty_line_changes_nothing, three) {
    deferred_list other;
    other.push_back(a);
    line.move_to(other);
    other.run(0);
    BOOST_TEST(at.tried == "a");
}

BOOST_FIXTURE_TEST_CASE(a_line_may_go_when_its_visitors_have_left, three) {
    auto short_lived = std::make_unique<deferred_list>();
    short_lived->push_back(a);
    short_lived->push_back(b);
    a.unlink();
    b.unlink();
    short_lived.reset();
    BOOST_TEST(!a.waiting());
    BOOST_TEST(!b.waiting());
}

BOOST_AUTO_TEST_SUITE_END()
