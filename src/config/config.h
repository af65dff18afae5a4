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
#include "config/notification_config.h"
#include "config/secrets.h"
#include "config/service_url.h"
#include "config/sync_config.h"
#include "sync/export_budget.h"
#include "sync/guard.h"
#include "sync/identifier.h"
#include "sync/ids.h"

namespace cohort_sync {

// An Amplitude project: one pair of keys (contracts/amplitude.md 1.1).
struct ProjectConfig {
  std::string base_url;  // Scheme, host and port, without a path.
  SecretReference api_key;
  SecretReference secret_key;
  ExportLimits exports;  // What Amplitude grants (contracts/amplitude.md 1.2).
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

// Where `serve` takes calls.
struct ServerConfig {
  ListenAddress listen;
  // What a push has to bring one of; empty (at a loopback address only): nothing. Two while one
  // replaces the other.
  std::vector<SecretReference> push_secrets;
  // Lower case: what the Host header may name besides loopback names and the address itself.
  std::vector<std::string> allowed_hosts;
  int max_connections = 64;  // 1..10000
  // The same for one address; not where a proxy is in front, which is everybody's. 0: no limit.
  int max_connections_per_address = 0;
  std::int64_t max_body_bytes = std::int64_t{16} << 20U;
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
  std::vector<NotificationConfig> notifications;
  AlertThresholds alerts;
  ConfigProblems notes;  // Worth saying, but nothing that stops a command.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_CONFIG_H_
