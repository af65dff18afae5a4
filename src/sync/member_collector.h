// Groups the members of a snapshot beside the reading of it.
#ifndef COHORT_SYNC_SYNC_MEMBER_COLLECTOR_H_
#define COHORT_SYNC_SYNC_MEMBER_COLLECTOR_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "sync/members.h"

namespace cohort_sync {

// Takes rows as they are read and hashes and stores them on a thread of its own, batch by batch:
// that costs as much as reading them, most of it in waiting for memory. A cohort that fits one
// batch starts no thread. For one thread.
class MemberCollector {
 public:
  explicit MemberCollector(std::uint64_t hash_key) : builder_(hash_key) {}
  ~MemberCollector();  // Waits for its thread.
  MemberCollector(const MemberCollector&) = delete;
  MemberCollector& operator=(const MemberCollector&) = delete;

  // Copies `value`. Waits when the thread is some batches behind, so that little memory is used
  // twice. Throws what the thread met (std::bad_alloc).
  void Add(std::string_view value);
  // The rows in the order in which they were added. To be called once. Throws as Add does.
  [[nodiscard]] MemberRows Finish();

 private:
  void HandOver();
  void StoreBatches();
  void Store(const std::string& batch);
  void Close();

  std::string filling_;  // Rows, each as the length of its value and the value.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::deque<std::string> spare_;  // Stored batches, for their memory.
  bool closed_ = false;
  std::exception_ptr failure_;

  MemberRowsBuilder builder_;  // Of the thread, until it has been joined.
  std::thread thread_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_MEMBER_COLLECTOR_H_
