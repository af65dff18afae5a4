#include "sync/outage.h"

#include <limits>

namespace cohort_sync {
namespace {

constexpr int kFailuresInARow = 5;
constexpr std::size_t kDifferentOperations = 2;

}  // namespace

void OutageDetector::Failed(OperationId operation, SteadyPoint now, double jitter) {
  ++failures_;
  if (failed_.size() < kDifferentOperations) failed_.insert(operation);
  RetryPolicy endless = policy_;
  endless.max_attempts = std::numeric_limits<int>::max();
  if (away())
    probe_at_ = now + *NextDelay(endless, failures_ - kFailuresInARow + 1, std::nullopt, jitter);
}

bool OutageDetector::away() const {
  return failures_ >= kFailuresInARow && failed_.size() >= kDifferentOperations;
}

}  // namespace cohort_sync
