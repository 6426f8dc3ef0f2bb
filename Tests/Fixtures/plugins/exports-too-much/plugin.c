/* exports-too-much: exports a second symbol beside its entry; the validator names it. */
#include "zoo.h"

ORCH_EXPORT int zoo_helper(void);
ORCH_EXPORT int zoo_helper(void) { return 1; }

ZOO_FIXTURE {}
