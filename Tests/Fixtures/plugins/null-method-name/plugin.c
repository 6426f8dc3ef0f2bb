/* null-method-name: a method's name is NULL; the host names the service and the place in the list. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.name = NULL; }
