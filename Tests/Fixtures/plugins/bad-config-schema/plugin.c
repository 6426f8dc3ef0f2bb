/* bad-config-schema: the schema of the configuration has a keyword outside of the subset; the host names the file
 * and the keyword. */
#include "zoo.h"

ZOO_FIXTURE {}
