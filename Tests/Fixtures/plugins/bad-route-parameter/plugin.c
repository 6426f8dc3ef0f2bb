/* bad-route-parameter: a route names a parameter that the method does not have; the host names method and
 * parameter. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.route = "GET /api/zoo/{id}"; }
