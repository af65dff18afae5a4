#include "storage/overlay.h"

#include <algorithm>
#include <tuple>

#include "storage/column_text.h"
#include "storage/hash_ranges.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

// About 15 MB of changes; twenty times this many members are folded before it is reached.
constexpr std::int64_t kWindowRows = 131'072;

constexpr char kCount[] =
    "SELECT count(*) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 AND operation_id <= ?3";
constexpr char kAll[] =
    "SELECT contact_hash, contact, kind FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 AND operation_id <= ?3 ORDER BY operation_id";
constexpr char kWindow[] =
    "SELECT contact_hash, contact, kind FROM operations INDEXED BY operations_by_contact"
    " WHERE binding_id = ?1 AND contact_hash BETWEEN ?4 AND ?5"
    " AND operation_id > ?2 AND operation_id <= ?3 ORDER BY contact_hash, operation_id";

void ReadAndSort(Query& query, std::vector<JournalChange>& changes) {
  while (query.Step())
    changes.push_back({LoadedHash(query.Int(0)), query.String(1), KindAt(query, 2)});
  const auto by_contact = [](const JournalChange& a, const JournalChange& b) {
    return std::tie(a.hash, a.contact) < std::tie(b.hash, b.contact);
  };
  // A window comes by hash, which is nearly always this order already.
  if (std::is_sorted(changes.begin(), changes.end(), by_contact)) return;
  // Stable: the rows of one contact come in the order of the journal.
  std::stable_sort(changes.begin(), changes.end(), by_contact);
}

}  // namespace

std::int64_t CountOverlay(Database& database,
                          BindingId binding,
                          std::int64_t after,
                          std::int64_t until) {
  Query query(database, kCount);
  return query.Bind(binding, after, until).Step() ? query.Int(0) : 0;
}

Overlay::Overlay(Database& database, BindingId binding, std::int64_t after, std::int64_t until)
    : database_(database),
      binding_(binding),
      after_(after),
      until_(until),
      size_(CountOverlay(database, binding, after, until)),
      window_bits_(PartitionBitsFor(size_, kWindowRows)) {}

std::span<const JournalChange> Overlay::In(HashRange range) {
  if (!loaded_ || range.first > window_.last || range.last < window_.first) {
    const HashRange window = PartitionOf(range.first, window_bits_);
    // A range wider than a window is its own window.
    const bool wider = range.last > window.last;
    LoadWindow(wider ? range : window);
  }
  while (next_ < changes_.size() && changes_[next_].hash < range.first)
    ++next_;
  const std::size_t begin = next_;
  while (next_ < changes_.size() && changes_[next_].hash <= range.last)
    ++next_;
  return std::span(changes_).subspan(begin, next_ - begin);
}

void Overlay::LoadWindow(HashRange window) {
  window_ = window;
  loaded_ = true;
  next_ = 0;
  changes_.clear();
  if (window == HashRange{}) {
    // In the order of the table. (And the only range whose stored form is not in order: the sign
    // bit of a stored hash is its highest bit.)
    Query query(database_, kAll);
    ReadAndSort(query.Bind(binding_, after_, until_), changes_);
    return;
  }
  Query query(database_, kWindow);
  query.Bind(binding_, after_, until_, StoredHash(window.first), StoredHash(window.last));
  ReadAndSort(query, changes_);
}

}  // namespace cohort_sync
