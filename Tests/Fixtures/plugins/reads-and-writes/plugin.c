/* reads-and-writes: a method claims to change nothing and to be destructive; the host names the method. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.flags |= ORCH_METHOD_DESTRUCTIVE; }
