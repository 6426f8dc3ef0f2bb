/* unknown-flag-method: a method sets a flag below bit 16 that the host does not know; the host names method and
 * bit. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.flags |= 1u << 13; }
