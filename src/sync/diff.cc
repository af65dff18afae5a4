#include "sync/diff.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "sync/member_range_reader.h"
#include "sync/snapshot.h"

namespace cohort_sync {
namespace {

// What is known of one contact while its range is compared.
enum class Standing : std::uint32_t {
  kAbsent,   // Left by a journal row behind the checkpoint.
  kDesired,  // Desired, and not yet seen in the snapshot.
  kKept,     // Desired and in the snapshot.
  kAdded,    // Only in the snapshot.
};

// Open addressing over one range of a few thousand members, so that it stays in the processor's
// cache.
class ContactTable {
 public:
  struct Item {
    std::uint64_t hash;
    const char* value;
    std::uint32_t length;
    Standing standing;

    [[nodiscard]] std::string_view text() const { return {value, length}; }
  };

  void Reset(std::size_t most_items) {
    const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(16, most_items * 2));
    slots_.assign(wanted, 0);
    mask_ = wanted - 1;
    items_.clear();
    items_.reserve(most_items);
  }

  // The contact's item, made with `fresh` when there was none; `true` when it was made.
  std::pair<Item&, bool> FindOrAdd(const MemberRef& member, Standing fresh) {
    // The top bits chose the range, so the low ones choose the slot.
    for (std::size_t slot = member.hash & mask_;; slot = (slot + 1) & mask_) {
      const std::uint32_t index = slots_[slot];
      if (index == 0) {
        items_.push_back({member.hash,
                          member.value.data(),
                          static_cast<std::uint32_t>(member.value.size()),
                          fresh});
        slots_[slot] = static_cast<std::uint32_t>(items_.size());
        return {items_.back(), true};
      }
      Item& item = items_[index - 1];
      if (item.hash == member.hash && item.text() == member.value) return {item, false};
    }
  }

  [[nodiscard]] const std::vector<Item>& items() const { return items_; }

 private:
  std::vector<std::uint32_t> slots_;  // Index into items_ plus one; 0 is free.
  std::size_t mask_ = 0;
  std::vector<Item> items_;
};

class Differ {
 public:
  explicit Differ(const MemberRows& snapshot) : snapshot_(snapshot), ranges_(snapshot) {}

  // A range without stored members (the first sync) is cut into the snapshot's own partitions, so
  // that the table stays small.
  void CompareRange(const DesiredRange& desired) {
    if (desired.checkpoint.size() != 0 || snapshot_.UpperBound(desired.range) <= kLargeRange) {
      Compare(desired);
      return;
    }
    constexpr std::uint64_t kStep = UINT64_MAX >> MemberRows::kPartitionBits;
    DesiredRange part;
    std::size_t used = 0;
    for (std::uint64_t first = desired.range.first;; first = part.range.last + 1) {
      part.range = {first, std::min(first | kStep, desired.range.last)};
      const std::size_t start = used;
      while (used < desired.changes.size() && part.range.Contains(desired.changes[used].hash))
        ++used;
      part.changes = desired.changes.subspan(start, used - start);
      Compare(part);
      if (part.range.last == desired.range.last) break;
    }
    CHECK(used == desired.changes.size());  // They are sorted by hash, so none was passed over.
  }

  Delta Take() { return std::move(delta_); }

 private:
  static constexpr std::size_t kLargeRange = 4 * kSegmentTargetMembers;

  void Compare(const DesiredRange& desired) {
    table_.Reset(desired.checkpoint.size() + desired.changes.size() +
                 ranges_.UpperBound(desired.range));
    LoadDesired(desired);
    const auto first_added = static_cast<std::ptrdiff_t>(delta_.added.size());
    const auto first_removed = static_cast<std::ptrdiff_t>(delta_.removed.size());
    ranges_.Visit(desired.range, [this](const MemberRef& row) { SeeRow(row); });
    for (const ContactTable::Item& item : table_.items()) {
      if (item.standing != Standing::kDesired) continue;
      delta_.removed_values.emplace_back(item.text());
      delta_.removed.push_back({item.hash, delta_.removed_values.back()});
    }
    // Within one range only, so that it stays in the processor's cache.
    std::sort(delta_.added.begin() + first_added, delta_.added.end(), HashLess);
    std::sort(delta_.removed.begin() + first_removed, delta_.removed.end(), HashLess);
  }

  static bool HashLess(const MemberRef& a, const MemberRef& b) { return a.hash < b.hash; }

  void LoadDesired(const DesiredRange& desired) {
    std::int64_t count = static_cast<std::int64_t>(desired.checkpoint.size());
    desired.checkpoint.Visit(
        [this](const MemberRef& member) { table_.FindOrAdd(member, Standing::kDesired); });
    for (const JournalChange& change : desired.changes) {
      const Standing now =
          change.kind == OperationKind::kAdd ? Standing::kDesired : Standing::kAbsent;
      auto [item, made] = table_.FindOrAdd({change.hash, change.contact}, Standing::kAbsent);
      if (item.standing != now) count += now == Standing::kDesired ? 1 : -1;
      item.standing = now;
    }
    delta_.desired_before += count;
  }

  void SeeRow(const MemberRef& row) {
    auto [item, made] = table_.FindOrAdd(row, Standing::kAdded);
    if (made || item.standing == Standing::kAbsent) {
      item.standing = Standing::kAdded;
      delta_.added.push_back(row);
    } else if (item.standing == Standing::kDesired) {
      item.standing = Standing::kKept;
      ++delta_.unchanged;
    } else {
      if (delta_.duplicate_values.size() < kMaxListedRejectedRows)
        delta_.duplicate_values.push_back(row.value);
      ++delta_.duplicates;
    }
  }

  const MemberRows& snapshot_;
  MemberRangeReader ranges_;
  ContactTable table_;
  Delta delta_;
};

}  // namespace

Delta Diff(const MemberRows& snapshot, BindingId binding, DesiredMembers& desired) {
  Differ differ(snapshot);
  desired.VisitDesired(binding,
                       [&differ](const DesiredRange& range) { differ.CompareRange(range); });
  return differ.Take();
}

}  // namespace cohort_sync
