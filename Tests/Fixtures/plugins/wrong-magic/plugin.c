/* wrong-magic: the descriptor does not begin with ORCH_MAGIC; the host says that it is no Orchestron descriptor. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.magic = 0x50414c43u; }
