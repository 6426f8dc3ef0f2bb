/* duplicate-service/second: one of two providers of the service `shared`. */
#include "zoo.h"

ZOO_FIXTURE { zoo_service.name = "shared"; }
