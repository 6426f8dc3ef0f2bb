/* start-never-returns: `start` holds the loop for ever; the watchdog names the plugin and ends the process with
 * code 70. */
#include "zoo.h"

static void start(void *self, uint64_t token) {
    (void)self, (void)token;
    for (;;) zoo_sleep_ms(1000);
}

ZOO_FIXTURE { zoo_plugin.start = start; }
