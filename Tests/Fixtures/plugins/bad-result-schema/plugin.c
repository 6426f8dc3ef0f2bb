/* bad-result-schema: the schema of a result has a keyword outside of the subset; the host names method and keyword. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_method.result = 'j';
    zoo_method.result_schema = "{\"type\": \"object\", \"required_fields\": [\"a\"]}";
}
