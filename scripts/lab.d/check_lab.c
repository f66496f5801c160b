/* The lab's check plugin, notification command and event handler: one small program that records each run.
 *
 *   check_lab LOGS NODE FLAGS HOST [SERVICE]       exits 0 unless a flag on disk says otherwise
 *   check_lab LOGS NODE --log NAME FIELD...        appends "NODE TIME FIELD..." to LOGS/NAME
 *
 * NODE "-": use the host name. Each check appends one line "node host service time" to LOGS/checks.log
 * (service "-" for the host's own check; time in ms since 1970). Flags are files FLAGS/NODE/HOST[;SERVICE] (that node
 * only) or FLAGS/HOST[;SERVICE]; the first line contains "STATUS SECONDS TEXT": exit status, seconds to sleep before, text.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* One write to a file in append mode, so that lines of parallel runs never mix. */
static int append(const char* folder, const char* name, const char* line) {
  char path[LINE_MAX_BYTES];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return -1;
  ssize_t length = (ssize_t)strlen(line);
  int result = write(file, line, (size_t)length) == length ? 0 : -1;
  close(file);
  return result;
}

static int read_flag(char* text, size_t size, const char* format, ...) {
  char path[LINE_MAX_BYTES];
  va_list args;
  va_start(args, format);
  vsnprintf(path, sizeof path, format, args);
  va_end(args);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t got = read(file, text, size - 1);
  close(file);
  if (got <= 0) return 0;
  text[got] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return 1;
}

static int check(const char* logs, const char* node, const char* flags, const char* host, const char* service) {
  char line[LINE_MAX_BYTES];
  char key[LINE_MAX_BYTES / 2];
  char flag[LINE_MAX_BYTES / 2];
  snprintf(line, sizeof line, "%s %s %s %lld\n", node, host, service ? service : "-", now_ms());
  if (append(logs, "checks.log", line) != 0) {
    printf("UNKNOWN: cannot write %s/checks.log\n", logs);
    return 3;
  }
  snprintf(key, sizeof key, "%s%s%s", host, service ? ";" : "", service ? service : "");
  if (!read_flag(flag, sizeof flag, "%s/%s/%s", flags, node, key) && !read_flag(flag, sizeof flag, "%s/%s", flags, key)) {
    printf("OK: checked by %s\n", node);
    return 0;
  }
  int status = 3;
  double seconds = 0;
  int used = 0;
  if (sscanf(flag, "%d %lf %n", &status, &seconds, &used) < 2) {
    printf("UNKNOWN: flag of %s is not STATUS SECONDS TEXT\n", key);
    return 3;
  }
  if (seconds > 0) usleep((useconds_t)(seconds * 1e6));
  printf("%s: checked by %s\n", flag[used] ? flag + used : "flagged", node);
  return status;
}

static int note(const char* logs, const char* node, const char* name, char** fields) {
  char line[LINE_MAX_BYTES];
  int used = snprintf(line, sizeof line, "%s %lld", node, now_ms());
  for (; *fields && used < LINE_MAX_BYTES - 2; ++fields)
    used += snprintf(line + used, sizeof line - (size_t)used, " %s", **fields ? *fields : "-");
  if (used > LINE_MAX_BYTES - 2) used = LINE_MAX_BYTES - 2;
  line[used] = '\n';
  line[used + 1] = '\0';
  return append(logs, name, line) == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
  char name[256];
  if (argc < 5) {
    fputs("usage: check_lab LOGS NODE FLAGS HOST [SERVICE] | check_lab LOGS NODE --log NAME FIELD...\n", stderr);
    return 3;
  }
  const char* node = argv[2];
  if (strcmp(node, "-") == 0 && gethostname(name, sizeof name) == 0) node = name;
  if (strcmp(argv[3], "--log") == 0) return note(argv[1], node, argv[4], argv + 5);
  return check(argv[1], node, argv[3], argv[4], argv[5]);
}
