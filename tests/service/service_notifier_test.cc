#include "service/service_notifier.h"

#include <cstdlib>
#include <ctime>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/secret.h"
#include "base/text.h"
#include "support/notify_socket.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ServiceNotifierTest : public ::testing::Test {
 protected:
  ServiceNotifierTest() { ::setenv("NOTIFY_SOCKET", socket.path().c_str(), 1); }
  ~ServiceNotifierTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      ::unsetenv(name);
  }

  static void SetWatchdog(const char* microseconds, pid_t pid) {
    ::setenv("WATCHDOG_USEC", microseconds, 1);
    ::setenv("WATCHDOG_PID", std::to_string(pid).c_str(), 1);
  }

  NotifySocket socket;
};

SteadyPoint Seconds(int seconds) {
  return SteadyPoint(std::chrono::seconds(seconds));
}

TEST_F(ServiceNotifierTest, TellsTheStatesOfTheProtocol) {
  ServiceNotifier notifier;
  EXPECT_TRUE(notifier.enabled());
  notifier.Ready();
  notifier.Stopping();
  EXPECT_THAT(socket.All(), ElementsAre("READY=1", "STOPPING=1"));
}

TEST_F(ServiceNotifierTest, AReloadHasAMonotonicTimeThatIsNotBeforeItsBeginning) {
  timespec before{};
  ::clock_gettime(CLOCK_MONOTONIC, &before);
  ServiceNotifier notifier;
  notifier.Reloading();
  const std::vector<std::string> told = socket.All();
  ASSERT_EQ(told.size(), 1U);
  const std::string start = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_THAT(told.front(), StartsWith(start));
  EXPECT_GE(ParseInteger(told.front().substr(start.size())).value(),
            std::int64_t{before.tv_sec} * 1'000'000 + before.tv_nsec / 1'000);
}

TEST_F(ServiceNotifierTest, TellsAStatusWhenItChanges) {
  ServiceNotifier notifier;
  notifier.Status("3 syncs");
  notifier.Status("3 syncs");
  notifier.Status("3 syncs, 1 held");
  EXPECT_THAT(socket.All(), ElementsAre("STATUS=3 syncs", "STATUS=3 syncs, 1 held"));
}

TEST_F(ServiceNotifierTest, AStatusCannotForgeAnotherState) {
  const Secret secret("canary-of-the-status");
  ServiceNotifier notifier;
  notifier.Status("list 'a\nSTOPPING=1' canary-of-the-status");
  EXPECT_THAT(socket.All(), ElementsAre("STATUS=list 'a\\x0aSTOPPING=1' ***"));
}

TEST_F(ServiceNotifierTest, TellsTheWatchdogAtMostEveryQuarterOfItsInterval) {
  SetWatchdog("60000000", ::getpid());
  ServiceNotifier notifier;
  EXPECT_EQ(notifier.longest_turn(), std::chrono::seconds(30));
  notifier.Turned(Seconds(0));
  notifier.Turned(Seconds(14));
  EXPECT_THAT(socket.All(), ElementsAre("WATCHDOG=1"));
  notifier.Turned(Seconds(15));
  EXPECT_THAT(socket.All(), ElementsAre("WATCHDOG=1"));
}

// Whoever comes round every half of the interval is never late.
TEST_F(ServiceNotifierTest, ALoopThatTurnsAsOftenAsItHasToIsAlwaysAlive) {
  SetWatchdog("60000000", ::getpid());
  ServiceNotifier notifier;
  for (int seconds = 0; seconds < 600; seconds += 30) {
    notifier.Turned(Seconds(seconds));
    EXPECT_THAT(socket.All(), ElementsAre("WATCHDOG=1"));
  }
}

// Readiness and status say nothing about the loop.
TEST_F(ServiceNotifierTest, NothingButATurnOfTheLoopTellsTheWatchdog) {
  SetWatchdog("60000000", ::getpid());
  ServiceNotifier notifier;
  notifier.Ready();
  notifier.Status("3 syncs");
  EXPECT_THAT(socket.All(), ElementsAre("READY=1", "STATUS=3 syncs"));
}

TEST_F(ServiceNotifierTest, TheWatchdogOfAnotherProcessIsNotOurs) {
  SetWatchdog("60000000", ::getpid() + 1);
  ServiceNotifier notifier;
  EXPECT_EQ(notifier.longest_turn(), std::nullopt);
  notifier.Turned(Seconds(0));
  EXPECT_THAT(socket.All(), IsEmpty());
}

TEST_F(ServiceNotifierTest, SaysNothingWhereNobodyListens) {
  ::unsetenv("NOTIFY_SOCKET");
  SetWatchdog("60000000", ::getpid());
  testing::internal::CaptureStderr();
  ServiceNotifier notifier;
  EXPECT_FALSE(notifier.enabled());
  EXPECT_EQ(notifier.longest_turn(), std::nullopt);
  notifier.Ready();
  notifier.Turned(Seconds(0));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(socket.All(), IsEmpty());
}

TEST_F(ServiceNotifierTest, ASocketThatIsGoneIsWarnedOfOnce) {
  ::unlink(socket.path().c_str());
  testing::internal::CaptureStderr();
  ServiceNotifier notifier;
  notifier.Ready();
  notifier.Status("3 syncs");
  const std::string log = testing::internal::GetCapturedStderr();
  const std::string warning =
      "systemd cannot be told how the service is: No such file or directory";
  EXPECT_THAT(log, HasSubstr(warning));
  EXPECT_EQ(log.find(warning), log.rfind(warning));
}

}  // namespace
}  // namespace cohort_sync
