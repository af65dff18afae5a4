// Commands beside a daemon: the real program twice, with a real socket between.
#include "end_to_end/daemon.h"

#include <csignal>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "end_to_end/cordial_world.h"

namespace cohort_sync {
namespace {

using testing::HasSubstr;

constexpr const char* kCohort = "active";

class DaemonTest : public CordialWorld {
 protected:
  DaemonTest() {
    cordial_.HoldOnly("/v2/contacts");
    Configure("active users");
    WriteMembers(0, 100);
  }

  void Configure(const std::string& name, const std::string& state = "state.db") {
    ConfigureWith(R"({"type": "file", "path": "cohort.csv"}, "frequency": "once")", name, state);
  }
  // Of a sync with this source, and what stands behind it.
  void ConfigureWith(const std::string& source,
                     const std::string& name,
                     const std::string& state = "state.db",
                     const std::string& behind_syncs = "") {
    WriteConfig(Format(R"("syncs": [{{"cohort": "{}", "name": "{}", "source": {}}}]{})",
                       kCohort,
                       name,
                       source,
                       behind_syncs),
                state);
  }
  void WriteMembers(int first, int end) {
    std::string csv = "\"email\"\n";
    for (int i = first; i < end; ++i)
      csv += Format("\"person{}@example.com\"\n", i);
    directory_.Write("cohort.csv", csv);
  }

  // A daemon that has synced everybody and waits.
  [[nodiscard]] Process Serve() const {
    Process daemon = Start({"serve", "--log-level", "info"});
    EXPECT_TRUE(daemon.ReadUntil("state=succeeded")) << daemon.output();
    return daemon;
  }
  // The exit code, and everything that was printed.
  struct Ended {
    int code;
    std::string output;
  };
  [[nodiscard]] Ended Do(const std::vector<std::string>& words) const {
    Process process = Start(words);
    const int code = process.Wait();
    return {code, process.output()};
  }
  [[nodiscard]] std::size_t OnList() {
    return cordial_.Meanwhile([this] { return account_.ReadList("activeusers")->contacts.size(); });
  }
};

TEST_F(DaemonTest, ASyncGoesThroughTheDaemonAndPrintsWhatItPrintsAlone) {
  Process daemon = Serve();
  WriteMembers(0, 103);
  const Ended sync = Do({"sync", kCohort});
  EXPECT_EQ(sync.code, 0) << sync.output;
  EXPECT_THAT(sync.output, HasSubstr("reading cohort 'active'"));
  EXPECT_THAT(sync.output, HasSubstr("change     3 to add, 0 to remove, 100 unchanged"));
  EXPECT_EQ(OnList(), 103U);
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
}

TEST_F(DaemonTest, AHeldRunIsApprovedThroughTheDaemon) {
  Process daemon = Serve();
  WriteMembers(60, 100);
  const Ended held = Do({"sync", "--json"});
  EXPECT_EQ(held.code, 4) << held.output;
  EXPECT_THAT(Do({"approve", "1"}).output, HasSubstr("run 1 holds nothing"));
  const Ended approved = Do({"approve", "2"});
  EXPECT_EQ(approved.code, 0) << approved.output;
  EXPECT_EQ(OnList(), 40U);
}

TEST_F(DaemonTest, ADiscardedHoldLeavesTheListAsItIs) {
  Process daemon = Serve();
  WriteMembers(60, 100);
  EXPECT_EQ(Do({"sync"}).code, 4);
  const Ended discarded = Do({"discard", "2"});
  EXPECT_EQ(discarded.code, 0);
  EXPECT_EQ(discarded.output,
            "discarded 60 removals and 0 adds of run 2; list 'activeusers' stays as it is, and "
            "the next snapshot of cohort 'active' is judged afresh\n");
  EXPECT_EQ(OnList(), 100U);
}

TEST_F(DaemonTest, APauseStopsWhatIsBeingDelivered) {
  Process daemon = Serve();
  WriteMembers(0, 400);
  cordial_.Forget();
  cordial_.HoldAfter(20);
  Process sync = Start({"sync"});
  ASSERT_TRUE(cordial_.WaitForRequests(21));
  EXPECT_THAT(Do({"pause", kCohort}).output, HasSubstr("cohort 'active' is paused since"));
  cordial_.Release();
  EXPECT_EQ(sync.Wait(), 130) << sync.output();
  EXPECT_THAT(sync.output(), HasSubstr("interrupted"));
  EXPECT_LT(OnList(), 400U);
  EXPECT_EQ(Do({"resume", kCohort}).code, 0);
  EXPECT_EQ(Do({"sync"}).code, 0);
  EXPECT_EQ(OnList(), 400U);
}

TEST_F(DaemonTest, AResumedCohortTakesWhatWasPushedMeanwhile) {
  const std::uint16_t port = FreePort();
  ConfigureWith(R"({"type": "push"})",
                "active users",
                "state.db",
                Format(R"(, "server": {{"listen": "127.0.0.1:{}"}})", port));
  Process daemon = Start({"serve", "--log-level", "info"});
  ASSERT_TRUE(daemon.ReadUntil("listening at"));
  const auto push = [&](const std::string& user) {
    return Ask(port,
               {.method = "POST",
                .target = "/amplitude/webhook",
                .body = Format(R"({{"cohort_id": "active", "cohort_name": "active users",
                                    "in_cohort": true, "users": [{{"user_id": "{}",
                                    "user_properties": {{"email": "{}@example.com"}}}}]}})",
                               user,
                               user)})
        .status;
  };
  EXPECT_EQ(push("anna"), 200);
  ASSERT_TRUE(daemon.ReadUntil("state=succeeded"));
  EXPECT_EQ(Do({"pause", kCohort}).code, 0);
  EXPECT_EQ(push("bob"), 200);
  EXPECT_THAT(Do({"status"}).output, HasSubstr("paused"));
  EXPECT_EQ(Do({"resume", kCohort}).code, 0);
  ASSERT_TRUE(daemon.ReadUntil("run=2 "));
  EXPECT_EQ(OnList(), 2U);
}

