/* orchestron/all.h: the whole SDK with all extensions. */
#ifndef ORCHESTRON_ALL_H
#define ORCHESTRON_ALL_H

#include "orchestron.h"

#include "ext/actor.h"
#include "ext/auth.h"
#include "ext/event-log.h"
#include "ext/fs-watch.h"
#include "ext/http-client.h"
#include "ext/http-routes.h"
#include "ext/http-server.h"
#include "ext/json.h"
#include "ext/loop.h"
#include "ext/mcp-server.h"
#include "ext/mcp.h"
#include "ext/metrics-reader.h"
#include "ext/metrics.h"
#include "ext/progress.h"
#include "ext/reconfigure.h"
#include "ext/spawn.h"
#include "ext/state.h"
#include "ext/timer.h"
#include "ext/trace-reader.h"
#include "ext/tracing.h"
#include "ext/work.h"

#endif
