/*
 * wsload: a load generator for WebSocket (RFC 6455) servers on this machine. One thread, one epoll set, so that it costs
 * less per message than any server it drives.
 */
#ifndef WSLOAD_H
#define WSLOAD_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum mode { ECHO, IDLE, FANOUT };

struct options {
    enum mode mode;
    const char *path;
    int port;
    int steps[8], step_count; /* idle: how many connections to hold, one after the other */
    int conns;                /* the last of them */
    int at_once;              /* how many of them may be connecting at a time */
    int may_fail;             /* idle: those that cannot connect are counted and do not end the run */
    int depth;                /* echo: messages of a connection that are on their way */
    int window;               /* fanout: messages that not everybody has yet */
    int size;                 /* payload bytes of a message */
    int binary, deflate, tls;
    double seconds, warm_least, warm_most;
    pid_t server;
};
extern struct options options;

enum state { CONNECTING, SECURING, UPGRADING, OPEN, DEAD };

struct conn {
    int fd;
    SSL *ssl; /* NULL without TLS */
    enum state state;
    int writing; /* EPOLLOUT is asked for */

    /* What is being received. */
    uint8_t header[10], header_length, header_needed;
    uint8_t opcode, fin, message_opcode, compressed;
    uint64_t left;                   /* bytes that this frame still has */
    uint64_t offset;                 /* bytes that this message has so far */
    uint8_t control[125], control_n; /* payload of a control frame; of a fanned out message its time stamp */
    uint8_t *first;                  /* the upgrade's response, then the first compressed reply */
    size_t first_n;
    int first_seen;

    /* What is being sent. */
    int pong;              /* bytes of a pong that is owed, or -1 */
    uint32_t owed;         /* messages to send */
    size_t sent;           /* bytes of the current one that are out */
    uint8_t *own;          /* fanout: the sender's one frame */
    uint64_t *times;       /* echo: when each message that is on its way was sent; a ring of `depth` */
    uint32_t times_head, times_n;
};

/* What has happened since the counters were last cleared; latencies are in histogram.c. */
struct counters {
    uint64_t messages, bytes, reads, compressed, errors, sent;
};
extern struct counters counters;

/* Where the connections are, since the start. */
struct population {
    int started, connecting, open, failed, lost, agreed_to_deflate;
    uint64_t sent, delivered; /* fanout: what the window is made of */
};
extern struct population population;

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t now_ns(void);

/* histogram.c */
void histogram_clear(void);
void histogram_add(uint64_t ns);
double histogram_us(double quantile);

/* server.c: the process that is measured, from /proc */
struct cpu {
    double all, user;
};

struct cpu server_cpu(void);
long server_rss_kib(void);

/* message.c */
extern uint8_t *payload;   /* the plain message */
extern uint8_t *frames;    /* `batch` copies of the message, framed and masked */
extern size_t frame_length;
extern uint32_t batch;
void message_prepare(void);
size_t frame_write(uint8_t *to, int first_byte, const uint8_t *from, size_t n);
int message_is_same(const uint8_t *from, size_t n, int compressed);

/* wire.c: TCP, or TLS over it; like recv(2) and send(2), with EAGAIN */
void wire_prepare(void);
void wire_secure(struct conn *c);
int wire_handshake(struct conn *c); /* 1: done, 0: wait for the socket, -1: refused */
ssize_t wire_receive(struct conn *c, uint8_t *to, size_t n);
ssize_t wire_send(struct conn *c, const uint8_t *from, size_t n);

/* connection.c */
void connections_prepare(void);
int connections_start(int most_at_once, int how_many);
void connections_load(void);
void fanout_send(void);
void poll_once(int timeout_ms);

#endif
