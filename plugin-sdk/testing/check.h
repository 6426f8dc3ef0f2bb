/* check.h: the one assertion of C and C++ tests. It also works in release builds. */
#ifndef ORCHESTRON_CHECK_H
#define ORCHESTRON_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/* Ends the test program with status 1, and says where, unless `condition` holds. */
#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);   \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

#endif
