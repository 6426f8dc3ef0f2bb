/* disagrees-version: plugin.json says version 1.0.0, the descriptor 1.0.1; the host names both. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.version = "1.0.1"; }
