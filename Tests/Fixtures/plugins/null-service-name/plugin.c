/* null-service-name: a service's name is NULL; the host names the place in the list. */
#include "zoo.h"

ZOO_FIXTURE { zoo_service.name = NULL; }
