/* A second module for the core that records the times at which results pass, for scripts/bench only.
 *
 * Argument: an existing file of 64-byte records after a header of the same size whose first 8 bytes count them:
 *   8 bytes CLOCK_MONOTONIC in ns, 1 byte kind, text.
 *   kind R  the core has processed a check result of a service: text is the plugin's output
 *   kind S  the core has informed its modules of a service's state: text is the plugin's output
 *   kind L  the core's event loop begins: text is the processor time that the core has used so far, in ns
 * The file is memory-mapped, so that writing costs no system call. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NSCORE 1
#include "broker.h"
#include "config.h"
#include "nagios.h"
#include "nebcallbacks.h"
#include "nebmodules.h"
#include "nebstructs.h"
#include "objects.h"

NEB_API_VERSION(CURRENT_NEB_API_VERSION)

enum { RECORD_BYTES = 64, MAX_RECORDS = 2000000 };

static char* records;
static void* self;

static void note(char kind, const char* text) {
  volatile uint64_t* count = (volatile uint64_t*)records;
  struct timespec now;
  char* record;
  if (!records || *count >= MAX_RECORDS) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  record = records + RECORD_BYTES * (*count + 1);
  *(uint64_t*)record = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  record[8] = kind;
  strncpy(record + 9, text ? text : "", RECORD_BYTES - 10);
  __sync_synchronize();
  ++*count;
}

static int on_check(int type, void* data) {
  const nebstruct_service_check_data* check = data;
  (void)type;
  if (check->type == NEBTYPE_SERVICECHECK_PROCESSED) note('R', check->output);
  return 0;
}

static int on_status(int type, void* data) {
  const nebstruct_service_status_data* status = data;
  (void)type;
  note('S', ((const service*)status->object_ptr)->plugin_output);
  return 0;
}

static int on_process(int type, void* data) {
  struct timespec used;
  char text[32];
  (void)type;
  if (((const nebstruct_process_data*)data)->type != NEBTYPE_PROCESS_EVENTLOOPSTART) return 0;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  snprintf(text, sizeof text, "%lld", used.tv_sec * 1000000000ll + used.tv_nsec);
  note('L', text);
  return 0;
}

int nebmodule_init(int flags, char* args, nebmodule* handle) {
  const size_t bytes = (size_t)RECORD_BYTES * (MAX_RECORDS + 1);
  int file = args ? open(args, O_RDWR | O_CREAT | O_TRUNC, 0644) : -1;
  (void)flags;
  self = handle;
  if (file < 0 || ftruncate(file, (off_t)bytes) != 0) return ERROR;
  records = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (records == MAP_FAILED) return ERROR;
  neb_register_callback(NEBCALLBACK_SERVICE_CHECK_DATA, self, 10, on_check);
  neb_register_callback(NEBCALLBACK_SERVICE_STATUS_DATA, self, 10, on_status);
  neb_register_callback(NEBCALLBACK_PROCESS_DATA, self, 10, on_process);
  return OK;
}

int nebmodule_deinit(int flags, int reason) {
  (void)flags;
  (void)reason;
  return OK;
}
