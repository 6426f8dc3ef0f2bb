/* bad-topic-example: the example of a topic is not JSON; the host names the topic. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_topic.example = "{n: 1}";
    zoo_plugin.n_topics = 1;
}
