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

/// Prepares a connection for a file that somebody else has made: hardens it, and takes from the file what could do more
/// than hold rows. Its schema may call no function that is not harmless, its views and triggers are out of use, cells are
/// checked as they are read, nothing of it is mapped into memory, and no text or blob may be longer than `length` bytes.
static inline int csqlite_distrust(sqlite3 *database, int length) {
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                              SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER};
    int status = csqlite_harden(database);
    for (unsigned i = 0; status == SQLITE_OK && i < sizeof off / sizeof *off; i++)
        status = sqlite3_db_config(database, off[i], 0, (int *)0);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, length);
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
    sqlite3_limit(database, SQLITE_LIMIT_COLUMN, 200);
    sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, 10);
    sqlite3_limit(database, SQLITE_LIMIT_VDBE_OP, 100000);
    sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    if (status != SQLITE_OK) return status;
    return sqlite3_exec(database, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY",
                        (int (*)(void *, int, char **, char **))0, (void *)0, (char **)0);
}

/// Whether a result code says that the system could not bring written bytes to the disk.
static inline int csqlite_is_failed_sync(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

#endif
