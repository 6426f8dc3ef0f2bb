/* disagrees-service-version: plugin.json promises version 1.0.0 of a service, the descriptor has 2.0.0; the host
 * names both. */
#include "zoo.h"

ZOO_FIXTURE { zoo_service.version = "2.0.0"; }
