/* null-topic-name: a topic's name is NULL; the host names the place in the list. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_topic.name = NULL;
    zoo_plugin.n_topics = 1;
}
