#include "service/process_safety.h"

#include <csignal>
#include <stdexcept>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// prctl(2): such a process leaves no core and cannot be attached to.
TEST(KeepMemoryPrivate, MakesTheProcessNotDumpable) {
  const auto keep = [] {
    KeepMemoryPrivate();
    ::_exit(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
  };
  EXPECT_EXIT(keep(), ::testing::ExitedWithCode(0), "");
}

// The text of an exception may name a contact.
TEST(LogBeforeAborting, TellsTheTypeAndNotTheText) {
  const auto throw_unseen = [] {
    LogBeforeAborting();
    std::thread([] { throw std::runtime_error("anna@example.com"); }).join();
  };
  EXPECT_EXIT(throw_unseen(),
              ::testing::KilledBySignal(SIGABRT),
              AllOf(HasSubstr("ended by an exception of type 'std::runtime_error' that nobody "
                              "caught; the state is as of the last commit"),
                    Not(HasSubstr("anna"))));
}

TEST(LogBeforeAborting, AbortsAlsoWithoutAnException) {
  const auto terminate = [] {
    LogBeforeAborting();
    std::terminate();
  };
  EXPECT_EXIT(terminate(), ::testing::KilledBySignal(SIGABRT), "of type 'none' that nobody caught");
}

}  // namespace
}  // namespace cohort_sync
