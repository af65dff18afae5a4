#include "cli/cli_fixture.h"

#include <cstdlib>
#include <sstream>
#include <utility>

namespace cohort_sync {
namespace {

constexpr const char* kConfig = R"({
  "state": "cohort-sync.db",
  "projects": {"web": {"base_url": "AMPLITUDE", "api_key": "env:TEST_AMPLITUDE_API_KEY",
                       "secret_key": "env:TEST_AMPLITUDE_SECRET_KEY"}},
  "destinations": {"cordial": {"api": "rest", "endpoint": "CORDIAL", "api_key": "env:TEST_CORDIAL_API_KEY",
                               "contact_identifier_name": "email", "contact_identifier_mapping": "email",
                               "requests_per_second": 1000, "concurrency": 8}},
  "syncs": [
    {"cohort": "9apg8e8f", "source": {"type": "amplitude"}, "frequency": "daily", "at": "06:00"},
    {"cohort": "7khm89cz", "source": {"type": "amplitude"}, "frequency": "daily", "at": "06:00"}
  ]
})";

void Replace(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), with);
}

}  // namespace

void CliTest::SetUp() {
  simulator::SimulatorOptions options;
  // NOLINTBEGIN(concurrency-mt-unsafe): no other thread exists yet.
  ::setenv("TEST_AMPLITUDE_API_KEY", options.amplitude_keys.api_key.c_str(), 1);
  ::setenv("TEST_AMPLITUDE_SECRET_KEY", options.amplitude_keys.secret_key.c_str(), 1);
  ::setenv("TEST_CORDIAL_API_KEY", options.cordial_api_key.c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
  auto started = simulator::Simulator::Start(std::move(options), clock, random);
  ASSERT_TRUE(started.has_value()) << started.error().message();
  stand_ins = std::move(*started);
  WriteConfig(kConfig);
}

void CliTest::WriteConfig(std::string text) {
  Replace(text, "AMPLITUDE\"", stand_ins->amplitude_url() + "\"");
  Replace(text, "CORDIAL\"", stand_ins->cordial_url() + "/v2\"");
  std::filesystem::permissions(
      directory.Write("cohort-sync.json", text),
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

CommandResult CliTest::Run(std::vector<std::string> words) {
  words.insert(words.begin(),
               {"--config", directory.File("cohort-sync.json"), "--log-level", "off"});
  std::ostringstream out;
  std::ostringstream err;
  CommandResult result;
  result.code = RunCommandLine(words, {out, err, clock, shared_random, {}});
  result.out = out.str();
  result.err = err.str();
  return result;
}

nlohmann::json CliTest::RunJson(std::vector<std::string> words, ExitCode expected) {
  words.insert(words.begin(), "--json");
  const CommandResult result = Run(std::move(words));
  EXPECT_EQ(result.code, expected) << result.out << result.err;
  return nlohmann::json::parse(result.out);
}

void CliTest::Leave(const std::string& cohort, const std::vector<std::string>& emails) {
  stand_ins->WithAmplitude([&](simulator::AmplitudeProject& project) {
    ASSERT_TRUE(project.Leave(cohort, emails).has_value());
  });
}

void CliTest::Enter(const std::string& cohort, const std::vector<std::string>& emails) {
  stand_ins->WithAmplitude([&](simulator::AmplitudeProject& project) {
    ASSERT_TRUE(project.Enter(cohort, emails).has_value());
  });
}

std::vector<std::string> CliTest::ListAtCordial(const std::string& name) {
  std::vector<std::string> contacts;
  stand_ins->WithCordial([&](simulator::CordialAccount& account) {
    if (const auto list = account.ReadList(name)) contacts = list->contacts;
  });
  return contacts;
}

std::size_t CliTest::ContactCalls() {
  std::size_t calls = 0;
  stand_ins->WithCordial([&](simulator::CordialAccount& account) {
    calls = account.log().Matching({"", "/v2/contacts"}).size();
  });
  return calls;
}

void CliTest::ForgetRequests() {
  stand_ins->WithCordial([](simulator::CordialAccount& account) { account.log().Clear(); });
}

}  // namespace cohort_sync
