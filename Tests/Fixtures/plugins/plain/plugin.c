/* plain: nothing is wrong; loads, starts, and answers null to `plain.run`. */
#include "zoo.h"

ZOO_FIXTURE {}
