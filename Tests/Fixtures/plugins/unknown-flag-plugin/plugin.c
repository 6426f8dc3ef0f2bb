/* unknown-flag-plugin: the descriptor sets a flag below bit 16 that the host does not know; the host names the bit. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.flags = 1u << 13; }
