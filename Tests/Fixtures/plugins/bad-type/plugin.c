/* bad-type: a parameter's type letter is unknown; the host names method, parameter and letter and lists the known
 * ones. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.type = 'q';
    zoo_method.n_params = 1;
}
