// Metrics by name, as they are put together before they are written.
#ifndef COHORT_SYNC_WEB_METRIC_FAMILIES_H_
#define COHORT_SYNC_WEB_METRIC_FAMILIES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cohort_sync::web {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// One thread. Families appear in the order in which they were begun, and without a sample not at
// all.
class MetricFamilies {
 public:
  MetricFamilies();
  ~MetricFamilies();
  MetricFamilies(const MetricFamilies&) = delete;
  MetricFamilies& operator=(const MetricFamilies&) = delete;

  // What is added next is of this one. `name` without the prefix "cohort_sync_".
  void Counter(std::string_view name, std::string_view help);
  void Gauge(std::string_view name, std::string_view help);
  void Histogram(std::string_view name, std::string_view help);

  void Add(MetricLabels labels, double value);
  void Add(MetricLabels labels, std::int64_t value) { Add(std::move(labels), ToDouble(value)); }
  void Add(MetricLabels labels, bool value) { Add(std::move(labels), value ? 1.0 : 0.0); }
  // `buckets` has one count more than `bounds` (in seconds, ascending).
  void AddHistogram(MetricLabels labels,
                    std::span<const double> bounds,
                    std::span<const std::int64_t> buckets,
                    double sum);

  [[nodiscard]] std::string Text() const;

 private:
  struct State;
  static double ToDouble(std::int64_t value) { return static_cast<double>(value); }
  void Begin(std::string_view name, std::string_view help, int type);

  const std::unique_ptr<State> state_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_METRIC_FAMILIES_H_
