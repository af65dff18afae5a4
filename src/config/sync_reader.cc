#include "config/sync_reader.h"

#include <algorithm>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "config/object_reader.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t kMaxPatternBytes = 128;

// An entry together with where it stands, for the rules among entries.
struct Entry {
  SyncConfig sync;
  std::string path;
  // The list name when the configuration alone decides it, and the setting that does.
  std::string list_name;
  std::string list_name_path;
};

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

enum class SourceType { kUnknown, kAmplitude, kFile, kPush };

FileFormat ReadFormat(ObjectReader& reader) {
  return reader.Choice("format", {"csv", "identifiers"}) == "identifiers" ? FileFormat::kIdentifiers
                                                                          : FileFormat::kCsv;
}

// What amplitude::DropFolder takes: a pattern that could match nothing of it would wait forever.
std::string ReadPattern(ObjectReader& reader) {
  const auto pattern = reader.RequireText("pattern", "\"active-*.csv\"");
  if (!pattern) return {};
  const bool is_plain = std::all_of(pattern->begin(), pattern->end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._-*?").find(c) != std::string_view::npos;
  });
  if (!is_plain || pattern->size() > kMaxPatternBytes) {
    reader.AddProblem("pattern",
                      Format("'{}' is not a pattern for file names; write at most {} letters, "
                             "digits, '.', '_', '-', '*' and '?', as in \"active-*.csv\"",
                             Printable(*pattern),
                             kMaxPatternBytes));
  } else if (pattern->starts_with('.') || pattern->ends_with(".tmp") ||
             pattern->ends_with(".part")) {
    reader.AddProblem("pattern",
                      Format("'{}' matches no file: names that begin with '.' or end with '.tmp' "
                             "or '.part' are files that are still written",
                             *pattern));
  }
  return *pattern;
}

void ReadFileSource(ObjectReader& reader,
                    const JsonValue& source,
                    const SyncContext& context,
                    bool is_folder,
                    SyncConfig& sync) {
  const auto path =
      reader.RequireText("path", is_folder ? "\"snapshots\"" : "\"snapshots/active.csv\"");
  FileSourceConfig& file = sync.file.emplace();
  file.path = context.directory / path.value_or("");
  file.format = ReadFormat(reader);
  const bool has_pattern = std::any_of(source.members.begin(),
                                       source.members.end(),
                                       [](const auto& m) { return m.key == "pattern"; });
  if (is_folder) {
    file.pattern = ReadPattern(reader);
  } else if (has_pattern) {
    reader.Find("pattern");
    reader.AddProblem("pattern", "goes only with \"type\": \"folder\"; remove it");
  }
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
  const auto type = reader.Choice("type", {"amplitude", "file", "folder", "push"});
  // Of a source of unknown type the other keys cannot be judged.
  if (!type) return SourceType::kUnknown;
  if (*type == "push") {
    reader.AddProblem("type",
                      "push sources are not available yet; use \"amplitude\", \"file\" or "
                      "\"folder\"");
    return SourceType::kPush;
  }
  if (*type == "file" || *type == "folder") {
    ReadFileSource(reader, *value, context, *type == "folder", sync);
    reader.RefuseUnknownKeys();
    return SourceType::kFile;
  }
  sync.key.project = ProjectName(ReadName(reader, "project", "projects", context.project_names));
  reader.RefuseUnknownKeys();
  return SourceType::kAmplitude;
}

CohortId ReadCohort(ObjectReader& reader) {
  const auto text = reader.RequireText("cohort", "\"9apg8e8f\"");
  if (!text) return {};
  if (text->size() > 128 || text->find(' ') != std::string::npos)
    reader.AddProblem("cohort",
                      Format("'{}' is not a cohort id; copy it from the cohort's address in "
                             "Amplitude, or run 'cohort-sync cohorts'",
                             Printable(*text)));
  return CohortId(*text);
}

