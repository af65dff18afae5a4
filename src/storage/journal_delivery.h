// The journal on its way out: claims, settlements, and operations opened again (R2-R5 by
// sync/journal_rules.h).
#ifndef COHORT_SYNC_STORAGE_JOURNAL_DELIVERY_H_
#define COHORT_SYNC_STORAGE_JOURNAL_DELIVERY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "base/clock.h"
#include "storage/database.h"
#include "storage/settled_rows.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError; after that it is
// not used again.
class JournalDelivery {
 public:
  explicit JournalDelivery(Database& database) : database_(database) {}

  // Throws when an operation is not in flight: an attempt is settled once.
  void Settle(std::span<const Settlement> settlements);

  // As SyncStore::SettleAndClaim without the settlements. Of each kind, due repeats go before what
  // was never tried, so that a long first sync does not starve them.
  [[nodiscard]] Claimed Claim(const ClaimRequest& request, TimePoint now);

  // Returns how many were in flight.
  std::int64_t RecoverInFlight(TimePoint now);
  std::int64_t ReopenForRun(BindingId binding, TimePoint unknown_contacts_before, TimePoint now);
  std::int64_t ReopenParked(BindingId binding, TimePoint now);

  [[nodiscard]] OpenCounts CountOpen(BindingId binding);
  // The journal of this binding was changed by somebody else within this process.
  void Recount(BindingId binding) { pending_.erase(binding); }

 private:
  void SettleOne(const Settlement& settlement, SettledRows& rows);
  // Pending and in flight; counted once and then kept, because it is asked for with every group.
  [[nodiscard]] std::int64_t& PendingOf(BindingId binding);
  // Claims of the due operations of `kind` with `first` <= not_before <= `last`.
  void ClaimDue(Claimed& claimed,
                OperationKind kind,
                std::int64_t first,
                std::int64_t last,
                const ClaimRequest& request,
                TimePoint now);
  void MarkSent(std::span<const OperationId> operations, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> NextTurn(BindingId binding, TimePoint now);

  Database& database_;
  std::map<BindingId, std::int64_t> pending_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_JOURNAL_DELIVERY_H_
