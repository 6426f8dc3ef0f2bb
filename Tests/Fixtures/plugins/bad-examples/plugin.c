/* bad-examples: the examples of a method are not JSON; the host names the method. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.examples = "[{args: {}}]"; }
