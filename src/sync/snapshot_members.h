// Who the members of a snapshot are, beside their contacts: kept only for pushed cohorts, whose
// rows a snapshot rewrites.
#ifndef COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_
#define COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sync/member_rules.h"

namespace cohort_sync {

// One buffer for all texts, 12 bytes beside them for each member. Movable, not copyable.
class SnapshotMembers {
 public:
  struct Entry {
    std::string_view name;     // Views are valid until the next Add.
    std::string_view contact;  // Normalized; empty when the row gave none.
  };

  SnapshotMembers() = default;
  SnapshotMembers(SnapshotMembers&&) = default;
  SnapshotMembers& operator=(SnapshotMembers&&) = default;
  SnapshotMembers(const SnapshotMembers&) = delete;
  SnapshotMembers& operator=(const SnapshotMembers&) = delete;

  // What the names are; kContact where the source names no user ids.
  MemberNaming naming = MemberNaming::kUser;

  void Add(std::string_view name, std::string_view contact) {
    rows_.push_back({text_.size(),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(contact.size())});
    text_.append(name).append(contact);
  }

  // By name; of several rows of one member the last one stays.
  void Sort() {
    std::stable_sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
      return NameOf(a) < NameOf(b);
    });
    const auto last = std::unique(rows_.rbegin(), rows_.rend(), [this](const Row& a, const Row& b) {
      return NameOf(a) == NameOf(b);
    });
    rows_.erase(rows_.begin(), last.base());
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] Entry At(std::size_t i) const {
    const Row& row = rows_[i];
    return {NameOf(row), std::string_view(text_).substr(row.at + row.name, row.contact)};
  }

 private:
  struct Row {
    std::uint64_t at;
    std::uint32_t name;
    std::uint32_t contact;
  };
  [[nodiscard]] std::string_view NameOf(const Row& row) const {
    return std::string_view(text_).substr(row.at, row.name);
  }

  std::vector<Row> rows_;
  std::string text_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_