TEST_F(DaemonTest, ACallerThatStopsWatchingLeavesTheRunGoing) {
  Process daemon = Serve();
  WriteMembers(0, 140);
  cordial_.Forget();
  cordial_.HoldAfter(10);
  Process sync = Start({"sync"});
  ASSERT_TRUE(cordial_.WaitForRequests(11));
  sync.Signal(SIGINT);
  EXPECT_EQ(sync.Wait(), 130);
  EXPECT_THAT(sync.output(),
              HasSubstr("the daemon goes on with it; 'cohort-sync status' shows how far it is"));
  cordial_.Release();
  EXPECT_EQ(Do({"sync"}).code, 0);  // Begins when that one has ended.
  EXPECT_EQ(OnList(), 140U);
}

TEST_F(DaemonTest, ForgetAndPlanGoThroughTheDaemon) {
  Process daemon = Serve();
  WriteMembers(0, 90);
  const Ended plan = Do({"plan"});
  EXPECT_EQ(plan.code, 0) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("nothing was changed"));
  const Ended held = Do({"forget", kCohort, "--remove-contacts"});
  EXPECT_EQ(held.code, 4) << held.output;
  const Ended forgot = Do({"forget", kCohort, "--remove-contacts", "--approve", "100"});
  EXPECT_EQ(forgot.code, 0) << forgot.output;
  EXPECT_EQ(OnList(), 0U);
}

