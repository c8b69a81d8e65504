#include "sim/report/kernel_table.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "tests/sim/report/named_behaviour.hpp"

namespace ringproof::testing {

using namespace sim;

namespace {

/// Two rows, and three kernels that are not in their order.
struct three {
    behaviour a = named("ERR-01-known", "ERR-01");
    behaviour b = named("SEL-01-strange", "SEL-01");
    std::vector<kernel_report> kernels;

    three() {
        const judgement known{&a, conformity::explained, "BUG-15 (like v6_17)", 7, "1", "2", {"2"}};
        kernels.push_back(report("#1 Debian 6.12.117-1~deb12u1 (2026)", known));
        kernels.back().all.push_back({&b, conformity::unexplained, "", 9, "\"a\"", "-EIO", {}});
        kernels.push_back(report("#1 Debian 6.12.43-1", known));
        kernels.back().all.push_back(skip(b, "not for v6_12"));
        kernels.push_back(report("#1 SMP", {&a, conformity::as_expected, "", 0, "", "", {"1"}}));
        kernels.back().all.push_back({&b, conformity::as_expected, "", 0, "", "", {"\"a\""}});
    }

    static kernel_report report(const std::string& build, const judgement& first) {
        return {.kernel = "Linux 6.9.1",
                .build = build,
                .machine = "x86_64",
                .like = "v6_12",
                .against = "v6_12",
                .all = {first}};
    }
};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(kernel_table, three)

BOOST_AUTO_TEST_CASE(a_kernel_is_called_by_the_number_of_its_build) {
    BOOST_TEST(short_name(kernels[0]) == "6.12.117");
    BOOST_TEST(short_name(kernels[2]) == "6.9.1");
    kernels[0].build = "#1 SMP PREEMPT_DYNAMIC Debian 7.3~rc7-1~exp1 (2026-10-16)";
    BOOST_TEST(short_name(kernels[0]) == "7.3~rc7");
    kernels[2].kernel = "model v6_1";
    BOOST_TEST(short_name(kernels[2]) == "model v6_1");
}

BOOST_AUTO_TEST_CASE(the_text_has_a_sign_for_each_cell_and_says_who_differs) {
    const std::string text = sim::kernel_table(kernels).text();
    BOOST_TEST(text.starts_with("  1  6.9.1        like v6_12     2 as expected   0 explained"));
    BOOST_TEST(contains(text, "\n  2  6.12.43 "), text);
    BOOST_TEST(contains(text, "  .  e  e  It is <so>.\n      2, 3: BUG-15 (like v6_17)\n"), text);
    BOOST_TEST(
        contains(text, "  .  -  !  It is <so>.\n      3: line 9: expected \"a\", seen -EIO\n"),
        text);
    BOOST_TEST(text.ends_with(
        "\n3 kernels, 2 behaviours: 2 as expected, 2 explained, 1 unexplained, 1 skipped\n"));
}

BOOST_AUTO_TEST_CASE(the_page_has_a_cell_with_a_title_for_each) {
    const std::string page = sim::kernel_table(kernels).html();
    BOOST_TEST(contains(page, "2 as expected, 2 explained, 1 unexplained, 1 skipped"));
    BOOST_TEST(contains(page, ">6.12.117<br>v6_12</th>"));
    BOOST_TEST(contains(page, "ERR: Who has the buffer"));
    BOOST_TEST(contains(page, "<th scope=\"row\"><code>ERR-01-known</code>It is &lt;so&gt;.</th>"));
    BOOST_TEST(contains(page,
                        "<td class=\"e\" title=\"6.12.43 (like v6_12): explained: BUG-15 (like "
                        "v6_17)&#10;line 7&#10;expected: 1&#10;seen: 2\">BUG-15</td>"),
               page);
    BOOST_TEST(contains(page,
                        "<td class=\"u\" title=\"6.12.117 (like v6_12): unexplained&#10;line 9&#10;"
                        "expected: &quot;a&quot;&#10;seen: -EIO\">"));
    BOOST_TEST(contains(page, "<td class=\"s\" title=\"6.12.43 (like v6_12): skipped: not for"));
    BOOST_TEST(contains(page, "<td class=\"a\" title=\"6.9.1 (like v6_12): as expected&#10;1\">"));
    BOOST_TEST(!contains(page, "<script"));
    BOOST_TEST(page.ends_with("</html>\n"));
}

BOOST_AUTO_TEST_CASE(the_verdict_is_that_of_the_worst_cell) {
    BOOST_TEST(sim::kernel_table(kernels).unexplained());
    kernels.erase(kernels.begin());
    BOOST_TEST(!sim::kernel_table(kernels).unexplained());
    BOOST_TEST(sim::kernel_table({}).summary() ==
               "0 kernels, 0 behaviours: 0 as expected, 0 explained, 0 unexplained, 0 skipped\n");
    BOOST_TEST(!sim::kernel_table({}).unexplained());
    BOOST_TEST(sim::kernel_table({}).html().ends_with("</html>\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ringproof::testing
