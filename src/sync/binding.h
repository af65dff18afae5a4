// Cohort <-> list, pinned at the first sync.
#ifndef COHORT_SYNC_SYNC_BINDING_H_
#define COHORT_SYNC_SYNC_BINDING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/identifier.h"
#include "sync/ids.h"

namespace cohort_sync {

// The project is empty for a cohort that is read from files.
struct BindingKey {
  ProjectName project;
  CohortId cohort;
  DestinationName destination;
  friend bool operator==(const BindingKey&, const BindingKey&) = default;
  friend auto operator<=>(const BindingKey&, const BindingKey&) = default;
};

// What a binding may not change silently: a configuration that differs fails the run before any
// call.
struct BindingPins {
  std::string endpoint;
  ListName list_name;
  ListId list_id;
  IdentifierMapping identifier;
  int identifier_rules_version = kIdentifierRulesVersion;
  friend bool operator==(const BindingPins&, const BindingPins&) = default;
};

// How far the batches of an inbox are planned.
struct InboxPosition {
  std::int64_t inbox = 0;  // Which inbox: positions in another one say nothing.
  std::int64_t batch = 0;  // The last planned one.
  friend bool operator==(const InboxPosition&, const InboxPosition&) = default;
};

struct Binding {
  BindingId id;
  BindingKey key;
  BindingPins pins;
  std::string cohort_name;                  // As of the last accepted snapshot; may change.
  std::optional<TimePoint> accepted_as_of;  // Of the last accepted snapshot.
  std::string stopped_reason;               // Why delivery stopped; empty when it did not.
  std::optional<TimePoint> paused_at;       // Since when a person wants nothing read or sent.
  std::optional<InboxPosition> inbox;       // Of a pushed cohort, once a batch was planned.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_BINDING_H_
