#include "amplitude/cohort_list.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLastSecond = 253'402'300'799;  // Of the year 9999.

// The member of that name, or null.
const Json& Member(const Json& object, const char* name) {
  static const Json null;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? null : *found;
}

std::string TextOr(const Json& value, const char* otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

bool FlagOr(const Json& value, bool otherwise) {
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

// nullopt for anything but a whole number in [0, most].
std::optional<std::int64_t> Number(const Json& value, std::int64_t most = INT64_MAX) {
  if (!value.is_number_unsigned() || std::cmp_greater(value.get<std::uint64_t>(), most))
    return std::nullopt;
  return value.get<std::int64_t>();
}

CohortInfo ReadCohort(const Json& entry, std::string id) {
  CohortInfo cohort;
  cohort.id = CohortId(std::move(id));
  cohort.name = TextOr(Member(entry, "name"), "");
  cohort.size = Number(Member(entry, "size"));
  cohort.archived = FlagOr(Member(entry, "archived"), cohort.archived);
  cohort.finished = FlagOr(Member(entry, "finished"), cohort.finished);
  cohort.published = FlagOr(Member(entry, "published"), cohort.published);
  const Json& computed = Member(entry, "lastComputed");
  if (const auto seconds = Number(computed, kLastSecond))
    cohort.last_computed = TimePoint(std::chrono::seconds(*seconds));
  // Present and null says that it was never computed; a number that is no time does not.
  if (entry.contains("lastComputed") && !computed.is_number()) cohort.finished = false;
  const Json& group = Member(Member(entry, "definition"), "countGroup");
  cohort.counted = TextOr(Member(group, "name"), cohort.counted.c_str());
  return cohort;
}

std::string NotFound(const std::vector<CohortInfo>& cohorts, const CohortId& id) {
  const std::string problem = Format("no cohort '{}' in this project", Printable(id.value()));
  const auto named = std::find_if(cohorts.begin(), cohorts.end(), [&id](const CohortInfo& cohort) {
    return cohort.name == id.value();
  });
  if (named != cohorts.end())
    return Format("{}; that is the name of cohort '{}', set its id", problem, named->id.value());
  std::vector<std::string> words;
  for (const CohortInfo& cohort : cohorts) {
    words.push_back(cohort.id.value());
    words.push_back(cohort.name);
  }
  if (const auto meant = ClosestMatch(id.value(), words)) {
    const auto cohort = std::find_if(cohorts.begin(), cohorts.end(), [&meant](const auto& one) {
      return one.id.value() == *meant || one.name == *meant;
    });
    return Format(
        "{}, did you mean '{}' ('{}')?", problem, cohort->id.value(), Printable(cohort->name));
  }
  return Format(
      "{}, which lists {}; it may be unpublished or deleted, or belong to another project",
      problem,
      Count(static_cast<std::int64_t>(cohorts.size()), "cohort", "cohorts"));
}

}  // namespace

Result<std::vector<CohortInfo>> ParseCohortList(std::string_view body) {
  const auto unknown = [body](const std::string& problem) {
    return Fail(ErrorCode::kInvalidInput,
                Format("{}; the answer begins with '{}'", problem, Printable(Trim(body))));
  };
  const Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const Json& entries = Member(parsed, "cohorts");
  if (!entries.is_array()) return unknown("not a list of cohorts");
  std::vector<CohortInfo> cohorts;
  for (const Json& entry : entries) {
    std::string id = TextOr(Member(entry, "id"), "");
    if (id.empty()) return unknown(Format("entry {} of the list has no id", cohorts.size() + 1));
    cohorts.push_back(ReadCohort(entry, std::move(id)));
  }
  return cohorts;
}

Result<CohortInfo> FindSyncable(const std::vector<CohortInfo>& cohorts, const CohortId& id) {
  const auto found = std::find_if(
      cohorts.begin(), cohorts.end(), [&id](const CohortInfo& cohort) { return cohort.id == id; });
  if (found == cohorts.end()) return Fail(ErrorCode::kNotFound, NotFound(cohorts, id));
  const std::string name = Format("'{}'", Printable(found->name));
  if (found->archived) {
    return Fail(ErrorCode::kRejected,
                Format("{} is archived, nothing is changed; restore it in Amplitude, or end its "
                       "sync with 'cohort-sync forget {}'",
                       name,
                       Printable(id.value())));
  }
  if (found->counted != "User") {
    return Fail(ErrorCode::kRejected,
                Format("{} is a cohort of groups ('{}'); only cohorts of users can be synced",
                       name,
                       Printable(found->counted)));
  }
  if (!found->finished) {
    return Fail(ErrorCode::kRejected,
                Format("{} was never computed, nothing is changed; open it in Amplitude, then sync "
                       "again",
                       name));
  }
  return *found;
}

}  // namespace cohort_sync::amplitude
