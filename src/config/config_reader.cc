#include "config/config_reader.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "config/json_value.h"
#include "config/notification_reader.h"
#include "config/object_reader.h"
#include "config/server_reader.h"
#include "config/service_url.h"
#include "config/small_file.h"
#include "config/sync_reader.h"

namespace cohort_sync {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t kMaxConfigBytes = 1U << 20U;
constexpr std::int64_t kMaxCount = 1'000'000'000;

// contracts/amplitude.md 1.1
constexpr const char* kAmplitudeUs = "https://amplitude.com";
constexpr const char* kAmplitudeEu = "https://analytics.eu.amplitude.com";
// The pages that people look at, by their new and old address.
constexpr const char* kAmplitudeWebPages = "https://app.amplitude.com";
constexpr const char* kAmplitudeOldWebPages = "https://analytics.amplitude.com";

template <typename Target, typename Value>
void Assign(Target& target, std::optional<Value> value) {
  if (value) target = static_cast<Target>(*std::move(value));
}

// Names are typed on command lines and printed in paths of settings.
bool IsSectionName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

// The members of a section that maps names to objects. Unusable names are problems and left out.
std::vector<std::pair<std::string, const JsonValue*>> NamedEntries(const JsonValue* section,
                                                                   const std::string& path,
                                                                   ConfigProblems& problems) {
  std::vector<std::pair<std::string, const JsonValue*>> entries;
  if (section == nullptr) return entries;
  if (section->kind != JsonKind::kObject) {
    problems.push_back({path, WrongKind(JsonKind::kObject, section->kind)});
    return entries;
  }
  for (const auto& [name, value] : section->members) {
    if (IsSectionName(name)) {
      entries.emplace_back(name, &value);
    } else {
      problems.push_back({path,
                          Format("'{}' is not usable as a name; use 1 to 64 letters, digits, '-' "
                                 "and '_'",
                                 Printable(name))});
    }
  }
  return entries;
}

std::vector<std::string> NamesOf(
    const std::vector<std::pair<std::string, const JsonValue*>>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries)
    names.push_back(entry.first);
  return names;
}

std::string ReadBaseUrl(ObjectReader& reader) {
  const std::optional<std::string> region = reader.Choice("region", {"us", "eu"});
  const std::optional<std::string> text = reader.Text("base_url");
  const bool has_region = reader.Find("region") != nullptr;
  const bool has_base_url = reader.Find("base_url") != nullptr;
  if (has_region && has_base_url) {
    reader.AddProblem("base_url", "stands beside 'region'; keep one of the two");
    return {};
  }
  if (!has_base_url) {
    reader.Require("region", "\"us\"");
    if (!region) return {};
    return *region == "us" ? kAmplitudeUs : kAmplitudeEu;
  }
  if (!text) return {};
  const Result<ServiceUrl> url = ParseServiceUrl(*text);
  if (!url) {
    reader.AddProblem("base_url", url.error().message());
  } else if (!url->path.empty()) {
    reader.AddProblem("base_url",
                      Format("'{}' has a path; end it after the host", Printable(*text)));
  } else if (url->origin == kAmplitudeWebPages || url->origin == kAmplitudeOldWebPages) {
    reader.AddProblem("base_url",
                      Format("'{}' serves Amplitude's web pages, not its API; write \"region\": "
                             "\"us\" instead",
                             *text));
  } else {
    return url->origin;
  }
  return {};
}

ProjectConfig ReadProject(const JsonValue& value,
                          const std::string& path,
                          ConfigProblems& problems) {
  ObjectReader reader(value, path, problems);
  ProjectConfig project;
  project.base_url = ReadBaseUrl(reader);
  Assign(project.api_key, reader.RequireSecret("api_key", "\"env:AMPLITUDE_API_KEY\""));
  Assign(project.secret_key, reader.RequireSecret("secret_key", "\"env:AMPLITUDE_SECRET_KEY\""));
  Assign(project.exports.per_month, reader.Integer("monthly_exports", 1, kMaxCount));
  Assign(project.exports.per_ten_minutes, reader.Integer("exports_per_10_minutes", 1, kMaxCount));
  Assign(project.exports.parallel, reader.Integer("parallel_exports", 1, kMaxCount));
  Assign(project.poll_interval,
         reader.DurationOf("poll_interval", chrono::seconds(1), chrono::minutes(10)));
  Assign(project.export_timeout,
         reader.DurationOf("export_timeout", chrono::minutes(1), chrono::hours(24)));
  reader.RefuseUnknownKeys();
  return project;
}

