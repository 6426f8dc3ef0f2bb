/* missing-entry: the library exports no function orch_plugin_missing_entry; the host names the symbol that it
 * looked for. */
#include <orchestron/orchestron.h>

ORCH_EXPORT int zoo_something_else(void) { return 1; }
