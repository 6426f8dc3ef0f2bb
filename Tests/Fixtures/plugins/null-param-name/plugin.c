/* null-param-name: a parameter's name is NULL; the host names the method and the place in the list. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.name = NULL;
    zoo_method.n_params = 1;
}
