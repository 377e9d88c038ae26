/* The one message that is sent over and over, framed once. */
#include "wsload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

uint8_t *payload, *frames;
size_t frame_length;
uint32_t batch;

/* RFC 6455 §5.3 wants a fresh key per frame; a server cannot tell, and a fixed one lets the frames be made beforehand. */
static const uint8_t MASK[4] = { 0x37, 0xfa, 0x21, 0x3d };
static const size_t BATCH_BYTES = 1u << 20;

/* Writes one masked frame, returns its length. */
size_t frame_write(uint8_t *to, int first_byte, const uint8_t *from, size_t n) {
    size_t at = 2;
    to[0] = (uint8_t)first_byte;
    if (n < 126) {
        to[1] = (uint8_t)(0x80 | n);
    } else if (n < 65536) {
        to[1] = 0x80 | 126;
        to[2] = (uint8_t)(n >> 8);
        to[3] = (uint8_t)n;
        at = 4;
    } else {
        to[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++) to[2 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
        at = 10;
    }
    memcpy(to + at, MASK, 4);
    at += 4;
    for (size_t i = 0; i < n; i++) to[at + i] = from[i] ^ MASK[i & 3];
    return at + n;
}

/* Text that compresses as JSON does; plain letters where the message is too small for that, or binary. */
static void write_payload(char *to, size_t n) {
    if (n < 64 || options.binary) {
        for (size_t i = 0; i < n; i++) to[i] = (char)('a' + i % 26);
        return;
    }
    char *text = malloc(n + 256);
    size_t at = 0;
    unsigned random = 12345;
    text[at++] = '[';
    while (at < n) {
        random = random * 1103515245u + 12345u;
        at += (size_t)sprintf(text + at, "{\"id\":%u,\"user\":\"user-%u\",\"price\":%u.%02u,\"active\":%s,\"tags\":[\"a%u\",\"b\"]},",
                              random % 1000000, (random >> 8) % 977, (random >> 4) % 500, random % 100,
                              random & 64 ? "true" : "false", random % 7);
    }
    text[n - 1] = ']';
    memcpy(to, text, n);
    free(text);
}

/* RFC 7692 §7.2.1: raw deflate, flushed, without the four bytes at its end. */
static size_t compress_payload(uint8_t *to, size_t room) {
    z_stream z = { 0 };
    if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) die("deflateInit2: %s", z.msg);
    z.next_in = payload;
    z.avail_in = (uInt)options.size;
    z.next_out = to;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_in) die("deflate: %s", z.msg ? z.msg : "no room");
    size_t n = z.total_out - 4;
    deflateEnd(&z);
    return n;
}

void message_prepare(void) {
    size_t n = (size_t)options.size, room = n + 1024;
    payload = malloc(n);
    write_payload((char *)payload, n);
    int first_byte = 0x80 | (options.binary ? 2 : 1);
    uint8_t *compressed = NULL, *body = payload;
    if (options.deflate) {
        body = compressed = malloc(room);
        n = compress_payload(compressed, room);
        first_byte |= 0x40;
    }
    batch = (uint32_t)options.depth;
    if (batch * n > BATCH_BYTES) batch = (uint32_t)(BATCH_BYTES / n) + 1;
    frames = malloc(batch * (n + 14));
    for (uint32_t i = 0; i < batch; i++) frame_length = frame_write(frames + i * frame_length, first_byte, body, n);
    free(compressed);
}

int message_is_same(const uint8_t *from, size_t n, int compressed) {
    size_t size = (size_t)options.size;
    if (!compressed) return n == size && !memcmp(from, payload, n);
    uint8_t *in = malloc(n + 4), *out = malloc(size + 64);
    memcpy(in, from, n);
    memcpy(in + n, "\0\0\377\377", 4);
    z_stream z = { 0 };
    inflateInit2(&z, -15);
    z.next_in = in;
    z.avail_in = (uInt)n + 4;
    z.next_out = out;
    z.avail_out = (uInt)size + 64;
    inflate(&z, Z_SYNC_FLUSH);
    int same = z.total_out == size && !memcmp(out, payload, size);
    inflateEnd(&z);
    free(in);
    free(out);
    return same;
}
