/* Latencies in log-linear buckets, 64 to a power of two: about 1.6 % of resolution. */
#include "wsload.h"
#include <string.h>

#define SUB 64u
static uint64_t buckets[64 * SUB], total, highest;

void histogram_clear(void) {
    memset(buckets, 0, sizeof buckets);
    total = highest = 0;
}

void histogram_add(uint64_t ns) {
    unsigned shift = ns < SUB ? 0 : 63u - (unsigned)__builtin_clzll(ns) - 5u;
    buckets[ns < SUB ? ns : shift * SUB + ((ns >> shift) & (SUB - 1))]++;
    total++;
    if (ns > highest) highest = ns;
}

/* The upper edge of the bucket that holds the quantile. */
double histogram_us(double quantile) {
    uint64_t wanted = (uint64_t)(quantile * (double)total), seen = 0;
    for (unsigned i = 0; i < 64 * SUB; i++) {
        if (!buckets[i] || (seen += buckets[i]) <= wanted) continue;
        unsigned shift = i / SUB, mantissa = i % SUB;
        return (shift ? (double)((uint64_t)(mantissa + 1) << shift) : (double)mantissa) / 1e3;
    }
    return (double)highest / 1e3;
}
