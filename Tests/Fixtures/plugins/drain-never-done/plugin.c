/* drain-never-done: `drain` never completes; the host names the plugin and the time limit and goes on with
 * stopping. */
#include "zoo.h"

static void drain(void *self, uint64_t token, int64_t deadline_ms) { (void)self, (void)token, (void)deadline_ms; }

ZOO_FIXTURE { zoo_plugin.drain = drain; }
