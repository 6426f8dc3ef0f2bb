/* newer-major: the plugin was built for the next ABI major; the host names both versions. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.abi_major = ORCH_ABI_MAJOR + 1; }
