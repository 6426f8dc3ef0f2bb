/* duplicate-route/first: declares GET /api/zoo/twice, as duplicate-route/second does; the host names the route and
 * both owners. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.route = "GET /api/zoo/twice"; }
