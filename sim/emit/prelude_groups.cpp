// Helpers of emitted programs: buffer rings, the memory behind them, and what is seen there.

#include <array>

#include "sim/emit/prelude.hpp"

namespace ringproof::sim::emitting {

namespace {

constexpr std::string_view groups = R"(
/* A buffer group: its ring, and the memory of its buffers. */
struct group {
    struct io_uring_buf *slots;
    unsigned int entries;
    char *slab;
};

/* What <linux/io_uring.h> has for these depends on its age. */
struct buf_reg {
    uint64_t ring_addr;
    uint32_t ring_entries;
    uint16_t bgid, flags;
    uint32_t min_left, resv[5];
};

)";

constexpr std::string_view describing = R"(
/* "addr=b3+100 len=3 bid=515 resv=1": buffer 3, 100 bytes from its start. */
static const char *describe_slot(const struct group *g, unsigned int index)
{
    static char text[128];
    const struct io_uring_buf *it = &g->slots[index % g->entries];
    unsigned long long at = it->addr - ptr(g->slab);
    char place[32] = "elsewhere";

    if (!it->addr)
        snprintf(place, sizeof(place), "null");
    else if (at < 16 * 4096)
        snprintf(place, sizeof(place), "b%llu+%llu", at / 4096, at % 4096);
    snprintf(text, sizeof(text), "addr=%s len=%u bid=%u resv=%u", place, it->len, it->bid,
             it->resv);
    return text;
}

)";

constexpr std::string_view bytes = R"(
/* Letters, digits and blanks as they are; everything else is a dot. */
static const char *describe_bytes(const char *bytes, int count)
{
    static char text[4096 + 1];

    for (int i = 0; i < count; i++) {
        char c = bytes[i];

        text[i] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          c == ' '
                      ? c
                      : '.';
    }
    text[count] = '\0';
    return text;
}

)";

constexpr auto helpers = std::to_array<helper>({
    {"group buf_reg", form::both, groups},
    {"pages", form::both, R"(
/* Fresh memory, zeroed. */
static void *pages(size_t size)
{
    void *made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (made == MAP_FAILED)
        skip("no memory");
    return made;
}

)"},
    {"pages_with", form::both, R"(
static void *pages_with(size_t size, int protection, int flags)
{
    void *made = mmap(NULL, size, protection, flags | MAP_ANONYMOUS, -1, 0);

    if (made == MAP_FAILED)
        skip("no memory");
    return made;
}

)"},
    {"file_pages", form::both, R"(
/* Memory of a file that is nowhere but in memory. */
static void *file_pages(size_t size, int flags)
{
    int fd = memfd_create("pages", MFD_CLOEXEC);
    void *made;

    if (fd < 0 || ftruncate(fd, size) != 0)
        skip("no memory");
    made = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (made == MAP_FAILED)
        skip("no memory");
    close(fd);
    return made;
}

)"},
    {"page_with_end", form::both, R"(
/* One page, and behind it nothing. */
static char *page_with_end(void)
{
    char *made = pages(2 * 4096);

    mprotect(made + 4096, 4096, PROT_NONE);
    return made;
}

)"},
    {"unmapped", form::both, R"(
static void *unmapped(void)
{
    void *gone = pages(65536);

    munmap(gone, 65536);
    return gone;
}

)"},
    {"new_slab", form::both, R"(
/* Sixteen buffers of 4096 bytes, and as much again for what is longer than its buffer. */
static char *new_slab(void)
{
    return memset(pages(32 * 4096), 0xee, 32 * 4096);
}

)"},
    {"buffer", form::both, R"(
static char *buffer(const struct group *g, unsigned int id)
{
    return g->slab + id % 16 * 4096;
}

)"},
    {"lay_out", form::both, R"(
static void lay_out(struct group *g, unsigned int entries, void *memory)
{
    g->slots = memory;
    g->entries = entries;
}

)"},
    {"register_group", form::both, R"(
static int register_group(const struct group *g, unsigned int id, unsigned int flags,
                          unsigned int min_left)
{
    struct buf_reg reg = { .ring_addr = ptr(g->slots), .ring_entries = g->entries, .bgid = id,
                           .flags = flags, .min_left = min_left };

    return ring_register(IORING_REGISTER_PBUF_RING, &reg, 1);
}

)"},
    {"unregister_group", form::both, R"(
static int unregister_group(unsigned int id)
{
    return ring_register(IORING_UNREGISTER_PBUF_RING, &(struct buf_reg){ .bgid = id }, 1);
}

)"},
    {"map_group", form::both, R"(
/* The ring of a group whose memory is the kernel's. */
static int map_group(struct group *g, size_t size, unsigned long long offset)
{
    void *made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.ring_fd,
                      offset);

    if (made == MAP_FAILED)
        return -errno;
    g->slots = made;
    return 0;
}

)"},
    {"put", form::both, R"(
/* Fills a slot; its last word is not touched, for in the first slot that is the tail. */
static void put(struct group *g, unsigned int slot, void *addr, uint32_t len, uint16_t bid)
{
    struct io_uring_buf *it = &g->slots[slot % g->entries];

    it->addr = ptr(addr);
    it->len = len;
    it->bid = bid;
}

)"},
    {"publish", form::both, R"(
static void publish(struct group *g, uint16_t tail)
{
    __atomic_store_n(&g->slots[0].resv, tail, __ATOMIC_RELEASE);
}

)"},
    {"buf_status status_of", form::both, R"(
struct buf_status {
    uint32_t buf_group, head, resv[8];
};

)"},
    {"group_head", form::both, R"(
static int group_head(unsigned int id)
{
    struct buf_status asked = { .buf_group = id };
    int ret = ring_register(IORING_REGISTER_PBUF_STATUS, &asked, 1);

    return ret < 0 ? ret : (int)asked.head;
}

)"},
    {"await_head", form::both, R"(
/* Workers take their time. */
static int await_head(unsigned int id, int wanted)
{
    for (int patience = 200; patience > 0 && group_head(id) != wanted; patience--) {
        enter(0, 0, 0);
        usleep(1000);
    }
    return group_head(id);
}

)"},
    {"register_files", form::both, R"(
/* So many empty slots. */
static int register_files(unsigned int count)
{
    struct {
        uint32_t count, flags;
        uint64_t resv, data, tags;
    } table = { .count = count, .flags = 1 };

    return ring_register(IORING_REGISTER_FILES2, &table, sizeof(table));
}

)"},
    {"update_file", form::both, R"(
static int update_file(unsigned int slot, int32_t fd)
{
    struct {
        uint32_t slot, resv;
        uint64_t fds;
    } update = { .slot = slot, .fds = ptr(&fd) };

    return ring_register(IORING_REGISTER_FILES_UPDATE, &update, 1);
}

)"},
    {"expect_text", form::both, R"(
static void expect_text(const char *got, const char *expected)
{
    if (strcmp(got, expected))
        fail("expected %s\n  seen     %s", expected, got);
}

)"},
    {"describe_slot", form::both, describing},
    {"describe_bytes", form::both, bytes},
    {"describe_hex", form::both, R"(
static const char *describe_hex(const char *bytes, int count)
{
    static char text[2 * 4096 + 1];

    for (int i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)bytes[i]);
    return text;
}

)"},
});

}  // namespace

std::span<const helper> group_helpers() noexcept { return helpers; }

}  // namespace ringproof::sim::emitting
