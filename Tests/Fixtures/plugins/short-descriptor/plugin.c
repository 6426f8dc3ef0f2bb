/* short-descriptor: the descriptor says a size that ends before its services; the host says both sizes. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.size = offsetof(orch_plugin, services); }
