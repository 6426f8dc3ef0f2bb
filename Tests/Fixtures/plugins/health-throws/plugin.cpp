/* health-throws: `health` throws; the host names the plugin and `health` and marks it as failed. */
#include "zoo.h"

static orch_status health(void *, orch_ctx *) { throw 42; }

ZOO_FIXTURE { zoo_plugin.health = health; }
