/* A stranger's ring of one entry: published, filled, and seen. */

#include "sim/explore/code/ring_scene.h"

struct entry {
    uint64_t addr;
    uint32_t len;
    uint16_t bid;
    uint16_t tail;
};

static void play(const struct ringproof_scene* scene) {
    struct entry* first = scene->ring;

    first->addr = (uint64_t)(uintptr_t)scene->buffers;
    first->len = scene->buffer_size;
    first->bid = 0;
    __atomic_store_n(&first->tail, 1, __ATOMIC_RELEASE);
    ringproof_wait(scene);
    ringproof_require(__atomic_load_n(scene->cq_tail, __ATOMIC_ACQUIRE) == 1, "no completion");
    ringproof_require(scene->buffers[0] == ringproof_pattern(0), "it is not filled");
}

RINGPROOF_TARGET(strangers_ring, play)
