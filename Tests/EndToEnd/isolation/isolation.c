/* isolation: proves that a slot can lead into another process without the caller's code being another.
 *
 *     isolation librice.so
 *
 * The child loads the plugin and answers over a socket pair; the parent makes a C function by libffi that asks it, and
 * calls it through an orch_slot exactly as it calls the function itself. Throw-away: what it shows is that nothing in a
 * typed call holds a pointer that a child could not be given. */
#include <dlfcn.h>
#include <ffi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <orchestron/orchestron.h>

/* ---- a context that keeps the last failure */

typedef struct {
    orch_ctx base;
    orch_status status;
    char message[256];
} context;

static void info(orch_ctx *ctx, orch_ctx_info *out) { (void)ctx, (void)out; }

static orch_status fail(orch_ctx *ctx, orch_status status, orch_str message, orch_str details) {
    context *c = (context *)ctx;
    (void)details;
    c->status = status;
    snprintf(c->message, sizeof c->message, "%.*s", (int)message.n, message.p);
    return status;
}

static void failure(orch_ctx *ctx, orch_failure *out) {
    context *c = (context *)ctx;
    out->status = c->status;
    out->message = orch_str_from(c->message);
}

static const orch_ctx_verbs verbs = {sizeof verbs, info, fail, failure};

/* ---- what travels */

typedef struct {
    double arguments[4];
} question;

typedef struct {
    orch_status status;
    double result;
    char message[256];
} reply;

typedef orch_status (*score_fn)(void *, orch_ctx *, double, double, double, double, double *);

static const orch_method *find_score(const char *library) {
    void *image = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    orch_plugin_entry entry = NULL;
    if (image) *(void **)&entry = dlsym(image, "orch_plugin_rice");
    const orch_plugin *plugin = entry ? entry(NULL) : NULL;
    for (size_t s = 0; plugin && s < plugin->n_services; s++)
        for (size_t m = 0; m < plugin->services[s]->n_methods; m++)
            if (!strcmp(plugin->services[s]->methods[m]->name, "score")) return plugin->services[s]->methods[m];
    fprintf(stderr, "no rice.score in %s: %s\n", library, image ? "not declared" : dlerror());
    exit(1);
}

/* ---- the child */

static void serve(int socket, const char *library) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    score_fn score = (score_fn)find_score(library)->fn;
    question q;
    while (read(socket, &q, sizeof q) == (ssize_t)sizeof q) {
        context c = {{&verbs}, ORCH_OK, ""};
        reply r;
        memset(&r, 0, sizeof r);
        r.status = score(NULL, &c.base, q.arguments[0], q.arguments[1], q.arguments[2], q.arguments[3], &r.result);
        memcpy(r.message, c.message, sizeof r.message);
        if (write(socket, &r, sizeof r) != (ssize_t)sizeof r) break;
    }
    exit(0);
}

/* ---- the function made by libffi, which asks the child */

static void ask(ffi_cif *cif, void *returned, void **arguments, void *user) {
    int socket = *(int *)user;
    orch_ctx *ctx = *(orch_ctx **)arguments[1];
    question q;
    reply r;
    for (int i = 0; i < 4; i++) q.arguments[i] = *(double *)arguments[2 + i];
    orch_status status = ORCH_UNAVAILABLE;
    if (write(socket, &q, sizeof q) == (ssize_t)sizeof q && read(socket, &r, sizeof r) == (ssize_t)sizeof r) {
        status = r.status;
        if (status == ORCH_OK)
            **(double **)arguments[6] = r.result;
        else
            fail(ctx, status, orch_str_from(r.message), orch_str_of(NULL, 0));
    }
    (void)cif;
    *(ffi_arg *)returned = (ffi_arg)(uint32_t)status;
}

/* ---- the caller, whose code is the same wherever the slot leads */

static uint64_t no_clock(void) { return 1; }
static void no_sample(orch_target *target, uint64_t ns) { (void)target, (void)ns; }

static orch_status call_score(orch_slot *slot, orch_ctx *ctx, const double a[4], double *result) {
    orch_entry e = orch_slot_enter(slot);
    orch_status s = ((score_fn)e.target->fn)(e.target->self, ctx ? ctx : slot->ctx, a[0], a[1], a[2], a[3], result);
    orch_slot_leave(e);
    return s;
}

int main(int argc, char **argv) {
    int sockets[2];
    if (argc != 2 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) return 2;
    pid_t child = fork();
    if (child == 0) {
        close(sockets[0]);
        serve(sockets[1], argv[1]);
    }
    close(sockets[1]);

    ffi_type *types[] = {&ffi_type_pointer, &ffi_type_pointer, &ffi_type_double, &ffi_type_double,
                         &ffi_type_double,  &ffi_type_double,  &ffi_type_pointer};
    ffi_cif cif;
    void *code = NULL;
    ffi_closure *closure = ffi_closure_alloc(sizeof *closure, &code);
    if (!closure || ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 7, &ffi_type_sint32, types) != FFI_OK ||
        ffi_prep_closure_loc(closure, &cif, ask, &sockets[0], code) != FFI_OK)
        return 2;
    void (*remote)(void) = NULL;
    *(void **)&remote = code;

    orch_target near = {sizeof near, 0, find_score(argv[1])->fn, NULL, 0, no_clock, no_sample};
    orch_target far = {sizeof far, 0, remote, NULL, 0, no_clock, no_sample};
    context own = {{&verbs}, ORCH_OK, ""};
    orch_slot slot = {sizeof slot, 0, &near, &own.base};

    static const double cases[][4] = {{100, 2, 0.5, 4}, {1, 1, 1, 3}, {1, 1, 1, 0}, {1e300, 1e300, 1, 1}, {0, 0, 0, -1}};
    int faults = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double results[2] = {-1, -1};
        orch_status statuses[2];
        char messages[2][256];
        for (int place = 0; place < 2; place++) {
            own.message[0] = 0;
            slot.target = place ? &far : &near; /* what the host does when it moves a plugin */
            statuses[place] = call_score(&slot, NULL, cases[i], &results[place]);
            memcpy(messages[place], own.message, sizeof own.message);
        }
        if (statuses[0] != statuses[1] || memcmp(&results[0], &results[1], sizeof *results) ||
            strcmp(messages[0], messages[1])) {
            fprintf(stderr, "case %zu: %d %g \"%s\" here, %d %g \"%s\" in the child\n", i, statuses[0], results[0],
                    messages[0], statuses[1], results[1], messages[1]);
            faults++;
        }
    }

    /* The child dies: the caller gets a status, nothing else happens. */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    signal(SIGPIPE, SIG_IGN);
    double result = -1;
    if (call_score(&slot, NULL, cases[0], &result) != ORCH_UNAVAILABLE || result != -1) faults++;
    if (far.counter >> 20 != 6 || (far.counter & ORCH_COUNTER_IN_FLIGHT_MASK)) faults++;
    printf(faults ? "%d faults\n" : "equal here and in the child\n", faults);
    return faults ? 1 : 0;
}
