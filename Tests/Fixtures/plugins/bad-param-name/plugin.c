/* bad-param-name: the name of a parameter has a hyphen; the host quotes it and says what is allowed. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_param.name = "due-date";
    zoo_method.n_params = 1;
}
