/* bad-default: a default does not have its parameter's type; the host names method, parameter and default. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.type = 'i';
    zoo_param.default_json = "\"many\"";
    zoo_method.n_params = 1;
}
