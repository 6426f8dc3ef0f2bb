/* null-function: a method has no function; the host names the method. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.fn = NULL; }
