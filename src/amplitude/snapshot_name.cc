#include "amplitude/snapshot_name.h"

#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/time_text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::array<CohortPart, kCohortParts> kParts = {
    CohortPart::kExisting, CohortPart::kEntering, CohortPart::kExiting};

constexpr std::string_view kTimeForm = "0000-00-00T00:00";

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// '0' in `form` is any digit, ':' is ':' or '-'.
bool HasForm(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char f) {
    if (f == '0') return IsDigit(c);
    return c == f || (f == ':' && c == '-');
  });
}

struct NameTime {
  TimePoint time;
  std::size_t bytes = 0;
};

// The time that `text` ends with.
std::optional<NameTime> TimeAtEnd(std::string_view text) {
  for (const std::string_view form : {std::string_view("0000-00-00T00:00:00"), kTimeForm}) {
    if (text.size() < form.size()) continue;
    const std::string_view end = text.substr(text.size() - form.size());
    if (!HasForm(end, form)) continue;
    std::string iso(end);
    std::replace(iso.begin() + static_cast<std::ptrdiff_t>(std::string_view("0000-00-00T").size()),
                 iso.end(),
                 '-',
                 ':');
    const auto time = ParseTime(iso + "Z");
    if (time) return NameTime{*time, form.size()};
  }
  return std::nullopt;
}

bool IsPlain(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
         c == '-';
}

struct FoundPart {
  CohortPart part = CohortPart::kExisting;
  std::size_t at = 0;  // Of the '_' before it.
};

// The last one, because the owner comes before it and is the writer's.
std::optional<FoundPart> FindPart(std::string_view name) {
  std::optional<FoundPart> found;
  for (const CohortPart part : kParts) {
    const std::size_t at = name.rfind(Format("_{}_", ToString(part)));
    if (at != std::string_view::npos && (!found || at > found->at)) found = FoundPart{part, at};
  }
  return found;
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  // Where the last '*' stands, and the first character that it did not take yet.
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool IsPlainFileName(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileNameBytes) return false;
  std::string_view before_part = name;
  if (const auto found = FindPart(name)) before_part = name.substr(0, found->at);
  const auto time = TimeAtEnd(before_part);
  const std::size_t time_end = time ? before_part.size() : 0;
  const std::size_t time_start = time ? time_end - time->bytes : 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool within_time = i >= time_start && i < time_end;
    if (!IsPlain(name[i]) && !(name[i] == ':' && within_time)) return false;
  }
  return true;
}

bool IsUnfinishedName(std::string_view name) {
  return name.starts_with('.') || name.ends_with(".tmp") || name.ends_with(".part");
}

std::string_view ToString(CohortPart part) {
  switch (part) {
    case CohortPart::kExisting:
      return "existing";
    case CohortPart::kEntering:
      return "entering";
    case CohortPart::kExiting:
      return "exiting";
  }
  return {};
}

Result<std::optional<CohortPartName>> ParseCohortPartName(std::string_view name) {
  const auto found = FindPart(name);
  if (!found) return std::nullopt;
  const std::string_view before = name.substr(0, found->at);
  const auto time = TimeAtEnd(before);
  const std::size_t owner = time ? before.size() - time->bytes : 0;
  const bool is_csv = name.ends_with(".csv") || name.ends_with(".csv.gz");
  if (owner < 2 || before[owner - 1] != '_' || !is_csv) {
    return Fail(ErrorCode::kInvalidInput,
                Format("its name has '_{0}_' in it, as a part of an S3 export has, but is not of "
                       "the form PROJECT_COHORT_YYYY-MM-DDTHH:MM_{0}_KEY.csv; rename it if it is a "
                       "whole cohort",
                       ToString(found->part)));
  }
  CohortPartName parsed;
  parsed.part = found->part;
  parsed.time = time->time;
  parsed.owner = before.substr(0, owner - 1);
  parsed.trio =
      Format("{}_*_{}", before, name.substr(found->at + ToString(found->part).size() + 2));
  return parsed;
}

}  // namespace cohort_sync::amplitude
