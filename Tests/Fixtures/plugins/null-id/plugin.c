/* null-id: the descriptor's id is NULL; the host says so. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.id = NULL; }
