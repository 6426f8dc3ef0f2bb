#include "../changer/plugin.cpp"
