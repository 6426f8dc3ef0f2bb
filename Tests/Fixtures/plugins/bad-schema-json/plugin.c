/* bad-schema-json: a parameter's schema is not JSON; the host names method and parameter. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.schema = "{\"minLength\": ";
    zoo_method.n_params = 1;
}
