/* leaky-instance: nothing frees what `create` makes; the validator says how much was lost. */
#include "zoo.h"

ZOO_FIXTURE { zoo_plugin.destroy = NULL; }
