/* orchestron/ext/fs-watch.h: extension "orchestron.fs-watch/1": tells of changes in files and folders. */
#ifndef ORCHESTRON_EXT_FS_WATCH_H
#define ORCHESTRON_EXT_FS_WATCH_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_FS_WATCH "orchestron.fs-watch/1"

enum {
    ORCH_FS_RENAMED = 1u << 0, /* an entry appeared, went, or got another name */
    ORCH_FS_CHANGED = 1u << 1  /* the content or the attributes of an entry changed */
};

/* What a watcher is told: the name of the entry within the watched folder, and ORCH_FS_…. Frozen. */
typedef struct orch_fs_cb {
    void (*fn)(void *ud, orch_str name, uint32_t changes); /* [loop-thread] */
    void *ud;
    void (*release)(void *ud);
} orch_fs_cb;

typedef struct orch_fs_watch_1 {
    uint32_t size;

    /* Watches a file, or the entries of a folder (not of its subfolders). `path` is absolute. [loop-thread] */
    orch_status (*start)(orch_host *host, orch_ctx *ctx, orch_str path, orch_fs_cb cb, uint64_t *id);
    orch_status (*stop)(orch_host *host, uint64_t id);
} orch_fs_watch;

#ifdef __cplusplus
}
#endif
#endif
