/* start-throws: `start` throws a C++ exception; the host names the plugin, `start` and what() of the exception. */
#include "zoo.h"

#include <stdexcept>

static void start(void *, uint64_t) { throw std::runtime_error("no start today"); }

ZOO_FIXTURE { zoo_plugin.start = start; }
