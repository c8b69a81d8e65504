/* The installed liburing's buffer rings and completion queue, as they are. */

#include <liburing.h>
#include <string.h>

#include "sim/explore/code/ring_scene.h"

static unsigned char* buffer_of(const struct ringproof_scene* scene, unsigned id) {
    return scene->buffers + id * scene->buffer_size;
}

static void require_filled(const struct ringproof_scene* scene, const struct io_uring_cqe* cqe) {
    const unsigned char* at = buffer_of(scene, cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    unsigned wrong = 0;

    for (unsigned i = 0; i < scene->buffer_size; ++i)
        wrong += at[i] != ringproof_pattern(cqe->user_data);
    ringproof_require(wrong == 0, "a buffer holds what the kernel did not put there");
}

static void add(const struct ringproof_scene* scene, unsigned id, int offset) {
    io_uring_buf_ring_add(scene->ring, buffer_of(scene, id), scene->buffer_size, (unsigned short)id,
                          io_uring_buf_ring_mask(scene->entries), offset);
}

static void receive(const struct ringproof_scene* scene, int together) {
    struct io_uring_buf_ring* br = scene->ring;
    struct io_uring ring;

    memset(&ring, 0, sizeof(ring));
    ring.cq.khead = scene->cq_head;
    ring.cq.ktail = scene->cq_tail;
    ring.cq.cqes = (struct io_uring_cqe*)scene->cqes;
    ring.cq.ring_mask = scene->cq_entries - 1;
    ring.cq.ring_entries = scene->cq_entries;

    for (unsigned id = 0; id < scene->entries; ++id) add(scene, id, (int)id);
    io_uring_buf_ring_advance(br, (int)scene->entries);

    for (unsigned seen = 0; seen < scene->publications;) {
        struct io_uring_cqe* cqe;
        unsigned head;
        int count = 0;

        ringproof_wait(scene);
        io_uring_for_each_cqe(&ring, head, cqe) {
            require_filled(scene, cqe);
            add(scene, cqe->flags >> IORING_CQE_BUFFER_SHIFT, count);
            ++count;
        }
        if (together) {
            io_uring_buf_ring_cq_advance(&ring, br, count);
        } else {
            io_uring_buf_ring_advance(br, count);
            io_uring_cq_advance(&ring, (unsigned)count);
        }
        seen += (unsigned)count;
    }
}

static void with_advance(const struct ringproof_scene* scene) { receive(scene, 0); }

static void with_cq_advance(const struct ringproof_scene* scene) { receive(scene, 1); }

RINGPROOF_TARGET(liburing_advance, with_advance)
RINGPROOF_TARGET(liburing_cq_advance, with_cq_advance)
