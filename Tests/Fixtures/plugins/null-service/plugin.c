/* null-service: the first entry of the list of services is NULL; the host names the place in the list. */
#include "zoo.h"

ZOO_FIXTURE { zoo_services[0] = NULL; }
