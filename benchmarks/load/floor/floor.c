/*
 * floor PORT [each]: the least that a WebSocket server on epoll can do. It answers the upgrade with a fixed response (right only
 * for the sample key of RFC 6455 §1.3), unmasks, and sends the frame back: no API, no check of UTF-8, no limits, no
 * keepalive, one recv(2) and one send(2) per wake-up; with `each` one send(2) for each message that it echoes, as a server
 * that sends large messages from where they lie. /broadcast sends what one read has brought to all its connections.
 * With permessage-deflate it inflates and deflates each message by zlib (deflate.c). What it costs is the share of the
 * machine, and zlib's; nobody could use it as a server.
 */
#define _GNU_SOURCE
#include "floor.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define RESPONSE "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define EXTENSION "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"

static uint8_t buf[(1 << 19) + 64];
static int ep, members_n, each;
static struct conn **members;

static void drop(struct conn *c) {
    if (c->member) { members[c->slot] = members[--members_n]; members[c->slot]->slot = c->slot; }
    close(c->fd);
    free(c->pend);
    free(c->part);
    free(c);
}

void out(struct conn *c, const uint8_t *p, size_t n) {
    ssize_t r = c->blocked ? 0 : send(c->fd, p, n, MSG_NOSIGNAL);
    if (r < 0) r = 0;
    if ((size_t)r == n) return;
    c->pend = realloc(c->pend, c->pend_n + n - (size_t)r);
    memcpy(c->pend + c->pend_n, p + r, n - (size_t)r);
    c->pend_n += n - (size_t)r;
    if (!c->blocked) {
        struct epoll_event e = { .events = EPOLLOUT, .data.ptr = c };
        c->blocked = 1;
        epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    }
}

static void drain(struct conn *c) {
    ssize_t r = send(c->fd, c->pend + c->pend_off, c->pend_n - c->pend_off, MSG_NOSIGNAL);
    if (r < 0 && errno != EAGAIN) { drop(c); return; }
    if (r > 0) c->pend_off += (size_t)r;
    if (c->pend_off == c->pend_n) {
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
        free(c->pend);
        c->pend = NULL;
        c->pend_n = c->pend_off = 0;
        c->blocked = 0;
        epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
    }
}

/* unmask n bytes from s to d (d <= s), mask already rotated; returns the mask rotated on */
static uint32_t unmask(uint8_t *d, const uint8_t *s, size_t n, uint32_t m) {
    uint64_t m8 = (uint64_t)m << 32 | m, x;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) { memcpy(&x, s + i, 8); x ^= m8; memcpy(d + i, &x, 8); }
    for (; i < n; i++) d[i] = s[i] ^ (uint8_t)(m >> (8 * (i & 3)));
    unsigned k = 8 * (n & 3);
    return k ? m >> k | m << (32 - k) : m;
}

static void on_read(struct conn *c) {
    ssize_t r = recv(c->fd, buf, 1 << 19, 0);
    if (r <= 0) { if (!(r < 0 && errno == EAGAIN)) drop(c); return; }
    if (!c->open) {
        c->open = 1;
        c->deflate = memmem(buf, (size_t)r, "permessage-deflate", 18) != NULL;
        if (memmem(buf, (size_t)r, "GET /broadcast", 14)) { c->member = 1; c->slot = members_n; members[members_n++] = c; }
        const char *ok = c->deflate ? RESPONSE EXTENSION "\r\n" : RESPONSE "\r\n";
        send(c->fd, ok, strlen(ok), MSG_NOSIGNAL);
        return;
    }
    if (c->deflate) {
        echo_deflated(c, buf, (size_t)r);
        return;
    }
    uint8_t *p = buf, *e = buf + r, *d = buf, *unsent = buf;
    while (p < e) {
        if (!c->left) { /* gather one header */
            unsigned need = 6;
            if (c->hn == 0 && e - p >= 14) {
                need = (p[1] & 127) == 126 ? 8 : (p[1] & 127) == 127 ? 14 : 6;
                memcpy(c->hdr, p, 14);
                p += need;
            } else {
                while (p < e && c->hn < need) {
                    c->hdr[c->hn++] = *p++;
                    if (c->hn == 2) need = (c->hdr[1] & 127) == 126 ? 8 : (c->hdr[1] & 127) == 127 ? 14 : 6;
                    if (c->hn > 2) need = (c->hdr[1] & 127) == 126 ? 8 : (c->hdr[1] & 127) == 127 ? 14 : 6;
                }
                if (c->hn < need) break;
            }
            c->hn = 0;
            memcpy(&c->mask, c->hdr + need - 4, 4);
            c->left = c->hdr[1] & 127;
            if (need == 8) c->left = (uint64_t)c->hdr[2] << 8 | c->hdr[3];
            if (need == 14) { c->left = 0; for (int i = 2; i < 10; i++) c->left = c->left << 8 | c->hdr[i]; }
            if ((c->hdr[0] & 15) == 8) { drop(c); return; }
            c->hdr[1] &= 127;
            memcpy(d, c->hdr, need - 4); /* d <= p - 4: there is room */
            d += need - 4;
        }
        size_t k = (size_t)(e - p) < c->left ? (size_t)(e - p) : (size_t)c->left;
        c->mask = unmask(d, p, k, c->mask);
        d += k;
        p += k;
        c->left -= k;
        if (each && !c->left && !c->member) {
            out(c, unsent, (size_t)(d - unsent));
            unsent = d;
        }
    }
    size_t n = (size_t)(d - unsent);
    if (!n) return;
    if (!c->member) out(c, unsent, n);
    else for (int i = 0; i < members_n; i++) out(members[i], buf, n);
}

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 9001, one = 1, l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct rlimit rl = { 0, 0 };
    each = argc > 2 && !strcmp(argv[2], "each");
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(0x7f000001) };
    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(l, (struct sockaddr *)&a, sizeof a) || listen(l, 4096)) { perror("bind"); return 1; }
    members = malloc(sizeof *members * 200000);
    ep = epoll_create1(0);
    struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL }, ev[512];
    epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
    for (;;) {
        int n = epoll_wait(ep, ev, 512, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            if (c) { if (c->blocked) drain(c); else on_read(c); continue; }
            int fd;
            while ((fd = accept4(l, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                c = calloc(1, sizeof *c);
                c->fd = fd;
                struct epoll_event x = { .events = EPOLLIN, .data.ptr = c };
                epoll_ctl(ep, EPOLL_CTL_ADD, fd, &x);
            }
        }
    }
}
