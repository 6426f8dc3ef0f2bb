/* stop-never-done: `stop` never completes; the host names the plugin and the time limit, stops the others and exits
 * 0. */
#include "zoo.h"

static void stop(void *self, uint64_t token) { (void)self, (void)token; }

ZOO_FIXTURE { zoo_plugin.stop = stop; }
