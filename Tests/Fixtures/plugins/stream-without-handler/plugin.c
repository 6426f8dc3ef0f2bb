/* stream-without-handler: a native function claims to stream; the host names the method and both flags. */
#include "zoo.h"

ZOO_FIXTURE { zoo_seen_method.flags |= ORCH_METHOD_STREAM; }
