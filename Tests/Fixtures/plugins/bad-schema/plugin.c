/* bad-schema: a parameter's schema has a keyword outside of the subset; the host names method, parameter and
 * keyword. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.schema = "{\"minLenght\": 3}";
    zoo_method.n_params = 1;
}
