#include "storage/row_pages.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "storage/column_text.h"
#include "storage/overlay.h"
#include "storage/query.h"
#include "storage/segment_merge.h"

namespace cohort_sync {

namespace {

// Journal rows that are in memory at once.
constexpr std::int64_t kWindowRows = 200'000;

constexpr char kWaiting[] =
    "SELECT state, park_reason FROM operations INDEXED BY operations_waiting"
    " WHERE binding_id = ?1 AND contact_hash = ?2 AND contact = ?3 AND kind = 'add'"
    " AND state IN ('pending', 'parked')";
constexpr char kInFlight[] =
    "SELECT state, park_reason FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND contact_hash = ?2 AND contact = ?3 AND kind = 'add'"
    " AND state = 'in_flight'";

#define COHORT_SYNC_JOURNAL_ROW                                                            \
  "SELECT operation_id, kind, contact, state, park_reason, reason, attempts, not_before, " \
  "updated_at"
#define COHORT_SYNC_SEARCH(text, parts)                                                            \
  " AND (" text " = '' OR lower(contact) = " text " OR (" parts " AND instr(lower(contact), " text \
  ") > 0))"

// Few at a time: as many as one delivery has claimed.
constexpr char kPendingInFlight[] = COHORT_SYNC_JOURNAL_ROW
    " FROM operations INDEXED BY operations_in_flight"
    " WHERE binding_id = ?1 AND state = 'in_flight'"
    " AND (not_before, operation_id) > (?2, ?3)" COHORT_SYNC_SEARCH(
        "?4", "?5") " ORDER BY not_before, operation_id LIMIT ?6";
constexpr char kPendingDue[] = COHORT_SYNC_JOURNAL_ROW
    " FROM operations INDEXED BY operations_due"
    " WHERE binding_id = ?1 AND state = 'pending' AND kind = ?7"
    " AND (not_before, operation_id) > (?2, ?3)" COHORT_SYNC_SEARCH(
        "?4", "?5") " ORDER BY not_before, operation_id LIMIT ?6";
constexpr char kOfRun[] = COHORT_SYNC_JOURNAL_ROW
    " FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 AND operation_id < ?3"
    " AND run_id = ?8 AND (?6 IS NULL OR kind = ?6) AND (?7 IS NULL OR state = "
    "?7)" COHORT_SYNC_SEARCH("?4", "?5") " ORDER BY operation_id LIMIT ?9";

constexpr char kRunAt[] =
    "SELECT operation_id, run_id FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id >= ?2 ORDER BY operation_id LIMIT 1";
constexpr char kLast[] =
    "SELECT max(operation_id) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1";

JournalRow RowAt(const Query& query) {
  JournalRow row;
  row.id = OperationId(query.Int(0));
  row.kind = KindAt(query, 1);
  row.contact = query.String(2);
  row.state = StateAt(query, 3);
  if (!query.IsNull(4)) row.park_reason = KnownWord(ParseParkReason(query.Text(4)), query.Text(4));
  row.reason = query.String(5);
  row.attempts = static_cast<int>(query.Int(6));
  if (query.Int(7) != 0) row.not_before = query.Time(7);
  row.updated_at = query.Time(8);
  return row;
}

bool Fits(const MemberRef& member, const RowFilter& filter) {
  if (filter.search.empty()) return true;
  const std::string contact = ToLowerAscii(member.value);
  return filter.search_parts ? contact.find(filter.search) != std::string::npos
                             : contact == filter.search;
}

// As many segments from `begin` on as have `kWindowRows` of the journal between them; the journal's
// hashes are spread evenly.
std::size_t WindowEnd(std::size_t begin, std::size_t segments, std::int64_t changes) {
  const std::int64_t windows = changes / kWindowRows + 1;
  const std::size_t share = std::max<std::size_t>(1, segments / static_cast<std::size_t>(windows));
  return std::min(segments, begin + share);
}

}  // namespace

MemberPage RowPages::Members(BindingId binding, std::uint64_t from, const RowFilter& filter) {
  MemberPage page;
  const std::vector<SegmentInfo> segments = checkpoints_.Best(binding);
  const std::int64_t position = PositionOf(segments);
  const std::int64_t changes = CountOverlay(database_, binding, position);
  std::size_t at = 0;
  while (at < segments.size() && segments[at].range.last < from)
    ++at;
  for (std::int64_t looked = 0; at < segments.size() && looked < most_looked_;) {
    const std::size_t end = WindowEnd(at, segments.size(), changes);
    const HashRange window{segments[at].range.first, segments[end - 1].range.last};
    Overlay overlay(database_, binding, position, Overlay::kEverything, window);
    for (; at < end && looked < most_looked_; ++at) {
      checkpoints_.Read(segments[at], [&](const SegmentView& view) {
        const std::vector<MemberRef> members = MergedMembers(view, overlay.In(segments[at].range));
        looked += std::ssize(members);
        AddSegment(binding, members, from, filter, page);
      });
      if (page.next) return page;
    }
    looked += changes;
  }
  if (at < segments.size()) page.next = segments[at].range.first;
  return page;
}

void RowPages::AddSegment(BindingId binding,
                          const std::vector<MemberRef>& members,
                          std::uint64_t from,
                          const RowFilter& filter,
                          MemberPage& page) {
  std::vector<MemberRef> fitting;
  std::copy_if(
      members.begin(), members.end(), std::back_inserter(fitting), [&](const MemberRef& member) {
        return member.hash >= from && Fits(member, filter);
      });
  std::sort(fitting.begin(), fitting.end(), [](const MemberRef& a, const MemberRef& b) {
    return std::pair(a.hash, a.value) < std::pair(b.hash, b.value);
  });
  std::optional<std::uint64_t> last;
  for (const MemberRef& member : fitting) {
    // A page ends between two hashes, so that none is left out between two pages.
    if (page.rows.size() >= filter.limit && member.hash != last) {
      page.next = member.hash;
      return;
    }
    page.rows.push_back(RowOf(binding, member));
    last = member.hash;
  }
}

MemberPageRow RowPages::RowOf(BindingId binding, const MemberRef& member) {
  MemberPageRow row{std::string(member.value), std::nullopt, std::nullopt};
  for (const char* sql : {kWaiting, kInFlight}) {
    Query query(database_, sql);
    if (!query.Bind(binding, StoredHash(member.hash), member.value).Step()) continue;
    row.open = StateAt(query, 0);
    if (!query.IsNull(1))
      row.park_reason = KnownWord(ParseParkReason(query.Text(1)), query.Text(1));
  }
  return row;
}

PendingPage RowPages::Pending(BindingId binding,
                              const PendingPlace& after,
                              const RowFilter& filter) {
  struct Stage {
    const char* sql;
    OperationKind kind;
  };
  constexpr Stage kStages[] = {{kPendingInFlight, OperationKind::kAdd},
                               {kPendingDue, OperationKind::kRemove},
                               {kPendingDue, OperationKind::kAdd}};
  PendingPage page;
  PendingPlace place = after;
  for (; place.stage < std::ssize(kStages); place = {place.stage + 1, 0, 0}) {
    const Stage& stage = kStages[place.stage];
    Query query(database_, stage.sql);
    query.Bind(binding,
               place.not_before,
               place.id,
               filter.search,
               filter.search_parts ? 1 : 0,
               static_cast<std::int64_t>(filter.limit + 1 - page.rows.size()));
    if (stage.sql == kPendingDue) query.Set(7, ToString(stage.kind));
    while (query.Step()) {
      if (page.rows.size() == filter.limit) {
        page.next = place;
        return page;
      }
      page.rows.push_back(RowAt(query));
      place.not_before = query.Int(7);
      place.id = query.Int(0);
    }
  }
  return page;
}

std::int64_t RowPages::FirstOf(BindingId binding, std::int64_t run) {
  Query last(database_, kLast);
  if (!last.Bind(binding).Step() || last.IsNull(0)) return 0;
  // Runs of a binding follow one another, and so do their rows.
  std::int64_t low = 0;
  std::int64_t high = last.Int(0) + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    Query query(database_, kRunAt);
    if (query.Bind(binding, middle).Step() && query.Int(1) < run) {
      low = query.Int(0) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::vector<JournalRow> RowPages::OfRun(BindingId binding,
                                        RunId run,
                                        OperationId after,
                                        const RunRowsFilter& filter) {
  std::vector<JournalRow> rows;
  const std::int64_t first = FirstOf(binding, run.value());
  const std::int64_t end = FirstOf(binding, run.value() + 1);
  const auto text = [](const auto& word) {
    return word ? std::optional(std::string_view(ToString(*word))) : std::nullopt;
  };
  Query query(database_, kOfRun);
  query.Bind(binding,
             std::max(first - 1, after.value()),
             end,
             filter.rows.search,
             filter.rows.search_parts ? 1 : 0,
             text(filter.kind),
             text(filter.state),
             run,
             static_cast<std::int64_t>(filter.rows.limit));
  while (query.Step())
    rows.push_back(RowAt(query));
  return rows;
}

}  // namespace cohort_sync
