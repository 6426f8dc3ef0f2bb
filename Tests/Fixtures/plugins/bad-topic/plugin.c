/* bad-topic: the name of a topic is a pattern; the host quotes it. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_topic.name = "zoo:*";
    zoo_plugin.n_topics = 1;
}
