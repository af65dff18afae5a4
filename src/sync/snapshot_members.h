// Who the members of a snapshot are, beside their contacts: kept only for pushed cohorts, whose
// rows a snapshot rewrites.
#ifndef COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_
#define COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sync/member_rules.h"

namespace cohort_sync {

// Most are known by their user ids; a member whose row has none is known by its contact, as in a
// push that names no user id, so that the push with which it leaves finds it. One buffer for all
// texts, 16 bytes beside them for each member. Movable, not copyable.
class SnapshotMembers {
 public:
  struct Entry {
    MemberNaming naming = MemberNaming::kUser;
    std::string_view name;     // Views are valid until the next Add.
    std::string_view contact;  // Normalized; empty when the row gave none.
  };

  SnapshotMembers() = default;
  SnapshotMembers(SnapshotMembers&&) = default;
  SnapshotMembers& operator=(SnapshotMembers&&) = default;
  SnapshotMembers(const SnapshotMembers&) = delete;
  SnapshotMembers& operator=(const SnapshotMembers&) = delete;

  // What the source can name; kContact where it has no user ids at all, and so has every entry.
  MemberNaming naming = MemberNaming::kUser;

  // `user` is empty for a row without a user id. REQUIRES: one of the two is not.
  void Add(std::string_view user, std::string_view contact) {
    rows_.push_back({text_.size(),
                     static_cast<std::uint32_t>(user.size()),
                     static_cast<std::uint32_t>(contact.size())});
    text_.append(user).append(contact);
  }

  // By naming and name, kUser first; of several rows of one member the last one stays.
  void Sort() {
    std::stable_sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
      return KeyOf(a) < KeyOf(b);
    });
    const auto last = std::unique(rows_.rbegin(), rows_.rend(), [this](const Row& a, const Row& b) {
      return KeyOf(a) == KeyOf(b);
    });
    rows_.erase(rows_.begin(), last.base());
  }

  // REQUIRES: Sort was called after the last Add.
  [[nodiscard]] bool Contains(MemberNaming by, std::string_view name) const {
    const Key key(by, name);
    const auto at = std::lower_bound(
        rows_.begin(), rows_.end(), key, [this](const Row& row, const Key& wanted) {
          return KeyOf(row) < wanted;
        });
    return at != rows_.end() && KeyOf(*at) == key;
  }

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] Entry At(std::size_t i) const {
    const Row& row = rows_[i];
    const auto [by, name] = KeyOf(row);
    return {by, name, ContactOf(row)};
  }

 private:
  struct Row {
    std::uint64_t at;
    std::uint32_t user;
    std::uint32_t contact;
  };
  using Key = std::pair<MemberNaming, std::string_view>;

  [[nodiscard]] Key KeyOf(const Row& row) const {
    if (row.user == 0) return {MemberNaming::kContact, ContactOf(row)};
    return {MemberNaming::kUser, std::string_view(text_).substr(row.at, row.user)};
  }
  [[nodiscard]] std::string_view ContactOf(const Row& row) const {
    return std::string_view(text_).substr(row.at + row.user, row.contact);
  }

  std::vector<Row> rows_;
  std::string text_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_SNAPSHOT_MEMBERS_H_
