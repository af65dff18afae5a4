// Bodies of cohort webhooks as JSON lines -> batches (contracts/amplitude.md 3.4). Pure.
#ifndef COHORT_SYNC_AMPLITUDE_RECORDS_READER_H_
#define COHORT_SYNC_AMPLITUDE_RECORDS_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "amplitude/gunzip.h"
#include "base/clock.h"
#include "base/result.h"
#include "sync/inbox.h"
#include "sync/push_format.h"

namespace cohort_sync::amplitude {

inline constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20U;

struct RecordCounts {
  std::int64_t batches = 0;
  std::int64_t members = 0;
};

// One file, plain or gzip: a body on each line, of any cohort. Empty lines are passed over. A body
// without a message id gets one that is derived from its bytes, so that it is known when it comes
// again; it then needs a time, without which a change that comes back would look like that.
class RecordsReader {
 public:
  // Gets the batches in the order of their lines. A failure of it is returned.
  using Sink = std::function<Status(ReceivedBatch)>;

  // Without `sink` it only checks. `received_at` is that of every batch; `format` outlives this.
  RecordsReader(const PushFormat& format, TimePoint received_at, Sink sink = nullptr);

  // kInvalidInput, "line N: ...", for a line that is no batch, and what Gunzip refuses. After a
  // failure the object is of no use.
  [[nodiscard]] Status Feed(std::string_view bytes);
  // The end of the file. kIncomplete when it ends within a line or within compressed data.
  [[nodiscard]] Status Finish();

  [[nodiscard]] const RecordCounts& counts() const { return counts_; }

 private:
  Status TakePlain(std::string_view bytes);
  Status TakeLine(std::string_view line);

  const PushFormat& format_;
  TimePoint received_at_;
  Sink sink_;
  std::string line_;  // The beginning of the line that is not whole yet.
  std::int64_t lines_ = 0;
  RecordCounts counts_;
  Gunzip gunzip_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_RECORDS_READER_H_
