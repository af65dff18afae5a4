// What a push says: who entered and who left since the last one, in batches, and their bodies
// (contracts/amplitude.md 2.1, 2.2, 2.5, 3.1, 3.2).
#ifndef COHORT_SYNC_SIMULATOR_PUSH_MESSAGES_H_
#define COHORT_SYNC_SIMULATOR_PUSH_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "simulator/amplitude_state.h"
#include "simulator/cohort.h"
#include "simulator/push_settings.h"
#include "simulator/push_switches.h"

namespace cohort_sync::simulator {

using Users = std::vector<const Member*>;

// By amplitude id. Valid while `before` and `now` are.
struct PushDifference {
  Users entered;
  Users left;
  std::int64_t skipped = 0;  // Of these, without what identifies them ("Unresolved mapping", 4).
};
// Those who entered in the order of `now`, those who left in that of `before`. Who has no user_id,
// or for lists no identifier, is skipped. With a frequency of kOnce everybody of `now` enters and
// nobody leaves.
[[nodiscard]] PushDifference DifferenceOf(const Members& before,
                                          const Members& now,
                                          const PushSettings& settings);

// `now`, as the next difference is to be taken from it. With `as_entered` those who were in
// `before`, too, are as they were there.
[[nodiscard]] std::shared_ptr<const Members> MembersAfter(const Members& before,
                                                          std::shared_ptr<const Members> now,
                                                          bool as_entered);

// One run of a push. Bodies are made when they are sent: a large cohort has many.
struct PushContent {
  std::string cohort_id;
  std::string cohort_name;
  TimePoint computed_at;
  std::string run_id;  // A UUID.
  PushSettings settings;
  PushSwitches switches;
};

// Users who all enter or all leave; never mixed (3.1).
struct Batch {
  bool enter = true;
  std::int64_t number = 0;  // From 0, for those that enter and those that leave (3.2; inferred).
  std::span<const Member* const> users;
};
// At most settings.batch_size each; those that enter first. Valid while `difference` is.
[[nodiscard]] std::vector<Batch> BatchesOf(const PushDifference& difference,
                                           std::int64_t batch_size);

// "<run_id>::enter::0"
[[nodiscard]] std::string MessageId(const PushContent& content, const Batch& batch);
[[nodiscard]] std::string WebhookBody(const PushContent& content, const Batch& batch);
[[nodiscard]] std::string CreateListBody(const PushContent& content);
[[nodiscard]] std::string ListItemsBody(const PushContent& content, const Batch& batch);
// A batch, or with a batch size of 1 the call alone.
[[nodiscard]] std::string IdentifyBody(const PushContent& content, const Batch& batch);

// The id in the answer to the creation of a list, where it is looked for; nullopt without one.
[[nodiscard]] std::optional<std::string> ListIdIn(std::string_view body, ListIdPath path);

// Version 4, out of two draws.
[[nodiscard]] std::string NewUuid(Random& random);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_MESSAGES_H_