void ReadNames(ObjectReader& reader, SourceType source, Entry& entry) {
  entry.sync.cohort_name = reader.Text("name").value_or("");
  entry.sync.list_name = reader.Text("list_name").value_or("");
  const bool has_name = reader.Find("name") != nullptr;
  const bool has_list_name = reader.Find("list_name") != nullptr;
  if (source == SourceType::kAmplitude && has_name)
    reader.AddProblem("name",
                      "Amplitude knows the cohort's name; remove it, or set 'list_name' to choose "
                      "the name of the list");
  if (source == SourceType::kFile && !has_name && !has_list_name)
    reader.AddProblem("name",
                      "is missing; a file does not know the cohort's name: set 'name' to it, or "
                      "set 'list_name' to the name of the list");
  if (!entry.sync.list_name.empty()) {
    entry.list_name = entry.sync.list_name;
    entry.list_name_path = reader.PathOf("list_name");
  } else if (source == SourceType::kFile) {
    // The rule of names: spaces removed and nothing else (design brief, section 1).
    entry.list_name = entry.sync.cohort_name;
    std::erase(entry.list_name, ' ');
    entry.list_name_path = reader.PathOf("name");
  }
}

Entry ReadEntry(const JsonValue& value,
                std::string path,
                const SyncContext& context,
                ConfigProblems& problems) {
  Entry entry;
  entry.path = path;
  ObjectReader reader(value, std::move(path), problems);
  if (value.kind != JsonKind::kObject) return entry;
  entry.sync.key.cohort = ReadCohort(reader);
  const SourceType source = ReadSource(reader, context, entry.sync, problems);
  ReadNames(reader, source, entry);
  entry.sync.key.destination =
      DestinationName(ReadName(reader, "destination", "destinations", context.destination_names));
  // A push source has no schedule; that it is refused was said.
  if (source != SourceType::kPush) {
    entry.sync.schedule = ReadSchedule(reader, context);
    reader.RefuseUnknownKeys();
  }
  return entry;
}

bool SameAccount(const Config& config, const DestinationName& a, const DestinationName& b) {
  const auto first = config.destinations.find(a);
  const auto second = config.destinations.find(b);
  if (first == config.destinations.end() || second == config.destinations.end()) return false;
  return a == b || (first->second.endpoint == second->second.endpoint &&
                    first->second.api_key == second->second.api_key);
}

// Each file of a folder is taken once, by whoever comes first.
void CompareFolders(const Entry& earlier, const Entry& later, ConfigProblems& problems) {
  const auto& a = earlier.sync.file;
  const auto& b = later.sync.file;
  if (!a || !b || b->pattern.empty() || a->pattern != b->pattern ||
      (a->path / "").lexically_normal() != (b->path / "").lexically_normal())
    return;
  problems.push_back(
      {later.path + ".source.pattern",
       Format("'{}' in this folder is read by {} as well, and each file is taken once; set a "
              "pattern that matches the files of this cohort only",
              Printable(b->pattern),
              earlier.path)});
}

// What two entries may not share.
void Compare(const Config& config,
             const Entry& earlier,
             const Entry& later,
             ConfigProblems& problems) {
  const BindingKey& a = earlier.sync.key;
  const BindingKey& b = later.sync.key;
  if (!a.cohort.value().empty() && !a.destination.value().empty() && a.cohort == b.cohort &&
      a.destination == b.destination)
    problems.push_back({later.path,
                        Format("cohort '{}' is synced to '{}' by {} already; remove one of the two",
                               Printable(a.cohort.value()),
                               a.destination.value(),
                               earlier.path)});
  else if (!earlier.list_name.empty() && EqualsIgnoringCase(earlier.list_name, later.list_name) &&
           SameAccount(config, a.destination, b.destination))
    problems.push_back(
        {later.list_name_path,
         Format("gives the list '{}', which {} gives as well; one list belongs to one cohort, set "
                "another 'list_name'",
                Printable(later.list_name),
                earlier.list_name_path)});
  CompareFolders(earlier, later, problems);
}

}  // namespace

void ReadSyncs(const JsonValue& value,
               const SyncContext& context,
               Config& config,
               ConfigProblems& problems) {
  if (value.kind != JsonKind::kArray) {
    problems.push_back({"syncs", WrongKind(JsonKind::kArray, value.kind)});
    return;
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Entry entry = ReadEntry(value.items[i], Format("syncs[{}]", i), context, problems);
    for (const Entry& earlier : entries)
      Compare(config, earlier, entry, problems);
    entries.push_back(std::move(entry));
  }
  for (Entry& entry : entries)
    config.syncs.push_back(std::move(entry.sync));
}

}  // namespace cohort_sync
