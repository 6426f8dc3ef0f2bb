/* null-version: the descriptor's version is NULL; the host says so. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.version = NULL; }
