/* disagrees-provides: plugin.json promises a service that the descriptor does not have; the host names the service. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.n_services = 0; }
