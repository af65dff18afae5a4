#include "config/sync_reader.h"

#include <algorithm>
#include <filesystem>

#include "base/format.h"
#include "base/text.h"
#include "config/object_reader.h"
#include "config/source_reader.h"

namespace cohort_sync {
namespace {

// An entry together with where it stands, for the rules among entries.
struct Entry {
  SyncConfig sync;
  std::string path;
  // The list name when the configuration alone decides it, and the setting that does.
  std::string list_name;
  std::string list_name_path;
};

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
  } else if (source != SourceType::kAmplitude) {
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
  ReadFrequency(reader, context, source, entry.sync);
  reader.RefuseUnknownKeys();
  return entry;
}

bool SameAccount(const Config& config, const DestinationName& a, const DestinationName& b) {
  const auto first = config.destinations.find(a);
  const auto second = config.destinations.find(b);
  if (first == config.destinations.end() || second == config.destinations.end()) return false;
  return a == b || (first->second.endpoint == second->second.endpoint &&
                    first->second.api_key == second->second.api_key);
}

// The folders and patterns that the entry takes files from; the paths of their settings.
struct FolderUse {
  std::filesystem::path folder;
  std::string pattern;
  std::string pattern_path;
  bool is_records = false;
};

std::vector<FolderUse> FoldersOf(const Entry& entry) {
  std::vector<FolderUse> uses;
  const auto add = [&](const std::filesystem::path& path,
                       const std::string& pattern,
                       const char* source,
                       bool is_records) {
    if (!pattern.empty())
      uses.push_back({(path / "").lexically_normal(),
                      pattern,
                      Format("{}.{}.pattern", entry.path, source),
                      is_records});
  };
  const SyncConfig& sync = entry.sync;
  if (sync.push && sync.push->records)
    add(sync.push->records->path, sync.push->records->pattern, "source", true);
  if (sync.snapshots && sync.snapshots->file)
    add(sync.snapshots->file->path,
        sync.snapshots->file->pattern,
        sync.push ? "source.reconcile" : "source",
        false);
  return uses;
}

// Each file of a folder is taken once, by whoever comes first. Records say whose they are, so that
// whoever takes them stores them for all.
void CompareFolders(const Entry& earlier, const Entry& later, ConfigProblems& problems) {
  const std::vector<FolderUse> others = FoldersOf(earlier);
  for (const FolderUse& use : FoldersOf(later)) {
    for (const FolderUse& other : others) {
      if (use.folder != other.folder || use.pattern != other.pattern ||
          (&earlier == &later && use.is_records) || use.pattern_path == other.pattern_path ||
          (use.is_records && other.is_records))
        continue;
      problems.push_back(
          {use.pattern_path,
           Format("'{}' in this folder is read by {} as well, and each file is taken once; set a "
                  "pattern that matches the files of this cohort only",
                  Printable(use.pattern),
                  earlier.path)});
    }
  }
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
    CompareFolders(entry, entry, problems);
    entries.push_back(std::move(entry));
  }
  for (Entry& entry : entries)
    config.syncs.push_back(std::move(entry.sync));
}

}  // namespace cohort_sync
