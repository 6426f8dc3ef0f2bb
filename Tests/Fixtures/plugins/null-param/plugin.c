/* null-param: the first entry of a method's parameters is NULL; the host names the method and the place in the
 * list. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_params[0] = NULL;
    zoo_method.n_params = 1;
}
