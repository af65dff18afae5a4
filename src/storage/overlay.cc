#include "storage/overlay.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kCount[] =
    "SELECT count(*) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 AND operation_id <= ?3";
constexpr char kRows[] =
    "SELECT contact_hash, contact, kind FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 AND operation_id <= ?3 ORDER BY operation_id";

constexpr char kAddLetter = '+';
constexpr char kRemoveLetter = '-';

}  // namespace

std::int64_t CountOverlay(Database& database,
                          BindingId binding,
                          std::int64_t after,
                          std::int64_t until) {
  Query query(database, kCount);
  return query.Bind(binding, after, until).Step() ? query.Int(0) : 0;
}

Overlay::Overlay(Database& database,
                 BindingId binding,
                 std::int64_t after,
                 std::int64_t until,
                 HashRange within) {
  MemberRowsBuilder builder(0);  // The hashes are known.
  std::string row;
  Query query(database, kRows);
  query.Bind(binding, after, until);
  while (query.Step()) {
    const std::uint64_t hash = LoadedHash(query.Int(0));
    if (!within.Contains(hash)) continue;
    row.assign(1, KindAt(query, 2) == OperationKind::kAdd ? kAddLetter : kRemoveLetter);
    row += query.Text(1);
    builder.AddHashed({hash, row});
  }
  rows_ = builder.Finish();
}

std::span<const JournalChange> Overlay::In(HashRange range) {
  changes_.clear();
  rows_.VisitRange(range, [this](const MemberRef& row) {
    const OperationKind kind =
        row.value.front() == kAddLetter ? OperationKind::kAdd : OperationKind::kRemove;
    changes_.push_back({row.hash, std::string(row.value.substr(1)), kind});
  });
  // Stable: the rows of one contact come in the order of the journal.
  std::stable_sort(
      changes_.begin(), changes_.end(), [](const JournalChange& a, const JournalChange& b) {
        return std::tie(a.hash, a.contact) < std::tie(b.hash, b.contact);
      });
  return changes_;
}

}  // namespace cohort_sync
