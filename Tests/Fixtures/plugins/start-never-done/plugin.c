/* start-never-done: `start` returns and never completes; the host names the plugin and the time limit, and rolls it
 * back. */
#include "zoo.h"

static void start(void *self, uint64_t token) { (void)self, (void)token; }

ZOO_FIXTURE { zoo_plugin.start = start; }
