// One call to the destination as it was on the wire, for people who ask what was sent.
#ifndef COHORT_SYNC_SYNC_CALL_RECORD_H_
#define COHORT_SYNC_SYNC_CALL_RECORD_H_

#include <cstddef>
#include <string>

#include "base/clock.h"
#include "sync/ids.h"
#include "sync/operation.h"

namespace cohort_sync {

// Without headers, so that no credential is ever in it. An empty `method` says that no call was
// made: the contact could not be sent at all.
struct CallRecord {
  TimePoint sent_at{};
  Duration took{};
  std::string method{};
  std::string target{};        // Path and query, percent-encoded.
  std::string request_body{};  // See RecordedBody; so is the answer.
  int http_status = 0;         // 0 when there was no answer.
  std::string answer{};        // The body, or why there was no answer.

  [[nodiscard]] bool made() const { return !method.empty(); }
};

// A call with what it was made for.
struct OperationCall {
  OperationId operation;
  OperationKind kind = OperationKind::kAdd;
  std::string contact;
  CallRecord call;
};

// Longer bodies are cut before they are recorded.
inline constexpr std::size_t kMaxRecordedBytes = 2048;

// `body` itself, or, when it is longer than `most` bytes, its beginning up to a whole UTF-8
// character and " [cut: N bytes in all]". Registered secrets are blanked out before the cut, which
// could otherwise leave a part of one that nothing recognizes.
[[nodiscard]] std::string RecordedBody(std::string body, std::size_t most = kMaxRecordedBytes);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_CALL_RECORD_H_
