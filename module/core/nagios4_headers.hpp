// The headers of Nagios Core 4.4, and what they get wrong. Included by nagios4_*.cpp alone, behind every other header:
// they define common words as macros and types.
#pragma once

extern "C" {
#define NSCORE 1
#include "broker.h"
#include "common.h"
#include "config.h"
#include "libnagios.h"
#include "logging.h"
#include "nagios.h"
#include "nebcallbacks.h"
#include "neberrors.h"
#include "nebmodules.h"
#include "nebstructs.h"
#include "objects.h"
#include "perfdata.h"
#include "shared.h"

// statusdata.h has an unbalanced brace with NSCORE.
int update_host_status(host*, int);
int update_service_status(service*, int);
extern int __nagios_object_structure_version;
}
