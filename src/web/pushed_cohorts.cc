#include "web/pushed_cohorts.h"

#include <algorithm>
#include <cstdint>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr std::size_t kMaxSlugBytes = 100;

// The letters that U+00C0 to U+00FF consist of beside an accent (NFKD); '-' where there is none.
constexpr std::string_view kLatin1 =
    "AAAAAA-CEEEEIIII-NOOOOO--UUUUY--aaaaaa-ceeeeiiii-nooooo--uuuuy-y";

bool StaysInSlug(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void AppendToSlug(std::string& slug, char c) {
  if (StaysInSlug(c)) {
    slug += c;
  } else if (!slug.ends_with('-')) {
    slug += '-';
  }
}

std::string_view WithoutEnd(std::string_view slug) {
  return slug.substr(0, slug.find_last_not_of('-') + 1);
}

// Without what Amplitude's default template puts around a cohort's name.
std::string_view BareName(const CreateListRequest& request) {
  constexpr std::string_view kPrefix = "[Amplitude] ";
  std::string_view name = request.name;
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (request.cohort) {
    const std::string suffix = ": " + request.cohort->value();
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  return name;
}

bool IsNameOf(const PushedCohort& cohort, std::string_view name) {
  if (cohort.name.empty() || name.empty()) return false;
  return name == cohort.name || WithoutEnd(name) == WithoutEnd(CohortNameSlug(cohort.name));
}

}  // namespace

std::string CohortNameSlug(std::string_view name) {
  std::string slug;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    // U+00C0 to U+00FF are the two bytes C3 80 to C3 BF.
    const bool is_latin1 = byte == 0xC3 && i + 1 < name.size();
    const std::size_t letter = is_latin1 ? static_cast<unsigned char>(name[++i]) - 0x80U : 0;
    if (is_latin1 && letter < kLatin1.size()) AppendToSlug(slug, kLatin1[letter]);
    AppendToSlug(slug, is_latin1 ? '-' : name[i]);
  }
  return slug.substr(0, kMaxSlugBytes);
}

bool PushedCohorts::Contains(const CohortId& id) const {
  return std::any_of(cohorts_.begin(), cohorts_.end(), [&](const PushedCohort& cohort) {
    return cohort.id == id;
  });
}

std::optional<CohortId> PushedCohorts::CohortOfList(const CreateListRequest& request) const {
  if (request.cohort && Contains(*request.cohort)) return request.cohort;
  std::optional<CohortId> found;
  for (const std::string_view name : {std::string_view(request.name), BareName(request)}) {
    for (const PushedCohort& cohort : cohorts_) {
      if (!IsNameOf(cohort, name) || found == cohort.id) continue;
      if (found) return std::nullopt;
      found = cohort.id;
    }
  }
  return found;
}

std::string PushedCohorts::Names() const {
  std::vector<std::string> names;
  names.reserve(cohorts_.size());
  for (const PushedCohort& cohort : cohorts_) {
    names.push_back(cohort.name.empty() ? Format("'{}'", cohort.id.value())
                                        : Format("'{}' ('{}')", cohort.id.value(), cohort.name));
  }
  return names.empty() ? "none" : Join(names, ", ");
}

}  // namespace cohort_sync::web
