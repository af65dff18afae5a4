#include "config/source_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t kMaxPatternBytes = 128;

// "HH:MM"
std::optional<chrono::minutes> ParseTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = ParseInteger(text.substr(0, 2));
  const auto minute = ParseInteger(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return chrono::hours(*hour) + chrono::minutes(*minute);
}

void RefuseUnlessDaily(ObjectReader& reader, const std::optional<std::string>& frequency) {
  // A wrong or missing frequency was reported; what it would have allowed is not known.
  if (!frequency || *frequency == "daily") return;
  for (const char* key : {"at", "timezone"})
    if (reader.Find(key) != nullptr)
      reader.AddProblem(key, "goes only with \"frequency\": \"daily\"; remove it");
}

void ReadDaily(ObjectReader& reader, const SyncContext& context, Schedule& schedule) {
  if (const auto at = reader.RequireText("at", "\"06:00\"")) {
    const auto time = ParseTimeOfDay(*at);
    if (time) {
      schedule.at = *time;
    } else {
      reader.AddProblem("at",
                        Format("'{}' is not a time of day; write hours and minutes from 00:00 to "
                               "23:59, as in \"06:00\"",
                               Printable(*at)));
    }
  }
  if (auto zone = reader.Text("timezone")) {
    if (!context.is_known_time_zone(*zone))
      reader.AddProblem("timezone",
                        Format("'{}' is not a time zone of this machine; write a name as in "
                               "\"Europe/Berlin\" or \"UTC\"",
                               Printable(*zone)));
    schedule.timezone = *std::move(zone);
  }
}

Schedule ReadSchedule(ObjectReader& reader, const SyncContext& context) {
  Schedule schedule;
  const bool has_frequency = reader.Find("frequency") != nullptr;
  const bool has_every = reader.Find("every") != nullptr;
  std::optional<std::string> frequency =
      reader.Choice("frequency", {"once", "hourly", "daily", "every"});
  if (!has_frequency && has_every) frequency = "every";
  if (!has_frequency && !has_every)
    reader.AddProblem("frequency",
                      "is missing; set it to \"once\", \"hourly\" or \"daily\", or set \"every\" "
                      "as in \"every\": \"15m\"");
  RefuseUnlessDaily(reader, frequency);
  if (frequency && *frequency != "every" && has_every)
    reader.AddProblem("every", Format("contradicts \"frequency\": \"{}\"; remove one", *frequency));

  if (frequency == "hourly") schedule.frequency = Frequency::kHourly;
  if (frequency == "daily") {
    schedule.frequency = Frequency::kDaily;
    ReadDaily(reader, context, schedule);
  }
  if (frequency == "every") {
    schedule.frequency = Frequency::kEvery;
    reader.Require("every", "\"15m\"");
    if (const auto every = reader.DurationOf("every", chrono::minutes(1), chrono::days(365)))
      schedule.every = *every;
  }
  for (const char* key : {"at", "timezone", "every"})
    reader.Find(key);
  return schedule;
}

FileFormat ReadFormat(ObjectReader& reader) {
  return reader.Choice("format", {"csv", "identifiers"}) == "identifiers" ? FileFormat::kIdentifiers
                                                                          : FileFormat::kCsv;
}

// What amplitude::DropFolder takes: a pattern that could match nothing of it would wait forever.
std::string ReadPattern(ObjectReader& reader, std::string_view example) {
  const auto pattern = reader.RequireText("pattern", example);
  if (!pattern) return {};
  const bool is_plain = std::all_of(pattern->begin(), pattern->end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._-*?").find(c) != std::string_view::npos;
  });
  if (!is_plain || pattern->size() > kMaxPatternBytes) {
    reader.AddProblem("pattern",
                      Format("'{}' is not a pattern for file names; write at most {} letters, "
                             "digits, '.', '_', '-', '*' and '?', as in {}",
                             Printable(*pattern),
                             kMaxPatternBytes,
                             example));
  } else if (pattern->starts_with('.') || pattern->ends_with(".tmp") ||
             pattern->ends_with(".part")) {
    reader.AddProblem("pattern",
                      Format("'{}' matches no file: names that begin with '.' or end with '.tmp' "
                             "or '.part' are files that are still written",
                             *pattern));
  }
  return *pattern;
}

FileSourceConfig ReadFileSource(ObjectReader& reader, const SyncContext& context, bool is_folder) {
  const auto path =
      reader.RequireText("path", is_folder ? "\"snapshots\"" : "\"snapshots/active.csv\"");
  FileSourceConfig file;
  file.path = context.directory / path.value_or("");
  file.format = ReadFormat(reader);
  if (is_folder) {
    file.pattern = ReadPattern(reader, "\"active-*.csv\"");
  } else if (reader.Has("pattern")) {
    reader.Find("pattern");
    reader.AddProblem("pattern", "goes only with \"type\": \"folder\"; remove it");
  }
  return file;
}

RecordsConfig ReadRecords(ObjectReader& reader, const SyncContext& context) {
  RecordsConfig records;
  records.path = context.directory / reader.RequireText("path", "\"records\"").value_or("");
  if (reader.Find("pattern") != nullptr) records.pattern = ReadPattern(reader, "\"*.jsonl\"");
  return records;
}

