/* unknown-flag-service: a service sets a flag below bit 16 that the host does not know; the host names service and
 * bit. */
#include "zoo.h"

ZOO_FIXTURE { zoo_service.flags = 1u << 13; }
