// The real daemon, as Prometheus and those who watch it see it.
#include <csignal>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "end_to_end/daemon.h"
#include "end_to_end/held_service.h"
#include "end_to_end/process.h"
#include "simulator/cordial_account.h"
#include "support/exposition.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kCordialKey = "monitoring-test-key";
constexpr const char* kSync = R"({cohort="vip",list="vips",destination="cordial"})";

class MonitoringTest : public ::testing::Test {
 protected:
  MonitoringTest() {
    directory_.Write("vip.txt", "anna@example.com\nbob@example.com\n");
    const std::string text = Format(
        R"({{"state": "state.db",
             "destinations": {{"cordial": {{"api": "rest", "endpoint": "{}/v2",
               "api_key": "env:MONITORING_TEST_KEY", "contact_identifier_name": "email",
               "contact_identifier_mapping": "email", "requests_per_second": 1000}}}},
             "syncs": [{{"cohort": "vip", "name": "vips",
               "source": {{"type": "file", "path": "vip.txt", "format": "identifiers"}},
               "frequency": "hourly"}},
              {{"cohort": "gone", "name": "gone",
               "source": {{"type": "file", "path": "gone.txt", "format": "identifiers"}},
               "frequency": "hourly"}}],
             "server": {{"listen": "127.0.0.1:{}"}}}})",
        cordial_.url(),
        port_);
    std::filesystem::permissions(directory_.Write("config.json", text),
                                 std::filesystem::perms::owner_read);
  }

  [[nodiscard]] Process Serve() const {
    return Process({"--config", directory_.File("config.json"), "--log-level", "info", "serve"},
                   {Format("MONITORING_TEST_KEY={}", kCordialKey)});
  }

  TempDir directory_;
  SystemClock clock_;
  SystemRandom random_;
  simulator::CordialAccount account_{kCordialKey, clock_, random_};
  HeldService cordial_{[this](const http::Request& request) { return account_.Handle(request); }};
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
