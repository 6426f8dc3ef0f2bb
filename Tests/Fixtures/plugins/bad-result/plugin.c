/* bad-result: a method's result letter is unknown; the host names method and letter and lists the known ones. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.result = 'z'; }
