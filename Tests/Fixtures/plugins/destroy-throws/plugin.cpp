/* destroy-throws: `destroy` throws; the host names the plugin and `destroy` and goes on. */
#include "zoo.h"

static void destroy(void *self) {
    zoo_destroy(self);
    throw 42;
}

ZOO_FIXTURE { zoo_plugin.destroy = destroy; }
