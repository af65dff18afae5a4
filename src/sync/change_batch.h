// Members of one cohort that entered or left, as Amplitude pushed them (contracts/amplitude.md,
// sections 2 and 3). It proves nothing about completeness: a type of its own, so that no diff can
// take it for a snapshot (design/faults.md G9).
#ifndef COHORT_SYNC_SYNC_CHANGE_BATCH_H_
#define COHORT_SYNC_SYNC_CHANGE_BATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sync/ids.h"

namespace cohort_sync {

// The text forms are what the state stores and what --json prints.
enum class ChangeDirection { kEnter, kLeave };  // "enter", "leave"

// Which body it is.
enum class PushKind {
  kWebhook,  // "webhook": the cohort webhook, section 3. Its members are Amplitude's user ids.
  kList,     // "list": a call to a list, section 2. Its items are contacts; there are no user ids.
};

[[nodiscard]] std::string_view ToString(ChangeDirection direction);
[[nodiscard]] std::string_view ToString(PushKind kind);
[[nodiscard]] std::optional<ChangeDirection> ParseChangeDirection(std::string_view text);
[[nodiscard]] std::optional<PushKind> ParsePushKind(std::string_view text);

// What a batch says of itself as a whole.
struct ChangeBatchHead {
  PushKind kind = PushKind::kWebhook;
  CohortId cohort;
  std::string cohort_name;  // Empty where the sender does not say.
  std::string message_id;   // Empty where the sender has none; opaque otherwise (section 3.2).
  ChangeDirection direction = ChangeDirection::kEnter;
  // When Amplitude computed the change, to the second; nullopt where the sender does not say.
  std::optional<TimePoint> computed_at;
  std::int64_t members = 0;
};

// One member of a batch.
struct MemberChange {
  std::string member;  // Amplitude's user id; empty in a batch of a list.
  // The identifier property as it was sent, not normalized; nullopt: the sender left it out.
  std::optional<std::string> value;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_CHANGE_BATCH_H_
