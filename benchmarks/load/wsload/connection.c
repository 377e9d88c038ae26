/* Connections: TCP, the upgrade, frames both ways, and how each mode answers a message. */
#include "wsload.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct counters counters;
struct population population;

static struct conn *conns;
static int epoll;
static uint8_t received[1 << 20]; /* shared by all connections */
static const int PER_ADDRESS = 20000; /* of the local ports of one source address */
static const int STARTED_AT_ONCE = 64; /* before those that are connected get their turn */
static const size_t MOST_RESPONSE_BYTES = 16384;

/* ---------------------------------------------------------------- sending */

static void want_writing(struct conn *c, int writing) {
    if (c->writing == writing) return;
    c->writing = writing;
    struct epoll_event event = { .events = EPOLLIN | (writing ? EPOLLOUT : 0u), .data.ptr = c };
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void lose(struct conn *c) {
    if (c->state == DEAD) return;
    if (c->state == OPEN) {
        population.open--;
        population.lost++;
    } else {
        population.failed++;
        population.connecting--;
    }
    c->state = DEAD;
    if (c->ssl) SSL_free(c->ssl);
    c->ssl = NULL;
    close(c->fd);
}

static void flush(struct conn *c) {
    while (c->pong >= 0 || c->owed) {
        if (c->pong >= 0 && !c->sent) {
            uint8_t frame[131];
            size_t n = frame_write(frame, 0x8a, c->control, (size_t)c->pong);
            if (wire_send(c, frame, n) != (ssize_t)n) {
                want_writing(c, 1);
                return;
            }
            c->pong = -1;
            continue;
        }
        const uint8_t *from = c->own ? c->own : frames;
        /* A pong waits until the frame that is half sent is whole. */
        uint32_t k = c->own || c->pong >= 0 ? 1 : c->owed < batch ? c->owed : batch;
        ssize_t n = wire_send(c, from + c->sent, k * frame_length - c->sent);
        if (n < 0) {
            if (errno == EAGAIN) want_writing(c, 1);
            else lose(c);
            return;
        }
        c->sent += (size_t)n;
        c->owed -= (uint32_t)(c->sent / frame_length);
        c->sent %= frame_length;
    }
    want_writing(c, 0);
}

/* echo: k more messages are on their way */
static void send_messages(struct conn *c, uint32_t k, uint64_t now) {
    for (uint32_t i = 0; i < k; i++) c->times[(c->times_head + c->times_n++) % (uint32_t)options.depth] = now;
    c->owed += k;
    flush(c);
}

/* fanout: the first connection sends as long as fewer than `window` messages are not yet everywhere */
void fanout_send(void) {
    struct conn *c = conns;
    uint64_t everybody = (uint64_t)population.open;
    while (c->state == OPEN && !c->owed
           && (population.sent + 1) * everybody <= population.delivered + (uint64_t)options.window * everybody) {
        char stamp[17];
        snprintf(stamp, sizeof stamp, "%016llx", (unsigned long long)now_ns());
        memcpy(payload, stamp, 16);
        frame_write(c->own, 0x80 | (options.binary ? 2 : 1), payload, (size_t)options.size);
        c->owed = 1;
        counters.sent++;
        population.sent++;
        flush(c);
    }
}

/* -------------------------------------------------------------- receiving */

static void on_payload(struct conn *c, const uint8_t *from, size_t n) {
    if (options.mode == FANOUT) {
        for (size_t i = 0; i < n && c->offset + i < 16; i++) c->control[c->offset + i] = from[i];
    } else if (!options.deflate) {
        if (c->offset + n > (size_t)options.size || memcmp(from, payload + c->offset, n)) counters.errors++;
    } else if (!c->first_seen) { /* what is compressed is checked once a connection */
        c->first = realloc(c->first, c->offset + n);
        memcpy(c->first + c->offset, from, n);
    }
    c->offset += n;
}

/* Returns how many messages may be sent in its place. */
static uint32_t on_message(struct conn *c, uint64_t now) {
    if (c->message_opcode != (options.binary ? 2 : 1)) counters.errors++;
    if (!options.deflate && c->offset != (uint64_t)options.size) counters.errors++;
    if (options.deflate && !c->first_seen) {
        if (!message_is_same(c->first, c->offset, c->compressed)) counters.errors++;
        c->first_seen = 1;
        free(c->first);
        c->first = NULL;
    }
    c->offset = 0;
    counters.messages++;
    counters.compressed += c->compressed;
    if (options.mode == FANOUT) {
        char stamp[17] = { 0 };
        memcpy(stamp, c->control, 16);
        uint64_t sent = strtoull(stamp, NULL, 16);
        histogram_add(now > sent ? now - sent : 0);
        population.delivered++;
        return 0;
    }
    if (!c->times_n) { /* an echo of nothing */
        counters.errors++;
        return 0;
    }
    histogram_add(now - c->times[c->times_head]);
    c->times_head = (c->times_head + 1) % (uint32_t)options.depth;
    c->times_n--;
    return 1;
}

static void on_header(struct conn *c) {
    c->opcode = c->header[0] & 15;
    c->fin = c->header[0] >> 7;
    c->left = c->header[1] & 127;
    if (c->header_needed > 2) {
        c->left = 0;
        for (int i = 2; i < c->header_needed; i++) c->left = c->left << 8 | c->header[i];
    }
    if (c->opcode == 1 || c->opcode == 2) {
        c->message_opcode = c->opcode;
        c->compressed = c->header[0] >> 6 & 1;
    }
    if (c->header[1] & 0x80) counters.errors++; /* RFC 6455 §5.1: a server must not mask */
    c->control_n = 0;
}

static void on_bytes(struct conn *c, const uint8_t *from, size_t n, uint64_t now) {
    uint32_t may_send = 0;
    while (n) {
        if (c->header_length < c->header_needed) {
            c->header[c->header_length++] = *from++;
            n--;
            if (c->header_length == 2 && (c->header[1] & 127) > 125) c->header_needed = (c->header[1] & 127) == 126 ? 4 : 10;
            if (c->header_length < c->header_needed) continue;
            on_header(c);
        }
        size_t k = n < c->left ? n : (size_t)c->left;
        if (c->opcode < 8) {
            on_payload(c, from, k);
        } else if (c->control_n + k <= sizeof c->control) {
            memcpy(c->control + c->control_n, from, k);
            c->control_n += (uint8_t)k;
        }
        from += k;
        n -= k;
        c->left -= k;
        if (c->left) continue;
        c->header_length = 0;
        c->header_needed = 2;
        if (c->opcode == 8) {
            lose(c);
            return;
        }
        if (c->opcode == 9) {
            c->pong = c->control_n;
            flush(c);
            if (c->state == DEAD) return;
        }
        if (c->opcode < 8 && c->fin) may_send += on_message(c, now);
    }
    if (may_send) send_messages(c, may_send, now);
}

/* ------------------------------------------------------------- connecting */

static void start(struct conn *c, int number) {
    struct sockaddr_in address = { .sin_family = AF_INET };
    int one = 1;
    population.started++;
    population.connecting++;
    c->header_needed = 2;
    c->pong = -1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die("socket: %s; `ulimit -n` bounds how many there can be", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(number / PER_ADDRESS));
    if (bind(c->fd, (struct sockaddr *)&address, sizeof address)) die("bind: %s", strerror(errno));
    address.sin_port = htons((uint16_t)options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
    c->writing = 1;
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) lose(c);
    else epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static void send_upgrade(struct conn *c) {
    char request[512];
    int n = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n", options.path, options.port,
        options.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n" : "");
    if (wire_send(c, (uint8_t *)request, (size_t)n) != n) {
        lose(c);
        return;
    }
    c->state = UPGRADING;
    want_writing(c, 0);
}

static void secure(struct conn *c) {
    int done = wire_handshake(c);
    if (done < 0) lose(c);
    else if (done) send_upgrade(c);
    else want_writing(c, 0);
}

static void on_connected(struct conn *c) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        lose(c);
    } else if (options.tls) {
        c->state = SECURING;
        wire_secure(c);
        secure(c);
    } else {
        send_upgrade(c);
    }
}

