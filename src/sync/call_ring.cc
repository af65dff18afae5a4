#include "sync/call_ring.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cohort_sync {

void CallRing::Add(const Operation& operation, CallRecord call) {
  if (!call.made()) return;
  OperationCall entry{operation.id, operation.kind, operation.contact, std::move(call)};
  if (calls_.size() < kKeptCalls) {
    calls_.push_back(std::move(entry));
    return;
  }
  calls_[oldest_] = std::move(entry);
  oldest_ = (oldest_ + 1) % kKeptCalls;
}

std::vector<OperationCall> CallRing::TakeNew() {
  std::rotate(calls_.begin(), calls_.begin() + static_cast<std::ptrdiff_t>(oldest_), calls_.end());
  oldest_ = 0;
  return std::exchange(calls_, {});
}

}  // namespace cohort_sync
