/* bundled-openssl: exports functions of OpenSSL, as a bundled copy does; the validator names OpenSSL and says to
 * hide the symbols. */
#include "zoo.h"

ORCH_EXPORT void *SSL_new(void *context);
ORCH_EXPORT void *SSL_new(void *context) { return context; }

ORCH_EXPORT const char *OpenSSL_version(int what);
ORCH_EXPORT const char *OpenSSL_version(int what) { return what ? "" : "OpenSSL 1.0.1f"; }

ZOO_FIXTURE {}
