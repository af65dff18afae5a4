// The command line as a person meets it, in one process with stand-ins on real sockets. Waiting
// takes no time: the clock is turned instead.
#ifndef COHORT_SYNC_TESTS_CLI_CLI_FIXTURE_H_
#define COHORT_SYNC_TESTS_CLI_CLI_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/command_line.h"
#include "simulator/simulator.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/temp_dir.h"

namespace cohort_sync {

struct CommandResult {
  ExitCode code = ExitCode::kDone;
  std::string out;
  std::string err;
};

class CliTest : public ::testing::Test {
 protected:
  void SetUp() override;

  // Runs `cohort-sync --config FILE words...`.
  CommandResult Run(std::vector<std::string> words);
  // Runs it with --json and parses what it printed.
  nlohmann::json RunJson(std::vector<std::string> words, ExitCode expected);

  // Replaces the configuration; `AMPLITUDE` and `CORDIAL` in it become the stand-ins' addresses.
  void WriteConfig(std::string text);
  // The built-in cohort "active users" without its first `count` users.
  void Leave(const std::string& cohort, const std::vector<std::string>& emails);
  void Enter(const std::string& cohort, const std::vector<std::string>& emails);
  [[nodiscard]] std::vector<std::string> ListAtCordial(const std::string& name);
  [[nodiscard]] std::size_t ContactCalls();
  void ForgetRequests();

  FakeClock clock;
  FakeRandom random;
  LockedRandom shared_random{random};
  TempDir directory;
  std::unique_ptr<simulator::Simulator> stand_ins;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_CLI_CLI_FIXTURE_H_
