// The real daemon, as Prometheus and those who watch it see it.
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "end_to_end/cordial_world.h"
#include "end_to_end/daemon.h"
#include "support/exposition.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kSync = R"({cohort="vip",list="vips",destination="cordial"})";

class MonitoringTest : public CordialWorld {
 protected:
  MonitoringTest() {
    directory_.Write("vip.txt", "anna@example.com\nbob@example.com\n");
    WriteConfig(Format(R"("syncs": [{}, {}], "server": {{"listen": "127.0.0.1:{}"}})",
                       SyncOf("vip", "vips"),
                       SyncOf("gone", "gone"),
                       port_));
  }

  [[nodiscard]] Process Serve() const { return Start({"--log-level", "info", "serve"}); }

  const std::uint16_t port_ = FreePort();
};

TEST_F(MonitoringTest, ShowsWhatTheDaemonDid) {
  Process daemon = Serve();
  ASSERT_TRUE(daemon.ReadUntil("run=1 ") && daemon.ReadUntil("run=2 ")) << daemon.output();
  EXPECT_EQ(GetPage(port_, "/healthz").body, "ok\n");
  EXPECT_EQ(GetPage(port_, "/readyz").body, "ok\n");
  const PageAnswer page = GetPage(port_, "/metrics");
  ASSERT_EQ(page.status, 200) << page.body;
  const Exposition all = ParseExposition(page.body);
  EXPECT_THAT(all.problems, IsEmpty());
  const auto value = [&](const std::string& sample) { return all.Value("cohort_sync_" + sample); };
  EXPECT_EQ(value(R"(runs_total{trigger="scheduled",state="succeeded"})"), 1);
  EXPECT_EQ(value(R"(runs_total{trigger="scheduled",state="failed"})"), 1);
  EXPECT_EQ(value(R"(operations_total{destination="cordial",kind="add",outcome="delivered"})"), 2);
  EXPECT_EQ(
      value(R"(calls_total{destination="cordial",call="POST /contacts",answer="201"})") +
          value(R"(call_duration_seconds_count{destination="cordial",call="POST /contacts"})"),
      4);
  for (const std::string call : {"GET /accountlists", "POST /accountlists"})
    EXPECT_GE(
        value(Format(R"(call_duration_seconds_count{{destination="cordial",call="{}"}})", call)), 1)
        << call;
  EXPECT_EQ(value(std::string("list_desired_contacts") + kSync), 2);
  EXPECT_EQ(value(std::string("pending_operations") + kSync), 0);
  EXPECT_EQ(value(std::string("last_run_failed") + kSync), 0);
  EXPECT_EQ(value(R"(last_run_failed{cohort="gone",list="",destination="cordial"})"), 1);
  EXPECT_GT(value(std::string("next_run_timestamp_seconds") + kSync),
            value(std::string("last_success_timestamp_seconds") + kSync));
  EXPECT_THAT(page.body, Not(HasSubstr("example.com")));
  EXPECT_THAT(page.body, Not(HasSubstr(kCordialKey)));
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0) << daemon.output();
}

TEST_F(MonitoringTest, IsNotReadyWhileItStops) {
  cordial_.HoldOnly("/v2/contacts");
  cordial_.HoldAfter(0);
  Process daemon = Serve();
  ASSERT_TRUE(cordial_.WaitForRequests(2));
  EXPECT_EQ(GetPage(port_, "/readyz").status, 200);
  daemon.Signal(SIGTERM);
  while (GetPage(port_, "/readyz").status == 200) {
  }
  EXPECT_EQ(GetPage(port_, "/readyz").body, "stopping: nothing new is begun\n");
  EXPECT_EQ(GetPage(port_, "/healthz").body, "ok\n");
  cordial_.Release();
  EXPECT_EQ(daemon.Wait(), 0) << daemon.output();
}

}  // namespace
}  // namespace cohort_sync
