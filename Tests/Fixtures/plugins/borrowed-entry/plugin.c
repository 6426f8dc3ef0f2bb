/* borrowed-entry: the only entry is that of another id (plain); the host names the symbol that it looked for, and
 * may not take that of a library loaded before. */
#undef ZOO_ID
#undef ZOO_SYMBOL
#define ZOO_ID "plain"
#define ZOO_SYMBOL plain
#include "zoo.h"

ZOO_FIXTURE {}
