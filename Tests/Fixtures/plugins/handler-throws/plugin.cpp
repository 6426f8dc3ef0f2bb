/* handler-throws: a handler throws a C++ exception; the caller gets internal, the log names method and what(), the
 * plugin is failed. */
#include "zoo.h"

#include <stdexcept>

static void run(void *, orch_call *) { throw std::runtime_error("no answer today"); }

ZOO_FIXTURE { zoo_method.fn = ZOO_FN(run); }
