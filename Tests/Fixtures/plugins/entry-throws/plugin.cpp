/* entry-throws: the entry throws a C++ exception; the host says that the entry threw, with what() of the exception. */
#include <stdexcept>

#include <orchestron/orchestron.h>

ORCH_PLUGIN(entry_throws) {
    (void)host;
    throw std::runtime_error("no entry today");
}
