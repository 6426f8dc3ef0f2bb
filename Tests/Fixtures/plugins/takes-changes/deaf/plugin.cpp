#define ZOO_DEAF
#include "../changer/plugin.cpp"
