#include "storage/members.h"

#include <chrono>
#include <tuple>
#include <utility>

#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {

namespace {

constexpr char kFind[] =
    "SELECT present, contact, changed_at FROM members"
    " WHERE binding_id = ?1 AND naming = ?2 AND name = ?3";
constexpr char kHolders[] =
    "SELECT naming, name, present, contact, changed_at FROM members INDEXED BY members_by_contact"
    " WHERE binding_id = ?1 AND contact = ?2 AND present = 1";
constexpr char kChangedSince[] =
    "SELECT naming, name, present, contact, changed_at FROM members INDEXED BY members_by_change"
    " WHERE binding_id = ?1 AND changed_at >= ?2";
constexpr char kAllInOrder[] =
    "SELECT naming, name, present, contact, changed_at FROM members"
    " WHERE binding_id = ?1 AND naming = ?2 ORDER BY name";
constexpr char kWrite[] =
    "INSERT INTO members (binding_id, naming, name, present, contact, changed_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    " ON CONFLICT DO UPDATE SET present = excluded.present, contact = excluded.contact,"
    " changed_at = excluded.changed_at";

MemberRow RowAt(const Query& query, int column) {
  return {query.Int(column) != 0, query.String(column + 1), query.Time(column + 2)};
}

KnownMember MemberAt(const Query& query) {
  const MemberNaming naming = KnownWord(ParseMemberNaming(query.Text(0)), query.Text(0));
  return {{naming, query.String(1)}, RowAt(query, 2)};
}

std::tuple<MemberNaming, std::string_view> NameOf(const SnapshotMembers::Entry& entry) {
  return {entry.naming, entry.name};
}

std::tuple<MemberNaming, std::string_view> NameOf(const KnownMember& member) {
  return {member.key.naming, member.key.name};
}

// Both sides in the order of SnapshotMembers, in one pass: what has to be written so that the rows
// say what the snapshot says.
class Merge {
 public:
  Merge(const SnapshotMembers& snapshot, TimePoint as_of)
      : snapshot_(snapshot),
        as_of_(as_of),
        changed_at_(std::chrono::floor<std::chrono::seconds>(as_of)) {}

  void Known(const KnownMember& known) {
    while (next_ < snapshot_.size() && NameOf(snapshot_.At(next_)) < NameOf(known))
      Joins();
    const bool in_snapshot =
        next_ < snapshot_.size() && NameOf(snapshot_.At(next_)) == NameOf(known);
    const SnapshotMembers::Entry entry =
        in_snapshot ? snapshot_.At(next_++) : SnapshotMembers::Entry();
    if (IsNewer(known.row, as_of_)) return;
    if (!in_snapshot) return Leaves(known);
    if (known.row.present && known.row.contact == entry.contact) return;
    changes_.push_back({known.key, {true, std::string(entry.contact), changed_at_}});
  }
  std::vector<KnownMember> Finish() {
    while (next_ < snapshot_.size())
      Joins();
    return std::move(changes_);
  }

 private:
  void Leaves(KnownMember known) {
    if (!known.row.present) return;
    known.row.present = false;
    known.row.changed_at = changed_at_;
    changes_.push_back(std::move(known));
  }
  void Joins() {
    const SnapshotMembers::Entry entry = snapshot_.At(next_++);
    changes_.push_back(
        {{entry.naming, std::string(entry.name)}, {true, std::string(entry.contact), changed_at_}});
  }

  const SnapshotMembers& snapshot_;
  const TimePoint as_of_;
  const TimePoint changed_at_;
  std::size_t next_ = 0;
  std::vector<KnownMember> changes_;
};

}  // namespace

std::vector<std::optional<MemberRow>> Members::Find(BindingId binding,
                                                    std::span<const MemberKey> keys) {
  std::vector<std::optional<MemberRow>> rows(keys.size());
  Query query(database_, kFind);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (query.Bind(binding, ToString(keys[i].naming), keys[i].name).Step())
      rows[i] = RowAt(query, 0);
  }
  return rows;
}

std::vector<KnownMember> Members::HoldersOf(BindingId binding,
                                            std::span<const std::string> contacts) {
  std::vector<KnownMember> holders;
  Query query(database_, kHolders);
  for (const std::string& contact : contacts) {
    query.Bind(binding, contact);
    while (query.Step())
      holders.push_back(MemberAt(query));
  }
  return holders;
}

std::vector<KnownMember> Members::ChangedSince(BindingId binding, TimePoint since) {
  std::vector<KnownMember> changed;
  Query query(database_, kChangedSince);
  query.Bind(binding, since);
  while (query.Step())
    changed.push_back(MemberAt(query));
  return changed;
}

void Members::Write(BindingId binding, std::span<const KnownMember> members) {
  Query query(database_, kWrite);
  for (const KnownMember& member : members)
    query
        .Bind(binding,
              ToString(member.key.naming),
              member.key.name,
              member.row.present ? 1 : 0,
              member.row.contact,
              member.row.changed_at)
        .Run();
}

void Members::Rewrite(BindingId binding, const SnapshotMembers& snapshot, TimePoint as_of) {
  Merge merge(snapshot, as_of);
  for (const MemberNaming naming : {MemberNaming::kUser, MemberNaming::kContact}) {
    Query query(database_, kAllInOrder);
    query.Bind(binding, ToString(naming));
    while (query.Step())
      merge.Known(MemberAt(query));
  }
  Write(binding, merge.Finish());
}

}  // namespace cohort_sync
