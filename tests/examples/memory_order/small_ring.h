/* A provided-buffer ring as others write them: no library beneath, a handful of lines. */
#ifndef SMALL_RING_H
#define SMALL_RING_H

#include <stdint.h>

struct small_entry {
    uint64_t addr;
    uint32_t len;
    uint16_t bid;
    uint16_t tail; /* of entry 0 */
};

struct small_ring {
    struct small_entry* entries;
    uint16_t mask;
    uint16_t tail;
};

static inline void small_ring_add(struct small_ring* ring, void* at, uint32_t len, uint16_t bid) {
    struct small_entry* entry = &ring->entries[ring->tail & ring->mask];

    entry->addr = (uint64_t)(uintptr_t)at;
    entry->len = len;
    entry->bid = bid;
    ring->tail++;
}

/* As it has to be. */
static inline void small_ring_publish(struct small_ring* ring) {
    __atomic_store_n(&ring->entries[0].tail, ring->tail, __ATOMIC_RELEASE);
}

/* What passes every test on x86: the compiler may move it before the entries' stores, and other
 * processors show it before them. */
static inline void small_ring_publish_relaxed(struct small_ring* ring) {
    __atomic_store_n(&ring->entries[0].tail, ring->tail, __ATOMIC_RELAXED);
}

/* An entry written as a whole: in slot 0 that is a store to the tail, too. */
static inline void small_ring_add_whole(struct small_ring* ring, void* at, uint32_t len,
                                        uint16_t bid) {
    struct small_entry made = {(uint64_t)(uintptr_t)at, len, bid, 0};

    ring->entries[ring->tail & ring->mask] = made;
    ring->tail++;
}
#endif
