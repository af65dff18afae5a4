// A configuration file: the input is its text.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "config/config_reader.h"
#include "config/service_url.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::json;

bool IsKnownTimeZone(const std::string& name) {
  return name == "UTC" || name == "Europe/Berlin";
}

// Long enough, and enough of a mixture, to be told from a message's own words.
bool LooksLikeAKey(std::string_view text) {
  const auto count = [text](int (*is)(int)) {
    return std::count_if(
        text.begin(), text.end(), [is](char c) { return is(static_cast<unsigned char>(c)) != 0; });
  };
  return text.size() >= 12 && count(std::isdigit) > 0 && count(std::isalpha) > 0;
}

// Is it one of the forms in which the configuration names a secret?
bool IsReference(std::string_view text) {
  return text.starts_with("env:") || text.starts_with("file:") || text.starts_with("credential:");
}

// Values that people put where a reference belongs, and addresses with a password in them.
void CollectSecrets(const Json& value, std::vector<std::string>& secrets) {
  for (const auto& item : value.items()) {
    if (item.value().is_structured()) CollectSecrets(item.value(), secrets);
    if (!item.value().is_string() || !value.is_object()) continue;
    const auto text = item.value().get<std::string>();
    const bool is_key =
        item.key() == "api_key" || item.key() == "secret_key" || item.key() == "push_secret";
    const bool is_url = item.key() == "endpoint" || item.key() == "base_url";
    if (is_key && !IsReference(text)) secrets.push_back(text);
    if (is_url && text.find('@') != std::string::npos) secrets.push_back(text);
  }
}

// The runs of letters and digits of a text that is no JSON: any of them may be a key.
void CollectRuns(std::string_view text, std::vector<std::string>& runs) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), is_part);
    at = std::find_if_not(begin, text.end(), is_part);
    runs.emplace_back(begin, at);
  }
}

std::size_t Occurrences(std::string_view text, std::string_view wanted) {
  std::size_t count = 0;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

void CheckNoSecret(std::string_view text, const ConfigProblems& problems) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false, /*ignore_comments=*/true);
  std::vector<std::string> secrets;
  if (json.is_structured()) CollectSecrets(json, secrets);
  if (json.is_discarded()) CollectRuns(text, secrets);
  for (const std::string& secret : secrets) {
    // What stands in the text once more may be quoted from there.
    if (!LooksLikeAKey(secret) || Occurrences(text, secret) > 1) continue;
    for (const ConfigProblem& problem : problems)
      CHECK(problem.message.find(secret) == std::string::npos);
  }
}

void CheckProblems(std::string_view text, const ConfigProblems& problems) {
  CHECK(!problems.empty());
  for (const ConfigProblem& problem : problems) {
    CheckPrintable(problem.path);
    CheckMessage(problem.message);
    CHECK(!problem.path.empty() || problem.message.starts_with("not valid json: ") ||
          problem.message.starts_with("must be an object"));
  }
  CheckNoSecret(text, problems);
}

void CheckDestination(const DestinationConfig& destination) {
  const Result<ServiceUrl> url = ParseServiceUrl(destination.endpoint);
  CHECK(url && url->origin + url->path == destination.endpoint);
  CHECK(destination.endpoint.ends_with("/v2"));
  CHECK(!destination.identifier.name.empty() && !destination.identifier.property.empty());
  CHECK(destination.concurrency >= 1 && destination.concurrency <= 256);
  CHECK(destination.request_timeout >= std::chrono::seconds(1));
  // The wait for one call has to be a time that a clock can count.
  const double rate = destination.requests_per_second.value_or(1);
  CHECK(rate >= 0.01 && rate <= 10'000);
}

void CheckSchedule(const Schedule& schedule) {
  CHECK(schedule.frequency != Frequency::kEvery || schedule.every >= std::chrono::minutes(1));
  CHECK(schedule.at >= std::chrono::minutes(0) && schedule.at < std::chrono::days(1));
  CHECK(IsKnownTimeZone(schedule.timezone));
}

void CheckSync(const Config& config, const SyncConfig& sync) {
  CHECK(config.destinations.contains(sync.key.destination));
  const ProjectName& project = sync.key.project;
  CHECK(project.value().empty() || config.projects.contains(project));
  CHECK(!sync.key.cohort.value().empty());
  CHECK(sync.snapshots || sync.push);
  CHECK(!sync.push || sync.push->records || config.server);
  if (sync.push && sync.push->records) CheckSchedule(sync.push->records->schedule);
  if (!sync.snapshots) return;
  CHECK(sync.snapshots->file || !project.value().empty());
  CHECK(sync.push || !sync.snapshots->file || project.value().empty());
  CheckSchedule(sync.snapshots->schedule);
}

void CheckServer(const ServerConfig& server) {
  CHECK(ParseListenAddress(ToString(server.listen)) == server.listen);
  CHECK(server.listen.is_loopback() ||
        (!server.push_secrets.empty() && !server.allowed_hosts.empty()));
  CHECK(server.push_secrets.size() <= 2);
  CHECK(server.max_connections >= 1 && server.max_body_bytes >= 1'048'576);
}

void CheckConfig(const Config& config) {
  std::set<std::pair<CohortId, DestinationName>> keys;
  for (const auto& [name, project] : config.projects) {
    const Result<ServiceUrl> url = ParseServiceUrl(project.base_url);
    CHECK(url && url->origin == project.base_url);
    CHECK(project.exports.per_month >= 1 && project.exports.per_ten_minutes >= 1 &&
          project.exports.parallel >= 1 && project.poll_interval <= project.export_timeout * 10);
  }
  for (const auto& [name, destination] : config.destinations)
    CheckDestination(destination);
  for (const SyncConfig& sync : config.syncs) {
    CheckSync(config, sync);
    CHECK(keys.emplace(sync.key.cohort, sync.key.destination).second);
  }
  if (config.server) CheckServer(*config.server);
  CHECK(config.limits.max_removal_percent >= 0 && config.limits.max_removal_percent <= 100);
  for (const ConfigProblem& note : config.notes) {
    CHECK(!note.path.empty());
    CheckMessage(note.message);
  }
}

}  // namespace
}  // namespace cohort_sync

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;  // NOLINT(google-build-using-namespace)
  const std::string_view text = FuzzInput(bytes, size).Rest();
  const auto config = ParseConfig(text, "/etc/cohort-sync", IsKnownTimeZone);
  if (config) {
    CheckConfig(*config);
  } else {
    CheckProblems(text, config.error());
  }
  return 0;
}
