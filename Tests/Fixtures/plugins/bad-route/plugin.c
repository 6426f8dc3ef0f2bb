/* bad-route: a route has no HTTP method; the host names method and route and shows how one looks. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.route = "api/zoo"; }
