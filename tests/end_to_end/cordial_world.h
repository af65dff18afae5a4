// The real program in a folder of its own, its destination a stand-in that can hold answers back.
#ifndef COHORT_SYNC_TESTS_END_TO_END_CORDIAL_WORLD_H_
#define COHORT_SYNC_TESTS_END_TO_END_CORDIAL_WORLD_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.h"
#include "end_to_end/held_service.h"
#include "end_to_end/process.h"
#include "simulator/cordial_account.h"
#include "support/temp_dir.h"

namespace cohort_sync {

class CordialWorld : public ::testing::Test {
 protected:
  // `sections` are "syncs" and what else there is, as members of the configuration's object.
  void WriteConfig(const std::string& sections, const std::string& state = "state.db") {
    const std::string text = Format(
        R"({{"state": "{}",
             "destinations": {{"cordial": {{"api": "rest", "endpoint": "{}/v2",
               "api_key": "env:TEST_CORDIAL_KEY", "contact_identifier_name": "email",
               "contact_identifier_mapping": "email", "requests_per_second": 10000}}}},
             {}}})",
        state,
        cordial_.url(),
        sections);
    std::filesystem::remove(directory_.File("config.json"));
    std::filesystem::permissions(directory_.Write("config.json", text),
                                 std::filesystem::perms::owner_read);
  }
  // A sync of identifiers in FILE.txt, hourly.
  static std::string SyncOf(const std::string& cohort, const std::string& name) {
    return Format(
        R"({{"cohort": "{0}", "name": "{1}", "frequency": "hourly",
             "source": {{"type": "file", "path": "{0}.txt", "format": "identifiers"}}}})",
        cohort,
        name);
  }

  // With the credential, and what `environment` adds.
  [[nodiscard]] Process Start(const std::vector<std::string>& words,
                              std::vector<std::string> environment = {}) const {
    std::vector<std::string> all = {"--config", directory_.File("config.json")};
    all.insert(all.end(), words.begin(), words.end());
    environment.push_back(Format("TEST_CORDIAL_KEY={}", kCordialKey));
    return Process(all, std::move(environment));
  }

  static constexpr const char* kCordialKey = "end-to-end-test-key";

  TempDir directory_;
  SystemClock clock_;
  SystemRandom random_;
  simulator::CordialAccount account_{kCordialKey, clock_, random_};
  HeldService cordial_{[this](const http::Request& request) { return account_.Handle(request); }};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_CORDIAL_WORLD_H_
