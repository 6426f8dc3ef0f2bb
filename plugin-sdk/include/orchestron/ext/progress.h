/* orchestron/ext/progress.h: extension "orchestron.progress/1": says how far something long has come, so that nobody
 * takes it for a fault: the first start on a large store, an index that is made, a model that is loaded. */
#ifndef ORCHESTRON_EXT_PROGRESS_H
#define ORCHESTRON_EXT_PROGRESS_H

#include "../base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORCH_EXT_PROGRESS "orchestron.progress/1"

typedef struct orch_progress_1 {
    uint32_t size;

    /* Says that `done` of `total` is done, in units of the plugin's choice; a `total` of 0 means that nobody knows how
     * much there is. `what` says in a few words what is under way, as in "makes an index of the tasks"; another text
     * begins something new, and `done` equal to `total` ends it.
     *
     * Each report that is further than the one before gives their whole time limit anew: to the start of this plugin,
     * to the starts of the plugins that wait for an answer of this one, and to the calls by which they wait. The host
     * logs it every two seconds, with an estimate of the time that is left, and shows it in `host.health`. A few
     * reports a second are enough. [any-thread] */
    void (*report)(orch_host *host, uint64_t done, uint64_t total, orch_str what);
} orch_progress;

#ifdef __cplusplus
}
#endif
#endif
