/* duplicate-param: two parameters of one method have the same name; the host names method and parameter. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.n_params = 2; }
