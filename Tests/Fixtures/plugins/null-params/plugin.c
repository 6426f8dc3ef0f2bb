/* null-params: a method counts two parameters in a list that is NULL; the host names the method. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_method.params = NULL;
    zoo_method.n_params = 2;
}
