#include "cli/run_queue.h"

#include <algorithm>
#include <set>
#include <utility>

namespace cohort_sync {

void RunQueue::Start(RunRequest request) {
  const BindingKey key = request.target->key;
  if (ended_ && request.done) {
    request.done = [this, done = std::move(request.done)](auto report) {
      if (report && *report) ended_(**report);
      done(std::move(report));
    };
  }
  const bool beside =
      request.kind == RunRequest::Kind::kPush || request.kind == RunRequest::Kind::kApproval;
  Add({key,
       [this, key, beside] { return beside ? !engine_.TakesBatches(key) : !engine_.Runs(key); },
       [this, request = std::move(request)] { engine_.Enqueue(request); }});
}

void RunQueue::WhenFree(const BindingKey& key, std::function<void()> action) {
  Add({key, [this, key] { return !engine_.Runs(key); }, std::move(action)});
}

void RunQueue::WhenNotPlanned(const BindingKey& key, std::function<void()> action) {
  Add({key, [this, key] { return !engine_.Plans(key); }, std::move(action)});
}

void RunQueue::Add(Waiting waiting) {
  if (!Waits(waiting.key) && waiting.may_begin()) return waiting.begin();
  waiting_.push_back(std::move(waiting));
}

void RunQueue::Turn() {
  std::set<BindingKey> behind;  // Those that have something waiting before.
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    if (behind.contains(next->key) || !next->may_begin()) {
      behind.insert(next->key);
      ++next;
      continue;
    }
    const auto begin = std::move(next->begin);
    next = waiting_.erase(next);
    begin();
  }
}

bool RunQueue::Waits(const BindingKey& key) const {
  return std::any_of(
      waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) { return waiting.key == key; });
}

}  // namespace cohort_sync
