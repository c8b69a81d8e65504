// The order in which a cancel comes upon requests is the kernel's, however many there are.

#include "sim/kernel/request_table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/choice.hpp"

namespace {

using namespace ringproof;
using namespace ringproof::sim;

constexpr std::uint32_t small_queue = 128;  // completions: four buckets

// The kernel's table: hash_64() of the user data, the latest in front.
class plain_table {
public:
    void add(request& added) {
        auto& bucket = buckets_[(added.user_data * 0x61c8'8646'80b5'83ebU) >> 62U];
        bucket.insert(bucket.begin(), &added);
    }
    void remove(request& removed) {
        for (auto& bucket : buckets_) std::erase(bucket, &removed);
    }
    [[nodiscard]] std::vector<request*> all() const {
        std::vector<request*> found;
        for (const auto& bucket : buckets_) found.insert(found.end(), bucket.begin(), bucket.end());
        return found;
    }
    [[nodiscard]] std::vector<request*> of(std::uint64_t user_data) const {
        std::vector<request*> found = all();
        std::erase_if(found, [&](request* each) { return each->user_data != user_data; });
        return found;
    }

private:
    std::vector<std::vector<request*>> buckets_{4};
};

auto collect_into(std::vector<request*>& found) {
    return [&found](request& each) {
        found.push_back(&each);
        return true;
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_table)

BOOST_AUTO_TEST_CASE(polls_are_found_in_the_order_of_the_kernel) {
    choices choice = choices::random(7);
    std::vector<request> pool(600);
    ringproof::sim::request_table table;
    table.open(small_queue);
    plain_table expected;
    for (int step = 0; step < 3000; ++step) {
        request& any = pool[choice.choose(static_cast<std::uint32_t>(pool.size()), "which")];
        if (any.in_table) {
            table.remove(any);
            expected.remove(any);
        } else {
            any.user_data = choice.choose(200, "user data");
            table.add_poll(any);
            expected.add(any);
        }
        if (step % 97 != 0) continue;
        std::vector<request*> found;
        BOOST_TEST(table.visit_polls(collect_into(found)));
        BOOST_TEST(found == expected.all());
        for (std::uint64_t user_data = 0; user_data < 200; user_data += 9) {
            found.clear();
            BOOST_TEST(table.visit_polls_of(user_data, collect_into(found)));
            BOOST_TEST(found == expected.of(user_data));
        }
    }
}

BOOST_AUTO_TEST_CASE(who_is_shown_may_leave_and_end_the_search) {
    std::vector<request> pool(100);
    ringproof::sim::request_table table;
    table.open(small_queue);
    for (std::size_t i = 0; i < pool.size(); ++i) {
        pool[i].user_data = i;
        table.add_poll(pool[i]);
    }
    int shown = 0;
    BOOST_TEST(!table.visit_polls([&](request& each) {
        table.remove(each);
        return ++shown < 60;
    }));
    BOOST_TEST(std::ranges::count(pool, true, &request::in_table) == 40);
    BOOST_TEST(table.visit_polls([&](request& each) {
        table.remove(each);
        return true;
    }));
    BOOST_TEST(std::ranges::count(pool, true, &request::in_table) == 0);
}

BOOST_AUTO_TEST_CASE(timers_are_found_in_the_order_in_which_they_were_armed) {
    std::vector<request> pool(100);
    ringproof::sim::request_table table;
    table.open(small_queue);
    std::vector<request*> all;
    std::vector<request*> threes;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        pool[i].opcode = ringproof::abi::ioring_op_timeout;
        pool[i].user_data = i % 5;
        table.add_timer(pool[i]);
        all.push_back(&pool[i]);
        if (i % 5 == 3) threes.push_back(&pool[i]);
    }
    table.remove(pool[3]);
    std::erase(all, &pool[3]);
    std::erase(threes, &pool[3]);
    std::vector<request*> found;
    BOOST_TEST(table.timers().visit(collect_into(found)));
    BOOST_TEST(found == all);
    found.clear();
    BOOST_TEST(table.visit_timers_of(3, collect_into(found)));
    BOOST_TEST(found == threes);
}

BOOST_AUTO_TEST_SUITE_END()
