/* invalid-utf8-declaration: a method's documentation is not UTF-8; the host names the method. */
#include "zoo.h"

ZOO_FIXTURE { zoo_method.doc = "caf\xe9"; }
