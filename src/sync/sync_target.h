// What is to be synced, and what a person asks of one run.
#ifndef COHORT_SYNC_SYNC_SYNC_TARGET_H_
#define COHORT_SYNC_SYNC_SYNC_TARGET_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "sync/account_limits.h"
#include "sync/binding.h"
#include "sync/guard.h"
#include "sync/inbox.h"
#include "sync/list_destination.h"
#include "sync/push_format.h"
#include "sync/run.h"
#include "sync/snapshot_source.h"

namespace cohort_sync {

// Where the batches of a pushed cohort come from.
struct PushInput {
  Inbox* inbox = nullptr;
  const PushFormat* format = nullptr;
};

// What the configuration says about one sync. The source and the destination outlive it.
struct SyncTarget {
  BindingKey key;
  IdentifierMapping identifier;
  std::optional<std::string> list_name;    // Chosen by a person instead of the derived one.
  std::optional<std::string> cohort_name;  // For sources that do not know it.
  GuardLimits limits;
  // Destinations of one endpoint and credential share an account, which bears the name of the
  // first.
  DestinationName account;
  DeliverySettings delivery;  // Of the account.
  // An export asked for this recently is still good.
  Duration reuse_export_within{15 * 60'000};
  // Of a pushed cohort: what it is reconciled with; nullptr when it never is.
  SnapshotSource* source = nullptr;
  std::optional<PushInput> push;
  ListDestination* destination = nullptr;
};

// One run takes at most so many members of batches, or a single batch.
inline constexpr std::int64_t kMostMembersOfAPush = 50'000;

struct RunOptions {
  RunTrigger trigger = RunTrigger::kManual;
  Approval approval;
  // Resync only: first take everybody off the list, if there are at most so many.
  std::optional<std::int64_t> clear_list_of;
  bool plan_only = false;  // Nothing will be committed.
  bool force = false;      // Accept a snapshot that is older than the last accepted one.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SYNC_TARGET_H_
