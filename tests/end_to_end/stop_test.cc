// The real program, stopped by signals while its stand-ins hold their answers back, so that what is
// in flight is known.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "end_to_end/held_service.h"
#include "end_to_end/process.h"
#include "simulator/amplitude_project.h"
#include "simulator/cordial_account.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

constexpr int kMembers = 400;
constexpr int kConcurrency = 8;
constexpr const char* kCordialKey = "stop-test-key";
constexpr const char* kCohort = "9apg8e8f";
constexpr const char* kList = "activeusers";

class Stop : public ::testing::Test {
 protected:
  Stop() {
    for (const auto& cohort : simulator::BuiltInCohorts())
      project.PutCohort(cohort);
    cordial.HoldOnly("/v2/contacts");
  }

  void UseFile(const std::string& request_timeout = "10m") {
    std::string csv = "\"email\"\n";
    for (int i = 0; i < kMembers; ++i)
      csv += Format("\"person{}@example.com\"\n", i);
    directory.Write("cohort.csv", csv);
    WriteConfig(R"("name": "active users", "source": {"type": "file", "path": "cohort.csv"})",
                request_timeout);
  }
  void UseAmplitude() { WriteConfig(R"("source": {"type": "amplitude"})", "10m"); }

  void WriteConfig(const std::string& source, const std::string& request_timeout) {
    const std::string text = Format(
        R"({{"state": "state.db",
             "projects": {{"web": {{"base_url": "{}", "api_key": "env:STOP_TEST_AMPLITUDE_KEY",
                                    "secret_key": "env:STOP_TEST_AMPLITUDE_SECRET"}}}},
             "destinations": {{"cordial": {{"api": "rest", "endpoint": "{}/v2",
               "api_key": "env:STOP_TEST_CORDIAL_KEY", "contact_identifier_name": "email",
               "contact_identifier_mapping": "email", "requests_per_second": 10000,
               "concurrency": {}, "request_timeout": "{}"}}}},
             "syncs": [{{"cohort": "{}", {}, "frequency": "once"}}]}})",
        amplitude.url(),
        cordial.url(),
        kConcurrency,
        request_timeout,
        kCohort,
        source);
    std::filesystem::permissions(directory.Write("config.json", text),
                                 std::filesystem::perms::owner_read);
  }

  [[nodiscard]] Process Start(const std::string& command) const {
    const simulator::AmplitudeKeys keys;
    return Process({"--config", directory.File("config.json"), command},
                   {Format("STOP_TEST_CORDIAL_KEY={}", kCordialKey),
                    "STOP_TEST_AMPLITUDE_KEY=" + keys.api_key,
                    "STOP_TEST_AMPLITUDE_SECRET=" + keys.secret_key});
  }

  // A `sync` whose first `answered` calls are answered, with as many in flight as there may be.
  Process StartAndHoldAfter(std::size_t answered, const std::string& command = "sync") {
    cordial.HoldAfter(answered);
    Process process = Start(command);
    EXPECT_TRUE(cordial.WaitForRequests(answered + kConcurrency));
    return process;
  }
  static void SignalAndWaitUntilSaid(Process& process) {
    process.Signal(SIGTERM);
    EXPECT_TRUE(process.ReadUntil("stopping: calls in flight are waited for")) << process.output();
  }

  // How many operations are in this state.
  [[nodiscard]] int Operations(const std::string& state) const {
    const SQLite::Database database(directory.File("state.db"), SQLite::OPEN_READONLY);
    SQLite::Statement count(database, "SELECT count(*) FROM operations WHERE state = ?");
    count.bind(1, state);
    count.executeStep();
    return count.getColumn(0).getInt();
  }
  [[nodiscard]] bool IsInFlight(const std::string& contact) const {
    const SQLite::Database database(directory.File("state.db"), SQLite::OPEN_READONLY);
    SQLite::Statement row(database,
                          "SELECT 1 FROM operations WHERE state = 'in_flight' AND contact = ?");
    row.bind(1, contact);
    return row.executeStep();
  }

  // How often each contact was sent.
  [[nodiscard]] std::map<std::string, int> Sent() {
    std::map<std::string, int> sent;
    for (const http::Request& request : cordial.requests()) {
      const std::size_t at = request.body.find("person");
      ++sent[request.body.substr(at, request.body.find('"', at) - at)];
    }
    return sent;
  }
  [[nodiscard]] std::size_t SentTwice() {
    const auto sent = Sent();
    return static_cast<std::size_t>(
        std::count_if(sent.begin(), sent.end(), [](const auto& one) { return one.second == 2; }));
  }
  [[nodiscard]] std::size_t ContactsAtCordial() {
    return cordial.Meanwhile([this] { return account.ReadList(kList)->contacts.size(); });
  }

  // A sync that is left alone ends right, with everybody on the list.
  void ExpectNextSyncEndsRight() {
    cordial.Release();
    Process next = Start("sync");
    EXPECT_EQ(next.Wait(), 0) << next.output();
    EXPECT_EQ(Operations("delivered"), kMembers);
    EXPECT_EQ(ContactsAtCordial(), std::size_t{kMembers});
    EXPECT_EQ(Sent().size(), std::size_t{kMembers});
  }

  SystemClock clock;
  SystemRandom random;
  TempDir directory;
  simulator::CordialAccount account{kCordialKey, clock, random};
  simulator::AmplitudeProject project{{}, clock, random};
  HeldService cordial{[this](const http::Request& request) { return account.Handle(request); }};
  HeldService amplitude{[this](const http::Request& request) { return project.Handle(request); }};
};

