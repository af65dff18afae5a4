#include "web/metric_families.h"

#include <algorithm>
#include <limits>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sstream>

#include "base/check.h"

namespace cohort_sync::web {
namespace {

prometheus::ClientMetric Labelled(MetricLabels&& labels) {
  prometheus::ClientMetric metric;
  metric.label.reserve(labels.size());
  for (auto& [name, value] : labels)
    metric.label.push_back({std::move(name), std::move(value)});
  return metric;
}

}  // namespace

struct MetricFamilies::State {
  std::vector<prometheus::MetricFamily> families;
};

MetricFamilies::MetricFamilies() : state_(std::make_unique<State>()) {}

MetricFamilies::~MetricFamilies() = default;

void MetricFamilies::Counter(std::string_view name, std::string_view help) {
  Begin(name, help, static_cast<int>(prometheus::MetricType::Counter));
}

void MetricFamilies::Gauge(std::string_view name, std::string_view help) {
  Begin(name, help, static_cast<int>(prometheus::MetricType::Gauge));
}

void MetricFamilies::Histogram(std::string_view name, std::string_view help) {
  Begin(name, help, static_cast<int>(prometheus::MetricType::Histogram));
}

void MetricFamilies::Begin(std::string_view name, std::string_view help, int type) {
  prometheus::MetricFamily& family = state_->families.emplace_back();
  family.name = "cohort_sync_";
  family.name += name;
  family.help = help;
  family.type = static_cast<prometheus::MetricType>(type);
}

void MetricFamilies::Add(MetricLabels labels, double value) {
  CHECK(!state_->families.empty());
  prometheus::MetricFamily& family = state_->families.back();
  prometheus::ClientMetric& metric = family.metric.emplace_back(Labelled(std::move(labels)));
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

void MetricFamilies::AddHistogram(MetricLabels labels,
                                  std::span<const double> bounds,
                                  std::span<const std::int64_t> buckets,
                                  double sum) {
  CHECK(buckets.size() == bounds.size() + 1);
  prometheus::ClientMetric& metric =
      state_->families.back().metric.emplace_back(Labelled(std::move(labels)));
  std::uint64_t so_far = 0;
  metric.histogram.bucket.reserve(buckets.size());
  for (std::size_t index = 0; index < buckets.size(); ++index) {
    so_far += static_cast<std::uint64_t>(buckets[index]);
    const double bound =
        index < bounds.size() ? bounds[index] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({so_far, bound});
  }
  metric.histogram.sample_count = so_far;
  metric.histogram.sample_sum = sum;
}

std::string MetricFamilies::Text() const {
  std::vector<prometheus::MetricFamily> families = state_->families;
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return std::move(out).str();
}

}  // namespace cohort_sync::web
