/* null-doc: a method's one-line documentation is NULL; the host names the method and says what is missing. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.doc = NULL; }
