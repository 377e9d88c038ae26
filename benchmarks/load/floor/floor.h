#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>
#include <stdint.h>

struct conn {
    int fd;
    uint8_t open, member, deflate, blocked;
    uint8_t hdr[14], hn; /* the header being gathered */
    uint32_t mask;       /* rotated to the current position */
    uint64_t left;       /* of the frame */
    uint8_t *pend;       /* what the socket did not take */
    size_t pend_n, pend_off;
    uint8_t *part;       /* with deflate: a frame that has not come whole */
    size_t part_n;
    int slot;            /* among the members of /broadcast */
};

void out(struct conn *c, const uint8_t *p, size_t n);
void echo_deflated(struct conn *c, uint8_t *p, size_t n);

#endif
