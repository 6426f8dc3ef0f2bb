/* null-method: the first entry of a service's methods is NULL; the host names the service and the place in the
 * list. */
#include "zoo.h"

ZOO_FIXTURE { zoo_methods[0] = NULL; }