TEST_F(Stop, FirstSignalSendsNothingMoreAndRecordsWhatIsInFlight) {
  UseFile();
  Process process = StartAndHoldAfter(40);
  SignalAndWaitUntilSaid(process);
  cordial.Release();
  EXPECT_EQ(process.Wait(), 130) << process.output();
  EXPECT_EQ(cordial.requests().size(), std::size_t{48});
  EXPECT_EQ(Operations("delivered"), 48);
  EXPECT_EQ(Operations("in_flight"), 0);
  EXPECT_EQ(Operations("pending"), kMembers - 48);

  ExpectNextSyncEndsRight();
  EXPECT_EQ(cordial.requests().size(), std::size_t{kMembers});  // Nobody twice.
}

TEST_F(Stop, CallsInFlightAreWaitedForUntilTheRequestTimeout) {
  UseFile("1s");
  Process process = StartAndHoldAfter(40);
  SignalAndWaitUntilSaid(process);
  EXPECT_EQ(process.Wait(), 130) << process.output();
  EXPECT_EQ(cordial.requests().size(), std::size_t{48});
  EXPECT_EQ(Operations("delivered"), 40);
  EXPECT_EQ(Operations("in_flight"), 0);

  ExpectNextSyncEndsRight();
  EXPECT_EQ(cordial.requests().size(), std::size_t{kMembers + kConcurrency});
  EXPECT_EQ(SentTwice(), std::size_t{kConcurrency});
}

TEST_F(Stop, ServeEndsWellInTheSameWay) {
  UseFile();
  Process process = StartAndHoldAfter(40, "serve");
  process.Signal(SIGTERM);
  process.WaitUntilSignalTaken();
  cordial.Release();
  EXPECT_EQ(process.Wait(), 0) << process.output();
  EXPECT_EQ(cordial.requests().size(), std::size_t{48});
  EXPECT_EQ(Operations("delivered"), 48);
  EXPECT_EQ(Operations("in_flight"), 0);

  ExpectNextSyncEndsRight();
  EXPECT_EQ(cordial.requests().size(), std::size_t{kMembers});
}

// With a request timeout of ten minutes, and no answer until the process has ended.
TEST_F(Stop, SecondSignalEndsAtOnceAndTheJournalExplainsWhatIsSentTwice) {
  for (const std::string command : {"sync", "serve"}) {
    SCOPED_TRACE(command);
    UseFile();
    Process process = StartAndHoldAfter(40, command);
    process.Signal(SIGTERM);
    process.WaitUntilSignalTaken();
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 130) << process.output();

    std::size_t unsettled = 0;  // Had arrived, and nobody wrote down what became of them.
    for (const auto& [contact, times] : Sent()) {
      EXPECT_EQ(times, 1) << contact;
      if (IsInFlight(contact)) ++unsettled;
    }
    EXPECT_GE(unsettled, std::size_t{kConcurrency});
    EXPECT_EQ(Operations("delivered") + static_cast<int>(unsettled), 48);

    ExpectNextSyncEndsRight();
    EXPECT_EQ(cordial.requests().size(), kMembers + unsettled);
    EXPECT_EQ(SentTwice(), unsettled);
    std::filesystem::remove(directory.File("state.db"));
    ASSERT_TRUE(cordial.Meanwhile([&] { return account.RemoveList(kList); }));
    cordial.Forget();
  }
}

TEST_F(Stop, SignalWhileAmplitudeHasNothingYetEndsTheReading) {
  project.switches().export_outcome = simulator::ExportOutcome::kStuck;
  amplitude.HoldOnly("/api/5/cohorts/request-status");  // Counted only.
  UseAmplitude();
  Process process = Start("sync");
  ASSERT_TRUE(amplitude.WaitForRequests(1)) << process.Wait() << process.output();
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 130) << process.output();

  amplitude.Meanwhile(
      [&] { project.switches().export_outcome = simulator::ExportOutcome::kCompletes; });
  Process next = Start("sync");
  EXPECT_EQ(next.Wait(), 0) << next.output();
  const auto asked = amplitude.Meanwhile([&] {
    return project.log().Matching({.method = "GET", .path_prefix = "/api/5/cohorts/request/"});
  });
  EXPECT_EQ(std::count_if(asked.begin(),
                          asked.end(),
                          [](const auto& request) {
                            return request.target.find("/file") == std::string::npos;
                          }),
            1);
}

TEST_F(Stop, SignalWhileAmplitudeIsSilentEndsTheReading) {
  amplitude.HoldOnly("/");
  amplitude.HoldAfter(0);
  UseAmplitude();
  Process process = Start("sync");
  ASSERT_TRUE(amplitude.WaitForRequests(1)) << process.Wait() << process.output();
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 130) << process.output();
}

TEST_F(Stop, SignalWhileTheListIsLookedUpSendsNobody) {
  cordial.HoldOnly("/v2/accountlists");
  cordial.HoldAfter(0);
  UseFile();
  Process process = Start("sync");
  ASSERT_TRUE(cordial.WaitForRequests(1)) << process.Wait() << process.output();
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 130) << process.output();
  const auto contact_calls = cordial.Meanwhile(
      [&] { return account.log().Matching({.method = "", .path_prefix = "/v2/contacts"}); });
  EXPECT_TRUE(contact_calls.empty());
}

}  // namespace
}  // namespace cohort_sync
