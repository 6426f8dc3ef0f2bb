/* start-timer-throws: `start` waits for a timer, whose function throws; the start fails by that, at once. */
#include "zoo.h"

#include <stdexcept>

static void fire(void *) { throw std::runtime_error("no dawn today"); }

static void start(void *self, uint64_t) { zoo_after(zoo_host(self), 1, fire, nullptr); }

ZOO_FIXTURE { zoo_plugin.start = start; }
