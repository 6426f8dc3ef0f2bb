/* duplicate-method: two methods of one service have the same name; the host names it. */
#include "zoo.h"

ZOO_FIXTURE { zoo_seen_method.name = "run"; }
