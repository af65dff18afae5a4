// An Amplitude stand-in that pushes cohort "vip1" to a receiver. Nothing waits: repeats follow at
// once.
#ifndef COHORT_SYNC_TESTS_SIMULATOR_PUSH_FIXTURE_H_
#define COHORT_SYNC_TESTS_SIMULATOR_PUSH_FIXTURE_H_

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.h"
#include "simulator/push_receiver.h"
#include "simulator/pusher.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {

class PushFixture : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  PushFixture() {
    PutCohort({"a@example.com", "b@example.com", "c@example.com"});
    switches().first_retry_ms = 0;
  }

  void PutCohort(const std::vector<std::string>& emails) {
    Cohort cohort;
    cohort.id = "vip1";
    cohort.name = "very important";
    for (const std::string& email : emails)
      cohort.members.push_back(UserWithEmail(email));
    project_.PutCohort(std::move(cohort));
  }
  // `more` as in R"("batch_size":2)".
  PushSettings Settings(const std::string& kind, const std::string& more = "") const {
    const std::string json = Format(R"({{"kind":"{}","url":"{}/hook"{}{}}})",
                                    kind,
                                    receiver_.url(),
                                    more.empty() ? "" : ",",
                                    more);
    return ParsePushSettings(json).value();
  }
  // Makes the push and waits for its first run.
  PushRun Create(const std::string& kind, const std::string& more = "") {
    return pusher_.Wait("vip1", pusher_.Create("vip1", Settings(kind, more)).value()).value();
  }
  // The next run.
  PushRun Run() { return pusher_.Wait("vip1", pusher_.Run("vip1").value()).value(); }
  void Enter(const std::vector<std::string>& emails) {
    ASSERT_TRUE(project_.Enter("vip1", emails));
  }
  void Leave(const std::vector<std::string>& emails) {
    ASSERT_TRUE(project_.Leave("vip1", emails));
  }
  // Of bodies of webhooks, sorted: "enter a@example.com".
  std::vector<std::string> TakeChanges() {
    std::vector<std::string> changes;
    for (const http::Request& request : receiver_.Take()) {
      const Json body = Json::parse(request.body);
      for (const Json& user : body.at("users")) {
        changes.push_back((body.at("in_cohort") == true ? "enter " : "exit ") +
                          user.at("user_id").get<std::string>());
      }
    }
    std::sort(changes.begin(), changes.end());
    return changes;
  }
  static std::string MessageIdOf(const http::Request& request) {
    return Json::parse(request.body).at("message_id");
  }
  PushSwitches& switches() { return project_.switches().push; }

  FakeClock clock_;
  FakeRandom random_;
  PushReceiver receiver_;
  // The test and a run take turns; the test touches it while no run is under way.
  std::mutex project_mutex_;
  AmplitudeProject project_{{}, clock_, random_};
  Pusher pusher_{[this](const auto& task) {
                   const std::lock_guard lock(project_mutex_);
                   task(project_);
                 },
                 clock_};
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_TESTS_SIMULATOR_PUSH_FIXTURE_H_
