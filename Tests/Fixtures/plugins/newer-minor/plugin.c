/* newer-minor: the plugin needs a later minor than the host has; the host names both versions. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.abi_minor = ORCH_ABI_MINOR + 7; }
