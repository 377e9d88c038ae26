/* Bytes to and from the server: TCP, or TLS 1.3 over it. */
#include "wsload.h"
#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

/* Both OpenSSL and the JDK prefer it; said here so that every server encrypts alike. */
static const char CIPHER[] = "TLS_AES_256_GCM_SHA384";
static SSL_CTX *context;

void wire_prepare(void) {
    if (!options.tls) return;
    context = SSL_CTX_new(TLS_client_method());
    if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) || !SSL_CTX_set_ciphersuites(context, CIPHER))
        die("OpenSSL has no TLS 1.3 with %s", CIPHER);
    /* The certificate is made for the run and signed by itself. */
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 64 * 1024);
}

void wire_secure(struct conn *c) {
    c->ssl = SSL_new(context);
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_tlsext_host_name(c->ssl, "localhost");
    SSL_set_connect_state(c->ssl);
}

static int must_wait(struct conn *c, int result) {
    int error = SSL_get_error(c->ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

int wire_handshake(struct conn *c) {
    ERR_clear_error();
    int result = SSL_do_handshake(c->ssl);
    return result == 1 ? 1 : must_wait(c, result) ? 0 : -1;
}

/* With TLS all that has come, so that nothing is left in OpenSSL of which epoll does not know. */
ssize_t wire_receive(struct conn *c, uint8_t *to, size_t n) {
    if (!c->ssl) return recv(c->fd, to, n, 0);
    size_t got = 0;
    while (got < n) {
        ERR_clear_error();
        int result = SSL_read(c->ssl, to + got, (int)(n - got));
        if (result > 0) {
            got += (size_t)result;
            continue;
        }
        if (!must_wait(c, result) && !got) return 0;
        break;
    }
    if (got) return (ssize_t)got;
    errno = EAGAIN;
    return -1;
}

ssize_t wire_send(struct conn *c, const uint8_t *from, size_t n) {
    if (!c->ssl) return send(c->fd, from, n, MSG_NOSIGNAL);
    size_t put = 0;
    while (put < n) {
        ERR_clear_error();
        int result = SSL_write(c->ssl, from + put, (int)(n - put));
        if (result > 0) {
            put += (size_t)result;
            continue;
        }
        errno = must_wait(c, result) ? EAGAIN : EPIPE;
        break;
    }
    return put ? (ssize_t)put : -1;
}
