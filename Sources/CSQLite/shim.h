// The system's SQLite, and the few of its spellings that Swift cannot import: cast macros and variadic functions.
#ifndef ORCHESTRON_CSQLITE_SHIM_H
#define ORCHESTRON_CSQLITE_SHIM_H

#include <sqlite3.h>

/// Binds a copy of `n` bytes of UTF-8 text.
static inline int csqlite_bind_text_copy(sqlite3_stmt *statement, int index, const void *p, unsigned long n) {
    return sqlite3_bind_text64(statement, index, (const char *)p, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Switches on the defences against careless statements and prepared files: no writable schema, no double-quoted string
/// literals. (Untrusted schemas stay on: before 3.41 SQLite counts json_extract, which our columns use, as unsafe there.)
static inline int csqlite_harden(sqlite3 *database) {
    int status = sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    if (status == SQLITE_OK) status = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    if (status == SQLITE_OK) status = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    return status;
}

/// Whether a result code says that the system could not bring written bytes to the disk.
static inline int csqlite_is_failed_sync(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

#endif
