#include "check.h"
#include "fake_host.h"

#include <string.h>

const orch_plugin *orch_plugin_rice(orch_host *host);

typedef orch_status score_fn(void *, orch_ctx *, double, double, double, double, double *);
typedef orch_status rank_fn(void *, orch_ctx *, double, orch_str, orch_buf *);

static void scores_an_idea(fake_host *fake, score_fn *score) {
    double result = 0;
    CHECK(score(fake_host_self(fake), fake_host_ctx(fake), 1000, 2, 0.5, 4, &result) == ORCH_OK);
    CHECK(result == 250);
}

static void refuses_an_effort_of_nothing(fake_host *fake, score_fn *score) {
    double result = 42;
    CHECK(score(fake_host_self(fake), fake_host_ctx(fake), 1, 1, 1, 0, &result) == ORCH_INVALID_ARGUMENT);
    CHECK(strcmp(fake_host_message(fake), "effort must be greater than 0, not 0.") == 0);
    CHECK(score(fake_host_self(fake), fake_host_ctx(fake), 1, 1, 1, -0.5, &result) == ORCH_INVALID_ARGUMENT);
    CHECK(score(fake_host_self(fake), NULL, 1, 1, 1, 0, &result) == ORCH_INVALID_ARGUMENT);
    CHECK(result == 42); /* untouched */
}

static void ranks(fake_host *fake, rank_fn *rank, double score, const char *name, const char *wanted) {
    orch_buf text = {0};
    CHECK(rank(fake_host_self(fake), fake_host_ctx(fake), score, orch_str_from(name), &text) == ORCH_OK);
    CHECK(text.n == strlen(wanted) && memcmp(text.p, wanted, text.n) == 0);
    orch_buf_release(&text);
}

int main(int argc, char **argv) {
    fake_host *fake = fake_host_new("rice", argc > 1 ? argv[1] : ".");
    CHECK(fake_host_load(fake, orch_plugin_rice, "{}") == ORCH_OK);
    score_fn *score = (score_fn *)fake_host_method(fake, "rice.score")->fn;
    rank_fn *rank = (rank_fn *)fake_host_method(fake, "rice.rank")->fn;
    scores_an_idea(fake, score);
    refuses_an_effort_of_nothing(fake, score);
    ranks(fake, rank, 250, "", "high");
    ranks(fake, rank, 199.5, "Search", "Search: medium");
    ranks(fake, rank, -1, "Größe", "Größe: low");
    CHECK(fake_host_method(fake, "rice.absent") == NULL);
    CHECK(fake_host_free(fake) == 0);
    puts("rice: ok");
    return 0;
}