std::string ReadEndpoint(ObjectReader& reader) {
  const auto text = reader.RequireText("endpoint", "\"https://api.cordial.io/v2\"");
  if (!text) return {};
  const Result<ServiceUrl> url = ParseServiceUrl(*text);
  if (!url) {
    reader.AddProblem("endpoint", url.error().message());
    return {};
  }
  // A proxy may have a path of its own before the version.
  const std::string_view last = std::string_view(url->path).substr(url->path.rfind('/') + 1);
  if (last == "v2") return url->origin + url->path;
  if (last.size() > 1 && last.front() == 'v' && ParseInteger(last.substr(1))) {
    reader.AddProblem("endpoint",
                      Format("'{}' is another version of the API; end it with /v2, as in "
                             "\"https://api.cordial.io/v2\"",
                             Printable(*text)));
    return {};
  }
  return url->origin + url->path + "/v2";
}

IdentifierMapping ReadIdentifier(ObjectReader& reader) {
  IdentifierMapping identifier;
  Assign(identifier.name, reader.RequireText("contact_identifier_name", "\"email\""));
  // The name stands before a colon in the path of a call (contracts/cordial.md 2.4).
  const std::size_t unusable = identifier.name.find_first_of(" :/\\?#%");
  if (unusable != std::string::npos)
    reader.AddProblem("contact_identifier_name",
                      Format("'{}' holds '{}', which no key in Cordial has; use the key as Cordial "
                             "shows it, as in \"email\"",
                             Printable(identifier.name),
                             identifier.name[unusable]));
  Assign(identifier.property, reader.RequireText("contact_identifier_mapping", "\"email\""));
  return identifier;
}

