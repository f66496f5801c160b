// The headers of Nagios Core 4.4, and corrections for them. Included only by files in this folder, after every other header: they define
// common words as macros and types.
#pragma once

extern "C" {
#define NSCORE 1
// Each needs the ones above it.
// clang-format off
#include "config.h"
#include "common.h"
#include "nagios.h"
#include "objects.h"
#include "nebmodules.h"
#include "nebcallbacks.h"
#include "nebstructs.h"
#include "neberrors.h"
#include "broker.h"
#include "comments.h"
#include "downtime.h"
#include "logging.h"
#include "perfdata.h"
#include "libnagios.h"
#include "shared.h"
// clang-format on

// statusdata.h has an unbalanced brace with NSCORE.
int update_host_status(host*, int);
int update_service_status(service*, int);
extern int __nagios_object_structure_version;
}
