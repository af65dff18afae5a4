// The bodies of Amplitude's pushes, which are JSON (contracts/amplitude.md, sections 2 and 3).
#ifndef COHORT_SYNC_AMPLITUDE_JSON_PUSH_FORMAT_H_
#define COHORT_SYNC_AMPLITUDE_JSON_PUSH_FORMAT_H_

#include <string_view>
#include <vector>

#include "sync/push_format.h"

namespace cohort_sync::amplitude {

// What senders write differently, and what is made of it:
//
// - `in_cohort` is true, false, "true" or "false" and nothing else; `computed_time` a number of
//   seconds, as text or not. Neither is ever guessed.
// - A webhook may also be an array of {"user_id": ..., "amplitude_<name>_<cohort id>": true}, the
//   documented template for one property per cohort, when all of them say the same.
// - A user's id may be a number: its digits are the id. It is kept as text of the number as sent.
// - The identifier property is looked for in `user_properties` by its name, then as "gp:NAME"; the
//   property "user_id" is the user's id. An array or an object in it is its JSON text.
// - A list's items stand under `userIds`, `user_ids`, `users` or `items`, as texts, numbers, or
//   objects with the identifier's name, its property, `userId`, `user_id`, `id` or `email`.
// - Unknown fields are ignored, but the whole body has to be JSON. A field that stands twice and
//   means something is refused; of a property that does, the first counts.
class JsonPushFormat final : public PushFormat {
 public:
  [[nodiscard]] tl::expected<ChangeBatchHead, PushProblem> ReadWebhook(
      std::string_view body) const override;
  [[nodiscard]] tl::expected<ChangeBatchHead, PushProblem> ReadListChange(
      std::string_view body, const CohortId& cohort, ChangeDirection direction) const override;
  [[nodiscard]] tl::expected<CreateListRequest, PushProblem> ReadCreateList(
      std::string_view body) const override;
  [[nodiscard]] tl::expected<std::vector<MemberChange>, PushProblem> ReadChanges(
      PushKind kind, std::string_view body, const IdentifierMapping& identifier) const override;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_JSON_PUSH_FORMAT_H_
