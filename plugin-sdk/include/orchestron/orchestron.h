/* orchestron/orchestron.h: the whole stable SDK, extensions apart. */
#ifndef ORCHESTRON_H
#define ORCHESTRON_H

#include "base.h"
#include "context.h"
#include "call.h"
#include "method.h"
#include "slot.h"
#include "host.h"
#include "plugin.h"

#endif
