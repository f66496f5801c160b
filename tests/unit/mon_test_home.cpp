// Preloaded into mon: the user's home is $MERLIN_TEST_HOME. mon and libssh find it in the user database, and a test must not touch that of
// the user who runs it.
#include <dlfcn.h>
#include <pwd.h>
#include <sys/types.h>

#include <cstdlib>

namespace {

void move_home(passwd* user) {
  static char* const home = std::getenv("MERLIN_TEST_HOME");
  if (user != nullptr && home != nullptr) user->pw_dir = home;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) passwd* getpwuid(uid_t id) {
  passwd* user = next<passwd*(uid_t)>("getpwuid")(id);
  move_home(user);
  return user;
}

extern "C" __attribute__((visibility("default"))) int getpwuid_r(uid_t id, passwd* user, char* buffer, size_t size, passwd** found) {
  const int outcome = next<int(uid_t, passwd*, char*, size_t, passwd**)>("getpwuid_r")(id, user, buffer, size, found);
  if (outcome == 0) move_home(*found);
  return outcome;
}
