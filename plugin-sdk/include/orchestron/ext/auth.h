/* orchestron/ext/auth.h: extension "orchestron.auth/1": who somebody is. A plugin provides it (the auth plugin); those
 * through which people and programs come in (http, mcp) name that plugin's service in `optional` and ask it for every
 * request. While a plugin that provides it is configured and does not work, nobody comes in.
 *
 * It publishes the ephemeral event `auth:changed` when an answer given before may be wrong now (a token revoked, a role
 * changed): whoever keeps a connection open asks again. */
#ifndef ORCHESTRON_EXT_AUTH_H
#define ORCHESTRON_EXT_AUTH_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_AUTH "orchestron.auth/1"

/* How somebody shows who he is. */
enum {
    ORCH_CREDENTIAL_NONE = 0,   /* nothing was shown: who is that, if anybody? */
    ORCH_CREDENTIAL_BEARER = 1, /* `secret` is a token: Authorization: Bearer, or `authenticate` of a WebSocket */
    ORCH_CREDENTIAL_COOKIE = 2, /* `secret` is the value of the session cookie */
    ORCH_CREDENTIAL_ACTOR = 3   /* `secret` is an actor, `kind:id`, known by other means: what may he do? */
};

/* What somebody shows. Set `size`. Borrowed. */
typedef struct orch_credential_1 {
    uint32_t size;
    uint32_t kind;             /* ORCH_CREDENTIAL_… */
    orch_str secret;
    orch_str address;          /* where he comes from, "192.0.2.7"; empty when that is this machine's own socket */
} orch_credential;

/* Who that is. Borrowed during the callback. */
typedef struct orch_principal_1 {
    uint32_t size;
    orch_status status;        /* ORCH_OK; ORCH_UNAUTHENTICATED: unknown, expired or revoked; ORCH_RESOURCE_EXHAUSTED:
                                  too many failures from there, come back after `retry_ms`; others: cannot tell */
    orch_str message;          /* of a failure: a sentence for the user, without the secret */
    orch_str actor;            /* `kind:id` */
    orch_str behalf;           /* `kind:id` of the person behind a token, or empty */
    orch_str rights;           /* see ext/actor.h */
    int64_t retry_ms;          /* of ORCH_RESOURCE_EXHAUSTED */
    int64_t expires_ms;        /* since 1970: when to ask again at the latest; 0: never */
    uint8_t is_local;          /* 1: somebody of this machine who came by the local token; has no rate limit */
    uint8_t reserved[7];
} orch_principal;

/* Where the answer goes. As orch_reply_cb, called once, perhaps before `authenticate` returns. Frozen. */
typedef struct orch_principal_cb {
    void (*fn)(void *ud, const orch_principal *principal); /* [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_principal_cb;

/* Provided by the plugin. */
typedef struct orch_auth_1 {
    uint32_t size;
    uint32_t reserved;
    void *self;                /* first argument of all functions */

    /* Tells who shows a credential. What was seen before is answered before it returns. [loop-thread] */
    void (*authenticate)(void *self, const orch_credential *credential, orch_principal_cb cb);

    /* The name of the session cookie, for a server on `port`. Borrowed until the next call. [loop-thread] */
    orch_str (*cookie)(void *self, uint16_t port);
} orch_auth;

#ifdef __cplusplus
}
#endif
#endif
