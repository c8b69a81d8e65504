/* What checks a ring of one's own: an application in miniature, and its name. */

#include "small_ring.h"

#include <string.h>

#include "sim/explore/code/ring_scene.h"

typedef void (*add)(struct small_ring* ring, void* at, uint32_t len, uint16_t bid);
typedef void (*publish)(struct small_ring* ring);

static void* buffer_of(const struct ringproof_scene* scene, unsigned id) {
    return scene->buffers + id * scene->buffer_size;
}

static void receive(const struct ringproof_scene* scene, add stage, publish show) {
    struct small_ring ring = {scene->ring, (uint16_t)(scene->entries - 1), 0};
    unsigned head = 0;

    for (unsigned id = 0; id < scene->entries; ++id)
        stage(&ring, buffer_of(scene, id), scene->buffer_size, (uint16_t)id);
    show(&ring);

    while (head < scene->publications) {
        unsigned tail;

        ringproof_wait(scene);
        tail = __atomic_load_n(scene->cq_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; ++head) {
            const struct ringproof_cqe* cqe = &scene->cqes[head % scene->cq_entries];
            const uint16_t id = (uint16_t)(cqe->flags >> 16);
            const unsigned char* bytes = buffer_of(scene, id);

            ringproof_require(bytes[0] == ringproof_pattern(cqe->user_data),
                              "a buffer holds what the kernel did not put there");
            stage(&ring, buffer_of(scene, id), scene->buffer_size, id);
        }
        show(&ring);
        __atomic_store_n(scene->cq_head, head, __ATOMIC_RELEASE);
    }
}

static void sound(const struct ringproof_scene* scene) {
    receive(scene, small_ring_add, small_ring_publish);
}

static void relaxed(const struct ringproof_scene* scene) {
    receive(scene, small_ring_add, small_ring_publish_relaxed);
}

static void whole(const struct ringproof_scene* scene) {
    receive(scene, small_ring_add_whole, small_ring_publish);
}

RINGPROOF_TARGET(small_ring, sound)
RINGPROOF_TARGET(small_ring_relaxed, relaxed)
RINGPROOF_TARGET(small_ring_whole, whole)
