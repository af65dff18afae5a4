// What the programs of scripts/bench share: the reader of the cohort file, and the meter.
#ifndef COHORT_SYNC_TESTS_BENCH_BENCH_SUPPORT_H_
#define COHORT_SYNC_TESTS_BENCH_BENCH_SUPPORT_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "sync/binding.h"
#include "sync/diff.h"
#include "sync/snapshot.h"
#include "sync/sync_store.h"

namespace cohort_sync::bench {

// The cohort "bench" and its one binding.
[[nodiscard]] BindingKey Key();
[[nodiscard]] IdentifierMapping Identifier();

// Reads the export `csv` as the product does.
[[nodiscard]] Result<Snapshot> ReadSnapshot(const std::string& csv, std::uint64_t hash_key);

// What commits `delta` as the change of the binding of Key(), whose list is at `endpoint`. Refers
// to `delta`.
[[nodiscard]] PlanCommit PlanOf(const Snapshot& snapshot,
                                const Delta& delta,
                                TimePoint now,
                                const std::string& endpoint);

// Time and bytes since it was made.
class Meter {
 public:
  Meter();

  // `"ms": 1.0, "cpu_ms": 1.0, "written_bytes": 1, "peak_rss_mib": 1.0`. Bytes are those given to
  // write calls of this process (proc(5), io: wchar); memory is the peak of the whole process.
  [[nodiscard]] std::string Json() const;

 private:
  std::chrono::steady_clock::time_point begin_;
  double cpu_begin_ms_;
  std::int64_t written_begin_;
};

}  // namespace cohort_sync::bench

#endif  // COHORT_SYNC_TESTS_BENCH_BENCH_SUPPORT_H_
