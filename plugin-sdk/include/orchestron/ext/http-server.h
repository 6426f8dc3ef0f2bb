/* orchestron/ext/http-server.h: extension "orchestron.http-server/1": what the plugin that serves HTTP needs to
 * reach the raw routes of the others (ext/http-routes.h). Given only to plugins whose plugin.json asks for the
 * permission `act-as`.
 *
 * The host tells by the events `route:added` and `route:removed` when to read them again. */
#ifndef ORCHESTRON_EXT_HTTP_SERVER_H
#define ORCHESTRON_EXT_HTTP_SERVER_H

#include "http-routes.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_HTTP_SERVER "orchestron.http-server/1"

/* One route, or one folder of files. Borrowed during the callback. */
typedef struct orch_http_route_info_1 {
    uint32_t size;
    uint32_t flags;            /* ORCH_HTTP_… */
    uint64_t id;
    orch_str plugin;           /* whose it is */
    orch_str route;            /* "GET /hello/{name}"; of files "GET /board/{path...}" */
    orch_str permission;       /* a right, never empty */
    orch_str folder;           /* of files: the absolute path of the folder; else empty */
    const orch_str *headers;   /* of files: lines "Name: value" */
    size_t n_headers;
} orch_http_route_info;

typedef struct orch_http_server_1 {
    uint32_t size;
    uint32_t reserved;

    /* Tells all routes. [loop-thread] */
    void (*each)(orch_host *host, void (*fn)(void *ud, const orch_http_route_info *route), void *ud);

    /* Runs the handler of a route, when the context of the exchange has the right; of files it only looks whether it
     * has. ORCH_PERMISSION_DENIED (the sentence stands in that context), ORCH_UNAVAILABLE when its plugin does not
     * work, ORCH_NOT_FOUND when it is gone: the exchange has not been touched then.
     *
     * The plugin gets an exchange of the host's, which hands on to this one. So every function, task and callback
     * that the server is given is the host's: it may be called and released at any time and reaches the plugin as
     * long as the plugin lives. When the route ends, the host answers, aborts and closes what came by it. The host
     * retains the exchange for as long as the plugin holds its own. [loop-thread] */
    orch_status (*run)(orch_host *host, uint64_t id, orch_http_exchange *x);
} orch_http_server;

#ifdef __cplusplus
}
#endif
#endif
