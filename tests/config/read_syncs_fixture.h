// Entries of `syncs` read in a configuration with one project and one destination.
#ifndef COHORT_SYNC_TESTS_CONFIG_READ_SYNCS_FIXTURE_H_
#define COHORT_SYNC_TESTS_CONFIG_READ_SYNCS_FIXTURE_H_

#include <string>

#include <gtest/gtest.h>

#include "config/sync_reader.h"

namespace cohort_sync {

class ReadSyncsTest : public ::testing::Test {
 protected:
  ReadSyncsTest() {
    AddDestination("cordial", "env:KEY");
    context_.project_names = {"web"};
    context_.directory = "/etc/cohort-sync";
    context_.is_known_time_zone = [](const std::string& name) { return name == "Europe/Berlin"; };
  }

  void AddDestination(const std::string& name, const std::string& key) {
    context_.destination_names.push_back(name);
    DestinationConfig& destination = config_.destinations[DestinationName(name)];
    destination.endpoint = "https://api.cordial.io/v2";
    destination.api_key = ParseSecretReference(key).value();
  }

  // Reads the entries, JSON text without the brackets around them.
  ConfigProblems Read(const std::string& entries) {
    ConfigProblems problems;
    const auto value = ParseJson("[" + entries + "]", problems);
    EXPECT_TRUE(value) << entries;
    config_.syncs.clear();
    if (value) ReadSyncs(*value, context_, config_, problems);
    return problems;
  }
  // Problems of one Amplitude sync with these settings added.
  ConfigProblems ReadOne(const std::string& settings) {
    return Read(R"({"cohort": "c1", "source": {"type": "amplitude"}, )" + settings + "}");
  }

  SyncContext context_;
  Config config_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_CONFIG_READ_SYNCS_FIXTURE_H_
