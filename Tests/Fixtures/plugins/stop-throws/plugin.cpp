/* stop-throws: `stop` throws a C++ exception; the host names the plugin, `stop` and what() and goes on with
 * stopping. */
#include "zoo.h"

#include <stdexcept>

static void stop(void *, uint64_t) { throw std::runtime_error("no end today"); }

ZOO_FIXTURE { zoo_plugin.stop = stop; }
