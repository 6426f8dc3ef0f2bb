/* native-throws: a native function throws below libffi; the caller gets internal, the log names method and what(),
 * the plugin is failed. */
#include "zoo.h"

#include <stdexcept>

static orch_status run(void *, orch_ctx *, double *) { throw std::runtime_error("no number today"); }

ZOO_FIXTURE { zoo_native('d', ZOO_FN(run)); }
