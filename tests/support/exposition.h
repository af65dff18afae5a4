// Prometheus' text format as a test reads it: strictly, so that what no scraper takes fails here.
#ifndef COHORT_SYNC_TESTS_SUPPORT_EXPOSITION_H_
#define COHORT_SYNC_TESTS_SUPPORT_EXPOSITION_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cohort_sync {

struct Exposition {
  std::map<std::string, std::string> types;  // Of families, by name.
  std::map<std::string, double> samples;     // By `name{label="value",...}` as it stands.
  std::vector<std::string> problems;         // What is not well-formed, a line each.

  // Of all samples, with _bucket, _sum and _count.
  [[nodiscard]] std::set<std::string> Names() const;
  // NaN when there is none.
  [[nodiscard]] double Value(const std::string& sample) const;
};

[[nodiscard]] Exposition ParseExposition(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_EXPOSITION_H_