DestinationConfig ReadDestination(const JsonValue& value,
                                  const std::string& path,
                                  ConfigProblems& problems) {
  ObjectReader reader(value, path, problems);
  DestinationConfig destination;
  if (reader.Require("api", "\"rest\"") != nullptr &&
      reader.Choice("api", {"rest", "ingest"}) == "ingest")
    reader.AddProblem("api", "'ingest' is not available yet; use \"rest\"");
  destination.endpoint = ReadEndpoint(reader);
  Assign(destination.api_key, reader.RequireSecret("api_key", "\"env:CORDIAL_API_KEY\""));
  destination.identifier = ReadIdentifier(reader);
  Assign(destination.create_missing_contacts, reader.Bool("create_missing_contacts"));
  destination.requests_per_second = reader.Number("requests_per_second", 0.01, 10'000);
  Assign(destination.concurrency, reader.Integer("concurrency", 1, 256));
  Assign(destination.request_timeout,
         reader.DurationOf("request_timeout", chrono::seconds(1), chrono::minutes(10)));
  reader.RefuseUnknownKeys();
  return destination;
}

GuardLimits ReadLimits(const JsonValue& value, ConfigProblems& problems) {
  ObjectReader reader(value, "limits", problems);
  GuardLimits limits;
  Assign(limits.max_removal_percent, reader.Integer("max_removal_percent", 0, 100));
  Assign(limits.min_removals, reader.Integer("min_removals", 0, kMaxCount));
  Assign(limits.window, reader.DurationOf("window", chrono::minutes(1), chrono::days(365)));
  Assign(limits.max_added_percent, reader.Integer("max_added_percent", 0, 1'000'000));
  Assign(limits.min_added, reader.Integer("min_added", 0, kMaxCount));
  reader.RefuseUnknownKeys();
  return limits;
}

void ReadHistory(const JsonValue& value, Config& config, ConfigProblems& problems) {
  ObjectReader reader(value, "history", problems);
  Assign(config.history_retention,
         reader.DurationOf("retention", chrono::days(1), chrono::days(3'650)));
  reader.RefuseUnknownKeys();
}

std::filesystem::path ReadState(ObjectReader& reader, const std::filesystem::path& directory) {
  const auto text = reader.RequireText("state", "\"cohort-sync.db\"");
  if (!text) return {};
  const std::filesystem::path path(*text);
  if (!path.has_filename() || path.filename() == "." || path.filename() == "..")
    reader.AddProblem(
        "state",
        Format("'{}' names a directory; name a file, as in \"cohort-sync.db\"", Printable(*text)));
  return directory / path;
}

// Exports asked for in a month of 31 days.
double MonthlyExports(const Schedule& schedule) {
  constexpr chrono::days kMonth(31);
  switch (schedule.frequency) {
    case Frequency::kOnce:
      return 1;
    case Frequency::kHourly:
      return static_cast<double>(kMonth / chrono::hours(1));
    case Frequency::kDaily:
      return static_cast<double>(kMonth.count());
    case Frequency::kEvery:
      return static_cast<double>(Duration(kMonth).count()) /
             static_cast<double>(schedule.every.count());
  }
  return 0;
}

// The shortest whole number of hours at which `syncs` of them stay within the month's exports.
std::int64_t HoursThatFit(std::int64_t syncs, std::int64_t monthly_exports) {
  const std::int64_t runs = syncs * (chrono::days(31) / chrono::hours(1));
  return (runs + monthly_exports - 1) / monthly_exports;
}

void NoteQuotas(Config& config) {
  for (const auto& [name, project] : config.projects) {
    double exports = 0;
    std::int64_t repeated = 0;
    for (const SyncConfig& sync : config.syncs) {
      if (!sync.snapshots || sync.snapshots->file || sync.key.project != name) continue;
      exports += MonthlyExports(sync.snapshots->schedule);
      if (sync.snapshots->schedule.frequency != Frequency::kOnce) ++repeated;
    }
    if (exports <= static_cast<double>(project.exports.per_month)) continue;
    config.notes.push_back(
        {Format("projects.{}.monthly_exports", name.value()),
         Format("the project may ask for {}, its syncs ask for about {}; {}, or raise it when "
                "Amplitude grants more",
                Count(project.exports.per_month, "export a month", "exports a month"),
                WithThousands(static_cast<std::int64_t>(std::ceil(exports))),
                repeated == 0 ? std::string("spread them over several months")
                              : Format("\"every\": \"{}h\" fits for {}",
                                       HoursThatFit(repeated, project.exports.per_month),
                                       repeated == 1 ? std::string("it")
                                                     : Format("each of the {}", repeated)))});
  }
}

void NoteOpenServer(Config& config) {
  const bool takes_pushes =
      std::any_of(config.syncs.begin(), config.syncs.end(), [](const SyncConfig& sync) {
        return sync.push && !sync.push->records;
      });
  if (!takes_pushes || !config.server->push_secrets.empty()) return;
  config.notes.push_back({"server.push_secret",
                          Format("is not set, so that whoever reaches {}, through a proxy too, can "
                                 "change the lists of pushed cohorts",
                                 ToString(config.server->listen))});
}

}  // namespace

tl::expected<Config, ConfigProblems> ParseConfig(std::string_view text,
                                                 const std::filesystem::path& directory,
                                                 const TimeZoneCheck& is_known_time_zone) {
  ConfigProblems problems;
  const std::optional<JsonValue> json = ParseJson(text, problems);
  if (!json) return tl::unexpected<ConfigProblems>(std::move(problems));

  Config config;
  config.directory = directory;
  ObjectReader reader(*json, "", problems);
  static_cast<void>(reader.Text("$schema"));  // For editors only.
  config.state = ReadState(reader, directory);
  const auto projects = NamedEntries(reader.Find("projects"), "projects", problems);
  for (const auto& [name, value] : projects)
    config.projects[ProjectName(name)] =
        ReadProject(*value, reader.PathOf("projects." + name), problems);
  const JsonValue* section = reader.Require("destinations", "{\"cordial\": {...}}");
  const auto destinations = NamedEntries(section, "destinations", problems);
  for (const auto& [name, value] : destinations)
    config.destinations[DestinationName(name)] =
        ReadDestination(*value, reader.PathOf("destinations." + name), problems);
  if (section != nullptr && section->kind == JsonKind::kObject && section->members.empty())
    reader.AddProblem("destinations", "is empty; name at least one destination");
  if (const JsonValue* limits = reader.Find("limits"))
    config.limits = ReadLimits(*limits, problems);
  if (const JsonValue* syncs = reader.Require("syncs", "[{\"cohort\": ...}]"))
    ReadSyncs(*syncs,
              {NamesOf(projects),
               NamesOf(destinations),
               directory,
               is_known_time_zone,
               reader.Has("server")},
              config,
              problems);
  if (const JsonValue* history = reader.Find("history")) ReadHistory(*history, config, problems);
  if (const JsonValue* server = reader.Find("server"))
    config.server = ReadServer(*server, problems);
  if (const JsonValue* notifications = reader.Find("notifications"))
    config.notifications = ReadNotifications(*notifications, problems);
  if (const JsonValue* alerts = reader.Find("alerts"))
    config.alerts = ReadAlerts(*alerts, problems);
  reader.RefuseUnknownKeys();
  if (!problems.empty()) return tl::unexpected<ConfigProblems>(std::move(problems));
  NoteQuotas(config);
  NoteOpenServer(config);
  return config;
}

tl::expected<Config, ConfigProblems> ReadConfig(const std::filesystem::path& file,
                                                const TimeZoneCheck& is_known_time_zone) {
  const auto fail = [](std::string message) {
    return tl::unexpected<ConfigProblems>(ConfigProblems{{"", std::move(message)}});
  };
  const Result<SmallFile> content = ReadSmallFile(file, kMaxConfigBytes);
  if (!content && content.error().code() == ErrorCode::kNotFound)
    return fail(content.error().message() +
                "; run 'cohort-sync init' to write one, or name another with --config");
  if (!content) return fail(content.error().message());
  if ((content->mode & 022U) != 0)
    return fail(Format("'{}' can be changed by other users (mode {:04o}); run 'chmod go-w {}'",
                       file.string(),
                       content->mode,
                       file.string()));
  auto config = ParseConfig(content->content, file.parent_path(), is_known_time_zone);
  if (config) return config;
  for (ConfigProblem& problem : config.error()) {  // Of the file as a whole.
    if (problem.path.empty()) problem.message = Format("'{}': {}", file.string(), problem.message);
  }
  return config;
}

}  // namespace cohort_sync
