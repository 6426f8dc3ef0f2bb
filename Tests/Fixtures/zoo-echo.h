/* zoo-echo.h: extension "zoo.echo/1", which the fixture `echo` provides and `consumer` asks for. */
#ifndef ZOO_ECHO_H
#define ZOO_ECHO_H

#include <stdint.h>

#define ZOO_ECHO "zoo.echo/1"

typedef struct zoo_echo_1 {
    uint32_t size;
    int64_t (*twice)(int64_t value); /* [any-thread] */
} zoo_echo;

#endif
