// How the Amplitude stand-in pushes where the contract leaves doubt, and how it misbehaves on
// request: "amplitude.push.…" at the control door. The defaults are what the contract documents, or
// else the nearest documented thing. Section numbers are those of contracts/amplitude.md.
#ifndef COHORT_SYNC_SIMULATOR_PUSH_SWITCHES_H_
#define COHORT_SYNC_SIMULATOR_PUSH_SWITCHES_H_

#include <cstdint>

#include "simulator/fault.h"

namespace cohort_sync::simulator {

// When a webhook's users have the selected properties (3.1; unknown for those who leave).
enum class PushedProperties { kAlways, kOnEnter, kNever };
// The body of a webhook (3.1): the default payload; one with ' for ", as a documented template
// makes it, so no JSON; or the documented flat array of users.
enum class WebhookTemplate { kDefault, kBrokenJson, kFlatArray };
// Where the id of a new list is looked for: "response.listId" as production does, or "listId"
// (2.2).
enum class ListIdPath { kNested, kFlat };
// What the array of identifiers is called (2.1: partners configure it).
enum class ListItemsKey { kUserIds, kUserIdsSnakeCase, kUsers, kItems };
// What the property of a cohort is called (2.5): "[Amplitude] NAME: ID", "NAME:ID" or "[Amplitude]
// NAME (ID)".
enum class TraitName { kDocumented, kBare, kBrackets };

struct PushSwitches {
  // --- Requests and their repeats (2.3, 3.3) ---
  std::int64_t parallel = 4;            // Requests at once.
  std::int64_t timeout_ms = 2'000;      // 3.3: 1 to 2 s; of partner calls unknown.
  std::int64_t retries = 8;             // After the first attempt; 0 repeats nothing.
  std::int64_t first_retry_ms = 1'000;  // Then doubled each time; 0 repeats at once.
  bool retry_refusals = true;           // "On failure": a 4xx, too. 408 and 429 are in any case.
  Fault answer_lost;  // Of messages: the first answer to it never arrives, so it is sent again.
  std::int64_t pause_after = 2;  // Runs in a row that met an unknown list (404) pause it (2.4).

  // --- Messages (3.1, 3.2) ---
  bool shuffled = false;  // Messages in random order (3.3).
  Fault duplicates;       // Of messages: sent once more after all the others.
  PushedProperties properties = PushedProperties::kAlways;
  bool exits_as_entered = false;  // Who leaves has the properties it entered with (3.1; unknown).
  bool in_cohort_as_text = false;
  bool computed_time_as_number = false;
  WebhookTemplate webhook_template = WebhookTemplate::kDefault;

  // --- Lists (2.1, 2.2) ---
  ListIdPath list_id_path = ListIdPath::kNested;
  ListItemsKey list_items = ListItemsKey::kUserIds;
  bool list_items_as_objects = false;  // {"email": "a@example.com"} instead of a text.

  // --- Identify calls (2.5) ---
  TraitName trait_name = TraitName::kDocumented;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_SWITCHES_H_
