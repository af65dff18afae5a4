#include "service/process_safety.h"

#include <atomic>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <typeinfo>

#include "base/check.h"
#include "base/format.h"
#include "base/log.h"

namespace cohort_sync {
namespace {

struct FreeMemory {
  void operator()(char* text) const { std::free(text); }
};

std::string NameOf(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, FreeMemory> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status));
  return status == 0 ? name.get() : type.name();
}

[[noreturn]] void LogAndAbort() {
  static std::atomic_flag under_way;
  // What throws in here comes here again.
  if (under_way.test_and_set()) std::abort();
  const std::type_info* type = abi::__cxa_current_exception_type();
  Log(LogLevel::kError,
      Format("ended by an exception of type '{}' that nobody caught; the state is as of the last "
             "commit",
             type == nullptr ? "none" : NameOf(*type)));
  std::abort();
}

}  // namespace

void KeepMemoryPrivate() {
  CHECK(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
}

void LogBeforeAborting() {
  std::set_terminate(LogAndAbort);
}

}  // namespace cohort_sync
