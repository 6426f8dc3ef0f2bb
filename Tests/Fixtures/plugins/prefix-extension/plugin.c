/* prefix-extension: compares only the beginning of an extension's id, and so answers to ids with trailing garbage;
 * the validator quotes the id that should have got NULL. */
#include "zoo.h"

static const void *extension(void *self, const char *id) {
    static const uint32_t table = sizeof table;
    (void)self;
    return strncmp(id, "zoo.thing/1", strlen("zoo.thing/1")) == 0 ? &table : NULL;
}

ZOO_FIXTURE { zoo_plugin.extension = extension; }
