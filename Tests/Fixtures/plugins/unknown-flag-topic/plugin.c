/* unknown-flag-topic: a topic sets a flag below bit 16 that the host does not know; the host names topic and bit. */
#include "zoo.h"

ZOO_FIXTURE {
    zoo_plugin.n_topics = 1;
    zoo_topic.flags = 1u << 13;
}
