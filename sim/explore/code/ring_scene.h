/* What a ring of one's own is checked with: C, so that any ring can be.
 *
 * A target is a function that plays an application: it publishes buffers into scene->ring, takes
 * completions from the completion queue, checks what is in their buffers, and gives the buffers
 * back, until scene->publications buffers have come back filled. It is compiled with
 * -fsanitize=thread and linked with this runtime by the CMake function
 * ringproof_check_memory_order(), and then runs on memory that is as weak as C11 allows, against a
 * kernel's side that does what io_uring does.
 *
 *     static void my_application(const struct ringproof_scene *scene) { ... }
 *     RINGPROOF_TARGET(my_ring, my_application)
 *
 * Memory is zero before each run. A run must do the same whenever it sees the same, and must not
 * keep anything: it may be dropped in the middle, and is run again some hundred thousand times. */
#ifndef RINGPROOF_RING_SCENE_H
#define RINGPROOF_RING_SCENE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct io_uring_cqe and struct io_uring_sqe, for those without the kernel's headers. */
struct ringproof_cqe {
    uint64_t user_data;
    int32_t res;
    uint32_t flags; /* the buffer's id from bit 16 */
};

struct ringproof_sqe {
    uint8_t opcode;
    uint8_t flags;
    uint16_t ioprio;
    int32_t fd;
    uint64_t off;
    uint64_t addr;
    uint32_t len;
    uint32_t op_flags;
    uint64_t user_data;
    uint64_t rest[3];
};

/* What both sides see. */
struct ringproof_scene {
    /* The provided-buffer ring: `entries` (a power of two) entries of 16 bytes, tail at byte 14. */
    void* ring;
    unsigned entries;
    /* As many buffers, of `buffer_size` bytes each, behind each other. */
    unsigned char* buffers;
    unsigned buffer_size;
    /* So many fillings are to be seen. */
    unsigned publications;

    unsigned *cq_head, *cq_tail;
    unsigned cq_entries;
    struct ringproof_cqe* cqes;

    unsigned *sq_head, *sq_tail, *sq_flags, *sq_array;
    unsigned sq_entries;
    unsigned* wakes; /* of ringproof_wake() alone */
    struct ringproof_sqe* sqes;
    /* So many requests are to be submitted. */
    unsigned requests;
};

/* The byte that every byte of a buffer has after its n-th filling of the run, n = 0, 1, ...; the
 * completion's user_data is n. */
static inline unsigned char ringproof_pattern(uint64_t n) { return (unsigned char)(n * 37 + 11); }

/* io_uring_enter() with GETEVENTS: until there is a completion that was not there. */
void ringproof_wait(const struct ringproof_scene* scene);
/* io_uring_enter() with SQ_WAKEUP. */
void ringproof_wake(const struct ringproof_scene* scene);
/* Ends the run as a finding when it does not hold. */
void ringproof_require(int holds, const char* what);

/* What the kernel's side does. */
enum ringproof_kernel {
    RINGPROOF_RECEIVES, /* fills the ring's buffers, and posts a completion for each */
    RINGPROOF_POLLS     /* takes requests, as SQPOLL: sleeps when there are none; completes each */
};

typedef void (*ringproof_application)(const struct ringproof_scene* scene);
void ringproof_add_target(const char* name, ringproof_application plays,
                          enum ringproof_kernel against);

#define RINGPROOF_TARGET_AGAINST(name, plays, kernel) \
    __attribute__((constructor)) static void ringproof_adds_##name(void) { \
        ringproof_add_target(#name, plays, kernel); \
    }
#define RINGPROOF_TARGET(name, plays) RINGPROOF_TARGET_AGAINST(name, plays, RINGPROOF_RECEIVES)

#ifdef __cplusplus
}
#endif
#endif
