#include "sync/member_collector.h"

#include <cstring>
#include <utility>

namespace cohort_sync {
namespace {

// A few of them stay in the processor's cache on the way from one thread to the other.
constexpr std::size_t kBatchBytes = 128U << 10U;
constexpr std::size_t kMaxWaiting = 4;

}  // namespace

MemberCollector::~MemberCollector() {
  Close();
}

void MemberCollector::Add(std::string_view value) {
  const auto length = static_cast<std::uint32_t>(value.size());
  if (filling_.size() + sizeof(length) + value.size() > kBatchBytes && !filling_.empty())
    HandOver();
  filling_.append(reinterpret_cast<const char*>(&length), sizeof(length));
  filling_.append(value);
}

MemberRows MemberCollector::Finish() {
  Close();
  if (failure_) std::rethrow_exception(failure_);
  Store(filling_);
  filling_.clear();
  return builder_.Finish();
}

void MemberCollector::HandOver() {
  if (!thread_.joinable()) thread_ = std::thread([this] { StoreBatches(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kMaxWaiting || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  waiting_.push_back(std::move(filling_));
  filling_.clear();
  if (spare_.empty()) {
    filling_.reserve(kBatchBytes);
  } else {
    filling_ = std::move(spare_.front());
    spare_.pop_front();
  }
  changed_.notify_all();
}

void MemberCollector::StoreBatches() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::string batch = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    lock.unlock();
    std::exception_ptr failure;
    try {
      Store(batch);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) {
      failure_ = std::move(failure);
      changed_.notify_all();
      return;
    }
    batch.clear();
    spare_.push_back(std::move(batch));
  }
}

void MemberCollector::Store(const std::string& batch) {
  for (std::size_t at = 0; at < batch.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, batch.data() + at, sizeof(length));
    at += sizeof(length);
    builder_.Add(std::string_view(batch).substr(at, length));
    at += length;
  }
}

void MemberCollector::Close() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

}  // namespace cohort_sync
