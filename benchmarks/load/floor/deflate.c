/*
 * The least that an echo with permessage-deflate can do: one inflater and one deflater for all connections, no context
 * takeover, level 6. Only for frames of less than 64 KiB that are whole messages, as wsload sends them.
 */
#include "floor.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MOST (1u << 16)
static uint8_t plain[MOST], answer[1 << 20];
static z_stream inflater, deflater;

static size_t echo(uint8_t *payload, size_t n, uint8_t *to) {
    static const uint8_t TAIL[4] = { 0, 0, 0xff, 0xff }; /* RFC 7692 §7.2.2 */
    uint8_t next[4];
    memcpy(next, payload + n, 4); /* the frame behind; there is room */
    memcpy(payload + n, TAIL, 4);
    inflateReset(&inflater);
    inflater.next_in = payload;
    inflater.avail_in = (uInt)n + 4;
    inflater.next_out = plain;
    inflater.avail_out = MOST;
    inflate(&inflater, Z_SYNC_FLUSH);
    memcpy(payload + n, next, 4);
    deflateReset(&deflater);
    deflater.next_in = plain;
    deflater.avail_in = MOST - inflater.avail_out;
    deflater.next_out = to + 4;
    deflater.avail_out = MOST;
    deflate(&deflater, Z_SYNC_FLUSH);
    size_t body = MOST - deflater.avail_out - 4;
    if (body < 126) {
        memmove(to + 2, to + 4, body);
        to[1] = (uint8_t)body;
    } else {
        to[1] = 126;
        to[2] = (uint8_t)(body >> 8);
        to[3] = (uint8_t)body;
    }
    to[0] = 0xc1;
    return body + (body < 126 ? 2 : 4);
}

void echo_deflated(struct conn *c, uint8_t *p, size_t n) {
    static uint8_t whole[(1 << 19) + 2 * MOST];
    if (!deflater.state) {
        inflateInit2(&inflater, -15);
        deflateInit2(&deflater, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    }
    if (c->part_n) {
        memcpy(whole, c->part, c->part_n);
        memcpy(whole + c->part_n, p, n);
        p = whole;
        n += c->part_n;
        c->part_n = 0;
    }
    size_t answer_n = 0;
    while (n >= 8) {
        size_t length = p[1] & 127, head = 6;
        if (length == 126) {
            length = (size_t)p[2] << 8 | p[3];
            head = 8;
        }
        if ((p[0] & 15) != 1 || n < head + length || answer_n > sizeof answer - 2 * MOST) break;
        const uint8_t *key = p + head - 4;
        uint8_t *payload = p + head;
        for (size_t i = 0; i < length; i++) payload[i] ^= key[i & 3];
        answer_n += echo(payload, length, answer + answer_n);
        p += head + length;
        n -= head + length;
    }
    if (answer_n) out(c, answer, answer_n);
    if (n) {
        if (!c->part) c->part = malloc(MOST + 64);
        c->part_n = n < MOST ? n : MOST;
        memcpy(c->part, p, c->part_n);
    }
}
