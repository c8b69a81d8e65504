#include "sim/emit/prelude.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace ringproof::sim::emitting;

BOOST_AUTO_TEST_SUITE(prelude)

BOOST_AUTO_TEST_CASE(a_program_has_the_helpers_that_it_uses_and_what_those_use) {
    const std::string text = prelude_for("int main(void) { must(feed(peer, bytes, 3)); }", true);
    BOOST_TEST(text.contains("static int feed("));
    BOOST_TEST(text.contains("static int result("));  // which feed() needs
    BOOST_TEST(text.contains("static void fail("));   // which must() needs
    BOOST_TEST(text.contains("#include <sys/socket.h>"));
    BOOST_TEST(!text.contains("setup_ring"));
    BOOST_TEST(!text.contains("struct group"));
}

BOOST_AUTO_TEST_CASE(words_in_comments_and_literals_need_nothing) {
    const std::string text = prelude_for("/* setup_ring(8) */ const char *a = \"drain(3)\";", true);
    BOOST_TEST(!text.contains("setup_ring"));
    BOOST_TEST(!text.contains("drain"));
}

BOOST_AUTO_TEST_CASE(only_the_raw_form_brings_the_kernels_structures) {
    const std::string_view body = "setup_ring(8, 0, 0); QUEUE(.opcode = IORING_OP_RECV);";
    const std::string raw = prelude_for(body, true);
    const std::string library = prelude_for(body, false);
    BOOST_TEST(raw.contains("struct io_uring_sqe {"));
    BOOST_TEST(raw.contains("#define IORING_OP_RECV 27\n"));
    BOOST_TEST(!raw.contains("liburing.h"));
    BOOST_TEST(!library.contains("struct io_uring_sqe {"));
    BOOST_TEST(!library.contains("IORING_OP_RECV"));
    BOOST_TEST(library.contains("#include <liburing.h>"));
}

BOOST_AUTO_TEST_CASE(what_the_librarys_header_may_lack_is_defined_if_it_does) {
    BOOST_TEST(prelude_for("IORING_OP_READ_MULTISHOT", false)
                   .contains("#ifndef IORING_OP_READ_MULTISHOT\n"
                             "#define IORING_OP_READ_MULTISHOT 49\n#endif\n"));
}

BOOST_AUTO_TEST_SUITE_END()
