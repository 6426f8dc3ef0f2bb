/* bad-topic-schema: the schema of a topic has a keyword outside of the subset; the host names topic and keyword. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_topic.schema = "{\"type\": \"object\", \"propertys\": {}}";
    zoo_plugin.n_topics = 1;
}
