// Pages of the rows behind a count, by key: what a page costs does not grow with the list.
#ifndef COHORT_SYNC_STORAGE_ROW_PAGES_H_
#define COHORT_SYNC_STORAGE_ROW_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/checkpoints.h"
#include "storage/database.h"
#include "sync/ids.h"
#include "sync/operation.h"

namespace cohort_sync {

struct RowFilter {
  std::string search{};       // In lower case: a whole contact.
  bool search_parts = false;  // It may be a part of a contact.
  std::size_t limit = 100;
};

// A row of the journal for people.
struct JournalRow {
  OperationId id;
  OperationKind kind = OperationKind::kAdd;
  std::string contact;
  OperationState state = OperationState::kPending;
  std::optional<ParkReason> park_reason;
  std::string reason;  // The destination's words.
  int attempts = 0;
  std::optional<TimePoint> not_before;  // Of one that was tried and waits for its time.
  TimePoint updated_at;
};

// A member that a list should have, and what is still to be done for it.
struct MemberPageRow {
  std::string contact;
  std::optional<OperationState>
      open;  // kPending, kInFlight or kParked; nothing: it is on the list.
  std::optional<ParkReason> park_reason;
};

struct MemberPage {
  std::vector<MemberPageRow> rows;
  std::optional<std::uint64_t> next;  // The hash that the next page begins at; nothing: the last.
};

// Where a page of pending operations ended: in flight, to be removed, to be added, each in the
// order of delivery.
struct PendingPlace {
  int stage = 0;
  std::int64_t not_before = 0;
  std::int64_t id = 0;
};

struct PendingPage {
  std::vector<JournalRow> rows;
  std::optional<PendingPlace> next;
};

struct RunRowsFilter {
  std::optional<OperationKind> kind{};
  std::optional<OperationState> state{};
  RowFilter rows{};
};

// Reads within what its caller holds open. Throws DatabaseError.
class RowPages {
 public:
  // What a page of members goes through before it ends with what it has: members and journal rows.
  static constexpr std::int64_t kMostLooked = 4'000'000;

  explicit RowPages(Database& database, std::int64_t most_looked = kMostLooked)
      : database_(database), checkpoints_(database), most_looked_(most_looked) {}

  // From the hash `from` on, in the order of the hash, which says nothing of the contacts. A page
  // may have fewer rows than its limit, or none, and still not be the last. Has in memory a segment
  // and the journal behind it, not the list.
  [[nodiscard]] MemberPage Members(BindingId binding, std::uint64_t from, const RowFilter& filter);
  // Behind `after`. One that is tried meanwhile changes its place, and may be seen twice.
  [[nodiscard]] PendingPage Pending(BindingId binding,
                                    const PendingPlace& after,
                                    const RowFilter& filter);
  // The operations behind `after` that a run of the binding committed, in the order of the journal,
  // as far as it still has them.
  [[nodiscard]] std::vector<JournalRow> OfRun(BindingId binding,
                                              RunId run,
                                              OperationId after,
                                              const RunRowsFilter& filter);

 private:
  void AddSegment(BindingId binding,
                  const std::vector<MemberRef>& members,
                  std::uint64_t from,
                  const RowFilter& filter,
                  MemberPage& page);
  [[nodiscard]] MemberPageRow RowOf(BindingId binding, const MemberRef& member);
  // The first operation of the binding that a run from `run` on committed; behind all without one.
  [[nodiscard]] std::int64_t FirstOf(BindingId binding, std::int64_t run);

  Database& database_;
  Checkpoints checkpoints_;
  const std::int64_t most_looked_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_ROW_PAGES_H_
