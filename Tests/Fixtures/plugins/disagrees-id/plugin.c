/* disagrees-id: plugin.json says disagrees-id, the descriptor another id; the host names both. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.id = "somebody-else"; }
