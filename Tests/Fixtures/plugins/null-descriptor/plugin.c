/* null-descriptor: the entry returns NULL; the host says that the entry returned no descriptor. */
#include <orchestron/orchestron.h>

ORCH_PLUGIN(null_descriptor) {
    (void)host;
    return NULL;
}