TEST_F(DaemonTest, APlanOfWhatWasPushedGoesThroughTheDaemonAndTakesNothing) {
  const auto record = [](const char* message, const char* user) {
    return Format(R"({{"cohort_id": "{0}", "in_cohort": true, "message_id": "{1}", "users": [)"
                  R"({{"user_id": "{2}", "user_properties": {{"email": "{2}@example.com"}}}}]}})"
                  "\n",
                  kCohort,
                  message,
                  user);
  };
  std::filesystem::create_directory(directory_.File("in"));
  directory_.Write("in/1.jsonl", record("m1", "anna"));
  ConfigureWith(R"({"type": "records", "path": "in", "pattern": "*.jsonl"}, "every": "1d")",
                "active users");
  Process daemon = Serve();
  EXPECT_THAT(Do({"plan"}).output, HasSubstr("pushed     nothing since its last run"));
  directory_.Write("in/2.jsonl", record("m2", "bert"));
  const Ended plan = Do({"plan"});
  EXPECT_EQ(plan.code, 0);
  EXPECT_THAT(plan.output, HasSubstr("pushed     1 member in 1 batch"));
  EXPECT_THAT(plan.output, HasSubstr("change     1 to add, 0 to remove, 0 unchanged"));
  EXPECT_TRUE(std::filesystem::exists(directory_.File("in/2.jsonl")));
  EXPECT_EQ(OnList(), 1U);
  EXPECT_EQ(Do({"sync"}).code, 0);
  EXPECT_EQ(OnList(), 2U);
}

TEST_F(DaemonTest, CommandsThatFailSaySoWithTheirExitCode) {
  Process daemon = Serve();
  const Ended unknown = Do({"sync", "activ"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("did you mean 'active'?"));
  const Ended json = Do({"sync", "activ", "--json"});
  EXPECT_EQ(json.code, 2);
  EXPECT_THAT(json.output, HasSubstr(R"("error": "no configured sync)"));
}

TEST_F(DaemonTest, TheSocketIsItsOwnersAloneAndGoesWithTheDaemon) {
  Process daemon = Serve();
  struct stat status {};
  const std::string path = directory_.File("state.db-control");
  ASSERT_EQ(::lstat(path.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.Wait(), 0);
  EXPECT_NE(::lstat(path.c_str(), &status), 0);
  EXPECT_EQ(Do({"sync"}).code, 0);  // Alone again.
}

TEST_F(DaemonTest, ASocketThatAKilledDaemonLeftBehindIsInNobodysWay) {
  Process daemon = Serve();
  daemon.Signal(SIGKILL);
  (void)daemon.Wait();
  EXPECT_EQ(Do({"sync"}).code, 0);
  Process next = Start({"serve", "--log-level", "info"});
  EXPECT_TRUE(next.ReadUntil("serving 1 sync"));
}

TEST_F(DaemonTest, AHangupReadsTheConfigurationAgain) {
  Process daemon = Serve();
  Configure("another name");
  daemon.Signal(SIGHUP);
  EXPECT_TRUE(daemon.ReadUntil("the configuration was read again")) << daemon.output();
  EXPECT_TRUE(daemon.ReadUntil("serving 1 sync")) << daemon.output();
  const Ended sync = Do({"sync", "another name"});
  EXPECT_EQ(sync.code, 0) << sync.output;
}

TEST_F(DaemonTest, AConfigurationThatCannotBeServedLeavesTheOldOneInForce) {
  Process daemon = Serve();
  Configure("active users", "elsewhere.db");
  daemon.Signal(SIGHUP);
  EXPECT_TRUE(daemon.ReadUntil("the configuration in force stays: state: it is"))
      << daemon.output();
  Configure("active users\", \"colour\": \"red");
  daemon.Signal(SIGHUP);
  EXPECT_TRUE(daemon.ReadUntil("colour")) << daemon.output();
  Configure("active users");
  EXPECT_EQ(Do({"sync"}).code, 0);
}

TEST_F(DaemonTest, AHangupInTheMiddleOfADeliveryGoesOnWithIt) {
  Process daemon = Serve();
  WriteMembers(0, 300);
  cordial_.Forget();
  cordial_.HoldAfter(10);
  Process sync = Start({"sync"});
  ASSERT_TRUE(cordial_.WaitForRequests(11));
  daemon.Signal(SIGHUP);
  daemon.WaitUntilSignalTaken();
  cordial_.Release();
  EXPECT_EQ(sync.Wait(), 130) << sync.output();
  EXPECT_TRUE(daemon.ReadUntil("the configuration was read again")) << daemon.output();
  EXPECT_EQ(Do({"sync"}).code, 0);
  EXPECT_EQ(OnList(), 300U);
}

}  // namespace
}  // namespace cohort_sync
