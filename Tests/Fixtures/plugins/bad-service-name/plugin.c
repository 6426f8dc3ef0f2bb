/* bad-service-name: the name of a service has capitals and a space; the host quotes it and says what is allowed. */
#include "zoo.h"

ZOO_FIXTURE { zoo_service.name = "Bad Name"; }