static void on_response(struct conn *c, const uint8_t *from, size_t n, uint64_t now) {
    c->first = realloc(c->first, c->first_n + n + 1);
    memcpy(c->first + c->first_n, from, n);
    c->first_n += n;
    c->first[c->first_n] = 0;
    char *response = (char *)c->first, *end = strstr(response, "\r\n\r\n");
    if (!end) {
        if (c->first_n > MOST_RESPONSE_BYTES) lose(c);
        return;
    }
    *end = 0;
    /* The key is the one of RFC 6455 §1.3, so is what answers it. */
    if (strncmp(response, "HTTP/1.1 101", 12) || !strstr(response, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
        if (!population.failed) fprintf(stderr, "wsload: the server refuses: %.200s\n", response);
        lose(c);
        return;
    }
    if (strstr(response, "permessage-deflate")) population.agreed_to_deflate++;
    c->state = OPEN;
    population.open++;
    population.connecting--;
    size_t used = (size_t)(end + 4 - response), rest = c->first_n - used;
    uint8_t *whole = c->first;
    c->first = NULL;
    c->first_n = 0;
    if (rest) on_bytes(c, whole + used, rest, now);
    free(whole);
}

static void on_event(struct conn *c, uint32_t events) {
    if (c->state == DEAD) return;
    if (c->state == CONNECTING) {
        if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) on_connected(c);
        return;
    }
    if (c->state == SECURING) {
        secure(c);
        return;
    }
    ssize_t n = sizeof received;
    while (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && n == sizeof received && c->state != DEAD) {
        n = wire_receive(c, received, sizeof received);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            lose(c);
            return;
        }
        if (n < 0) break;
        uint64_t now = now_ns();
        counters.reads++;
        counters.bytes += (uint64_t)n;
        if (c->state == OPEN) on_bytes(c, received, (size_t)n, now);
        else on_response(c, received, (size_t)n, now);
    }
    if (events & EPOLLOUT && c->state == OPEN) flush(c);
}

void poll_once(int timeout_ms) {
    struct epoll_event events[512];
    int n = epoll_wait(epoll, events, 512, timeout_ms);
    for (int i = 0; i < n; i++) on_event(events[i].data.ptr, events[i].events);
}

void connections_prepare(void) {
    epoll = epoll_create1(0);
    conns = calloc((size_t)options.conns, sizeof *conns);
}

/*
 * Starts connections until `how_many` have been, as long as not too many of them are on their way; 0 if there is nothing
 * to start. A few at a time, as those that are connected have a request to send: clients of their own would not wait for
 * each other.
 */
int connections_start(int most_at_once, int how_many) {
    int before = population.started;
    while (population.started < how_many && population.connecting < most_at_once && population.started < before + STARTED_AT_ONCE) {
        start(&conns[population.started], population.started);
    }
    return population.started > before;
}

void connections_load(void) {
    if (options.mode == FANOUT) {
        conns[0].own = malloc((size_t)options.size + 14);
        return;
    }
    for (int i = 0; i < options.conns; i++) {
        if (conns[i].state != OPEN) continue;
        conns[i].times = malloc(sizeof(uint64_t) * (size_t)options.depth);
        send_messages(&conns[i], (uint32_t)options.depth, now_ns());
    }
}
