/* create-throws: `create` throws a C++ exception; the host names the plugin, `create` and what() of the exception. */
#include "zoo.h"

#include <stdexcept>

static orch_status create(orch_host *, orch_ctx *, orch_str, orch_str, void **) {
    throw std::runtime_error("no instance today");
}

ZOO_FIXTURE { zoo_plugin.create = create; }
