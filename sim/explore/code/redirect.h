/* Included before everything else in code that is checked: GCC tells of the copies that it writes
 * out itself, but calls libc for the others, which says nothing. */
#ifndef RINGPROOF_REDIRECT_H
#define RINGPROOF_REDIRECT_H

#include <stddef.h>

#ifdef __cplusplus
#define RINGPROOF_NOEXCEPT noexcept
extern "C" {
#else
#define RINGPROOF_NOEXCEPT
#endif

void* memcpy(void*, const void*, size_t) RINGPROOF_NOEXCEPT __asm__("__tsan_memcpy");
void* memmove(void*, const void*, size_t) RINGPROOF_NOEXCEPT __asm__("__tsan_memmove");
void* memset(void*, int, size_t) RINGPROOF_NOEXCEPT __asm__("__tsan_memset");

#ifdef __cplusplus
}
#endif
#undef RINGPROOF_NOEXCEPT
#endif
