/* handler-any-thread: a handler claims to run on any thread, which only native functions may; the host names the
 * method. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.flags |= ORCH_METHOD_ANY_THREAD; }
