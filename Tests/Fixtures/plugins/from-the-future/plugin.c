/* from-the-future: nothing is wrong; every struct is larger than the host's and sets flags that may be ignored, and
 * the least minor needed is the host's own, so that it must load and work. */
#include "zoo.h"

static struct {
    orch_plugin known;
    uint64_t later[8];
} plugin;
static struct {
    orch_service known;
    uint64_t later[8];
} service;
static struct {
    orch_method known;
    uint64_t later[8];
} method;
static struct {
    orch_param known;
    uint64_t later[8];
} param;

ZOO_PLUGIN_(ZOO_SYMBOL) {
    (void)host;
    param.known = zoo_param;
    param.known.size = sizeof param;
    zoo_params[0] = &param.known;

    method.known = zoo_method;
    method.known.size = sizeof method;
    method.known.flags |= 0xfffc0000u;
    method.known.n_params = 1;
    zoo_methods[0] = &method.known;

    service.known = zoo_service;
    service.known.size = sizeof service;
    service.known.flags = 0xffff0000u;
    zoo_services[0] = &service.known;

    plugin.known = zoo_plugin;
    plugin.known.size = sizeof plugin;
    plugin.known.flags = 0xffff0000u;
    memset(plugin.later, 0xa5, sizeof plugin.later);
    memset(service.later, 0xa5, sizeof service.later);
    memset(method.later, 0xa5, sizeof method.later);
    memset(param.later, 0xa5, sizeof param.later);
    return &plugin.known;
}
