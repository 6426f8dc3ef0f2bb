/* bundled-sqlite: exports functions of SQLite, as a bundled copy does; the validator names SQLite and says to hide
 * the symbols. */
#include "zoo.h"

ORCH_EXPORT int sqlite3_open(const char *path, void **database);
ORCH_EXPORT int sqlite3_open(const char *path, void **database) {
    (void)path;
    *database = NULL;
    return 1;
}

ORCH_EXPORT const char *sqlite3_libversion(void);
ORCH_EXPORT const char *sqlite3_libversion(void) { return "3.8.0"; }

ZOO_FIXTURE {}
