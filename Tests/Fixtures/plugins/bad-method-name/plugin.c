/* bad-method-name: the name of a method has a dot; the host quotes it and says what is allowed. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.name = "run.fast"; }