// A pushed cohort may be one of a project that is not configured, while none is.
std::string ReadPushProject(ObjectReader& reader, const SyncContext& context) {
  if (context.project_names.empty() && reader.Find("project") == nullptr) return {};
  return ReadName(reader, "project", "projects", context.project_names);
}

void ReadReconcile(ObjectReader& source,
                   const JsonValue& value,
                   const SyncContext& context,
                   SyncConfig& sync,
                   ConfigProblems& problems) {
  ObjectReader reader(value, source.PathOf("reconcile"), problems);
  if (value.kind != JsonKind::kObject || reader.Require("type", "\"amplitude\"") == nullptr) return;
  const auto type = reader.Choice("type", {"amplitude", "file", "folder"});
  // Of a source of unknown type the other keys cannot be judged.
  if (!type) return;
  SnapshotSourceConfig& snapshots = sync.snapshots.emplace();
  if (*type != "amplitude") {
    snapshots.file = ReadFileSource(reader, context, *type == "folder");
  } else if (context.project_names.empty() && !source.Has("project")) {
    source.AddProblem("project", "there is none to reconcile with; add one under 'projects'");
  }
  if (reader.Has("project")) {
    reader.Find("project");
    reader.AddProblem("project", "is that of the source; move it there, beside its 'type'");
  }
  snapshots.schedule = ReadSchedule(reader, context);
  reader.RefuseUnknownKeys();
}

void ReadPush(ObjectReader& reader,
              bool from_records,
              const SyncContext& context,
              SyncConfig& sync,
              ConfigProblems& problems) {
  sync.push.emplace();
  if (from_records) {
    sync.push->records = ReadRecords(reader, context);
  } else if (!context.has_server) {
    reader.AddProblem("type",
                      "there is no server that takes pushes; add one, as in \"server\": "
                      "{\"push_secret\": \"env:COHORT_SYNC_PUSH_SECRET\"}");
  }
  sync.key.project = ProjectName(ReadPushProject(reader, context));
  if (const JsonValue* reconcile = reader.Find("reconcile"))
    ReadReconcile(reader, *reconcile, context, sync, problems);
}

}  // namespace

// The one that `key` names or, when it is absent, the only one there is.
std::string ReadName(ObjectReader& reader,
                     std::string_view key,
                     std::string_view section,
                     const std::vector<std::string>& names) {
  const bool present = reader.Find(key) != nullptr;
  const std::optional<std::string> name = reader.Text(key);
  // That there is no destination at all is said once, of their section.
  if (names.empty() && section == "destinations") return {};
  if (!present) {
    if (names.size() == 1) return names.front();
    reader.AddProblem(key,
                      names.empty() ? Format("there is none; add one under '{}'", section)
                                    : Format("is missing; name one of '{}'", Join(names, "', '")));
    return {};
  }
  if (!name) return {};
  if (std::find(names.begin(), names.end(), *name) != names.end()) return *name;
  reader.AddProblem(
      key, Format("'{}' is not under '{}'{}", Printable(*name), section, Suggestion(*name, names)));
  return {};
}

SourceType ReadSource(ObjectReader& sync_reader,
                      const SyncContext& context,
                      SyncConfig& sync,
                      ConfigProblems& problems) {
  const JsonValue* value = sync_reader.Require("source", "{\"type\": \"amplitude\"}");
  if (value == nullptr) return SourceType::kUnknown;
  ObjectReader reader(*value, sync_reader.PathOf("source"), problems);
  if (value->kind != JsonKind::kObject || reader.Require("type", "\"amplitude\"") == nullptr)
    return SourceType::kUnknown;
  const auto type = reader.Choice("type", {"amplitude", "file", "folder", "push", "records"});
  // Of a source of unknown type the other keys cannot be judged.
  if (!type) return SourceType::kUnknown;
  SourceType source = SourceType::kAmplitude;
  if (*type == "push" || *type == "records") {
    source = *type == "push" ? SourceType::kPush : SourceType::kRecords;
    ReadPush(reader, source == SourceType::kRecords, context, sync, problems);
  } else if (*type == "amplitude") {
    sync.key.project = ProjectName(ReadName(reader, "project", "projects", context.project_names));
    sync.snapshots.emplace();
  } else {
    source = SourceType::kFile;
    sync.snapshots.emplace().file = ReadFileSource(reader, context, *type == "folder");
  }
  reader.RefuseUnknownKeys();
  return source;
}

void ReadFrequency(ObjectReader& reader,
                   const SyncContext& context,
                   SourceType source,
                   SyncConfig& sync) {
  if (source == SourceType::kPush) {
    for (const char* key : {"frequency", "every", "at", "timezone"}) {
      if (reader.Find(key) != nullptr)
        reader.AddProblem(key,
                          "Amplitude decides when it pushes; remove it, or move it into "
                          "'source.reconcile' to read the whole cohort now and then");
    }
    return;
  }
  Schedule schedule = ReadSchedule(reader, context);
  if (source == SourceType::kRecords) {
    sync.push->records->schedule = std::move(schedule);
  } else if (source != SourceType::kUnknown) {
    sync.snapshots->schedule = std::move(schedule);
  }
}

}  // namespace cohort_sync
