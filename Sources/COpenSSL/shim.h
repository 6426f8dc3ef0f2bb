#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

/* What OpenSSL offers as macros alone. */

/* TLS 1.2 and 1.3, without renegotiation and compression; buffers of idle connections are given back. */
static inline int openssl_set_rules(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
/* Length and content of the secrets by which session tickets are encrypted. */
static inline long openssl_ticket_keys_length(SSL_CTX *context) {
    return SSL_CTX_get_tlsext_ticket_keys(context, NULL, 0);
}
static inline int openssl_set_ticket_keys(SSL_CTX *context, void *keys, long length) {
    return (int)SSL_CTX_set_tlsext_ticket_keys(context, keys, length);
}
static inline void openssl_retry_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}
