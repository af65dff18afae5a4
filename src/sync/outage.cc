#include "sync/outage.h"

#include <algorithm>
#include <limits>

namespace cohort_sync {
namespace {

constexpr int kFailuresInARow = 5;
constexpr std::size_t kSeveral = 2;

template <typename Id>
void Remember(std::set<Id>& failed, Id id) {
  if (failed.size() < kSeveral) failed.insert(id);
}

}  // namespace

void OutageDetector::Answered() {
  failures_ = 0;
  operations_.clear();
  bindings_.clear();
}

void OutageDetector::Failed(OperationId operation,
                            BindingId binding,
                            SteadyPoint now,
                            double jitter) {
  ++failures_;
  Remember(operations_, operation);
  Remember(bindings_, binding);
  if (!away()) return;
  RetryPolicy endless = policy_;
  endless.max_attempts = std::numeric_limits<int>::max();
  probe_at_ = now + *NextDelay(endless, failures_ - kFailuresInARow + 1, std::nullopt, jitter);
}

bool OutageDetector::away(std::size_t bindings) const {
  return failures_ >= kFailuresInARow && operations_.size() >= kSeveral &&
         bindings_.size() >= std::min(bindings, kSeveral);
}

void OutageDetector::ProbeNow(SteadyPoint now) {
  probe_at_ = std::min(probe_at_, now);
}

}  // namespace cohort_sync
