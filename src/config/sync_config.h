// One entry of `syncs`: which cohort goes where, where it comes from and when it is read.
#ifndef COHORT_SYNC_CONFIG_SYNC_CONFIG_H_
#define COHORT_SYNC_CONFIG_SYNC_CONFIG_H_

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/binding.h"

namespace cohort_sync {

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

// How a cohort is read as a whole, and when.
struct SnapshotSourceConfig {
  std::optional<FileSourceConfig> file;  // nullopt: exports of the key's project.
  Schedule schedule;
};

// The bodies of Amplitude's pushes as JSON lines, from elsewhere (contracts/amplitude.md 3.4).
struct RecordsConfig {
  std::filesystem::path path;  // Joined with the configuration's directory.
  std::string pattern;         // As that of FileSourceConfig.
  Schedule schedule;           // How often to look.
};

// Changes as Amplitude sends them.
struct PushSourceConfig {
  std::optional<RecordsConfig> records;  // nullopt: Amplitude calls the server.
};

// At least one of `snapshots` and `push` is there.
struct SyncConfig {
  // The project is empty for a cohort that is read from files, and for a pushed one while no
  // project is configured.
  BindingKey key;
  std::optional<SnapshotSourceConfig> snapshots;  // Of a pushed cohort: its "reconcile".
  std::optional<PushSourceConfig> push;
  std::string cohort_name;  // For sources that do not know it; empty when not configured.
  std::string list_name;    // Instead of the name derived from the cohort's; empty: derived.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SYNC_CONFIG_H_
