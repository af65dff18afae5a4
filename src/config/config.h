// The configuration as values: read, validated and with its defaults filled in (design brief,
// section 5). Secrets are references here; config/secrets.h resolves them when a command needs
// them.
#ifndef COHORT_SYNC_CONFIG_CONFIG_H_
#define COHORT_SYNC_CONFIG_CONFIG_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config_problem.h"
#include "config/secrets.h"
#include "sync/binding.h"
#include "sync/guard.h"
#include "sync/identifier.h"
#include "sync/ids.h"

namespace cohort_sync {

// An Amplitude project: one pair of keys (contracts/amplitude.md 1.1).
struct ProjectConfig {
  std::string base_url;  // Scheme, host and port, without a path.
  SecretReference api_key;
  SecretReference secret_key;
  std::int64_t monthly_exports = 500;  // What Amplitude grants (contracts/amplitude.md 1.2).
  Duration poll_interval = std::chrono::seconds(10);   // Longest wait between two polls.
  Duration export_timeout = std::chrono::minutes(60);  // From the request to the finished export.
};

struct DestinationConfig {
  std::string endpoint;  // "https://api.cordial.io/v2": always with "/v2", never a slash after it.
  SecretReference api_key;
  IdentifierMapping identifier;
  bool create_missing_contacts = true;
  // Per lane; 0.01..10000. nullopt: what the destination allows is found out.
  std::optional<double> requests_per_second;
  int concurrency = 8;  // Calls in flight, 1..256.
  Duration request_timeout = std::chrono::seconds(30);
};

enum class Frequency { kOnce, kHourly, kDaily, kEvery };

// When a sync is due; service/schedule.h does the arithmetic.
struct Schedule {
  Frequency frequency = Frequency::kOnce;
  Duration every{0};             // kEvery only: at least one minute.
  std::chrono::minutes at{0};    // kDaily only: local time of day, 0..1439.
  std::string timezone = "UTC";  // kDaily only: a known IANA name.
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

enum class FileFormat {
  kCsv,          // With a header row.
  kIdentifiers,  // One identifier per line.
};

// A cohort file, or a folder that gets one after the other.
struct FileSourceConfig {
  std::filesystem::path path;  // Joined with the configuration's directory.
  FileFormat format = FileFormat::kCsv;
  std::string pattern;  // Of the names in the folder `path`; empty when `path` is one file.
};

struct SyncConfig {
  BindingKey key;                        // The project is empty when `file` is set.
  std::optional<FileSourceConfig> file;  // Read members from here instead of from Amplitude.
  std::string cohort_name;  // For sources that do not know it; empty when not configured.
  std::string list_name;    // Instead of the name derived from the cohort's; empty: derived.
  Schedule schedule;
};

// Accepted and checked, used by no command yet.
struct ServerConfig {
  std::string listen;  // "127.0.0.1:8321" or "[::1]:8321"
  std::optional<SecretReference> push_secret;
};

struct Config {
  std::filesystem::path directory;  // Of the config file; what relative paths start from.
  std::filesystem::path state;      // Joined with `directory`.
  std::map<ProjectName, ProjectConfig> projects;
  std::map<DestinationName, DestinationConfig> destinations;
  GuardLimits limits;
  std::vector<SyncConfig> syncs;  // In the order of the file; keys (cohort, destination) differ.
  Duration history_retention = std::chrono::days(90);
  std::optional<ServerConfig> server;
  ConfigProblems notes;  // Worth saying, but nothing that stops a command.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_CONFIG_H_
